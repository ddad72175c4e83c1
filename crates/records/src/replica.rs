//! A device's half of the work: everything is planned here, nothing happens here.
//!
//! The order is always plan → commit → adopt: a pure function says what to write, the store writes all of it in
//! one transaction, and only then [`Replica::adopt`] changes what is on the screen. A crash between any two of
//! these loses nothing that was shown as saved.

mod disk;
mod remains;

use std::iter::Peekable;

use crate::json::Raw;

pub use disk::{Counter, Entry, SyncState};

use remains::withdrawn;

use crate::{
    change::{Change, ChangeError, Erase, ORDINARY, RecWrites, SECRET},
    id::{ChangeId, DeviceId, RecordId},
    notebook::{Inserted, Known, Notebook},
    order, parcel,
    shelf::Index,
    table::Table,
    wire::{
        Acceptance, Cursor, Fate, OFFER_MAX, PAGE_BYTES, PROTOCOL, Page, SEND_BYTES_MAX,
        SEND_CHANGES_MAX, SyncAnswer, SyncRequest, Verdict,
    },
};

/// What an acceptance weighs that goes with a change, at most.
const ACC_BYTES: usize = 320;

/// What is to be written in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Lines to add to the log.
    pub entries: Vec<Entry>,
    /// The counter after this, when it moves.
    pub counter: Option<Counter>,
    /// What is known of the endpoint after this, when it changes.
    pub sync: Option<SyncState>,
    /// All that is to be on the disk after this, in place of what is there: something was erased by law, or may not be
    /// seen any more.
    pub rest: Option<Vec<Entry>>,
}

/// What adopting lines did to the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Adopted {
    /// Records that look different now, rising.
    pub records: Vec<RecordId>,
    /// Changes that came from elsewhere.
    pub received: usize,
}

/// A device's state in memory.
#[derive(Debug, Clone)]
pub struct Replica {
    /// All changes.
    pub notebook: Notebook,
    /// The device's count and clock.
    pub counter: Counter,
    /// What is known of the endpoint.
    pub sync: SyncState,
    /// Changes that the endpoint set aside or did not store.
    pub verdicts: Table<ChangeId, Verdict>,
    /// Which compartment this is.
    pub part: &'static str,
    /// Lines that could not be read.
    pub aside: Vec<Raw>,
    /// By the number that their devices gave them: a person's changes leave in the order they were made.
    unsent: Index,
}

impl Replica {
    /// A device that holds nothing yet.
    #[must_use]
    pub fn new(counter: Counter, sync: SyncState) -> Self {
        Self {
            notebook: Notebook::default(),
            counter,
            sync,
            verdicts: Table::new(),
            part: ORDINARY,
            aside: Vec::new(),
            unsent: Index::default(),
        }
    }

    /// Plans a save. `recs` without a write plans nothing.
    ///
    /// # Errors
    /// When the change would exceed a limit: nothing is lost, the draft is still there.
    pub fn plan_save(
        &self,
        now_ms: u64,
        random: [u8; 10],
        who: Option<String>,
        recs: Vec<RecWrites>,
    ) -> Result<Plan, ChangeError> {
        let recs: Vec<_> = recs
            .into_iter()
            .filter(|w| w.paths().next().is_some())
            .collect();
        if recs.is_empty() {
            return Ok(Plan::default());
        }
        self.plan_change((now_ms, random), who, recs, None)
    }

    /// Plans an order by which changes are erased, with what is written anew in the same moment.
    ///
    /// # Errors
    /// When the change would exceed a limit.
    pub fn plan_erase(
        &self,
        now_ms: u64,
        random: [u8; 10],
        who: Option<String>,
        (recs, erase): (Vec<RecWrites>, Erase),
    ) -> Result<Plan, ChangeError> {
        let mut plan = self.plan_change((now_ms, random), who, recs, Some(erase))?;
        self.clear(&mut plan, &[]);
        Ok(plan)
    }

