//! What must hold when everybody has talked: found from the texts alone, without the code under test.

use std::collections::{BTreeMap, BTreeSet};

use records::{
    change::{Change, parse_change},
    fold::{Life, Record},
    id::{ChangeId, RecordId},
    notebook::Notebook,
};

use crate::{
    Server,
    device::Device,
    world::{FORGED, World, rec},
};

/// What was looked for and must be zero, and what is only counted.
#[derive(Debug, Default)]
pub struct Found {
    pub missing: Vec<String>,
    pub doubled: usize,
    pub overwritten: usize,
    pub values: usize,
    /// Fields that somebody had to choose in, during the run or at its end.
    pub conflicts: usize,
    pub deleted: usize,
    pub revived: usize,
}

/// A value: record, path, and the change that wrote it.
pub type Written = (RecordId, String, ChangeId);

pub fn look<S: Server>(world: &mut World<S>) -> Found {
    let mut found = Found::default();
    let rows = world.server.rows();
    at_the_endpoint(world, &rows, &mut found);
    let world = &*world;
    let visible = unreplaced(world);
    let first = &world.devices[0].replica.notebook;
    count(world, first, &mut found);
    for device in &world.devices {
        let book = &device.replica.notebook;
        same_set(world, first, book);
        let mut theirs = BTreeMap::new();
        for rec in first.records() {
            let record = book.fold(rec).unwrap();
            for (path, cell) in &record.cells {
                assert!(
                    !cell.is_waiting,
                    "{rec} {path} waits on {}",
                    device.replica.counter.dev
                );
            }
            theirs.insert(rec, record);
        }
        found.values += visible.len();
        found.overwritten += hidden(&theirs, &visible);
        for (rec_id, theirs) in &theirs {
            if *rec_id != rec(FORGED) {
                let ours = first.fold(*rec_id).unwrap();
                assert_eq!(ours, *theirs, "two devices show {rec_id} differently");
            }
        }
        nobody_waits(world, device, &rows);
    }
    found
}

fn count<S>(world: &World<S>, book: &Notebook, found: &mut Found) {
    let mut conflicts = world.conflicts.clone();
    for rec in book.records() {
        let record = book.fold(rec).unwrap();
        conflicts.extend(
            record
                .conflicts()
                .into_iter()
                .map(|path| (rec, path.to_owned())),
        );
        found.deleted += usize::from(record.life("") == Life::Deleted);
        found.revived += usize::from(record.life("") == Life::Revived);
    }
    found.conflicts = conflicts.len();
}

/// Every text that was saved anywhere is there once, or is set aside as another text under an id.
fn at_the_endpoint<S: Server>(world: &mut World<S>, all: &[(ChangeId, String)], found: &mut Found) {
    let mut rows: BTreeMap<ChangeId, Vec<&str>> = BTreeMap::new();
    for (id, raw) in all {
        rows.entry(*id).or_default().push(raw);
    }
    found.doubled += rows.values().filter(|raws| raws.len() > 1).count();
    for (id, raws) in &world.saved {
        for raw in raws {
            let is_row = rows
                .get(id)
                .is_some_and(|rows| rows.contains(&raw.as_str()));
            let is_twin =
                world.forged.contains(id) && rows.contains_key(id) && world.server.holds(*id, raw);

            let is_erased = world.erased.contains(id)
                && rows
                    .get(id)
                    .is_some_and(|rows| rows.iter().all(|raw| is_stub(raw)));
            if !is_row && !is_twin && !is_erased {
                found.missing.push(raw.clone());
            }
        }
    }
    let known: BTreeSet<&ChangeId> = world.saved.keys().collect();
    assert!(
        rows.keys().all(|id| known.contains(id)),
        "a change nobody made"
    );
}

/// What was written and is named in no other write's `over`.
fn unreplaced<S>(world: &World<S>) -> Vec<Written> {
    let texts = world.saved.values().flatten();
    let changes: Vec<Change> = texts
        .map(|raw| parse_change(raw.as_bytes()).unwrap())
        .collect();
    let mut named = BTreeSet::new();
    for change in &changes {
        for writes in &change.recs {
            for path in writes.set.keys() {
                let over = writes.over(path).iter().filter(|id| **id != change.id);
                named.extend(over.map(|id| (writes.rec, path.clone(), *id)));
            }
        }
    }
    let written = changes.iter().flat_map(|change| {
        let paths = change
            .recs
            .iter()
            .flat_map(|w| w.set.keys().map(|path| (w.rec, path.clone())));
        paths.map(|(rec, path)| (rec, path, change.id))
    });
    let written: BTreeSet<_> = written.collect();
    written.difference(&named).cloned().collect()
}

/// How many of these values are not in sight.
pub fn hidden(shown: &BTreeMap<RecordId, Record>, values: &[Written]) -> usize {
    let is_hidden = |(rec, path, id): &&Written| {
        let cell = shown.get(rec).and_then(|record| record.cells.get(path));
        !cell.is_some_and(|cell| cell.seen().contains(id))
    };
    values.iter().filter(is_hidden).count()
}

fn is_stub(raw: &str) -> bool {
    parse_change(raw.as_bytes()).is_ok_and(|change| change.stub.is_some())
}

fn same_set<S>(world: &World<S>, one: &Notebook, other: &Notebook) {
    assert!(
        one.changes().map(|(id, _)| id).eq(world.saved.keys()),
        "a device lacks changes"
    );
    for ((id, one), (other_id, other)) in one.changes().zip(other.changes()) {
        assert_eq!(id, other_id, "two devices hold different changes");
        if world.forged.contains(id) {
            continue;
        }
        assert!(
            !world.erased.contains(id) || is_stub(&one.raw),
            "{id} was erased and is still here"
        );
        assert_eq!(one.raw, other.raw, "two devices hold different texts");
        assert!(one.acc.is_some(), "{id} was never accepted");
        assert_eq!(one.acc, other.acc, "two devices date {id} differently");
    }
    assert_eq!(one.len(), other.len());
}

fn nobody_waits<S>(world: &World<S>, device: &Device, rows: &[(ChangeId, String)]) {
    let replica = &device.replica;
    assert_eq!(
        replica.waiting().count(),
        0,
        "something still waits to be sent"
    );
    assert_eq!(replica.sync.offering, None);
    assert!(
        replica.verdicts.keys().all(|id| world.forged.contains(id)),
        "held without a reason"
    );
    // Another text under a known id is in sight wherever the first one is.
    for (id, raw) in rows {
        let is_ours = *replica.notebook.get(id).unwrap().raw == **raw;
        let is_shown = replica.aside.iter().any(|aside| aside.get() == raw);
        assert!(
            is_ours || is_shown,
            "the endpoint's text of {id} is nowhere on a device"
        );
    }
    let again = device.disk.rebuild();
    assert_eq!(
        again.notebook, replica.notebook,
        "a restart shows something else"
    );
    assert_eq!(
        (again.counter, &again.sync),
        (replica.counter, &replica.sync)
    );
    assert_eq!(again.verdicts, replica.verdicts);
    assert_eq!(again.waiting().count(), 0);
}
