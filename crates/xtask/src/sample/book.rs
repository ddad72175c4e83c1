//! The history: every save goes through the planning of the app, on the device of its author, in the order of time.
//! What a device or an endpoint takes in is what a device would have sent.

use anyhow::{Context as _, Result};
use records::{
    catalogue::Catalogue,
    change::RecWrites,
    draft::Draft,
    files::{self, EXPORT_KIND, EXPORT_VERSION, Export},
    replica::{Counter, Replica, SyncState},
    stamp::Stamp,
    wire::Unit,
};

use super::{people::Author, random::Random, sheet::Act};

/// How much later the second of two people writes who do not know of each other.
const RIVAL_LATER_MS: u64 = 300_000;

#[derive(Debug)]
pub(crate) struct Book<'a> {
    catalogue: &'a Catalogue,
    random: Random,
    replica: Replica,
    counters: Vec<(Author, Counter)>,
}

impl<'a> Book<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, random: Random) -> Self {
        let counter = |author: Author| Counter {
            dev: author.device(),
            n: 0,
            stamp: Stamp::default(),
        };
        Self {
            catalogue,
            random,
            replica: Replica::new(counter(Author::Reception), SyncState::default()),
            counters: Author::ALL
                .into_iter()
                .map(|author| (author, counter(author)))
                .collect(),
        }
    }

    /// Makes the saves, the earliest first.
    pub(crate) fn play(&mut self, mut acts: Vec<Act>) -> Result<()> {
        acts.sort_by_key(|act| act.ms);
        for act in acts {
            let recs = act.recs.into_iter().map(|recs| self.seen(act.ms, recs));
            let recs = recs.collect();
            // What the rival has seen is what stood before this save.
            let rival = act
                .rival
                .map(|(other, recs)| (other, self.seen(act.ms, recs)));
            self.save(act.ms, act.by, recs)?;
            if let Some((other, recs)) = rival {
                self.save(act.ms + RIVAL_LATER_MS, other, vec![recs])?;
            }
        }
        Ok(())
    }

    /// The writes over what their author had on the screen.
    fn seen(&self, ms: u64, writes: RecWrites) -> RecWrites {
        let record = self.replica.notebook.fold(writes.rec);
        let form = self.catalogue.form(&writes.form, &writes.ver);
        let (Some(record), Some(form)) = (record, form) else {
            return writes;
        };
        let mut draft = Draft::edit(&record, form, ms);
        for (path, value) in writes.set {
            draft.put(&path, value);
        }
        draft.writes()
    }

    fn save(&mut self, ms: u64, by: Author, recs: Vec<RecWrites>) -> Result<()> {
        let own = self.counters.iter_mut().find(|(author, _)| *author == by);
        let (_, counter) = own.context("every author has a device")?;
        self.replica.counter = *counter;
        let who = Some(by.name().to_owned());
        let plan = self.replica.plan_save(ms, self.random.bytes(), who, recs)?;
        self.replica.adopt(plan);
        *counter = self.replica.counter;
        Ok(())
    }

    /// All of it as the app would write it to a file.
    pub(crate) fn export(&self, exported_at: u64, unit: Unit) -> Export {
        let notebook = &self.replica.notebook;
        let records = notebook.records().filter_map(|rec| notebook.fold(rec));
        Export {
            kind: EXPORT_KIND.to_owned(),
            version: EXPORT_VERSION,
            exported_at,
            app: env!("CARGO_PKG_VERSION").to_owned(),
            unit,
            records: records
                .map(|record| files::readable(&record, self.catalogue))
                .collect(),
            changes: notebook
                .changes()
                .filter_map(|(_, known)| files::filed(known))
                .collect(),
        }
    }
}
