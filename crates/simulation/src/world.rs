//! One run: devices, a network and an endpoint, and everything that can go wrong between them.

mod network;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};

use records::{
    change::{RecWrites, parse_change},
    draft::{self, Draft, Surroundings},
    fold::Life,
    form::Form,
    id::{ChangeId, RecordId, entry_id},
    json::Read,
    parcel::content,
    path,
    replica::Plan,
    wire::{SyncAnswer, SyncRequest},
};
use serde_json::{Value, json};

use crate::{
    Server,
    device::{Clock, Device, START},
    rng::Rng,
};

/// What a person, an office or bad luck does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Open,
    Save,
    Tick,
    Delete,
    Undo,
    Sync,
    Import,
    Copy,
    Compact,
    Clock,
    Crash,
    Backup,
    Restore,
    Generation,
    Distrust,
    Forge,
    Foreign,
    Year,
    Grant,
    Revoke,
    Seal,
    Carry,
    Erase,
    // What goes wrong on the way, or in the middle of a write.
    LoseRequest,
    LoseAnswer,
    Duplicate,
    Delay,
    CutPages,
    CrashBeforeCommit,
    CrashAfterCommit,
}

const ACTS: [(Act, u64); 23] = [
    (Act::Open, 10),
    (Act::Save, 24),
    (Act::Tick, 8),
    (Act::Delete, 6),
    (Act::Undo, 4),
    (Act::Sync, 34),
    (Act::Import, 4),
    (Act::Copy, 1),
    (Act::Compact, 1),
    (Act::Clock, 3),
    (Act::Crash, 2),
    (Act::Backup, 3),
    (Act::Restore, 2),
    (Act::Generation, 1),
    (Act::Distrust, 2),
    (Act::Forge, 1),
    (Act::Foreign, 2),
    (Act::Year, 1),
    (Act::Grant, 2),
    (Act::Revoke, 2),
    (Act::Seal, 4),
    (Act::Carry, 4),
    (Act::Erase, 2),
];

const FAULTS: [Act; 7] = [
    Act::LoseRequest,
    Act::LoseAnswer,
    Act::Duplicate,
    Act::Delay,
    Act::CutPages,
    Act::CrashBeforeCommit,
    Act::CrashAfterCommit,
];

const DEVICES_MAX: usize = 20;
const YEAR_MS: u64 = 365 * 86_400_000;

/// On its way.
#[derive(Debug, Clone)]
struct Flight {
    device: usize,
    life: u32,
    arrives: u64,
    request: SyncRequest,
    /// None on the way there.
    answer: Option<SyncAnswer>,
}

#[derive(Debug)]
pub struct World<S> {
    rng: Rng,
    now: u64,
    /// The form as each release has it.
    forms: [Form; 2],
    disabled: BTreeSet<Act>,
    flights: Vec<Flight>,
    pub server: S,
    pub devices: Vec<Device>,
    /// Every change that was committed on some disk, with all texts under its id.
    pub saved: BTreeMap<ChangeId, BTreeSet<String>>,
    /// What an authority erased.
    pub erased: BTreeSet<ChangeId>,
    /// Ids under which somebody made another text.
    pub forged: BTreeSet<ChangeId>,
    /// What devices sealed for others to carry.
    parcels: Vec<SyncRequest>,
    /// What another team's client keeps and sends.
    foreign: Vec<String>,
    pub counts: BTreeMap<&'static str, u64>,
    pub conflicts: BTreeSet<(RecordId, String)>,
}

/// The records everybody writes to; the last one is where forgers work.
pub fn rec(n: u8) -> RecordId {
    RecordId::derived([n; 16])
}

pub const FORGED: u8 = 3;

/// Another release has another field beside those that all have.
fn form(version: &str, own: &str) -> Form {
    let form = json!({
        "id":"k","version":version,"valid_from":"2026-01-01","label":"K","short":"K",
        "sections":[{"label":"S","fields":[
            {"key":"a","label":"A","type":"text"},
            {"key":own,"label":"B","type":"longtext"},
            {"key":"f","label":"F","type":"choices","options":[["X","x"],["Y","y"]],"default":["X"]},
            {"key":"g","label":"G","type":"group","start":1,"fields":[
                {"key":"x","label":"X","type":"text"}]}
        ]}]
    });
    Form::read(&form.to_string()).unwrap()
}

