//! What is on the screen: the notebook in memory and a few signals. No input or output; a getter has no effect.

use std::sync::Arc;

use leptos::prelude::*;
use records::{
    catalogue::Catalogue,
    draft::{Draft, Surroundings},
    fold::{Life, Record},
    id::RecordId,
    order,
    published::Mark,
    replica::Replica,
    shelf::Shelf,
    summary::{Summary, summarise},
    table::Table,
};
use serde_json::{Value, json};

/// How an exchange with the endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Exchange {
    /// One is under way.
    pub(crate) is_running: bool,
    /// When the last one went well, ms.
    pub(crate) done_ms: u64,
    /// Why the last one did not.
    pub(crate) failure: Option<String>,
    /// Waiting will not mend it: a person has to do something.
    pub(crate) is_grave: bool,
}

/// What takes something back. Owned by the message alone: the row it came from may be gone by then.
pub(crate) type Undo = Arc<dyn Fn() + Send + Sync>;

/// Finds communes as they are typed: code and full name.
pub(crate) type FindPlaces = fn(&str) -> Vec<(String, String)>;

/// Makes an [`Undo`].
pub(crate) fn undo(act: impl Fn() + Send + Sync + 'static) -> Undo {
    Arc::new(act)
}

/// A short message with an action, above the bottom bar.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) undo: Option<Undo>,
    pub(crate) number: u32,
}

/// The person and the unit of this device, as the screen shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) position: String,
    pub(crate) unit: String,
    pub(crate) endpoint: String,
    pub(crate) is_welcomed: bool,
    pub(crate) backed_up_ms: u64,
}

/// The notebook in memory.
pub(crate) struct Data {
    pub(crate) replica: Replica,
    pub(crate) rows: Shelf<RecordId, Arc<Summary>>,
    pub(crate) drafts: Table<String, Draft>,
    pub(crate) damaged: usize,
}

/// The handle that every page holds.
#[derive(Clone, Copy)]
pub(crate) struct Book {
    data: StoredValue<Data, LocalStorage>,
    catalogue: RwSignal<&'static Catalogue>,
    revision: RwSignal<u64>,
    draft_revision: RwSignal<u64>,
    pub(crate) me: RwSignal<Me>,
    pub(crate) exchange: RwSignal<Exchange>,
    pub(crate) toast: RwSignal<Option<Toast>>,
    /// How many messages there were.
    said: StoredValue<u32>,
    pub(crate) is_offline_ready: RwSignal<bool>,
    /// All that belongs to this build is on the device, the second part too.
    pub(crate) is_whole: RwSignal<bool>,
    pub(crate) has_update: RwSignal<bool>,
    pub(crate) route: RwSignal<String>,
    /// Rises when the page of the same address is to be made anew.
    pub(crate) reopened: RwSignal<u64>,
    /// Large text: rows of long lists must know their height.
    pub(crate) is_large: RwSignal<bool>,
    /// Names of the unit's own hamlets and people, offered where one is written.
    pub(crate) offered: RwSignal<Vec<String>>,
    /// Once the list is here.
    pub(crate) places: RwSignal<Option<FindPlaces>>,
    /// The newest catalogue that the endpoint has, as its last answer said.
    pub(crate) published: RwSignal<Option<Mark>>,
    /// Nothing that was published waits to be read: forms are as they hold.
    pub(crate) is_renewed: RwSignal<bool>,
    /// Which catalogue holds here, in words; empty while it is the one the app came with.
    pub(crate) edition: RwSignal<String>,
    /// Rises when what is carried for others changed.
    pub(crate) carried: RwSignal<u64>,
    /// A form with unsaved typing is open: nothing may take over the screen.
    pub(crate) is_writing: RwSignal<bool>,
}

impl Book {
    pub(crate) fn new(data: Data, catalogue: &'static Catalogue, me: Me, route: String) -> Self {
        let book = Self {
            data: StoredValue::new_local(data),
            catalogue: RwSignal::new(catalogue),
            revision: RwSignal::new(0),
            draft_revision: RwSignal::new(0),
            me: RwSignal::new(me),
            exchange: RwSignal::new(Exchange::default()),
            toast: RwSignal::new(None),
            said: StoredValue::new(0),
            is_offline_ready: RwSignal::new(false),
            is_whole: RwSignal::new(false),
            has_update: RwSignal::new(false),
            route: RwSignal::new(route),
            reopened: RwSignal::new(0),
            is_large: RwSignal::new(false),
            offered: RwSignal::new(Vec::new()),
            places: RwSignal::new(None),
            published: RwSignal::new(None),
            is_renewed: RwSignal::new(true),
            edition: RwSignal::new(String::new()),
            carried: RwSignal::new(0),
            is_writing: RwSignal::new(false),
        };
        let all: Vec<RecordId> = book
            .data
            .with_value(|data| data.replica.notebook.records().collect());
        book.resummarise(all);
        book
    }

