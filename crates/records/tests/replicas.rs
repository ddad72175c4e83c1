//! Devices that run the real planning code, an endpoint and a bad network: 1,000 seeds, and after each one
//! nothing that was saved is missing and no value was overwritten unseen.
//!
//! `SO_TAY_SEED=7` replays one seed, `SO_TAY_SEEDS=5000` runs more (`cargo xtask simulate --seeds 5000`).

mod after;
mod device;
mod endpoint;
mod rng;
mod stories;
mod world;

use std::{collections::BTreeMap, env, panic};

use after::Found;
use records::{fold::Record, id::RecordId};
use world::World;

const SEEDS: u64 = 1_000;

#[derive(Debug, Default)]
struct Total {
    seeds: u64,
    devices: usize,
    changes: usize,
    counts: BTreeMap<&'static str, u64>,
    found: Found,
}

fn run(seed: u64) -> World {
    let mut world = World::new(seed);
    world.run();
    world.heal();
    world
}

impl Total {
    fn add(&mut self, world: &World, found: &Found) {
        self.seeds += 1;
        self.devices += world.devices.len();
        self.changes += world.saved.len();
        for (what, count) in &world.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.found.missing.extend_from_slice(&found.missing);
        self.found.doubled += found.doubled;
        self.found.overwritten += found.overwritten;
        self.found.values += found.values;
        self.found.conflicts += found.conflicts;
        self.found.deleted += found.deleted;
        self.found.revived += found.revived;
    }
}

fn seed_from(name: &str) -> Option<u64> {
    env::var(name).ok().map(|seed| seed.parse().unwrap())
}

#[test]
fn nothing_saved_is_lost_and_nothing_is_overwritten_unseen_whatever_the_network_does() {
    let one = seed_from("SO_TAY_SEED");
    let seeds = match one {
        Some(seed) => seed..seed + 1,
        None => 0..seed_from("SO_TAY_SEEDS").unwrap_or(SEEDS),
    };
    let mut total = Total::default();
    for seed in seeds {
        let checked = panic::catch_unwind(|| {
            let world = run(seed);
            let found = after::look(&world);
            assert_eq!(
                found.missing, [""; 0],
                "these were saved and are not at the endpoint"
            );
            assert_eq!(
                (found.doubled, found.overwritten),
                (0, 0),
                "doubled, overwritten"
            );
            (world, found)
        });
        match checked {
            Ok((world, found)) => total.add(&world, &found),
            Err(_) => panic!("seed {seed} failed; SO_TAY_SEED={seed} replays it"),
        }
    }
    print(&total);
    if one.is_none() {
        let faults = [
            "lost requests",
            "lost answers",
            "duplicated requests",
            "delays",
            "cut pages",
            "years away",
            "compartments granted",
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
}

#[test]
fn the_search_finds_a_lost_change_a_double_one_and_a_hidden_value() {
    let mut world = run(7);
    let found = after::look(&world);
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
    let row = world
        .endpoint
        .scopes
        .values_mut()
        .find_map(Vec::pop)
        .unwrap();
    assert_eq!(after::look(&world).missing, [&*row.raw]);
    let rows = world.endpoint.scopes.values_mut().next().unwrap();
    rows.extend([row.clone(), row]);
    assert_eq!(after::look(&world).doubled, 1);
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
fn print(total: &Total) {
    let mut counts = total.counts.clone();
    let exchanges = counts.remove("exchanges").unwrap_or_default();
    let counts: Vec<String> = counts
        .iter()
        .map(|(what, n)| format!("{n} {what}"))
        .collect();
    let Total {
        seeds,
        devices,
        changes,
        found,
        ..
    } = total;
    println!(
        "replicas: {seeds} seeds, {devices} devices, {changes} changes, {exchanges} exchanges; {}; \
         {} conflicts seen, {} records deleted, {} revived; {} values looked for; \
         {} acknowledged changes missing, {} stored twice, {} silent overwrites",
        counts.join(", "),
        found.conflicts,
        found.deleted,
        found.revived,
        found.values,
        found.missing.len(),
        found.doubled,
        found.overwritten,
    );
}
