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
    fold::{Cell, Life, Record},
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

/// Two records of one form on their way to become one.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The one that stays.
    pub stays: &'a Record,
    /// The one that goes into it.
    pub goes: &'a Record,
    /// Fields that are each record's own: its number in a book.
    pub own: &'a [String],
}

/// What a person decided about two records.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Paths whose other value counts.
    pub theirs: Set<String>,
    /// Entries (`group/entry`) that come over.
    pub entries: Set<String>,
}

impl<'a> Pair<'a> {
    /// The fields of which both say something, and not the same; in entries that both have, too.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let found = self.common().filter_map(|(path, cell)| {
            let (ours, theirs) = (self.stays.get(path)?, cell.value());
            let differs = is_filled(theirs) && is_filled(ours) && ours != theirs;
            // Ticks come over, and where an entry stands is no fact.
            let is_fact = !path.contains('#') && !path.ends_with(path::POSITION);
            (differs && is_fact).then(|| Difference {
                path: path.to_owned(),
                ours: ours.clone(),
                theirs: theirs.clone(),
            })
        });
        found.collect()
    }

    /// The groups in which the record that goes has entries that the other has not, each with their ids in order.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'a str, Vec<&'a str>)> {
        let mut groups: Vec<&str> = self
            .goes
            .below("")
            .filter_map(|(path, _)| path.split_once('/').map(|(group, _)| group))
            .filter(|group| !group.starts_with('@'))
            .collect();
        groups.dedup();
        let of_group = |group: &'a str| {
            let there = self.stays.entries(group);
            let mut ids = self.goes.entries(group);
            ids.retain(|id| !there.contains(id));
            (!ids.is_empty()).then_some((group, ids))
        };
        groups.into_iter().filter_map(of_group).collect()
    }

    /// What the record that goes says of itself, and of entries that both have.
    fn common(&self) -> impl Iterator<Item = (&'a str, &'a Cell)> {
        let (stays, goes, own) = (self.stays, self.goes, self.own);
        let is_common = move |path: &str| match path.split_once('/') {
            None => !own.iter().any(|field| field == path),
            Some((group, rest)) => {
                let id = rest.split('/').next().unwrap_or_default();
                stays.entries(group).contains(&id)
            }
        };
        goes.below("").filter(move |(path, _)| {
            let name = path.rsplit('/').next().unwrap_or_default();
            let is_mark = path.starts_with('@') || name == path::DELETED;
            !is_mark && goes.is_shown(path) && is_common(path)
        })
    }

    /// Joins them. `mark` names the mark in the record that stays.
    #[must_use]
    pub fn join(&self, choice: &Choice, mark: &str) -> Vec<RecWrites> {
        let Self { stays, goes, .. } = self;
        let mut writes = Writes::to(stays);
        for (path, cell) in self.common() {
            let (ours, theirs) = (stays.get(path), cell.value());
            let is_tick = path.contains('#') && ours != Some(&Value::Bool(true));
            let is_missing = !ours.is_some_and(is_filled) || is_tick;
            let is_wanted = is_missing || choice.theirs.contains(path);
            if is_filled(theirs) && is_wanted && ours != Some(theirs) {
                writes.put(path, theirs.clone());
            }
        }
        for (group, ids) in self.entries() {
            let place = |id: &str| {
                let at = path::under(&path::under(group, id), path::POSITION);
                let at = stays.get(&at).and_then(Value::as_str);
                at.unwrap_or_default().to_owned()
            };
            let mut last = stays.entries(group).pop().map(place);
            for id in ids {
                let prefix = path::under(group, id);
                if choice.entries.contains(&prefix) {
                    let next = position::after(last.as_deref());
                    self.bring(&prefix, &next, &mut writes);
                    last = Some(next);
                }
            }
        }
        writes.put(
            &path::under(&path::under(GROUP, mark), "phieu"),
            json!(goes.id),
        );
        let mut gone = draft::deletion(goes);
        let word: Map<String, Value> = [(INTO.to_owned(), json!(stays.id))].into_iter().collect();
        gone.set
            .insert(path::DELETED.to_owned(), Value::Object(word));
        vec![writes.0, gone]
    }

    /// An entry that only the other has, with all that is in it.
    fn bring(&self, prefix: &str, place: &str, writes: &mut Writes<'_>) {
        for (path, cell) in self.goes.below(prefix) {
            let name = path.rsplit('/').next().unwrap_or_default();
            if name != path::DELETED && self.goes.is_shown(path) && !cell.value().is_null() {
                writes.put(path, cell.value().clone());
            }
        }
        writes.put(&path::under(prefix, path::POSITION), json!(place));
        let deletion = path::under(prefix, path::DELETED);
        // It came over once before and was taken out again.
        if self.stays.get(&deletion).is_some() {
            writes.put(&deletion, Value::Null);
        }
    }
}

