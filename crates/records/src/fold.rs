//! One record as the fold of its changes. The law is `docs/MERGE.md`.
//!
//! A pure function of a set: no order of arrival, no clock, no error. Whatever hostile or half-arrived
//! history comes in, a record comes out, and no value that a person typed is missing from its heads
//! unless another write says that its author had seen it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    change::Change,
    id::{ChangeId, RecordId},
    order, path,
    stamp::Stamp,
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
    pub cells: BTreeMap<String, Cell>,
    /// The greatest stamp of its changes and who wrote it.
    pub touched: (Stamp, Option<String>),
    /// The least stamp of its changes and who wrote it.
    pub created: (Stamp, Option<String>),
    covered: Covered,
}

/// Record (`""`) or entry → path below it → what those who deleted it had seen there.
type Covered = BTreeMap<String, BTreeMap<String, BTreeSet<ChangeId>>>;

/// A change together with the effective stamp that the endpoint gave it, if it did.
pub type Dated<'a> = (&'a Change, Option<Stamp>);

struct Write<'a> {
    change: &'a Change,
    order: (Stamp, ChangeId),
    value: Option<&'a Value>,
    over: &'a [ChangeId],
}

/// Folds what is known of one record; `None` when nothing is.
#[must_use]
pub fn fold<'a>(id: RecordId, changes: impl IntoIterator<Item = Dated<'a>>) -> Option<Record> {
    let mut writes: BTreeMap<&str, Vec<Write<'a>>> = BTreeMap::new();
    let mut covered = Covered::new();
    let mut first: Option<((Stamp, ChangeId), &Change, &str, &str)> = None;
    let mut last: Option<((Stamp, ChangeId), &Change)> = None;
    for (change, eff) in changes {
        let place = (eff.unwrap_or(change.stamp), change.id);
        for recs in change.recs.iter().filter(|recs| recs.rec == id) {
            if first.is_none_or(|(least, ..)| place < least) {
                first = Some((place, change, &recs.form, &recs.ver));
            }
            if last.is_none_or(|(most, _)| place > most) {
                last = Some((place, change));
            }
            for path in recs.paths() {
                let value = recs.set.get(path);
                let over = recs.over(path);
                let write = Write {
                    change,
                    order: place,
                    value,
                    over,
                };
                writes.entry(path).or_default().push(write);
                if value.is_none_or(|v| !v.is_null()) {
                    cover(&mut covered, path, &recs.over);
                }
            }
        }
    }
    let (_, oldest, form, version) = first?;
    let (_, newest) = last?;
    let cells = writes
        .into_iter()
        .map(|(path, writes)| (path.to_owned(), cell(writes)));
    let cells = order::map(cells);
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
        covered,
    })
}

/// Notes what a deletion at `path` says it had seen below.
fn cover(covered: &mut Covered, path: &str, over: &BTreeMap<String, Vec<ChangeId>>) {
    let Some(prefix) = deletion_prefix(path) else {
        return;
    };
    let covered = covered.entry(prefix.to_owned()).or_default();
    for (below, ids) in over {
        if below != path && path::below(prefix, below).is_some() {
            covered.entry(below.clone()).or_default().extend(ids);
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

/// Which writes of one path stand.
fn cell(mut writes: Vec<Write<'_>>) -> Cell {
    order::sort(&mut writes, &mut |a, b| a.order < b.order);
    let known = order::set(writes.iter().map(|w| w.change.id));
    let below = writes
        .iter()
        .flat_map(|w| w.over.iter().filter(|id| **id != w.change.id).copied());
    let below = order::set(below);
    let mut standing = order::set(known.difference(&below).copied());
    let mut reached = reach(&writes, &standing);
    while let Some(lost) = writes
        .iter()
        .rev()
        .find(|w| !reached.contains(&w.change.id))
    {
        // A cycle: only a forger makes one, and still nothing typed may vanish.
        standing.insert(lost.change.id);
        reached = reach(&writes, &standing);
    }
    let history: Vec<Head> = writes.iter().map(head).collect();
    let heads = history
        .iter()
        .rev()
        .filter(|h| standing.contains(&h.change))
        .cloned()
        .collect();
    Cell {
        heads,
        is_waiting: !below.is_subset(&known),
        history,
    }
}

fn reach(writes: &[Write<'_>], from: &BTreeSet<ChangeId>) -> BTreeSet<ChangeId> {
    let over = order::map(writes.iter().map(|w| (w.change.id, w.over)));
    let mut reached = BTreeSet::new();
    let mut open: Vec<ChangeId> = from.iter().copied().collect();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(over.get(&id).copied().unwrap_or_default());
        }
    }
    reached
}

fn head(write: &Write<'_>) -> Head {
    Head {
        change: write.change.id,
        stamp: write.change.stamp,
        who: write.change.who.clone(),
        value: write.value.cloned().unwrap_or(Value::Null),
        is_erased: write.value.is_none(),
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
        let covered = self.covered.get(prefix);
        let uncovered = self.below(prefix).any(|(path, cell)| {
            let seen = covered.and_then(|covered| covered.get(path));
            let is_seen = |id| seen.is_some_and(|seen| seen.contains(id));
            deletion_prefix(path) != Some(prefix)
                && !cell.heads.iter().all(|head| is_seen(&head.change))
        });
        if uncovered {
            Life::Revived
        } else {
            Life::Deleted
        }
    }

    /// The cells below an entry, or all of the record's.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Cell)> {
        let from = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        self.cells
            .range(from..)
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
