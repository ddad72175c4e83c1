//! Devices that run the real planning code, an endpoint and a bad network: 200 seeds, and after each one
//! nothing that was saved is missing and no value was overwritten unseen.
//!
//! `SO_TAY_SEED=7` replays one seed, `SO_TAY_SEEDS=5000` runs more.

mod after;
mod device;
mod endpoint;
mod rng;
mod stories;
mod world;

use std::{collections::BTreeMap, env, panic};

use after::Found;
use world::World;

const SEEDS: u64 = 200;

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
        self.found.reordered += found.reordered;
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
         {} acknowledged changes missing, {} stored twice, {} silent overwrites; \
         {} fields shown in another order after a restore",
        counts.join(", "),
        found.conflicts,
        found.deleted,
        found.revived,
        found.values,
        found.missing.len(),
        found.doubled,
        found.overwritten,
        found.reordered,
    );
}
