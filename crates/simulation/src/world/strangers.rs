//! What comes by other ways than an exchange: files, copied profiles, forgers, another team's client.

use std::collections::BTreeSet;

use records::{
    change::{RecWrites, parse_change},
    id::{ChangeId, DeviceId},
    json::Raw,
    table::Table,
    wire::{PROTOCOL, SyncRequest},
};
use serde_json::Value;

use super::{DEVICES_MAX, FORGED, World, rec, text};
use crate::{Server, device::Clock};

impl<S: Server> World<S> {
    pub(super) fn import(&mut self, device: usize) {
        let from = self.rng.index(self.devices.len());
        let keep = 30 + self.rng.below(71);
        let changes = self.devices[from].replica.notebook.changes();
        let mut file = Vec::new();
        for (_, known) in changes {
            if self.rng.percent(keep) {
                file.push((Raw::lexed(&known.raw), known.acc.clone()));
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

    pub(super) fn copy(&mut self, device: usize) {
        if self.devices.len() < DEVICES_MAX {
            let mut copy = self.devices[device].copied();
            copy.clock = Clock::any(&mut self.rng);
            self.devices.push(copy);
            self.count("copied profiles");
        }
    }

    /// Another text under an id that exists, brought to a device by file.
    pub(super) fn forge(&mut self, device: usize) {
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
                .plan_import(vec![(Raw::lexed(&forged), None)]);
            let is_taken = plan.entries.iter().any(|entry| entry.change.is_some());
            self.devices[device].disk.commit(&plan);
            self.devices[device].replica.adopt(plan);
            if is_taken {
                self.saved.entry(id).or_default().insert(forged);
            }
        }
    }

    /// Another team's client: other white space, unknown keys and forms, another compartment.
    pub(super) fn write_abroad(&mut self) {
        let id = ChangeId::new(self.now, self.rng.bytes());
        let part = self.rng.pick(self.server.parts());
        let to = if part == "mat" { rec(8) } else { rec(0) };
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

    /// An authority erases by law what somebody wrote.
    pub(super) fn erase(&mut self) {
        let rows = self.server.rows();
        if !self.server.erases() || rows.is_empty() {
            return;
        }
        let (erased, raw) = self.rng.pick(&rows);
        let change = parse_change(raw.as_bytes()).unwrap();
        if change.erase.is_some() || self.forged.contains(&erased) {
            return;
        }
        let id = ChangeId::new(self.now, self.rng.bytes());
        let raw = format!(
            r#"{{"id":"{id}","dev":"{}","n":2,"stamp":"0000000000000-0000-00000000","lo":0,"part":"{}","recs":[],"erase":{{"ids":["{erased}"],"law":"Luật 91/2025/QH15","reason":"theo yêu cầu"}}}}"#,
            DeviceId::derived([7; 16]),
            change.part,
        );
        self.saved.insert(id, BTreeSet::from([raw.clone()]));
        self.erased.insert(erased);
        self.foreign.push(raw);
        self.count("changes erased by law");
        self.send_abroad();
    }

    pub(super) fn send_abroad(&mut self) {
        let request = SyncRequest {
            protocol: PROTOCOL,
            device: DeviceId::derived([7; 16]),
            epoch: None,
            sent_at: 0,
            waiting: 0,
            records: None,
            part: None,
            cursors: Table::new(),
            changes: self.foreign.iter().map(|raw| Raw::lexed(raw)).collect(),
            accs: Table::new(),
            offer: Vec::new(),
            page_bytes: 1,
            key: None,
        };
        self.server.answer(self.now, &request);
    }
}
