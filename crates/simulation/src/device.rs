//! A device: the real planning code over a disk of texts. What is in memory dies in a crash, what is on the
//! disk does not.

use records::{
    draft::Draft,
    fold::Record,
    id::{DeviceId, RecordId},
    json::Read,
    replica::{Counter, Entry, Plan, Replica, SyncState},
    stamp::Stamp,
    write::to_json,
};

use crate::rng::Rng;

/// When a run begins.
pub const START: u64 = 1_763_800_000_000;
const YEAR_2099: u64 = 4_070_908_800_000;

/// What is left when the power goes.
#[derive(Debug, Clone)]
pub struct Disk {
    log: Vec<String>,
    counter: String,
    sync: String,
    pub draft: Option<String>,
}

impl Disk {
    fn new(dev: DeviceId) -> Self {
        let counter = Counter {
            dev,
            n: 0,
            stamp: Stamp::default(),
        };
        Self {
            log: Vec::new(),
            counter: to_json(&counter),
            sync: to_json(&SyncState::default()),
            draft: None,
        }
    }

    /// One transaction: all of a plan or nothing of it.
    pub fn commit(&mut self, plan: &Plan) {
        self.log
            .extend(plan.entries.iter().map(|entry| to_json(entry)));
        if let Some(counter) = &plan.counter {
            self.counter = to_json(counter);
        }
        if let Some(sync) = &plan.sync {
            self.sync = to_json(sync);
        }
    }

    pub fn rebuild(&self) -> Replica {
        let (counter, sync) = (&self.counter, &self.sync);
        let mut replica = Replica::new(
            Counter::read(counter).unwrap(),
            SyncState::read(sync).unwrap(),
        );
        let entries = self.log.iter().map(|line| Entry::read(line).unwrap());
        replica.adopt_entries(entries.collect());
        replica
    }

    pub fn compact(&mut self, replica: &Replica) {
        let lines = replica.lines();
        self.log = lines.iter().map(|entry| to_json(entry)).collect();
    }
}

/// What a phone believes the time to be.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    Right,
    Year1970,
    Year2099,
    Skewed(i64),
}

impl Clock {
    pub fn any(rng: &mut Rng) -> Self {
        match rng.below(6) {
            0 => Self::Year1970,
            1 => Self::Year2099,
            2 | 3 => Self::Skewed(i64::try_from(rng.below(172_800_000)).unwrap() - 86_400_000),
            _ => Self::Right,
        }
    }

    fn at(self, now: u64) -> u64 {
        match self {
            Self::Right => now,
            Self::Year1970 => now - START,
            Self::Year2099 => YEAR_2099 + (now - START),
            Self::Skewed(ms) => now.saturating_add_signed(ms),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Device {
    pub disk: Disk,
    pub replica: Replica,
    pub clock: Clock,
    /// Rises with every crash: an answer to an earlier life reaches nobody.
    pub life: u32,
    /// Which release of the app it has: 0 is older than 1.
    pub release: usize,
    /// How many changes were here when the open form was opened.
    pub opened_at: usize,
}

impl Device {
    pub fn new(rng: &mut Rng) -> Self {
        let disk = Disk::new(DeviceId::new(START, rng.bytes()));
        Self {
            replica: disk.rebuild(),
            disk,
            clock: Clock::Right,
            life: 0,
            release: usize::from(rng.percent(25)),
            opened_at: 0,
        }
    }

    /// A copied profile.
    pub fn copied(&self) -> Self {
        Self {
            replica: self.disk.rebuild(),
            life: 0,
            ..self.clone()
        }
    }

    pub fn ms(&self, now: u64) -> u64 {
        self.clock.at(now)
    }

    pub fn crash(&mut self) {
        self.life += 1;
        self.replica = self.disk.rebuild();
    }

    pub fn record(&self, rec: RecordId) -> Option<Record> {
        self.replica.notebook.fold(rec)
    }

    pub fn draft(&self) -> Option<Draft> {
        self.disk
            .draft
            .as_ref()
            .map(|draft| Draft::read(draft).unwrap())
    }

    pub fn keep(&mut self, draft: &Draft) {
        if self.disk.draft.is_none() {
            self.opened_at = self.replica.notebook.len();
        }
        self.disk.draft = Some(to_json(draft));
    }
}