    fn plan_change(
        &self,
        (now_ms, random): (u64, [u8; 10]),
        who: Option<String>,
        recs: Vec<RecWrites>,
        erase: Option<Erase>,
    ) -> Result<Plan, ChangeError> {
        let Counter { dev, n, stamp } = self.counter;
        let change = Change {
            id: ChangeId::new(now_ms, random),
            dev,
            n: n + 1,
            stamp: stamp.next(now_ms, dev.short()),
            lo: self.sync.server_ms,
            part: self.part.to_owned(),
            who,
            app: Some(env!("CARGO_PKG_VERSION").to_owned()),
            auto: false,
            recs,
            erase,
            stub: None,
        };
        let raw = change.to_json();
        crate::change::parse_change(raw.as_bytes())?;
        Ok(Plan {
            entries: vec![Entry {
                change: Some(Raw::lexed(&raw)),
                ..Entry::default()
            }],
            counter: Some(Counter {
                dev,
                n: change.n,
                stamp: change.stamp,
            }),
            sync: None,
            rest: None,
        })
    }

    /// Plans taking in changes that came by file. Acceptances count only when they are of this endpoint's life.
    #[must_use]
    pub fn plan_import(&self, changes: Vec<(Raw, Option<Acceptance>)>) -> Plan {
        let mut entries = Vec::new();
        for (change, acc) in changes {
            if self.touches_unsent(&change) {
                continue; // Nobody's file takes away what is nowhere else yet; an order comes by the endpoint.
            }
            let acc = acc.filter(|acc| Some(&acc.epoch) == self.sync.epoch.as_ref());
            match self.notebook.clone_of(&change).insert(change.get()) {
                Ok((_, Inserted::New | Inserted::Stubbed)) => {
                    entries.push(Entry {
                        change: Some(change),
                        acc,
                        ..Entry::default()
                    });
                }
                Ok((_, Inserted::Twin)) if !self.is_aside(&change) => {
                    entries.push(Entry {
                        aside: Some(change),
                        ..Entry::default()
                    });
                }
                Ok((_, Inserted::Had | Inserted::Twin)) | Err(_) => {}
            }
        }
        let mut plan = Plan {
            entries,
            ..Plan::default()
        };
        self.clear(&mut plan, &[]);
        plan
    }

