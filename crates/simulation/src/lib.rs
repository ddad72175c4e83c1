//! Devices that run the real planning code, a bad network, and an endpoint: a model of it here, the real one in the
//! endpoint's own tests. After each run nothing that was saved is missing and no value was overwritten unseen.
//!
//! `SO_TAY_SEED=7` replays one seed, `SO_TAY_SEEDS=5000` runs more (`cargo xtask simulate --seeds 5000`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "code of tests stops at the first surprise"
)]

pub mod after;
pub mod device;
pub mod model;
pub mod rng;
pub mod world;

use std::{
    collections::BTreeMap,
    env,
    panic::{self, AssertUnwindSafe},
};

use records::{
    id::{ChangeId, DeviceId},
    wire::{SyncAnswer, SyncRequest},
};

use after::Found;
use world::World;

/// What devices talk to.
pub trait Server {
    /// One exchange.
    fn answer(&mut self, now: u64, request: &SyncRequest) -> SyncAnswer;
    /// What one device sealed is brought by another.
    fn carry(&mut self, now: u64, content: SyncRequest) {
        self.answer(now, &content);
    }

    /// Keeps what is there now.
    fn back_up(&mut self);
    /// Goes back to what was kept last, in a new life.
    fn restore(&mut self);
    /// Every change that was taken, with its text.
    fn rows(&mut self) -> Vec<(ChangeId, String)>;
    /// Whether a text was set aside.
    fn holds(&mut self, id: ChangeId, raw: &str) -> bool;
    /// The compartments that it takes.
    fn parts(&self) -> &'static [&'static str];

    /// Whether it erases by law what it is told to.
    fn erases(&self) -> bool {
        false
    }

    /// All devices are to read everything anew; whether it knows such a thing.
    fn widen(&mut self) -> bool {
        false
    }

    /// What a device writes is set aside from now on; whether it knows such a thing.
    fn distrust(&mut self, _dev: DeviceId) -> bool {
        false
    }

    /// A device sees the ordinary compartment alone; whether that is new.
    fn limit(&mut self, _dev: DeviceId) -> bool {
        false
    }

    /// A device sees all of them; whether that is new.
    fn grant(&mut self, _dev: DeviceId) -> bool {
        false
    }

    /// Everybody is trusted again.
    fn release(&mut self, _now: u64) {}
}

/// One run, until everybody has talked.
pub fn run<S: Server>(seed: u64, server: S) -> World<S> {
    let mut world = World::new(seed, server);
    world.run();
    world.heal();
    world
}

/// The figures of many runs.
#[derive(Debug, Default)]
pub struct Total {
    pub seeds: u64,
    pub devices: usize,
    pub changes: usize,
    pub counts: BTreeMap<&'static str, u64>,
    pub found: Found,
}

impl Total {
    fn add<S>(&mut self, world: &World<S>, found: &Found) {
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

    /// The figures, as one line.
    #[must_use]
    pub fn line(&self, what: &str) -> String {
        let mut counts = self.counts.clone();
        let exchanges = counts.remove("exchanges").unwrap_or_default();
        let counts: Vec<String> = counts
            .iter()
            .map(|(what, n)| format!("{n} {what}"))
            .collect();
        let Self {
            seeds,
            devices,
            changes,
            found,
            ..
        } = self;
        format!(
            "{what}: {seeds} seeds, {devices} devices, {changes} changes, {exchanges} exchanges; {}; \
             {} conflicts seen, {} records deleted, {} revived; {} values looked for; \
             {} acknowledged changes missing, {} stored twice, {} silent overwrites, 0 not drained",
            counts.join(", "),
            found.conflicts,
            found.deleted,
            found.revived,
            found.values,
            found.missing.len(),
            found.doubled,
            found.overwritten,
        )
    }
}

fn seed_from(name: &str) -> Option<u64> {
    env::var(name).ok().map(|seed| seed.parse().unwrap())
}

/// Whether one seed is replayed: then not every fault strikes.
#[must_use]
pub fn is_replay() -> bool {
    seed_from("SO_TAY_SEED").is_some()
}

/// Runs seeds, so many unless the environment says otherwise.
///
/// # Panics
/// When something is lost, doubled, overwritten unseen or still waits at the end; names the seed.
pub fn explore<S: Server>(usual: u64, make: impl Fn() -> S) -> Total {
    let seeds = match seed_from("SO_TAY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..seed_from("SO_TAY_SEEDS").unwrap_or(usual),
    };
    let mut total = Total::default();
    for seed in seeds {
        let checked = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut world = run(seed, make());
            let found = after::look(&mut world);
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
        }));
        match checked {
            Ok((world, found)) => total.add(&world, &found),
            Err(_) => panic!("seed {seed} failed; SO_TAY_SEED={seed} replays it"),
        }
    }
    total
}
