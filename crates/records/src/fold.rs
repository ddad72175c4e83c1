//! One record as the fold of its changes. The law is `docs/MERGE.md`.
//!
//! A pure function of a set: no order of arrival, no clock, no error. Whatever hostile or half-arrived
//! history comes in, a record comes out, and no value that a person typed is missing from its heads
//! unless another write says that its author had seen it.

use core::cmp::Ordering;

use serde_json::{Map, Value};

use crate::{
    change::Change,
    id::{ChangeId, RecordId},
    order, path,
    stamp::Stamp,
    table::{self, Set, Table},
};

/// A value nobody has replaced yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The change that wrote it; the next writer names it in `over`.
    pub change: ChangeId,
    /// When, by the author's clock.
    pub stamp: Stamp,
    /// Who, as given on the device.
    pub who: Option<String>,
    /// The value; null when it was cleared or erased.
    pub value: Value,
    /// The body was erased by law.
    pub is_erased: bool,
    /// A machine wrote it: it does not stand against a deletion.
    pub is_auto: bool,
}

/// One field of one record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// Never empty in a fold; the one to show is first.
    pub heads: Vec<Head>,
    /// Part of the history is not here yet.
    pub is_waiting: bool,
    /// Every write of this path that is here, oldest first: who typed what, when.
    pub history: Vec<Head>,
}

impl Cell {
    /// The value to show.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.heads.first().map_or(&Value::Null, |head| &head.value)
    }

    /// Heads with different values, one for each value, the shown one first.
    #[must_use]
    pub fn choices(&self) -> Vec<&Head> {
        let mut choices: Vec<&Head> = Vec::new();
        for head in &self.heads {
            if !choices.iter().any(|c| c.value == head.value) {
                choices.push(head);
            }
        }
        choices
    }

    /// Whether a person has to choose.
    #[must_use]
    pub fn has_conflict(&self) -> bool {
        !self.is_waiting && self.choices().len() > 1
    }

    /// The ids that a write which has seen this cell names in `over`.
    #[must_use]
    pub fn seen(&self) -> Vec<ChangeId> {
        self.heads.iter().map(|head| head.change).collect()
    }
}

/// Whether a record or entry is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Never deleted, or the deletion was undone.
    Alive,
    /// Deleted by someone who had seen all of it.
    Deleted,
    /// Deleted by one person, edited by another who had not seen that.
    Revived,
}

/// A record as this set of changes tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its name.
    pub id: RecordId,
    /// Its form: what the first write by stamp says.
    pub form: String,
    /// The form version it was made with, unless `@ver` was written.
    pub version: String,
    /// Its fields by path.
    pub cells: Table<String, Cell>,
    /// The greatest stamp of its changes and who wrote it.
    pub touched: (Stamp, Option<String>),
    /// The least stamp of its changes and who wrote it.
    pub created: (Stamp, Option<String>),
    /// Rising: record (`""`) or entry, a path below it, and what those who deleted it had seen there.
    covered: Vec<(String, String, ChangeId)>,
}

/// A change together with the effective stamp that the endpoint gave it, if it did.
pub type Dated<'a> = (&'a Change, Option<Stamp>);

struct Write<'a> {
    path: &'a str,
    change: &'a Change,
    order: (Stamp, ChangeId),
    value: Option<&'a Value>,
    over: &'a [ChangeId],
}

