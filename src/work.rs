//! What a person does: open, save, send, export. The only place where the notebook, the store and the network meet.

pub(crate) mod audit;
pub(crate) mod catalogue;
pub(crate) mod commend;
pub(crate) mod courier;
pub(crate) mod drafts;
pub(crate) mod erase;
pub(crate) mod exchange;
pub(crate) mod files;
mod idle;
pub(crate) mod lock;
pub(crate) mod open;
pub(crate) mod parcels;
pub(crate) mod people;
pub(crate) mod programmes;
pub(crate) mod reports;
pub(crate) mod rights;
pub(crate) mod save;
pub(crate) mod secret;
pub(crate) mod settings;
pub(crate) mod sheets;
pub(crate) mod sync;
pub(crate) mod together;
pub(crate) mod unit;
pub(crate) mod whose;

use std::{cell::RefCell, rc::Rc};

use futures_channel::oneshot;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use records::table::{self, Table};

use crate::{
    browser::tabs::Tabs,
    state::Book,
    store::{Profile, Store},
};

/// How a list was left: what was looked for in it, and how far down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Left {
    pub(crate) typed: String,
    pub(crate) period: &'static str,
    pub(crate) state: &'static str,
    pub(crate) scroll: usize,
}

/// What the verbs need besides the notebook on the screen.
pub(crate) struct Tools {
    /// What the open form wants done when the page may be about to go.
    pub(crate) leaving: RefCell<Option<Rc<dyn Fn()>>>,
    pub(crate) store: Store,
    pub(crate) tabs: Tabs,
    /// The name of this notebook's database, locks and line between tabs.
    pub(crate) name: String,
    /// Where the endpoint is and with which key.
    pub(crate) profile: RefCell<Profile>,
    /// The counter's envelope as this tab knows it.
    pub(crate) counter_row: RefCell<Vec<u8>>,
    /// The last row of the log this tab has read.
    pub(crate) last_row: RefCell<f64>,
    /// The next exchange, when one is planned.
    pub(crate) next_sync: RefCell<Option<Timeout>>,
    /// Drafts are kept and dropped one after the other: what a slow disk has not finished is no other tab's writing.
    pub(crate) last_turn: RefCell<Option<oneshot::Receiver<()>>>,
    /// Drafts that got another name because a second window wrote them: from, to.
    pub(crate) renamed: RefCell<Vec<(String, String)>>,
    /// The envelopes of drafts as this tab knows them.
    pub(crate) draft_rows: RefCell<Table<String, Vec<u8>>>,
    /// The draft on the screen: nothing refreshes it.
    pub(crate) open_draft: RefCell<Option<String>>,
    /// Drafts that were opened but hold nothing typed yet: they go when their form is left.
    pub(crate) fresh: RefCell<table::Set<String>>,
    /// Drafts that are in memory only: the store did not take them.
    pub(crate) unkept: RefCell<table::Set<String>>,
    /// How each list was left, by its form.
    pub(crate) left: RefCell<Vec<(String, Left)>>,
    /// How many exchanges in a row found no endpoint.
    pub(crate) failures: RefCell<u32>,
    /// How often pages and bodies were halved since an exchange went well.
    pub(crate) narrow: RefCell<u32>,
    /// For how long the endpoint asked to be left alone, ms.
    pub(crate) patience_ms: RefCell<u32>,
}

/// The handle that every page acts through.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) book: Book,
    tools: StoredValue<Rc<Tools>, LocalStorage>,
}

impl Work {
    pub(crate) fn new(book: Book, tools: Tools) -> Self {
        Self {
            book,
            tools: StoredValue::new_local(Rc::new(tools)),
        }
    }

    /// How a list was left.
    pub(crate) fn left(&self, list: &str) -> Left {
        let tools = self.tools();
        let left = tools.left.borrow();
        let found = left.iter().find(|(name, _)| name == list);
        found.map(|(_, left)| left.clone()).unwrap_or_default()
    }

    /// A list is left.
    pub(crate) fn leave(&self, list: &str, left: Left) {
        let tools = self.tools();
        let mut all = tools.left.borrow_mut();
        all.retain(|(name, _)| name != list);
        all.push((list.to_owned(), left));
    }

    /// Whether this notebook is one of several on a phone, and open to the others.
    pub(crate) fn needs_lock(&self) -> bool {
        !self.tools().store.has_lock && !open::whose().is_empty()
    }

    pub(crate) fn tools(&self) -> Rc<Tools> {
        self.tools.get_value()
    }
}