    /// Forms, templates and texts; whoever asks inside a view follows when more of them arrive.
    pub(crate) fn catalogue(&self) -> &'static Catalogue {
        self.catalogue.get()
    }

    /// More forms have arrived, or newer ones: the records that this touches get new rows.
    pub(crate) fn take_catalogue(
        &self,
        catalogue: &'static Catalogue,
        is_touched: &dyn Fn(&Summary) -> bool,
    ) {
        self.catalogue.set(catalogue);
        self.adopt(|data| {
            let rows = data.rows.iter().filter(|(_, row)| is_touched(row));
            rows.map(|(id, _)| *id).collect()
        });
    }

    /// Reads the notebook; whoever does it inside a view follows its changes.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Data) -> T) -> T {
        self.revision.track();
        self.data.with_value(look)
    }

    /// Reads the notebook once.
    pub(crate) fn peek<T>(&self, look: impl FnOnce(&Data) -> T) -> T {
        self.data.with_value(look)
    }

    /// Changes the notebook in memory; only after the store has committed.
    pub(crate) fn adopt(&self, change: impl FnOnce(&mut Data) -> Vec<RecordId>) {
        let mut touched = Vec::new();
        self.data.update_value(|data| touched = change(data));
        self.resummarise(touched);
        self.revision.update(|revision| *revision += 1);
    }

    /// Changes what nobody sees in the notebook: what is on the screen stays as it is.
    pub(crate) fn adopt_unseen(&self, change: impl FnOnce(&mut Data)) {
        self.data.update_value(change);
    }

    fn resummarise(&self, records: Vec<RecordId>) {
        let catalogue = self.catalogue.get_untracked();
        self.data.update_value(|data| {
            for id in records {
                if let Some(record) = data.replica.notebook.fold(id) {
                    data.rows
                        .insert(id, Arc::new(summarise(&record, catalogue)));
                }
            }
        });
    }

    /// Changes the drafts in memory.
    pub(crate) fn adopt_draft(&self, change: impl FnOnce(&mut Table<String, Draft>)) {
        self.data.update_value(|data| change(&mut data.drafts));
        self.draft_revision.update(|revision| *revision += 1);
    }

    /// The drafts, latest first.
    pub(crate) fn drafts(&self) -> Vec<(String, Draft)> {
        self.draft_revision.track();
        let mut drafts: Vec<_> = self.peek(|data| data.drafts.clone().into_iter().collect());
        order::sort(&mut drafts, &mut |(_, a), (_, b)| a.opened > b.opened);
        drafts
    }

    /// A record as it is now.
    pub(crate) fn record(&self, id: RecordId) -> Option<Record> {
        self.read(|data| data.replica.notebook.fold(id))
    }

    /// Rows that are there, latest event first, that satisfy a test.
    pub(crate) fn rows(&self, wanted: impl Fn(&Summary) -> bool) -> Vec<Arc<Summary>> {
        let mut rows: Vec<Arc<Summary>> = self.read(|data| {
            let rows = data
                .rows
                .values()
                .filter(|row| row.life != Life::Deleted && wanted(row));
            rows.cloned().collect()
        });
        order::sort(&mut rows, &mut |a, b| {
            (&a.date, a.touched_ms, a.id) > (&b.date, b.touched_ms, b.id)
        });
        rows
    }

    /// The records of a form with all that is in them, latest event first.
    pub(crate) fn docs(&self, form: &str) -> Vec<(Arc<Summary>, Value)> {
        let rows = self.rows(|row| row.form == form).into_iter();
        let docs = rows.filter_map(|row| Some((Arc::clone(&row), self.record(row.id)?.to_doc())));
        docs.collect()
    }

    /// How many changes wait to be sent, and how many the endpoint set aside.
    pub(crate) fn outbox(&self) -> (usize, usize) {
        self.read(|data| (data.replica.waiting().count(), data.replica.verdicts.len()))
    }

    /// Whether a record waits to be sent; always false before enrolment, when nothing is sent at all.
    pub(crate) fn is_unsent(&self, id: RecordId) -> bool {
        self.me.with(|me| !me.endpoint.is_empty()) && self.read(|data| data.replica.is_waiting(id))
    }

    /// The unit's name as the endpoint or the person says it.
    pub(crate) fn unit(&self) -> String {
        let said = self.read(|data| data.replica.sync.unit.name.clone());
        let own = self.me.with(|me| me.unit.clone());
        if own.is_empty() { said } else { own }
    }

    /// What defaults of a form may speak of.
    pub(crate) fn surroundings(&self, now_ms: u64) -> Surroundings {
        let me = self.me.get_untracked();
        let person = match me.name.as_str() {
            "" => Value::Null,
            name => json!({"ho_ten": name, "chuc_vu": me.position}),
        };
        Surroundings {
            now_ms,
            me: person,
            unit: untrack(|| self.unit()),
        }
    }

    /// Shows a message; it goes by itself after ten seconds.
    pub(crate) fn say(&self, text: impl Into<String>, undo: Option<Undo>) {
        // It only rises: the timer of a message that is gone must not end a later one.
        let number = self.said() + 1;
        self.said.set_value(number);
        self.toast.set(Some(Toast {
            text: text.into(),
            undo,
            number,
        }));
    }

    /// How many messages there were.
    pub(crate) fn said(&self) -> u32 {
        self.said.get_value()
    }

    /// Takes the message away whose undo came after `since`: what it would act on is gone.
    pub(crate) fn take_undo_since(&self, since: u32) {
        let is_theirs = |toast: &Toast| toast.undo.is_some() && toast.number > since;
        if self
            .toast
            .with_untracked(|toast| toast.as_ref().is_some_and(is_theirs))
        {
            self.toast.set(None);
        }
    }
}
