//! A model of the endpoint, small enough to be seen to be right: what `docs/PROTOCOL.md` promises, in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use records::{
    change::{Change, parse_change},
    id::{ChangeId, DeviceId},
    json::Raw,
    stamp::Stamp,
    table::Table,
    wire::{Acceptance, Fate, PROTOCOL, Page, PageRow, SyncAnswer, SyncRequest, Unit, Verdict},
};

use crate::Server;

#[derive(Debug, Clone)]
pub struct Row {
    pub id: ChangeId,
    pub acc: Acceptance,
    pub raw: String,
}

type Accs = Table<ChangeId, Acceptance>;

/// A proof that no device in these tests forges: every part of it, under a key that all lives share.
fn mac(id: ChangeId, scope: &str, eff: Stamp, raw: &str) -> String {
    let mut hasher = DefaultHasher::new();
    ("a key for tests only", id, scope, eff.to_string(), raw).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Its life: a restored endpoint begins a new one.
    pub epoch: u64,
    pub scopes: BTreeMap<String, Vec<Row>>,
    /// Rises when more may be seen.
    pub generation: u64,
    /// Set aside: by id and bytes.
    pub held: BTreeMap<(ChangeId, String), Verdict>,
    /// Devices whose changes are set aside for now.
    pub distrusted: BTreeSet<DeviceId>,
    /// Devices that see the ordinary compartment only.
    pub limited: BTreeSet<DeviceId>,
    pub taken: BTreeMap<ChangeId, (String, usize)>,
    /// What was erased by law, and by which change.
    pub erased: BTreeMap<ChangeId, ChangeId>,
    /// What it can be restored to; nothing at all when it was never backed up.
    pub backup: Option<Box<Self>>,
}

impl Server for Model {
    fn answer(&mut self, now: u64, request: &SyncRequest) -> SyncAnswer {
        self.reply(now, request)
    }

    fn back_up(&mut self) {
        let kept = Self {
            backup: None,
            ..self.clone()
        };
        self.backup = Some(Box::new(kept));
    }

    fn restore(&mut self) {
        let kept = self.backup.clone().unwrap_or_default();
        *self = Self {
            epoch: self.epoch + 1,
            distrusted: std::mem::take(&mut self.distrusted),
            limited: std::mem::take(&mut self.limited),
            generation: self.generation,
            backup: self.backup.take(),
            ..*kept
        };
    }

    fn rows(&mut self) -> Vec<(ChangeId, String)> {
        let rows = self.scopes.values().flatten();
        rows.map(|row| (row.id, row.raw.clone())).collect()
    }

    fn holds(&mut self, id: ChangeId, raw: &str) -> bool {
        self.held.contains_key(&(id, raw.to_owned()))
    }

    fn parts(&self) -> &'static [&'static str] {
        &["thuong", "mat"]
    }

    fn erases(&self) -> bool {
        true
    }

    fn widen(&mut self) -> bool {
        self.generation += 1;
        true
    }

    fn distrust(&mut self, dev: DeviceId) -> bool {
        self.distrusted.insert(dev);
        true
    }

    fn limit(&mut self, dev: DeviceId) -> bool {
        self.limited.insert(dev)
    }

    fn grant(&mut self, dev: DeviceId) -> bool {
        let was_limited = self.limited.remove(&dev);
        self.generation += u64::from(was_limited);
        was_limited
    }

    /// Trusts everybody again and takes what was set aside for that.
    fn release(&mut self, now: u64) {
        self.distrusted.clear();
        for (_, raw) in self.held.clone().into_keys() {
            self.take(now, 0, &raw, &Accs::new());
        }
    }
}

/// Whether one of two texts is what an erasure left of the other.
fn is_stub_of(raw: &str, change: &Change) -> bool {
    let Ok(other) = parse_change(raw.as_bytes()) else {
        return false;
    };
    match (other.stub, change.stub) {
        (Some(by), None) => change.stubbed(by) == other,
        (None, Some(by)) => other.stubbed(by) == *change,
        // Two erasures of one change.
        (Some(by), Some(_)) => change.stubbed(by) == other,
        (None, None) => false,
    }
}

