//! Two records of one event become one ("gộp hai phiếu"), and apart again.
//!
//! What the second has and the first has not is written into the first; where both say something different, a person
//! chooses. The second is deleted with the word where it went, over all that its reader had seen: an edit that was not
//! seen brings it back, and both histories stay. The first always gets a mark, so that two people who join the same two in
//! opposite directions lose neither.

use serde_json::{Map, Value, json};

use crate::{
    change::RecWrites,
    draft,
    expr::is_filled,
    fold::{Life, Record},
    id::{ChangeId, RecordId},
    path, position,
    table::Set,
};

/// The group of marks in a record that took another in.
const GROUP: &str = "@gop";
/// Where the other went, in the value of its `@del`.
const INTO: &str = "gop";

/// A field of which two records say different things.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its path.
    pub path: String,
    /// What the record that stays says.
    pub ours: Value,
    /// What the other says.
    pub theirs: Value,
}

/// The fields at the top of which both say something, and not the same.
#[must_use]
pub fn differences(stays: &Record, goes: &Record) -> Vec<Difference> {
    let theirs = goes.below("").filter(|(path, _)| is_field(path));
    let found = theirs.filter_map(|(path, cell)| {
        let (ours, theirs) = (stays.get(path)?, cell.value());
        let differs = is_filled(theirs) && is_filled(ours) && ours != theirs;
        (differs && !path.contains('#')).then(|| Difference {
            path: path.to_owned(),
            ours: ours.clone(),
            theirs: theirs.clone(),
        })
    });
    found.collect()
}

/// Whether a path is a field of the record itself.
fn is_field(path: &str) -> bool {
    !path.contains('/') && !path.starts_with('@')
}

/// The groups in which the record that goes has entries that the other has not, each with their ids in order.
#[must_use]
pub fn entries<'a>(stays: &Record, goes: &'a Record) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<&str> = goes
        .below("")
        .filter_map(|(path, _)| path.split_once('/').map(|(group, _)| group))
        .filter(|group| !group.starts_with('@'))
        .collect();
    groups.dedup();
    let of_group = |group: &'a str| {
        let there = stays.entries(group);
        let mut ids = goes.entries(group);
        ids.retain(|id| !there.contains(id));
        (!ids.is_empty()).then_some((group, ids))
    };
    groups.into_iter().filter_map(of_group).collect()
}

/// What a person decided about two records.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Paths whose other value counts.
    pub theirs: Set<String>,
    /// Entries (`group/entry`) that come over.
    pub entries: Set<String>,
}

/// Joins two records of one form. `mark` names the mark in the record that stays.
#[must_use]
pub fn join(stays: &Record, goes: &Record, choice: &Choice, mark: &str) -> Vec<RecWrites> {
    let mut writes = RecWrites::new(stays.id, &stays.form, &stays.version);
    let mut put = |path: &str, value: Value| {
        writes.set.insert(path.to_owned(), value);
        if let Some(cell) = stays.cells.get(path) {
            writes.over.insert(path.to_owned(), cell.seen());
        }
    };
    for (path, cell) in goes.below("").filter(|(path, _)| is_field(path)) {
        let (ours, theirs) = (stays.get(path), cell.value());
        let is_tick = path.contains('#') && ours != Some(&Value::Bool(true));
        let is_missing = !ours.is_some_and(is_filled) || is_tick || choice.theirs.contains(path);
        if is_filled(theirs) && is_missing && ours != Some(theirs) {
            put(path, theirs.clone());
        }
    }
    for (group, ids) in entries(stays, goes) {
        let last = stays.entries(group).pop().map(|id| place(stays, group, id));
        let mut last = last;
        for id in ids {
            let prefix = path::under(group, id);
            if !choice.entries.contains(&prefix) {
                continue;
            }
            let next = position::after(last.as_deref());
            for (path, cell) in goes.below(&prefix) {
                if cell.value().is_null() || !goes.is_shown(path) || path.ends_with(path::DELETED) {
                    continue;
                }
                if path != path::under(&prefix, path::POSITION) {
                    put(path, cell.value().clone());
                }
            }
            put(&path::under(&prefix, path::POSITION), json!(next));
            last = Some(next);
        }
    }
    put(
        &path::under(&path::under(GROUP, mark), "phieu"),
        json!(goes.id),
    );
    let mut gone = draft::deletion(goes);
    let word: Map<String, Value> = [(INTO.to_owned(), json!(stays.id))].into_iter().collect();
    gone.set
        .insert(path::DELETED.to_owned(), Value::Object(word));
    vec![writes, gone]
}

fn place(record: &Record, group: &str, id: &str) -> String {
    let at = path::under(&path::under(group, id), path::POSITION);
    let at = record.get(&at).and_then(Value::as_str);
    at.unwrap_or_default().to_owned()
}

/// The record that a deleted one went into, and the change that says so.
#[must_use]
pub fn went_into(record: &Record) -> Option<(RecordId, ChangeId)> {
    if record.life("") != Life::Deleted {
        return None;
    }
    let head = record.cells.get(path::DELETED)?.heads.first()?;
    let into = head.value.get(INTO)?.as_str()?;
    Some((into.parse().ok()?, head.change)) // not a name: a deletion like any other
}

/// The records that a record took in, in the order of their marks.
#[must_use]
pub fn took_in(record: &Record) -> Vec<RecordId> {
    let of = |id: &str| {
        let place = path::under(&path::under(GROUP, id), "phieu");
        record.get(&place)?.as_str()?.parse().ok() // not a name: nothing to show
    };
    record.entries(GROUP).into_iter().filter_map(of).collect()
}

/// Takes two records apart: what the joining change wrote into the one that stayed goes back to what it was, unless
/// somebody has written there since; the other is as it was.
#[must_use]
pub fn split(stayed: &Record, gone: &Record, joining: &RecWrites, by: ChangeId) -> Vec<RecWrites> {
    let mut writes = RecWrites::new(stayed.id, &stayed.form, &stayed.version);
    let mut whole = Set::new();
    for path in joining.paths().filter(|path| path.contains('/')) {
        let entry: Vec<&str> = path.splitn(3, '/').take(2).collect();
        whole.insert(entry.join("/"));
    }
    for entry in whole.iter() {
        // What others wrote into it since makes it the stayed one's own.
        let is_ours = |cell: &crate::fold::Cell| cell.heads.iter().all(|head| head.change == by);
        if stayed.below(entry).all(|(_, cell)| is_ours(cell)) {
            let seen = stayed.below(entry);
            let seen: Vec<_> = seen.map(|(p, cell)| (p.to_owned(), cell.seen())).collect();
            writes.over.extend(seen);
            let deletion = Value::Object(Map::new());
            writes
                .set
                .insert(path::under(entry, path::DELETED), deletion);
        }
    }
    for path in joining.paths().filter(|path| !path.contains('/')) {
        let Some(cell) = stayed.cells.get(path) else {
            continue;
        };
        if cell.heads.iter().any(|head| head.change != by) {
            continue;
        }
        let before = joining.over(path);
        let written = cell
            .history
            .iter()
            .rfind(|head| before.contains(&head.change));
        let value = written.map_or(Value::Null, |head| head.value.clone());
        writes.set.insert(path.to_owned(), value);
        writes.over.insert(path.to_owned(), cell.seen());
    }
    vec![writes, draft::single(gone, path::DELETED, Value::Null)]
}
