//! The small universe of the laws: three devices, records, fields, values and instants, so that everything
//! collides. Two ways to make a history in it: devices that are honest about what they saw, and forgers.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};
use records::{
    change::{Change, Erase, RecWrites},
    draft::{self, Draft},
    fold::Record,
    form::Form,
    id::{ChangeId, DeviceId, RecordId},
    json::Read,
    notebook::Notebook,
    path,
    stamp::Stamp,
    wire::Acceptance,
};
use serde_json::{Value, json};

pub(super) const FIELDS: [&str; 4] = ["a", "f#A", "g/e1/x", "g/e2/x"];
pub(super) const ENTRIES: [&str; 2] = ["e1", "e2"];
const PATHS: [&str; 7] = [
    "a",
    "f#A",
    "g/e1/x",
    "g/e2/x",
    "@del",
    "g/e1/@del",
    "g/e2/@del",
];

pub(super) fn rec(n: usize) -> RecordId {
    RecordId::derived([u8::try_from(n % 3).unwrap(); 16])
}

pub(super) fn dev(n: usize) -> DeviceId {
    DeviceId::derived([u8::try_from(n % 3).unwrap(); 16])
}

/// Ids whose order has nothing to do with the order in which the changes were made.
pub(super) fn id(n: usize) -> ChangeId {
    let n = u8::try_from(n).unwrap();
    let mut bytes = [n; 16];
    bytes[0] = n.wrapping_mul(151);
    ChangeId::derived(bytes)
}

pub(super) fn value(n: usize) -> Value {
    [Value::Null, Value::Bool(true), Value::from("x")][n % 3].clone()
}

pub(super) fn form() -> Form {
    let form = json!({
        "id":"k","version":"1","valid_from":"2026-01-01","label":"K","short":"K",
        "sections":[{"label":"S","fields":[
            {"key":"a","label":"A","type":"text"},
            {"key":"f","label":"F","type":"choices","options":[["A","a"]]},
            {"key":"g","label":"G","type":"group","fields":[{"key":"x","label":"X","type":"text"}]}
        ]}]
    });
    Form::read(&form.to_string()).unwrap()
}

pub(super) fn change(n: usize, dev_n: usize, stamp: Stamp, recs: Vec<RecWrites>) -> Change {
    Change {
        id: id(n),
        dev: dev(dev_n),
        n: n as u64 + 1,
        stamp,
        lo: 0,
        part: "thuong".into(),
        who: Some(format!("TÊN-{n}-")),
        app: None,
        recs,
        auto: false,
        erase: None,
        stub: None,
    }
}

pub(super) fn erasure(n: usize, ids: Vec<ChangeId>) -> Change {
    let stamp = Stamp {
        ms: 2,
        counter: 0,
        dev: 9,
    };
    let erase = Erase {
        ids,
        law: "Luật 91/2025/QH15".into(),
        reason: "theo yêu cầu".into(),
    };
    Change {
        erase: Some(erase),
        who: None,
        ..change(n, 0, stamp, vec![])
    }
}

/// A change that writes one path of record 0.
pub(super) fn write(n: usize, path: &str, value: Value, over: &[usize]) -> Change {
    let mut writes = RecWrites::new(rec(0), "k", "1");
    writes.set.insert(path.to_owned(), value);
    if !over.is_empty() {
        writes
            .over
            .insert(path.to_owned(), over.iter().map(|n| id(*n)).collect());
    }
    change(
        n,
        n,
        Stamp {
            ms: n as u64,
            counter: 0,
            dev: 1,
        },
        vec![writes],
    )
}

pub(super) fn acceptance(seq: u64, eff: Stamp) -> Acceptance {
    Acceptance {
        scope: "00000/thuong".into(),
        seq,
        epoch: "e".into(),
        eff,
        mac: String::new(),
    }
}

pub(super) fn notebook<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Notebook {
    let mut notebook = Notebook::default();
    for change in changes {
        notebook.insert(&change.to_json()).unwrap();
    }
    notebook
}

/// The fold of everything, by record.
pub(super) fn folds(notebook: &Notebook) -> BTreeMap<RecordId, Record> {
    notebook
        .records()
        .map(|rec| (rec, notebook.fold(rec).unwrap()))
        .collect()
}

/// `items` in the order of `keys`.
pub(super) fn shuffled<'a, T>(items: &'a [T], keys: &[u16]) -> Vec<&'a T> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|at| keys.get(*at));
    order.into_iter().map(|at| &items[at]).collect()
}

