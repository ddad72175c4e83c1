//! Work that is handed over when somebody leaves: the fields that say who must act, in what is still open.
//!
//! Which fields those are the form says: the names in `due_owner` and in the owners of its deadlines. Who received a
//! citizen or wrote a record down stays written: that is history.

use serde_json::Value;

use crate::{
    change::RecWrites,
    fold::Record,
    form::{Field, Form, Kind},
    path, search,
    table::Set,
};

/// What `passes_to` says of a field that nobody goes on with.
pub const FACT: &str = "-";

/// The fields of a form that say who must act.
fn owner_fields(form: &Form) -> Set<String> {
    let mut names = Set::new();
    let rules = form.deadlines.iter().map(|rule| &rule.owner);
    for owner in rules.chain([&form.due_owner]) {
        collect(owner, &mut names);
    }
    names
}

fn collect(expr: &Value, names: &mut Set<String>) {
    match expr {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix('$') {
                names.insert(name.to_owned());
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
}

/// Who must act in a record, by name, and where a successor would be written; of entries only those in which something
/// is open (`open` has the paths of what is). Who did something stays written: the successor goes into the field that the
/// form names for that, if nobody stands there.
#[must_use]
pub fn owners(record: &Record, form: &Form, open: &[String]) -> Vec<(String, String)> {
    let fields = owner_fields(form);
    let is_open = |path: &str| match path.rsplit_once('/') {
        None => true,
        Some((entry, _)) => open.iter().any(|due| path::below(entry, due).is_some()),
    };
    let mut found = Vec::new();
    for (path, cell) in record.below("") {
        let name = path::field_names(path).join(".");
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_owner = fields.contains(&name) || fields.contains(last);
        let who = name_of(cell.value()).trim();
        if !is_owner || who.is_empty() || !record.is_shown(path) || !is_open(path) {
            continue;
        }
        let place = match form.field_at(path).map(|field| field.passes_to.as_str()) {
            None | Some(FACT) => continue,
            Some("") => path,
            Some(next) if record.get(next).is_none() => next,
            Some(_) => continue, // somebody goes on with it already
        };
        found.push((who.to_owned(), place.to_owned()));
    }
    found
}

/// Where a successor of this person is written in a record. Names are one however they were typed.
#[must_use]
pub fn places(record: &Record, form: &Form, open: &[String], person: &str) -> Vec<String> {
    let wanted = search::key(person);
    let mut found = Set::new();
    for (who, place) in owners(record, form, open) {
        if !wanted.is_empty() && search::key(&who) == wanted {
            found.insert(place);
        }
    }
    found.iter().cloned().collect()
}

/// The name in a person field or a text.
fn name_of(value: &Value) -> &str {
    let name = value.get("ho_ten").unwrap_or(value);
    name.as_str().unwrap_or_default()
}

/// Puts the successor into these places.
#[must_use]
pub fn hand_over(record: &Record, form: &Form, places: &[String], to: &Value) -> RecWrites {
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    for place in places {
        let is_person = form
            .field_at(place)
            .is_some_and(|field: &Field| field.kind == Kind::Person);
        let value = match is_person {
            true => to.clone(),
            false => Value::from(name_of(to)),
        };
        writes.set.insert(place.clone(), value);
        if let Some(cell) = record.cells.get(place) {
            writes.over.insert(place.clone(), cell.seen());
        }
    }
    writes
}

/// Puts back who stood in these places before, where the successor stands alone: what somebody else wrote since stays.
#[must_use]
pub fn take_back(now: &Record, before: &Record, places: &[String], to: &Value) -> RecWrites {
    let mut writes = RecWrites::new(now.id, &now.form, &now.version);
    for place in places {
        let Some(cell) = now.cells.get(place) else {
            continue;
        };
        let is_theirs = cell.heads.len() == 1 && name_of(cell.value()) == name_of(to);
        if is_theirs {
            let value = before.get(place).cloned().unwrap_or(Value::Null);
            writes.set.insert(place.clone(), value);
            writes.over.insert(place.clone(), cell.seen());
        }
    }
    writes
}
