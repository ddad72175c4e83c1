//! One run: devices, a network and an endpoint, and everything that can go wrong between them.

use std::collections::{BTreeMap, BTreeSet};

use records::{
    change::{RecWrites, parse_change},
    draft::{self, Draft, Surroundings},
    fold::Life,
    form::Form,
    id::{ChangeId, DeviceId, RecordId, entry_id},
    json::Read,
    parcel::content,
    path,
    replica::{Plan, to_raw},
    table::Table,
    wire::{PROTOCOL, SyncAnswer, SyncRequest},
};
use serde_json::{Value, json};

use super::{
    device::{Clock, Device, START},
    endpoint::Endpoint,
    rng::Rng,
};

/// What a person, an office or bad luck does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
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
    Seal,
    Carry,
    // What goes wrong on the way, or in the middle of a write.
    LoseRequest,
    LoseAnswer,
    Duplicate,
    Delay,
    CutPages,
    CrashBeforeCommit,
    CrashAfterCommit,
}

const ACTS: [(Act, u64); 21] = [
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
    (Act::Seal, 4),
    (Act::Carry, 4),
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
pub(super) struct World {
    rng: Rng,
    now: u64,
    form: Form,
    disabled: BTreeSet<Act>,
    flights: Vec<Flight>,
    epochs: u64,
    pub(super) endpoint: Endpoint,
    backup: Endpoint,
    pub(super) devices: Vec<Device>,
    /// Every change that was committed on some disk, with all texts under its id.
    pub(super) saved: BTreeMap<ChangeId, BTreeSet<String>>,
    /// Ids under which somebody made another text.
    pub(super) forged: BTreeSet<ChangeId>,
    /// What devices sealed for others to carry.
    parcels: Vec<SyncRequest>,
    /// What another team's client keeps and sends.
    foreign: Vec<String>,
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) conflicts: BTreeSet<(RecordId, String)>,
}

/// The records everybody writes to; the last one is where forgers work.
pub(super) fn rec(n: u8) -> RecordId {
    RecordId::derived([n; 16])
}

pub(super) const FORGED: u8 = 3;

