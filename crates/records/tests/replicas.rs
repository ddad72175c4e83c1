//! Devices that run the real planning code, a model of the endpoint and a bad network: 1,000 seeds.
//!
//! `SO_TAY_SEED=7` replays one seed, `SO_TAY_SEEDS=5000` runs more (`cargo xtask simulate --seeds 5000`).

mod stories;

use std::collections::BTreeMap;

use records::{fold::Record, id::RecordId};
use simulation::{after, explore, is_replay, model::Model, run};

const SEEDS: u64 = 1_000;

#[test]
fn nothing_saved_is_lost_and_nothing_is_overwritten_unseen_whatever_the_network_does() {
    let total = explore(SEEDS, Model::default);
    print(&total.line("replicas"));
    if is_replay() {
        return;
    }
    let faults = [
        "lost requests",
        "lost answers",
        "duplicated requests",
        "delays",
        "cut pages",
        "years away",
        "compartments granted",
        "compartments withdrawn",
        "parcels carried",
        "edits by another release",
        "changes erased by law",
    ];
    assert!(
        faults.iter().all(|fault| total.counts.contains_key(fault)),
        "{total:?}"
    );
    let classes = [
        total.found.conflicts,
        total.found.deleted,
        total.found.revived,
    ];
    assert!(classes.iter().all(|count| *count > 0), "{total:?}");
}

#[test]
fn the_search_finds_a_lost_change_a_double_one_and_a_hidden_value() {
    let mut world = run(7, Model::default());
    let found = after::look(&mut world);
    assert_eq!(
        (found.missing.len(), found.doubled, found.overwritten),
        (0, 0, 0)
    );
    let book = &world.devices[0].replica.notebook;
    let shown = book
        .records()
        .map(|rec| (rec, book.fold(rec).unwrap()))
        .collect();
    let replaced = replaced(&shown);
    assert!(!replaced.is_empty());
    assert_eq!(after::hidden(&shown, &replaced), replaced.len());
    let row = world.server.scopes.values_mut().find_map(Vec::pop).unwrap();
    assert_eq!(after::look(&mut world).missing, [&*row.raw]);
    let rows = world.server.scopes.values_mut().next().unwrap();
    rows.extend([row.clone(), row]);
    assert_eq!(after::look(&mut world).doubled, 1);
}

/// Values that somebody has written over.
fn replaced(shown: &BTreeMap<RecordId, Record>) -> Vec<after::Written> {
    let mut replaced = Vec::new();
    for (rec, record) in shown {
        for (path, cell) in &record.cells {
            let seen = cell.seen();
            let old = cell.history.iter().map(|old| old.change);
            let old = old.filter(|old| !seen.contains(old));
            replaced.extend(old.map(|old| (*rec, path.clone(), old)));
        }
    }
    replaced
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what the test is read for"
)]
fn print(line: &str) {
    println!("{line}");
}