/// Folds what is known of one record; `None` when nothing is.
#[must_use]
pub fn fold<'a>(id: RecordId, changes: impl IntoIterator<Item = Dated<'a>>) -> Option<Record> {
    let mut writes: Vec<Write<'a>> = Vec::new();
    let mut covered: Vec<(&str, &str, ChangeId)> = Vec::new();
    let mut first: Option<((Stamp, ChangeId), &Change, &str, &str)> = None;
    let mut last: Option<((Stamp, ChangeId), &Change)> = None;
    for (change, eff) in changes {
        let place = (eff.unwrap_or(change.stamp), change.id);
        for recs in change.recs.iter().filter(|recs| recs.rec == id) {
            if first.is_none_or(|(least, ..)| place < least) {
                first = Some((place, change, &recs.form, &recs.ver));
            }
            // A record is touched by people.
            let counts = |(most, newest): &((Stamp, ChangeId), &Change)| {
                (!change.auto, place) > (!newest.auto, *most)
            };
            if last.as_ref().is_none_or(counts) {
                last = Some((place, change));
            }
            for path in recs.paths() {
                let value = recs.set.get(path);
                writes.push(Write {
                    path,
                    change,
                    order: place,
                    value,
                    over: recs.over(path),
                });
                if value.is_none_or(|v| !v.is_null()) {
                    cover(&mut covered, path, &recs.over);
                }
            }
        }
    }
    let (_, oldest, form, version) = first?;
    let (_, newest) = last?;
    order::sort(&mut writes, &mut |a, b| {
        (a.path, a.order) < (b.path, b.order)
    });
    let of_one_path = writes.chunk_by(|a, b| a.path == b.path);
    let cells = of_one_path.filter_map(|writes| {
        let path = writes.first()?.path.to_owned();
        Some((path, cell(writes)))
    });
    let cells: Table<String, Cell> = cells.collect();
    order::sort(&mut covered, &mut |a, b| a < b);
    covered.dedup();
    let covered = covered.into_iter();
    let own = cells
        .get(path::VERSION)
        .and_then(|c| c.value().as_str())
        .map(ToOwned::to_owned);
    Some(Record {
        id,
        form: form.to_owned(),
        version: own.unwrap_or_else(|| version.to_owned()),
        cells,
        touched: (newest.stamp, newest.who.clone()),
        created: (oldest.stamp, oldest.who.clone()),
        covered: covered
            .map(|(prefix, below, id)| (prefix.to_owned(), below.to_owned(), id))
            .collect(),
    })
}

/// Notes what a deletion at `path` says it had seen below.
fn cover<'a>(
    covered: &mut Vec<(&'a str, &'a str, ChangeId)>,
    path: &'a str,
    over: &'a Table<String, Vec<ChangeId>>,
) {
    let Some(prefix) = deletion_prefix(path) else {
        return;
    };
    for (below, ids) in over {
        if below != path && path::below(prefix, below).is_some() {
            for id in ids {
                covered.push((prefix, below, *id));
            }
        }
    }
}

fn deletion_prefix(path: &str) -> Option<&str> {
    if path == path::DELETED {
        Some("")
    } else {
        path.strip_suffix("/@del")
    }
}

/// Which writes of one path, oldest first, stand.
fn cell(writes: &[Write<'_>]) -> Cell {
    let known: Set<ChangeId> = writes.iter().map(|w| w.change.id).collect();
    let mut notes = vec![Note::default(); known.len()];
    let mut is_waiting = false;
    for write in writes {
        let own = known.place(&write.change.id);
        if let Some(note) = own.and_then(|own| notes.get_mut(own)) {
            note.over = write.over;
        }
        for below in write.over.iter().filter(|id| **id != write.change.id) {
            let note = known.place(below).and_then(|at| notes.get_mut(at));
            is_waiting |= note.is_none();
            if let Some(note) = note {
                note.is_below = true;
            }
        }
    }
    for at in 0..notes.len() {
        if notes.get(at).is_some_and(|note| !note.is_below) {
            stand(at, &mut notes, &known);
        }
    }
    for write in writes.iter().rev() {
        // A cycle: only a forger makes one, and still nothing typed may vanish.
        if let Some(at) = known.place(&write.change.id)
            && notes.get(at).is_some_and(|note| !note.is_reached)
        {
            stand(at, &mut notes, &known);
        }
    }
    let does_stand = |head: &&Head| {
        let note = known.place(&head.change).and_then(|at| notes.get(at));
        note.is_some_and(|note| note.does_stand)
    };
    let history: Vec<Head> = writes.iter().map(head).collect();
    let heads = history.iter().rev().filter(does_stand).cloned().collect();
    Cell {
        heads,
        is_waiting,
        history,
    }
}

/// What is known of a write among the writes of its path.
#[derive(Clone, Default)]
struct Note<'a> {
    over: &'a [ChangeId],
    is_below: bool,
    is_reached: bool,
    does_stand: bool,
}