pub(super) fn keys() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 48)
}

/// What one of three honest devices does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Put {
        dev: usize,
        rec: usize,
        path: usize,
        value: usize,
        now: u64,
    },
    DeleteRecord {
        dev: usize,
        rec: usize,
    },
    DeleteEntry {
        dev: usize,
        rec: usize,
        entry: usize,
    },
    Undo {
        dev: usize,
        rec: usize,
        path: usize,
    },
    /// All that `from` holds comes to `to`.
    Send {
        from: usize,
        to: usize,
    },
    /// One change comes alone, perhaps before those that it is written over.
    Carry {
        from: usize,
        to: usize,
        nth: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let d = 0..3_usize;
    // Most of it happens to record 0: two devices must meet.
    let r = prop_oneof![3 => Just(0_usize), 1 => 1..3_usize];
    prop_oneof![
        8 => (d.clone(), r.clone(), 0..FIELDS.len(), 0..3_usize, 1..4_u64)
            .prop_map(|(dev, rec, path, value, now)| Step::Put { dev, rec, path, value, now }),
        1 => (d.clone(), r.clone()).prop_map(|(dev, rec)| Step::DeleteRecord { dev, rec }),
        1 => (d.clone(), r.clone(), 0..2_usize)
            .prop_map(|(dev, rec, entry)| Step::DeleteEntry { dev, rec, entry }),
        1 => (d.clone(), r, 4..PATHS.len()).prop_map(|(dev, rec, path)| Step::Undo { dev, rec, path }),
        4 => (d.clone(), d.clone()).prop_map(|(from, to)| Step::Send { from, to }),
        1 => (d.clone(), d, any::<usize>()).prop_map(|(from, to, nth)| Step::Carry { from, to, nth }),
    ]
}

/// All changes of an honest history in the order in which they were made, and what each device holds of them.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub(super) changes: Vec<Change>,
    pub(super) devices: [Notebook; 3],
    stamps: [Stamp; 3],
}

impl History {
    pub(super) fn record(&self, dev: usize, n: usize) -> Option<Record> {
        self.devices[dev].fold(rec(n))
    }

    pub(super) fn save(&mut self, dev: usize, now: u64, writes: RecWrites) {
        if writes.set.is_empty() {
            return;
        }
        self.stamps[dev] = self.stamps[dev].next(now, u32::try_from(dev).unwrap());
        let change = change(self.changes.len(), dev, self.stamps[dev], vec![writes]);
        self.devices[dev].insert(&change.to_json()).unwrap();
        self.changes.push(change);
    }

    fn play(&mut self, step: &Step) {
        match *step {
            Step::Put {
                dev,
                rec: r,
                path,
                value: v,
                now,
            } => {
                let path = FIELDS[path];
                let writes = match self.record(dev, r) {
                    Some(record) => draft::single(&record, path, value(v)),
                    None => {
                        let mut writes = RecWrites::new(rec(r), "k", "1");
                        writes.set.insert(path.to_owned(), value(v));
                        writes
                    }
                };
                self.save(dev, now, writes);
            }
            Step::DeleteRecord { dev, rec } => {
                if let Some(record) = self.record(dev, rec) {
                    self.save(dev, 2, draft::deletion(&record));
                }
            }
            Step::DeleteEntry { dev, rec, entry } => {
                if let Some(record) = self.record(dev, rec) {
                    let mut draft = Draft::edit(&record, &form(), 2);
                    draft.remove_entry("g", ENTRIES[entry]);
                    self.save(dev, 2, draft.writes());
                }
            }
            Step::Undo { dev, rec, path } => {
                if let Some(record) = self.record(dev, rec)
                    && record.get(PATHS[path]).is_some()
                {
                    self.save(dev, 2, draft::single(&record, PATHS[path], Value::Null));
                }
            }
            Step::Send { from, to } => self.carry(from, to, |_| true),
            Step::Carry { from, to, nth } => {
                let len = self.devices[from].len();
                if len > 0 {
                    self.carry(from, to, |at| at == nth % len);
                }
            }
        }
    }

    fn carry(&mut self, from: usize, to: usize, takes: impl Fn(usize) -> bool) {
        let raws: Vec<_> = self.devices[from]
            .changes()
            .map(|(_, known)| known.raw.clone())
            .collect();
        for (_, raw) in raws.iter().enumerate().filter(|(at, _)| takes(*at)) {
            self.devices[to].insert(raw).unwrap();
        }
    }
}