impl Model {
    fn reply(&mut self, now: u64, request: &SyncRequest) -> SyncAnswer {
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: self.epoch_name(),
            now,
            unit: Unit {
                code: "00000".into(),
                name: "Xã thử".into(),
            },
            roles: None,
            revoked: false,
            secret: false,
            wipe: None,
            answers: Vec::new(),
            pages: Vec::new(),
            lacks: Vec::new(),
            more: true,
            catalogue: None,
        };
        if request
            .epoch
            .as_ref()
            .is_some_and(|epoch| *epoch != answer.epoch)
        {
            return answer;
        }
        answer.more = false;
        let sent = request.changes.iter().enumerate();
        answer.answers = sent
            .map(|(at, raw)| self.take(now, at, raw.get(), &request.accs))
            .collect();
        let offered = request.offer.iter().copied();
        answer.lacks = offered.filter(|id| !self.taken.contains_key(id)).collect();
        let accepted = answer
            .answers
            .iter()
            .filter(|verdict| verdict.acc.is_some());
        let known: BTreeSet<ChangeId> = accepted.filter_map(|verdict| verdict.id).collect();
        self.read(request, &known, &mut answer);
        answer
    }

    fn epoch_name(&self) -> String {
        format!("019ab3c0-0000-7000-8000-{:012x}", self.epoch)
    }

    fn take(&mut self, now: u64, at: usize, raw: &str, accs: &Accs) -> Verdict {
        let Ok(change) = parse_change(raw.as_bytes()) else {
            let code = Some("khong_doc_duoc".into());
            return Verdict {
                id: None,
                at: Some(at),
                is: Fate::Refused,
                acc: None,
                code,
                say: None,
            };
        };
        let verdict = |is, acc, code: Option<&str>| {
            let code = code.map(ToOwned::to_owned);
            Verdict {
                id: Some(change.id),
                at: None,
                is,
                acc,
                code,
                say: None,
            }
        };
        let place = self.taken.get(&change.id);
        match place.map(|(scope, at)| &self.scopes[scope][*at]) {
            Some(row) if row.raw == raw || is_stub_of(&row.raw, &change) => {
                verdict(Fate::Had, Some(row.acc.clone()), None)
            }
            Some(_) => self.hold(raw, verdict(Fate::Held, None, Some("khac_noi_dung"))),
            None if self.distrusted.contains(&change.dev) => {
                self.hold(raw, verdict(Fate::Held, None, Some("khong_quyen")))
            }
            None => {
                let acc = self.accept(now, &change, raw, accs.get(&change.id));
                verdict(Fate::Taken, Some(acc), None)
            }
        }
    }

    fn hold(&mut self, raw: &str, verdict: Verdict) -> Verdict {
        self.held
            .insert((verdict.id.unwrap(), raw.to_owned()), verdict.clone());
        verdict
    }

    fn accept(
        &mut self,
        now: u64,
        change: &Change,
        raw: &str,
        earlier: Option<&Acceptance>,
    ) -> Acceptance {
        // Of what was erased before it came, only the stub is kept.
        let stub = self
            .erased
            .get(&change.id)
            .map(|by| change.stubbed(*by).to_json());
        let raw = stub.as_deref().unwrap_or(raw);
        let scope = format!("00000/{}", change.part);
        let proof = |eff| mac(change.id, &scope, eff, raw);
        let earlier = earlier.filter(|acc| acc.mac == proof(acc.eff));
        let eff = earlier.map_or_else(|| change.stamp.clamped(change.lo, now), |acc| acc.eff);
        let mac = proof(eff);
        let rows = self.scopes.entry(scope.clone()).or_default();
        self.taken.insert(change.id, (scope.clone(), rows.len()));
        let acc = Acceptance {
            scope,
            seq: rows.len() as u64 + 1,
            epoch: format!("019ab3c0-0000-7000-8000-{:012x}", self.epoch),
            eff,
            mac,
        };
        rows.push(Row {
            id: change.id,
            acc: acc.clone(),
            raw: raw.to_owned(),
        });
        self.held.remove(&(change.id, raw.to_owned()));
        for id in change.erase.iter().flat_map(|erase| &erase.ids) {
            self.erase(*id, change.id);
        }
        acc
    }

    /// Puts the stub in the place of the body. The acceptance stays as devices have it: its proof is of the body.
    fn erase(&mut self, id: ChangeId, by: ChangeId) {
        let first = self.erased.get(&id).map_or(by, |first| by.min(*first));
        self.erased.insert(id, first);
        let Some((scope, at)) = self.taken.get(&id) else {
            return;
        };
        let Some(row) = self
            .scopes
            .get_mut(scope)
            .and_then(|rows| rows.get_mut(*at))
        else {
            return;
        };
        let Ok(body) = parse_change(row.raw.as_bytes()) else {
            return;
        };
        row.raw = body.stubbed(first).to_json();
    }

    /// The next page of every scope, all together not more than asked for, but at least one row.
    fn read(&self, request: &SyncRequest, known: &BTreeSet<ChangeId>, answer: &mut SyncAnswer) {
        let mut bytes = 0;
        let mut is_full = false;
        let is_limited = self.limited.contains(&request.device);
        let seen = self.scopes.iter();
        let seen = seen.filter(|(scope, _)| !is_limited || scope.ends_with("/thuong"));
        for (scope, rows) in seen {
            let cursor = request
                .cursors
                .get(scope)
                .filter(|c| c.generation == self.generation && c.seq <= rows.len() as u64);
            let from = cursor.map_or(0, |cursor| cursor.seq);
            let generation = self.generation;
            let mut page = Page {
                scope: scope.clone(),
                generation,
                from,
                to: from,
                rows: Vec::new(),
            };
            for row in rows.iter().filter(|row| row.acc.seq > from) {
                is_full |= bytes > 0 && bytes + row.raw.len() > request.page_bytes as usize;
                if is_full {
                    answer.more = true;
                    break;
                }
                page.to = row.acc.seq;
                if !known.contains(&row.id) {
                    bytes += row.raw.len();
                    let change = Raw::lexed(&row.raw);
                    page.rows.push(PageRow {
                        acc: row.acc.clone(),
                        change,
                    });
                }
            }
            answer.pages.push(page);
        }
    }
}