impl<S: Server> World<S> {
    pub fn new(seed: u64, mut server: S) -> Self {
        let mut rng = Rng(seed);
        let swarm = ACTS
            .iter()
            .map(|(act, _)| *act)
            .filter(|act| !matches!(act, Act::Save | Act::Sync));
        let disabled = swarm.chain(FAULTS).filter(|_| rng.percent(35)).collect();
        // Mostly a handful; a commune's whole staff now and then.
        let most = if rng.percent(5) { 19 } else { 4 };
        let devices: Vec<Device> = (0..2 + rng.below(most))
            .map(|_| Device::new(&mut rng))
            .collect();
        // Some do not see the other compartment yet.
        for device in devices.iter().filter(|_| rng.percent(40)) {
            server.limit(device.replica.counter.dev);
        }
        Self {
            rng,
            now: START,
            forms: [form("1", "b"), form("2", "c")],
            disabled,
            flights: Vec::new(),
            server,
            devices,
            saved: BTreeMap::new(),
            erased: BTreeSet::new(),
            forged: BTreeSet::new(),
            parcels: Vec::new(),
            foreign: Vec::new(),
            counts: BTreeMap::new(),
            conflicts: BTreeSet::new(),
        }
    }

    pub fn run(&mut self) {
        for _ in 0..30 + self.rng.below(50) {
            self.now += 1 + self.rng.below(60_000);
            let device = self.rng.index(self.devices.len());
            let act = self.choose();
            if !self.disabled.contains(&act) {
                self.act(act, device);
            }
            self.deliver();
        }
    }