/// Makes a write a head, and notes which writes it reaches.
fn stand(head: usize, notes: &mut [Note<'_>], known: &Set<ChangeId>) {
    if let Some(note) = notes.get_mut(head) {
        note.does_stand = true;
    }
    let mut open = vec![head];
    while let Some(at) = open.pop() {
        if let Some(note) = notes.get_mut(at).filter(|note| !note.is_reached) {
            note.is_reached = true;
            for id in note.over {
                open.extend(known.place(id));
            }
        }
    }
}

fn head(write: &Write<'_>) -> Head {
    Head {
        change: write.change.id,
        stamp: write.change.stamp,
        who: write.change.who.clone(),
        value: write.value.cloned().unwrap_or(Value::Null),
        is_erased: write.value.is_none(),
        is_auto: write.change.auto,
    }
}

impl Record {
    /// The value shown at a path; `None` when never written, cleared or erased.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.cells
            .get(path)
            .map(Cell::value)
            .filter(|value| !value.is_null())
    }

    /// Paths whose values a person has to choose between, in entries that are there.
    #[must_use]
    pub fn conflicts(&self) -> Vec<&str> {
        let conflicts = self.cells.iter().filter(|(path, cell)| {
            let name = path.rsplit('/').next().unwrap_or_default();
            cell.has_conflict() && name != path::DELETED && self.is_shown(path)
        });
        conflicts.map(|(path, _)| path.as_str()).collect()
    }

    /// Whether no entry that a path lies in is deleted.
    #[must_use]
    pub fn is_shown(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        (2..parts.len())
            .step_by(2)
            .filter_map(|n| parts.get(..n))
            .all(|entry| self.life(&entry.join("/")) != Life::Deleted)
    }

    /// Whether the record (`""`) or an entry (`group/entry`) is there.
    #[must_use]
    pub fn life(&self, prefix: &str) -> Life {
        let Some(deletion) = self.cells.get(&path::under(prefix, path::DELETED)) else {
            return Life::Alive;
        };
        if deletion
            .heads
            .iter()
            .all(|head| head.value.is_null() && !head.is_erased)
        {
            return Life::Alive;
        }
        let uncovered = self.below(prefix).any(|(path, cell)| {
            deletion_prefix(path) != Some(prefix)
                && !cell
                    .heads
                    .iter()
                    .all(|head| head.is_auto || self.is_covered(prefix, path, head.change))
        });
        if uncovered {
            Life::Revived
        } else {
            Life::Deleted
        }
    }

    fn is_covered(&self, prefix: &str, path: &str, id: ChangeId) -> bool {
        let found = table::place(self.covered.len(), &mut |at| {
            let row = self.covered.get(at);
            row.map_or(Ordering::Greater, |(p, below, seen)| {
                (p.as_str(), below.as_str(), *seen).cmp(&(prefix, path, id))
            })
        });
        found.is_ok()
    }

    /// The cells below an entry, or all of the record's.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Cell)> {
        let from = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        self.cells
            .rows_from(from.as_str())
            .map(|(path, cell)| (path.as_str(), cell))
            .take_while(move |(path, _)| path::below(prefix, path).is_some())
    }

    /// The ids of the entries of a group that are there, in order.
    #[must_use]
    pub fn entries<'a>(&'a self, group: &'a str) -> Vec<&'a str> {
        let mut entries: Vec<(&str, &str)> = Vec::new();
        for (path, _) in self.below(group) {
            let id = path::below(group, path).and_then(|rest| rest.split('/').next());
            let Some(id) = id else { continue };
            if entries.last().is_some_and(|(_, last)| *last == id) {
                continue;
            }
            let prefix = path::under(group, id);
            if self.life(&prefix) != Life::Deleted {
                let position = self.get(&path::under(&prefix, path::POSITION));
                entries.push((position.and_then(Value::as_str).unwrap_or_default(), id));
            }
        }
        order::sort(&mut entries, &mut |a, b| a < b);
        entries.into_iter().map(|(_, id)| id).collect()
    }

    /// The record as a person reads it: fields by name, groups as lists in order, each entry with its `@id`.
    #[must_use]
    pub fn to_doc(&self) -> Value {
        Value::Object(self.doc_below(""))
    }

    fn doc_below(&self, prefix: &str) -> Map<String, Value> {
        let mut doc = Map::new();
        for (path, cell) in self.below(prefix) {
            let Some(rest) = path::below(prefix, path) else {
                continue;
            };
            if let Some((group, _)) = rest.split_once('/') {
                if !doc.contains_key(group) {
                    doc.insert(
                        group.to_owned(),
                        self.group_doc(&path::under(prefix, group)),
                    );
                }
            } else if let Some((field, option)) = rest.split_once('#') {
                let chosen = doc.entry(field).or_insert_with(|| Value::Array(Vec::new()));
                if let (Value::Array(chosen), Value::Bool(true)) = (chosen, cell.value()) {
                    chosen.push(Value::String(option.to_owned()));
                }
            } else if !rest.starts_with('@') && !cell.value().is_null() {
                doc.insert(rest.to_owned(), cell.value().clone());
            }
        }
        doc
    }

    fn group_doc(&self, group: &str) -> Value {
        let entry = |id: &str| {
            let mut doc = self.doc_below(&path::under(group, id));
            doc.insert("@id".to_owned(), Value::String(id.to_owned()));
            Value::Object(doc)
        };
        Value::Array(self.entries(group).into_iter().map(entry).collect())
    }
}