    /// The changes that wait to be sent, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = ChangeId> {
        let unsent = || self.unsent.iter().map(|(name, _)| ChangeId::of(*name));
        let is_order = |id: &ChangeId| self.notebook.is_eraser(id);
        let has_orders = self.notebook.has_erased();
        let orders = unsent().filter(move |id| has_orders && is_order(id));
        let others = unsent().filter(move |id| !(has_orders && is_order(id)));
        // Orders to erase before what they left: without the order that is nobody's to say.
        let again = |is_order: bool| {
            let all = self.sync.resend.iter().copied();
            all.filter(move |id| self.notebook.is_eraser(id) == is_order)
        };
        orders.chain(others).chain(again(true)).chain(again(false))
    }

    /// Whether any change of a record waits to be sent.
    #[must_use]
    pub fn is_waiting(&self, rec: RecordId) -> bool {
        self.notebook
            .of_record(rec)
            .any(|(id, known)| self.is_unsent(known.n, id))
    }

    fn is_unsent(&self, n: u64, id: &ChangeId) -> bool {
        self.unsent.get(n, id.bytes()).is_some()
    }

    /// Plans the next request: what waits, up to a batch, and how far was read.
    #[must_use]
    pub fn plan_request(&self, now_ms: u64, changes_max: usize) -> SyncRequest {
        let (mut changes, mut accs) = (Vec::new(), Table::new());
        if self.sync.offering.is_none() {
            let most = (changes_max.min(SEND_CHANGES_MAX), SEND_BYTES_MAX);
            (changes, accs) = self.batch(&mut self.waiting().peekable(), most);
        }
        SyncRequest {
            protocol: PROTOCOL,
            device: self.counter.dev,
            epoch: self.sync.epoch.clone(),
            sent_at: now_ms,
            waiting: self.waiting().count() as u64,
            records: Some(self.notebook.records().count() as u64),
            part: (self.part == SECRET).then(|| SECRET.to_owned()),
            cursors: self.sync.cursors.clone(),
            changes,
            accs,
            offer: self.next_offer(),
            page_bytes: PAGE_BYTES,
            key: None,
        }
    }

    /// Plans what others carry to the endpoint (Chuyển hộ): everything that waits, in requests that only hand in and
    /// name no life of the endpoint. Whoever plans it goes on waiting: it hears of them when it exchanges itself.
    #[must_use]
    pub fn plan_parcels(&self, now_ms: u64) -> Vec<SyncRequest> {
        let mut ids = self.waiting().peekable();
        let mut waiting = self.waiting().count() as u64;
        let mut requests = Vec::new();
        while ids.peek().is_some() {
            let most = (parcel::CHANGES_MAX, parcel::BYTES_MAX);
            let (changes, accs) = self.batch(&mut ids, most);
            let count = changes.len() as u64;
            requests.push(SyncRequest {
                protocol: PROTOCOL,
                device: self.counter.dev,
                epoch: None,
                sent_at: now_ms,
                // What lies in the later ones may say a number.
                waiting,
                records: None,
                part: None,
                cursors: Table::new(),
                changes,
                accs,
                offer: Vec::new(),
                page_bytes: PAGE_BYTES,
                key: None,
            });
            waiting = waiting.saturating_sub(count);
        }
        requests
    }

    /// The next of these changes, up to a number and to so many bytes; a single larger one goes alone.
    fn batch(
        &self,
        ids: &mut Peekable<impl Iterator<Item = ChangeId>>,
        (changes_max, bytes_max): (usize, usize),
    ) -> (Vec<Raw>, Table<ChangeId, Acceptance>) {
        let (mut changes, mut accs, mut bytes) = (Vec::new(), Table::new(), 0);
        while let Some(id) = ids.peek().copied() {
            if let Some(Known { raw, acc, .. }) = self.notebook.get(&id) {
                let acc = acc.clone().filter(|_| self.sync.resend.contains(&id));
                bytes += raw.len() + if acc.is_some() { ACC_BYTES } else { 0 };
                let full = changes.len() >= changes_max || bytes > bytes_max;
                if full && !changes.is_empty() {
                    break;
                }
                changes.push(Raw::lexed(raw));
                accs.extend(acc.map(|acc| (id, acc)));
            }
            ids.next();
        }
        (changes, accs)
    }

    fn next_offer(&self) -> Vec<ChangeId> {
        let Some(after) = &self.sync.offering else {
            return Vec::new();
        };
        let held = self
            .notebook
            .changes()
            .filter(|(_, known)| known.acc.is_some());
        let rest = held
            .map(|(id, _)| *id)
            .filter(|id| after.is_none_or(|after| *id > after));
        rest.take(OFFER_MAX).collect()
    }

    /// Plans what an answer asks to be written: rows, verdicts and cursors in one transaction.
    #[must_use]
    pub fn plan_answer(
        &self,
        now_ms: u64,
        random: [u8; 10],
        request: &SyncRequest,
        answer: SyncAnswer,
    ) -> Plan {
        let mut sync = self.sync.clone();
        sync.server_ms = sync.server_ms.max(answer.now);
        sync.heard_ms = now_ms;
        sync.unit = answer.unit;
        sync.roles = answer.roles;
        sync.is_revoked = answer.revoked;
        sync.has_secrets = answer.secret;
        // An answer may have been under way while this device learned of another life.
        let is_other = |epoch: &Option<String>| epoch.as_ref().is_some_and(|e| *e != answer.epoch);
        if is_other(&request.epoch) || is_other(&self.sync.epoch) {
            // The endpoint was restored: read everything anew, and offer everything it once took.
            sync.epoch = Some(answer.epoch);
            sync.cursors.clear();
            // What it set aside has no acceptance to be offered by, and may be gone with the rest.
            let held = self
                .verdicts
                .iter()
                .filter(|(_, verdict)| verdict.is == Fate::Held);
            sync.resend = held.map(|(id, _)| *id).collect();
            sync.offering = Some(None);
            return Plan {
                sync: Some(sync),
                ..Plan::default()
            };
        }
        sync.epoch = Some(answer.epoch);
        sync.resend.extend(answer.lacks);
        // Only an answer to what is being offered moves the offer on.
        if sync.offering.is_some() && request.offer == self.next_offer() {
            let is_last = request.offer.len() < OFFER_MAX;
            sync.offering = if is_last {
                None
            } else {
                Some(request.offer.last().copied())
            };
        }
        let is_unsettled = sync.offering.is_some() || !sync.resend.is_empty();
        let gone = match answer.revoked || is_unsettled || request.waiting > 0 {
            // It goes once all is handed over; and a device that is shut out keeps what it has until it is told to wipe.
            true => Vec::new(),
            false => withdrawn(&sync, &answer.pages),
        };
        for scope in &gone {
            sync.cursors.remove(scope);
        }
        let mut entries = Vec::new();
        for verdict in answer.answers {
            entries.extend(self.verdict_entry(&mut sync, verdict));
        }
        let mut is_cloned = false;
        for page in answer.pages {
            is_cloned |= self.page_entries(&mut sync, page, &mut entries);
        }
        let fresh = || Counter {
            dev: DeviceId::new(now_ms, random),
            n: 0,
            ..self.counter
        };
        let mut plan = Plan {
            entries,
            counter: is_cloned.then(fresh),
            sync: Some(sync),
            rest: None,
        };
        self.clear(&mut plan, &gone);
        plan
    }

    fn verdict_entry(&self, sync: &mut SyncState, verdict: Verdict) -> Option<Entry> {
        let id = verdict.id?;
        self.notebook.get(&id)?;
        match verdict.is {
            Fate::Taken | Fate::Had => {
                let acc = verdict.acc?;
                sync.resend.remove(&id);
                Some(Entry {
                    id: Some(id),
                    acc: Some(acc),
                    ..Entry::default()
                })
            }
            Fate::Held | Fate::Refused => {
                sync.resend.remove(&id);
                if self.verdicts.get(&id) == Some(&verdict) {
                    return None;
                }
                Some(Entry {
                    id: Some(id),
                    verdict: Some(verdict),
                    ..Entry::default()
                })
            }
        }
    }

    /// Returns whether another profile writes under this device's name.
    fn page_entries(&self, sync: &mut SyncState, page: Page, entries: &mut Vec<Entry>) -> bool {
        let mut is_cloned = false;
        for row in page.rows {
            let Ok(change) = crate::change::parse_change(row.change.get().as_bytes()) else {
                entries.push(Entry {
                    aside: Some(row.change),
                    acc: Some(row.acc),
                    ..Entry::default()
                });
                continue;
            };
            let known = self.notebook.get(&change.id);
            is_cloned |= known.is_none() && change.dev == self.counter.dev;
            sync.resend.remove(&change.id);
            let is_other = |known: &Known| {
                *known.raw != *row.change.get() && !self.is_unsent(known.n, &change.id)
            };
            if known.is_some_and(is_other) && self.is_twin(&row.change) {
                // A restored endpoint may have lost the text it took or held first: it is to hold that one too.
                sync.resend.insert(change.id);
            }
            match known {
                Some(Known { acc: Some(acc), .. }) if *acc == row.acc => {}
                Some(known) if *known.raw == *row.change.get() => {
                    let id = Some(change.id);
                    entries.push(Entry {
                        id,
                        acc: Some(row.acc),
                        ..Entry::default()
                    });
                }
                _ => entries.push(Entry {
                    change: Some(row.change),
                    acc: Some(row.acc),
                    ..Entry::default()
                }),
            }
        }
        let cursor = Cursor {
            generation: page.generation,
            seq: page.to,
        };
        sync.cursors.insert(page.scope, cursor);
        is_cloned
    }

    /// Takes over what was committed.
    pub fn adopt(&mut self, plan: Plan) -> Adopted {
        if let Some(counter) = plan.counter {
            self.counter = counter;
        }
        if let Some(sync) = plan.sync {
            self.sync = sync;
        }
        self.adopt_entries(plan.entries)
    }

    /// Takes over lines of the log: this tab's, another tab's, or all of them at the start.
    pub fn adopt_entries(&mut self, entries: Vec<Entry>) -> Adopted {
        let mut adopted = Adopted::default();
        for entry in entries {
            self.adopt_entry(entry, &mut adopted);
        }
        order::sort(&mut adopted.records, &mut |a, b| a < b);
        adopted.records.dedup();
        adopted
    }

    fn adopt_entry(&mut self, entry: Entry, adopted: &mut Adopted) {
        let mut id = entry.id;
        if let Some(raw) = entry.change {
            match self.notebook.insert(raw.get()) {
                // Shown; what is said of it is not said of the first, which is still to be sent.
                Ok((_, Inserted::Twin)) => return self.set_aside(raw),
                Ok((new, inserted)) => {
                    id = Some(new);
                    let known = self.notebook.get(&new);
                    if let (Inserted::New, Some(known)) = (inserted, known) {
                        self.unsent.insert(known.n, new.bytes(), 0);
                        adopted.received += usize::from(known.dev != self.counter.dev);
                    }
                }
                Err(_) => self.set_aside(raw), // Damaged: kept and shown, never dropped.
            }
        }
        if let Some(raw) = entry.aside {
            self.set_aside(raw);
        }
        let Some(id) = id else { return };
        let Some(known) = self.notebook.get(&id) else {
            return;
        };
        let n = known.n;
        adopted.records.extend(known.recs.iter().copied());
        if let Some(acc) = entry.acc {
            self.notebook.accept(id, acc);
            self.unsent.remove(n, id.bytes());
            self.verdicts.remove(&id);
        }
        if let Some(verdict) = entry.verdict {
            // Held is durable at the endpoint; refused stays here, and is not sent again and again.
            self.unsent.remove(n, id.bytes());
            self.verdicts.insert(id, verdict);
        }
    }

    fn is_twin(&self, raw: &Raw) -> bool {
        let inserted = self.notebook.clone_of(raw).insert(raw.get());
        matches!(inserted, Ok((_, Inserted::Twin)))
    }

    fn set_aside(&mut self, raw: Raw) {
        if !self.is_aside(&raw) {
            self.aside.push(raw);
        }
    }

    fn is_aside(&self, raw: &Raw) -> bool {
        self.aside.iter().any(|aside| aside.get() == raw.get())
    }

    /// The whole log as few lines as possible: what a device writes when it compacts.
    #[must_use]
    pub fn lines(&self) -> Vec<Entry> {
        let line = |(id, known): (&ChangeId, &Known)| Entry {
            change: Some(Raw::lexed(&known.raw)),
            acc: known.acc.clone(),
            verdict: self.verdicts.get(id).cloned(),
            ..Entry::default()
        };
        let aside = self.aside.iter().map(|raw| Entry {
            aside: Some(raw.clone()),
            ..Entry::default()
        });
        self.notebook.changes().map(line).chain(aside).collect()
    }
}

impl Notebook {
    /// A notebook of only the change that shares an id with `raw`: to ask what inserting would do.
    fn clone_of(&self, raw: &Raw) -> Self {
        let mut probe = Self::default();
        if let Ok(change) = crate::change::parse_change(raw.get().as_bytes())
            && let Some(known) = self.get(&change.id)
        {
            // It was inserted once, so it can be inserted again.
            let _had = probe.insert(&known.raw);
        }
        probe
    }
}
