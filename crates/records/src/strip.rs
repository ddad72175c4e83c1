//! Takes something out of a record for good: the changes that said it are erased, and what stays is said again in the same
//! change. Only who orders an erasure may do it (MERGE.md, "Erase").

use serde_json::{Map, Value};

use crate::{
    change::{Change, RecWrites, parse_change},
    fold::Record,
    form::{Form, Kind},
    id::{ChangeId, RecordId},
    notebook::Notebook,
    path,
};

/// The people who came, in the form of a reception.
pub(crate) const PEOPLE: &str = "cong_dan";

/// What an erasure writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Stripped {
    /// What stays, written anew: of the record first, then of others that the same changes wrote to.
    pub stays: Vec<RecWrites>,
    /// The changes that are erased.
    pub ids: Vec<ChangeId>,
}

/// Plans that nothing is left of these fields of a record; none when there is nothing to erase.
#[must_use]
pub fn strip(
    notebook: &Notebook,
    record: &Record,
    goes: &dyn Fn(&str) -> bool,
) -> Option<Stripped> {
    let ids = written(notebook, record.id);
    if ids.is_empty() || !record.cells.keys().any(|place| goes(place)) {
        return None;
    }
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    for (place, cell) in &record.cells {
        let is_written = cell.heads.iter().any(|head| ids.contains(&head.change));
        if goes(place) {
            writes.over.insert(place.clone(), cell.seen());
            // What lies below an entry that is deleted is covered.
            if !cell.value().is_null() && person(place).is_none() {
                writes.set.insert(place.clone(), Value::Null);
            }
        } else if is_written {
            // Its words are erased; it is said again.
            writes.set.insert(place.clone(), cell.value().clone());
            writes.over.insert(place.clone(), cell.seen());
        }
    }
    for entry in record.entries(PEOPLE) {
        let prefix = path::under(PEOPLE, entry);
        if goes(&path::under(&prefix, "ho_ten")) {
            let deletion = Value::Object(Map::new());
            writes
                .set
                .insert(path::under(&prefix, path::DELETED), deletion);
        }
    }
    let mut stays = vec![writes];
    stays.extend(others(notebook, record.id, &ids));
    Some(Stripped { stays, ids })
}

/// The entry of a person who came, and the field of it.
pub(crate) fn person(place: &str) -> Option<(&str, &str)> {
    let rest = place.strip_prefix(PEOPLE)?.strip_prefix('/')?;
    rest.split_once('/')
}

/// Whether a field is counted, or names who of the unit did something: what stays of a record when its words go.
#[must_use]
pub fn is_counted(form: &Form, place: &str) -> bool {
    if person(place).is_some() {
        return false;
    }
    if place
        .rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('@'))
    {
        return true;
    }
    let bare = place.split('#').next().unwrap_or(place);
    form.field_at(bare).is_some_and(|field| {
        matches!(
            field.kind,
            Kind::Number
                | Kind::Decimal
                | Kind::Date
                | Kind::Time
                | Kind::Choice
                | Kind::Choices
                | Kind::YesNo
                | Kind::Person
        )
    })
}

/// The changes of a record that people wrote.
fn written(notebook: &Notebook, record: RecordId) -> Vec<ChangeId> {
    let all = notebook.of_record(record).filter_map(|(id, known)| {
        let change: Change = parse_change(known.raw.as_bytes()).ok()?;
        (!change.auto && change.stub.is_none()).then_some(*id)
    });
    all.collect()
}

/// What the same changes say of other records, said again.
fn others(notebook: &Notebook, record: RecordId, ids: &[ChangeId]) -> Vec<RecWrites> {
    let mut touched: Vec<RecordId> = Vec::new();
    for id in ids {
        let recs = notebook.get(id).into_iter().flat_map(|known| &known.recs);
        for rec in recs.filter(|rec| **rec != record) {
            if !touched.contains(rec) {
                touched.push(*rec);
            }
        }
    }
    let again = |rec: RecordId| {
        let other = notebook.fold(rec)?;
        let mut writes = RecWrites::new(rec, &other.form, &other.version);
        for (place, cell) in &other.cells {
            if cell.heads.iter().any(|head| ids.contains(&head.change)) {
                writes.set.insert(place.clone(), cell.value().clone());
                writes.over.insert(place.clone(), cell.seen());
            }
        }
        (!writes.set.is_empty()).then_some(writes)
    };
    touched.into_iter().filter_map(again).collect()
}