/// Writes to a record over what is shown of it.
struct Writes<'a>(RecWrites, &'a Record);

impl<'a> Writes<'a> {
    fn to(record: &'a Record) -> Self {
        let writes = RecWrites::new(record.id, &record.form, &record.version);
        Self(writes, record)
    }

    fn put(&mut self, path: &str, value: Value) {
        self.0.set.insert(path.to_owned(), value);
        if let Some(cell) = self.1.cells.get(path) {
            self.0.over.insert(path.to_owned(), cell.seen());
        }
    }
}

/// The record that a deleted one went into, as the deletion that is shown says it.
#[must_use]
pub fn went_into(record: &Record) -> Option<RecordId> {
    if record.life("") != Life::Deleted {
        return None;
    }
    into(record.cells.get(path::DELETED)?.value())
}

fn into(deletion: &Value) -> Option<RecordId> {
    deletion.get(INTO)?.as_str()?.parse().ok() // not a name: a deletion like any other
}

/// Every change that put one record into another: two people may have done it, or one twice.
#[must_use]
pub fn joins(gone: &Record, stayed: RecordId) -> Vec<ChangeId> {
    let deletions = gone.cells.get(path::DELETED);
    let all = deletions.into_iter().flat_map(|cell| &cell.history);
    all.filter(|head| into(&head.value) == Some(stayed))
        .map(|head| head.change)
        .collect()
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

/// Takes two records apart: what the joining changes wrote into the one that stayed goes back to what it was, unless
/// somebody has written there since; the other is as it was. Not while the one that stayed is itself deleted: what it
/// holds would come back with it.
#[must_use]
pub fn split(
    stayed: &Record,
    gone: &Record,
    joins: &[(ChangeId, RecWrites)],
) -> Option<Vec<RecWrites>> {
    if stayed.life("") == Life::Deleted || joins.is_empty() {
        return None;
    }
    let is_theirs = |id: &ChangeId| joins.iter().any(|(by, _)| by == id);
    let is_ours = |cell: &Cell| cell.heads.iter().all(|head| is_theirs(&head.change));
    let mut writes = Writes::to(stayed);
    let mut paths: Set<String> = Set::new();
    let mut entries: Set<String> = Set::new();
    for path in joins.iter().flat_map(|(_, writes)| writes.paths()) {
        paths.insert(path.to_owned());
        // An entry that began with a join has its place from it.
        if let Some(entry) = path
            .strip_suffix("/@pos")
            .filter(|e| e.split('/').count() == 2)
        {
            entries.insert(entry.to_owned());
        }
        if path.starts_with(GROUP) {
            let mark: Vec<&str> = path.splitn(3, '/').take(2).collect();
            entries.insert(mark.join("/"));
        }
    }
    for entry in entries.iter() {
        let deletion = path::under(entry, path::DELETED);
        let mut cells = stayed.below(entry).filter(|(path, _)| *path != deletion);
        // What others wrote into it since makes it the stayed one's own.
        if cells.all(|(_, cell)| is_ours(cell)) {
            writes.put(&deletion, Value::Object(Map::new()));
            for (path, cell) in stayed.below(entry) {
                writes.0.over.insert(path.to_owned(), cell.seen());
            }
        }
    }
    let is_inside = |path: &str| entries.iter().any(|e| path::below(e, path).is_some());
    for path in paths.iter().filter(|path| !is_inside(path)) {
        let Some(cell) = stayed.cells.get(path).filter(|cell| is_ours(cell)) else {
            continue;
        };
        let replaced = |id: &ChangeId| joins.iter().any(|(_, w)| w.over(path).contains(id));
        let before = cell
            .history
            .iter()
            .rfind(|head| !is_theirs(&head.change) && replaced(&head.change));
        let value = before.map_or(Value::Null, |head| head.value.clone());
        writes.put(path, value);
    }
    Some(vec![
        writes.0,
        draft::single(gone, path::DELETED, Value::Null),
    ])
}