fn form() -> Form {
    let form = json!({
        "id":"k","version":"1","valid_from":"2026-01-01","label":"K","short":"K",
        "sections":[{"label":"S","fields":[
            {"key":"a","label":"A","type":"text"},
            {"key":"b","label":"B","type":"longtext"},
            {"key":"f","label":"F","type":"choices","options":[["X","x"],["Y","y"]],"default":["X"]},
            {"key":"g","label":"G","type":"group","start":1,"fields":[
                {"key":"x","label":"X","type":"text"}]}
        ]}]
    });
    Form::read(&form.to_string()).unwrap()
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
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
        let mut endpoint = Endpoint::default();
        // Some do not see the other compartment yet.
        let limited = devices.iter().filter(|_| rng.percent(40));
        endpoint
            .limited
            .extend(limited.map(|device| device.replica.counter.dev));
        Self {
            rng,
            now: START,
            form: form(),
            disabled,
            flights: Vec::new(),
            epochs: 0,
            backup: endpoint.clone(),
            endpoint,
            devices,
            saved: BTreeMap::new(),
            forged: BTreeSet::new(),
            parcels: Vec::new(),
            foreign: Vec::new(),
            counts: BTreeMap::new(),
            conflicts: BTreeSet::new(),
        }
    }

    pub(super) fn run(&mut self) {
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

    pub(super) fn count(&mut self, what: &'static str) {
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
            Act::Backup => self.backup = self.endpoint.clone(),
            Act::Restore => self.restore(),
            Act::Generation => self.endpoint.generation += 1,
            Act::Distrust => {
                self.endpoint
                    .distrusted
                    .insert(self.devices[device].replica.counter.dev);
                self.count("devices held");
            }
            Act::Forge => self.forge(device),
            Act::Foreign => self.write_abroad(),
            Act::Year => {
                // Everybody else is away too: what is open stays open.
                self.now += YEAR_MS;
                self.count("years away");
            }
            Act::Grant => self.grant(device),
            Act::Seal => {
                let ms = self.devices[device].ms(self.now);
                let sealed = self.devices[device].replica.plan_parcels(ms);
                self.parcels.extend(sealed);
            }
            Act::Carry => self.carry(),
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
        let dev = self.devices[device].replica.counter.dev;
        if self.endpoint.limited.remove(&dev) {
            self.endpoint.generation += 1;
            self.count("compartments granted");
        }
    }

    fn restore(&mut self) {
        self.epochs += 1;
        let distrusted = self.endpoint.distrusted.clone();
        let limited = self.endpoint.limited.clone();
        let generation = self.endpoint.generation;
        self.endpoint = Endpoint {
            epoch: self.epochs,
            distrusted,
            limited,
            generation,
            ..self.backup.clone()
        };
        self.count("restores");
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
        self.endpoint.answer(self.now, &content(parcel));
        self.count("parcels carried");
    }

    // What a person does.

    fn open(&mut self, device: usize, rec: RecordId) {
        let ms = self.devices[device].ms(self.now);
        let draft = match self.devices[device].record(rec) {
            Some(record) => {
                let paths = record
                    .conflicts()
                    .into_iter()
                    .map(|path| (rec, path.to_owned()));
                self.conflicts.extend(paths);
                Draft::edit(&record, &self.form, ms)
            }
            None => {
                let rng = &mut self.rng;
                let around = Surroundings {
                    now_ms: ms,
                    ..Surroundings::default()
                };
                Draft::new(rec, &self.form, &around, &mut || entry_id(rng.bytes()))
            }
        };
        self.devices[device].disk.draft = None;
        self.devices[device].keep(&draft);
    }

    fn type_into(&mut self, draft: &mut Draft) {
        let rng = &mut self.rng;
        for _ in 0..=rng.below(3) {
            let entries = draft.entries("g");
            match rng.below(6) {
                0 => {
                    let group = self.form.fields().find(|field| field.key == "g").unwrap();
                    let around = Surroundings::default();
                    draft.add_entry(group, "g", &around, &mut || entry_id(rng.bytes()));
                }
                1 if !entries.is_empty() => draft.remove_entry("g", &rng.pick(&entries)),
                2 | 3 if !entries.is_empty() => {
                    let path = format!("g/{}/x", rng.pick(&entries));
                    draft.put(&path, text(rng));
                }
                4 => draft.put(rng.pick(&["f#X", "f#Y"]), Value::Bool(rng.percent(50))),
                _ => draft.put(rng.pick(&["a", "b"]), text(rng)),
            }
        }
    }

    fn type_and_save(&mut self, device: usize) {
        let Some(mut draft) = self.devices[device].draft() else {
            return;
        };
        self.type_into(&mut draft);
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
            let mut other = RecWrites::new(super::world::rec(9), "k", "1");
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

    // Files, copies and forgers.

    fn import(&mut self, device: usize) {
        let from = self.rng.index(self.devices.len());
        let keep = 30 + self.rng.below(71);
        let changes = self.devices[from].replica.notebook.changes();
        let mut file = Vec::new();
        for (_, known) in changes {
            if self.rng.percent(keep) {
                file.push((to_raw(known.raw.to_string()).unwrap(), known.acc.clone()));
            }
        }
        self.count("imports");
        let plan = self.devices[device].replica.plan_import(file.clone());
        if self.write(device, plan) {
            let again = self.devices[device].replica.plan_import(file);
            assert!(
                again.entries.is_empty(),
                "a file that was read twice changed something"
            );
        }
    }

    fn copy(&mut self, device: usize) {
        if self.devices.len() < DEVICES_MAX {
            let mut copy = self.devices[device].copied();
            copy.clock = Clock::any(&mut self.rng);
            self.devices.push(copy);
            self.count("copied profiles");
        }
    }

    /// Another text under an id that exists, brought to a device by file.
    fn forge(&mut self, device: usize) {
        let from = self.rng.index(self.devices.len());
        let mut writes = RecWrites::new(rec(FORGED), "k", "1");
        writes.set.insert("a".into(), Value::from("THẬT"));
        let before = self.saved.len();
        self.save(from, vec![writes]);
        let known = self.devices[from]
            .replica
            .notebook
            .of_record(rec(FORGED))
            .last();
        let Some((id, known)) = known.filter(|_| self.saved.len() > before) else {
            return;
        };
        let (id, forged) = (*id, known.raw.replace("THẬT", "GIẢ"));
        if forged != *known.raw {
            self.forged.insert(id);
            self.count("forged twins");
            let plan = self.devices[device]
                .replica
                .plan_import(vec![(to_raw(forged.clone()).unwrap(), None)]);
            let is_taken = plan.entries.iter().any(|entry| entry.change.is_some());
            self.devices[device].disk.commit(&plan);
            self.devices[device].replica.adopt(plan);
            if is_taken {
                self.saved.entry(id).or_default().insert(forged);
            }
        }
    }

    /// Another team's client: other white space, unknown keys and forms, another compartment.
    fn write_abroad(&mut self) {
        let id = ChangeId::new(self.now, self.rng.bytes());
        let (to, part) = self.rng.pick(&[(rec(0), "thuong"), (rec(8), "mat")]);
        let value = text(&mut self.rng);
        let raw = format!(
            r#"{{ "id":"{id}", "dev":"{}", "n":1, "stamp":"0000000000000-0000-00000000", "part":"{part}",
              "mai_sau":[1.50, null], "recs":[{{"rec":"{to}", "form":"chua_co", "ver":"9", "set":{{"a":{value}}}}}]}}"#,
            DeviceId::derived([7; 16]),
        );
        self.saved.insert(id, BTreeSet::from([raw.clone()]));
        self.foreign.push(raw);
        self.count("changes of another client");
        self.send_abroad();
    }

    fn send_abroad(&mut self) {
        let request = SyncRequest {
            protocol: PROTOCOL,
            device: DeviceId::derived([7; 16]),
            epoch: None,
            sent_at: 0,
            waiting: 0,
            cursors: Table::new(),
            changes: self
                .foreign
                .iter()
                .map(|raw| to_raw(raw.clone()).unwrap())
                .collect(),
            accs: Table::new(),
            offer: Vec::new(),
            page_bytes: 1,
        };
        self.endpoint.answer(self.now, &request);
    }

    // The network.

    fn send(&mut self, device: usize) {
        let max = [1, 3, 200][self.rng.index(3)];
        let ms = self.devices[device].ms(self.now);
        let mut request = self.devices[device].replica.plan_request(ms, max);
        if !self.disabled.contains(&Act::CutPages) {
            request.page_bytes = 1 << self.rng.below(13);
        }
        self.count("exchanges");
        if self.strikes(Act::LoseRequest, 10, "lost requests") {
            return;
        }
        let life = self.devices[device].life;
        let flight = Flight {
            device,
            life,
            arrives: self.arrival(),
            request,
            answer: None,
        };
        if self.strikes(Act::Duplicate, 10, "duplicated requests") {
            let arrives = self.arrival();
            self.flights.push(Flight {
                arrives,
                ..flight.clone()
            });
        }
        self.flights.push(flight);
    }

    fn arrival(&mut self) -> u64 {
        if self.strikes(Act::Delay, 20, "delays") {
            self.now + self.rng.below(900_000)
        } else {
            self.now
        }
    }

    /// Whatever has arrived, in any order.
    fn deliver(&mut self) {
        loop {
            let arrived: Vec<usize> = (0..self.flights.len())
                .filter(|at| self.flights[*at].arrives <= self.now)
                .collect();
            if arrived.is_empty() {
                return;
            }
            let flight = self.flights.swap_remove(self.rng.pick(&arrived));
            self.land(flight);
        }
    }

    fn land(&mut self, mut flight: Flight) {
        if let Some(answer) = flight.answer {
            if self.devices[flight.device].life == flight.life {
                self.take_answer(flight.device, &flight.request, answer);
            }
            return;
        }
        let answer = self.endpoint.answer(self.now, &flight.request);
        if answer.more {
            self.count("cut pages");
        }
        if !self.strikes(Act::LoseAnswer, 15, "lost answers") {
            flight.answer = Some(answer);
            flight.arrives = self.arrival();
            self.flights.push(flight);
        }
    }

    /// Returns whether there was anything in it.
    fn take_answer(&mut self, device: usize, request: &SyncRequest, answer: SyncAnswer) -> bool {
        let random = self.rng.bytes();
        let ms = self.devices[device].ms(self.now);
        let more = answer.more;
        let plan = self.devices[device]
            .replica
            .plan_answer(ms, random, request, answer);
        if plan.counter.is_some() {
            self.count("new names for copies");
        }
        let is_news = more || !plan.entries.is_empty() || !request.changes.is_empty();
        self.write(device, plan);
        is_news
    }

    // The end.

    /// No more faults; everybody talks until nobody has anything to say.
    pub(super) fn heal(&mut self) {
        self.now += 900_000;
        self.deliver();
        self.disabled.extend(FAULTS);
        self.endpoint.release(self.now);
        for device in 0..self.devices.len() {
            self.grant(device);
        }
        for device in 0..self.devices.len() {
            self.type_and_save(device);
        }
        for round in 0.. {
            assert!(round < 8, "still talking after {round} rounds");
            self.send_abroad();
            let talks: Vec<bool> = (0..self.devices.len())
                .map(|device| self.talk(device))
                .collect();
            if !talks.contains(&true) {
                break;
            }
        }
    }

    /// One device syncs until it is told that there is no more. Returns whether there was anything.
    fn talk(&mut self, device: usize) -> bool {
        let mut was_news = false;
        for n in 0.. {
            assert!(n < 1_000, "device {device} does not come to an end");
            self.now += 50;
            self.count("exchanges");
            let ms = self.devices[device].ms(self.now);
            let before = self.devices[device].replica.sync.clone();
            let mut request = self.devices[device].replica.plan_request(ms, 200);
            request.page_bytes = 2_000;
            let answer = self.endpoint.answer(self.now, &request);
            let is_news = self.take_answer(device, &request, answer);
            let after = &self.devices[device].replica.sync;
            let is_same = before.epoch == after.epoch && before.offering == after.offering;
            if !is_news && is_same && self.devices[device].replica.waiting().next().is_none() {
                return was_news;
            }
            was_news = true;
        }
        was_news
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