/// Histories of devices that say what they saw, and nothing else.
pub(super) fn honest() -> impl Strategy<Value = History> {
    vec(step(), 1..24).prop_map(|steps| {
        let mut history = History::default();
        for step in &steps {
            history.play(step);
        }
        history
    })
}

/// One change of somebody who lies: any path over anything, itself and what never was included.
fn forged() -> impl Strategy<Value = (usize, u64, Vec<RecWrites>)> {
    let over = vec(0..10_usize, 0..4);
    let write = (0..PATHS.len(), 0..4_usize, over);
    let recs = vec(vec(write, 1..4), 1..3);
    (0..3_usize, 0..4_u64, recs).prop_map(|(dev, ms, recs)| {
        let recs = recs.into_iter().enumerate().map(|(r, writes)| {
            let mut all = RecWrites::new(rec(r), "k", "1");
            for (path, v, over) in writes {
                let path = PATHS[path].to_owned();
                if v == 3 {
                    all.keys.push(path.clone());
                } else {
                    all.set.insert(path.clone(), value(v));
                }
                all.over.insert(path, over.into_iter().map(id).collect());
            }
            all
        });
        (dev, ms, recs.collect())
    })
}

/// Up to eight forged changes; some of them erase others, and perhaps each other.
pub(super) fn hostile() -> impl Strategy<Value = Vec<Change>> {
    let erases = vec((0..8_usize, 0..8_usize), 0..3);
    (vec(forged(), 1..8), erases).prop_map(|(forged, erases)| {
        let mut changes: Vec<Change> = forged
            .into_iter()
            .enumerate()
            .map(|(n, (dev, ms, recs))| {
                change(
                    n,
                    dev,
                    Stamp {
                        ms,
                        counter: 0,
                        dev: 0,
                    },
                    recs,
                )
            })
            .collect();
        for (by, erased) in erases {
            let by = by % changes.len();
            changes[by].erase = erasure(0, vec![id(erased)]).erase;
        }
        changes
    })
}

/// The writes of one path: change, value (none in a stub), `over`.
pub(super) type Writes<'a> = Vec<(ChangeId, Option<&'a Value>, BTreeSet<ChangeId>)>;

/// The writes of every path of a record, found without the code under test.
pub(super) fn writes_of(changes: &[Change], rec: RecordId) -> BTreeMap<&str, Writes<'_>> {
    let mut found: BTreeMap<&str, Writes<'_>> = BTreeMap::new();
    for change in changes {
        for writes in change.recs.iter().filter(|writes| writes.rec == rec) {
            let mut paths: Vec<&str> = writes.paths().collect();
            paths.sort_unstable();
            paths.dedup();
            for path in paths {
                let over = writes.over(path).iter().copied().collect();
                found
                    .entry(path)
                    .or_default()
                    .push((change.id, writes.set.get(path), over));
            }
        }
    }
    found
}

/// The writes that no other write is written over, as the law says it.
pub(super) fn unnamed(writes: &Writes<'_>) -> BTreeSet<ChangeId> {
    let is_named = |id: &ChangeId| {
        writes
            .iter()
            .any(|(by, _, over)| by != id && over.contains(id))
    };
    writes
        .iter()
        .map(|(id, ..)| *id)
        .filter(|id| !is_named(id))
        .collect()
}

/// Whether a prefix is deleted, as the law says it.
pub(super) fn is_deleted(changes: &[Change], rec: RecordId, prefix: &str) -> bool {
    let all = writes_of(changes, rec);
    let at = path::under(prefix, path::DELETED);
    let Some(deletions) = all.get(at.as_str()) else {
        return false;
    };
    let heads = unnamed(deletions);
    let deletes = |id: &ChangeId, value: &Option<&Value>| {
        heads.contains(id) && value.is_some_and(|v| !v.is_null())
    };
    if !deletions.iter().any(|(id, value, _)| deletes(id, value)) {
        return false;
    }
    let covers = |id: &ChangeId, below: &str| {
        changes
            .iter()
            .flat_map(|change| &change.recs)
            .any(|writes| {
                writes.rec == rec
                    && writes.set.get(&at).is_some_and(|v| !v.is_null())
                    && writes.over(below).contains(id)
            })
    };
    all.iter()
        .filter(|(below, _)| **below != at && path::below(prefix, below).is_some())
        .all(|(below, writes)| unnamed(writes).iter().all(|id| covers(id, below)))
}