    fn choose(&mut self) -> Act {
        let total = ACTS.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.below(total);
        for (act, weight) in ACTS {
            if at < weight {
                return act;
            }
            at -= weight;
        }
        Act::Sync
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn strikes(&mut self, fault: Act, percent: u64, name: &'static str) -> bool {
        let strikes = !self.disabled.contains(&fault) && self.rng.percent(percent);
        if strikes {
            self.count(name);
        }
        strikes
    }

    fn act(&mut self, act: Act, device: usize) {
        let rec = rec(u8::try_from(self.rng.below(3)).unwrap());
        match act {
            Act::Open => self.open(device, rec),
            Act::Save => {
                if self.devices[device].disk.draft.is_none() {
                    self.open(device, rec);
                }
                self.type_and_save(device);
            }
            Act::Tick => self.tick(device, rec),
            Act::Delete => {
                if let Some(record) = self.devices[device].record(rec) {
                    self.save(device, vec![draft::deletion(&record)]);
                }
            }
            Act::Undo => self.undo(device, rec),
            Act::Import => self.import(device),
            Act::Copy => self.copy(device),
            Act::Clock => {
                self.devices[device].clock = Clock::any(&mut self.rng);
                self.count("clock jumps");
            }
            Act::Compact => {
                let Device { disk, replica, .. } = &mut self.devices[device];
                disk.compact(replica);
            }
            Act::Crash => self.crash(device),
            Act::Backup => self.server.back_up(),
            Act::Restore => {
                self.server.restore();
                self.count("restores");
            }
            Act::Generation => {
                self.server.widen();
            }
            Act::Distrust => {
                if self
                    .server
                    .distrust(self.devices[device].replica.counter.dev)
                {
                    self.count("devices held");
                }
            }
            Act::Forge => self.forge(device),
            Act::Foreign => self.write_abroad(),
            Act::Year => {
                // Everybody else is away too: what is open stays open.
                self.now += YEAR_MS;
                self.count("years away");
            }
            Act::Grant => self.grant(device),
            Act::Revoke => self.revoke(device),
            Act::Seal => {
                let ms = self.devices[device].ms(self.now);
                let sealed = self.devices[device].replica.plan_parcels(ms);
                self.parcels.extend(sealed);
            }
            Act::Carry => self.carry(),
            Act::Erase => self.erase(),
            Act::Sync => self.send(device),
            Act::LoseRequest | Act::LoseAnswer | Act::Duplicate | Act::Delay | Act::CutPages => {}
            Act::CrashBeforeCommit | Act::CrashAfterCommit => {}
        }
    }

    fn crash(&mut self, device: usize) {
        self.devices[device].crash();
        self.count("crashes");
    }

    /// From now on a device sees the other compartment too: it reads everything anew.
    fn grant(&mut self, device: usize) {
        if self.server.grant(self.devices[device].replica.counter.dev) {
            self.count("compartments granted");
        }
    }

    /// From now on a device does not see the other compartment.
    fn revoke(&mut self, device: usize) {
        if self.server.limit(self.devices[device].replica.counter.dev) {
            self.count("compartments withdrawn");
        }
    }

    /// Somebody brings what a device sealed, perhaps long ago, perhaps again; its author does not hear of it.
    fn carry(&mut self) {
        if self.parcels.is_empty() {
            return;
        }
        let at = self.rng.index(self.parcels.len());
        let parcel = self.parcels[at].clone();
        if self.rng.percent(50) {
            self.parcels.swap_remove(at);
        }
        self.server.carry(self.now, content(parcel));
        self.count("parcels carried");
    }

    // What a person does.

    fn open(&mut self, device: usize, rec: RecordId) {
        let ms = self.devices[device].ms(self.now);
        let form = self.forms[self.devices[device].release].clone();
        let draft = match self.devices[device].record(rec) {
            Some(record) => {
                let paths = record
                    .conflicts()
                    .into_iter()
                    .map(|path| (rec, path.to_owned()));
                self.conflicts.extend(paths);
                if record.version != form.version {
                    self.count("edits by another release");
                }
                Draft::edit(&record, &form, ms)
            }
            None => {
                let rng = &mut self.rng;
                let around = Surroundings {
                    now_ms: ms,
                    ..Surroundings::default()
                };
                Draft::new(rec, &form, &around, &mut || entry_id(rng.bytes()))
            }
        };
        self.devices[device].disk.draft = None;
        self.devices[device].keep(&draft);
    }

    fn type_into(&mut self, draft: &mut Draft, release: usize) {
        let own = ["b", "c"][release];
        let rng = &mut self.rng;
        for _ in 0..=rng.below(3) {
            let entries = draft.entries("g");
            match rng.below(6) {
                0 => {
                    let group = self.forms[release]
                        .fields()
                        .find(|field| field.key == "g")
                        .unwrap();
                    let around = Surroundings::default();
                    draft.add_entry(group, "g", &around, &mut || entry_id(rng.bytes()));
                }
                1 if !entries.is_empty() => draft.remove_entry("g", &rng.pick(&entries)),
                2 | 3 if !entries.is_empty() => {
                    let path = format!("g/{}/x", rng.pick(&entries));
                    draft.put(&path, text(rng));
                }
                4 => draft.put(rng.pick(&["f#X", "f#Y"]), Value::Bool(rng.percent(50))),
                _ => draft.put(rng.pick(&["a", own]), text(rng)),
            }
        }
    }

    fn type_and_save(&mut self, device: usize) {
        let Some(mut draft) = self.devices[device].draft() else {
            return;
        };
        self.type_into(&mut draft, self.devices[device].release);
        self.devices[device].keep(&draft);
        if self.devices[device].replica.notebook.len() > self.devices[device].opened_at {
            self.count("forms saved after others' changes came");
        }
        self.save(device, vec![draft.writes()]);
    }

    fn tick(&mut self, device: usize, rec: RecordId) {
        let Some(record) = self.devices[device].record(rec) else {
            return;
        };
        let path = self.rng.pick(&["a", "b", "f#X"]);
        let value = text(&mut self.rng);
        let writes = draft::single(&record, path, value);
        if self.rng.percent(30) {
            // One save that touches two records, as starting a programme does.
            let mut other = RecWrites::new(self::rec(9), "k", "1");
            let path = format!("g/{}/x", entry_id(self.rng.bytes()));
            other.set.insert(path, text(&mut self.rng));
            self.save(device, vec![writes, other]);
        } else {
            self.save(device, vec![writes]);
        }
    }

    fn undo(&mut self, device: usize, rec: RecordId) {
        let Some(record) = self.devices[device].record(rec) else {
            return;
        };
        if record.life("") != Life::Alive {
            self.count("deletions undone");
            self.save(
                device,
                vec![draft::single(&record, path::DELETED, Value::Null)],
            );
        }
    }

    fn save(&mut self, device: usize, recs: Vec<RecWrites>) {
        let random = self.rng.bytes();
        let Device { replica, .. } = &self.devices[device];
        let ms = self.devices[device].ms(self.now);
        let who = Some(format!("Người {device}"));
        let plan = replica.plan_save(ms, random, who, recs).unwrap();
        self.write(device, plan);
    }

    /// Plan → commit → adopt, with a crash in every gap. Returns whether the screen got it.
    fn write(&mut self, device: usize, plan: Plan) -> bool {
        if self.strikes(Act::CrashBeforeCommit, 4, "crashes before a commit") {
            self.devices[device].crash();
            return false;
        }
        let mut changes = plan
            .entries
            .iter()
            .filter_map(|entry| entry.change.as_ref());
        let is_save = plan.sync.is_none() && plan.counter.is_some();
        if let Some(raw) = changes.next().filter(|_| is_save) {
            let change = parse_change(raw.get().as_bytes()).unwrap();
            let known = self
                .saved
                .insert(change.id, BTreeSet::from([raw.get().to_owned()]));
            assert_eq!(known, None, "an id twice");
            self.devices[device].disk.draft = None;
        }
        self.devices[device].disk.commit(&plan);
        if self.strikes(Act::CrashAfterCommit, 4, "crashes after a commit") {
            self.devices[device].crash();
            return false;
        }
        self.devices[device].replica.adopt(plan);
        true
    }
}

/// Often one of few values, so that equal ones meet; sometimes nothing.
fn text(rng: &mut Rng) -> Value {
    match rng.below(8) {
        0 => Value::from(""),
        1 | 2 => Value::from("giống nhau"),
        _ => Value::from(format!("giá trị {}", rng.below(1_000_000))),
    }
}
