//! Opens the notebook: the store, everything in it, and what keeps it alive while the page is.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use records::{catalogue::Catalogue, change::SECRET, replica::Replica, shelf::Shelf, table};

use crate::{
    browser::{self, events, prefs, tabs::Tabs, worker},
    state::{Book, Data, Me},
    store::{Profile, Store, StoreError, lock, secret},
    words,
    work::{Tools, Work, drafts, settings, sync},
};

pub(crate) fn me(profile: &Profile) -> Me {
    Me {
        name: profile.name.clone(),
        position: profile.position.clone(),
        unit: profile.unit.clone(),
        endpoint: profile.endpoint.clone(),
        is_welcomed: profile.is_welcomed,
        backed_up_ms: profile.backed_up_ms,
    }
}

/// The name of the notebook of this address, and of who has it open in this tab.
pub(crate) fn notebook() -> String {
    format!("so-tay{}{}", browser::folder(), whose())
}

/// Whose notebook this tab has open, where several share a phone; empty for the first.
pub(crate) fn whose() -> String {
    let mut here = prefs::of_tab(prefs::WHOSE);
    if here.is_empty() {
        // From now on this tab stays with it, whoever opens another one elsewhere.
        here = format!("-{}", prefs::read(prefs::WHOSE));
        prefs::keep_in_tab(prefs::WHOSE, &here);
    }
    here.trim_start_matches('-').to_owned()
}

/// Whether this tab has the secret compartment open, and nothing else.
pub(crate) fn is_secret() -> bool {
    prefs::of_tab(prefs::PART) == SECRET
}

/// The forms that the notebook of this tab begins with, and its name.
fn wanted(is_secret: bool) -> Result<(Catalogue, String), StoreError> {
    let catalogue = records::catalogue::builtin();
    let mut catalogue = catalogue.map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let name = notebook();
    if !is_secret {
        return Ok((catalogue, name));
    }
    // Its form comes later; it is opened by who was let in, and by nobody else.
    lock::let_in_with().ok_or(StoreError::Locked)?;
    catalogue.forms.clear();
    Ok((catalogue, secret::name_of(&name)))
}

/// Opens everything. `progress` hears how many lines were read.
pub(crate) async fn open(progress: impl Fn(usize)) -> Result<Work, StoreError> {
    let is_secret = is_secret();
    let (catalogue, name) = wanted(is_secret)?;
    let store = Store::open(&name).await?;
    let mut loaded = store.load(progress).await?;
    // Whoever has written here was welcomed, even if the row that says so does not open.
    loaded.profile.is_welcomed |= !loaded.entries.is_empty();
    let mut replica = Replica::new(loaded.counter, loaded.sync);
    if is_secret {
        replica.part = SECRET;
    }
    replica.adopt_entries(loaded.entries);
    let data = Data {
        replica,
        rows: Shelf::default(),
        drafts: loaded
            .drafts
            .iter()
            .map(|kept| (kept.name.clone(), kept.draft.clone()))
            .collect(),
        damaged: loaded.damaged,
    };
    // The catalogue lives as long as the page: forms are handed around freely.
    let catalogue = Box::leak(Box::new(catalogue));
    let book = Book::new(data, catalogue, me(&loaded.profile), browser::route());
    book.is_renewed.set(!loaded.has_published && !is_secret);
    let tools = Tools {
        leaving: RefCell::new(None),
        draft_rows: RefCell::new(
            loaded
                .drafts
                .into_iter()
                .map(|kept| (kept.name, kept.row))
                .collect(),
        ),
        open_draft: RefCell::new(None),
        store,
        tabs: Tabs::open(&notebook(), move |word| {
            wasm_bindgen_futures::spawn_local(heard(word));
        }),
        name,
        profile: RefCell::new(loaded.profile),
        counter_row: RefCell::new(loaded.counter_row),
        last_row: RefCell::new(loaded.last_row),
        next_sync: RefCell::new(None),
        fresh: RefCell::new(table::Set::new()),
        unkept: RefCell::new(table::Set::new()),
        left: RefCell::new(Vec::new()),
        last_turn: RefCell::new(None),
        renamed: RefCell::new(Vec::new()),
        failures: RefCell::new(0),
        narrow: RefCell::new(0),
        patience_ms: RefCell::new(0),
    };
    let is_found_again = tools.store.is_found_again;
    let work = Work::new(book, tools);
    if is_found_again {
        let waiting = work.book.peek(|data| data.replica.waiting().count());
        work.book.say(words::found_again(waiting), None);
    }
    HERE.with(|here| *here.borrow_mut() = Some(work));
    live(work);
    if let Some(watch) = WATCH.get() {
        (watch.begin)(work);
    }
    Ok(work)
}

thread_local! {
    /// Other tabs may call before the notebook is open.
    static HERE: RefCell<Option<Work>> = const { RefCell::new(None) };
}

/// What watches over a notebook with a lock; it comes with what opens the lock.
#[derive(Clone, Copy)]
pub(crate) struct Watch {
    /// Watches for as long as the page lives.
    pub(crate) begin: fn(Work),
    /// Another tab closed.
    pub(crate) closed_elsewhere: fn(Work),
}

thread_local! {
    static WATCH: Cell<Option<Watch>> = const { Cell::new(None) };
}

/// Somebody was let in: from now on it is watched when it closes.
pub(crate) fn take_watch(watch: Watch) {
    WATCH.set(Some(watch));
}

/// Another tab saved.
async fn heard(word: String) {
    let Some(work) = HERE.with(|here| *here.borrow()) else {
        return;
    };
    match word.as_str() {
        "saved" => catch_up(work).await,
        "erased" => browser::reload(),
        // Something may not be seen here any more, or somebody set a lock.
        "anew" => anew(work).await,
        "locked" => {
            if let Some(watch) = WATCH.get() {
                (watch.closed_elsewhere)(work);
            }
        }
        _ => {}
    }
}

/// Loads the page anew, when nothing that was typed would be lost by it.
pub(crate) async fn anew(work: Work) {
    if drafts::all_kept(work).await {
        browser::reload();
    }
}

/// Knows every row there is, and the counter as it is now.
pub(crate) async fn know_all(work: Work) -> Result<(), StoreError> {
    let tools = work.tools();
    let (counter, row) = tools.store.counter().await?;
    *tools.counter_row.borrow_mut() = row;
    work.book
        .adopt_unseen(|data| data.replica.counter = counter);
    catch_up(work).await;
    Ok(())
}

/// Reads what other tabs wrote since.
pub(crate) async fn catch_up(work: Work) {
    let tools = work.tools();
    let last = *tools.last_row.borrow();
    // What cannot be read now is read at the next call; nothing depends on when.
    let Ok((entries, last)) = tools.store.entries_after(last).await else {
        return;
    };
    let sync = tools.store.load_sync().await;
    if let Ok((profile, Some(_))) = tools.store.profile().await {
        settings::show(work, profile);
    }
    drafts::catch_up(work).await;
    *tools.last_row.borrow_mut() = last;
    work.book.adopt(|data| {
        if let Some(sync) = sync {
            data.replica.sync = sync;
        }
        data.replica
            .adopt_entries(entries)
            .records
            .into_iter()
            .collect()
    });
}

/// Listens for as long as the page lives.
fn live(work: Work) {
    let book = work.book;
    browser::number_entry();
    events::on_route(move || {
        browser::number_entry();
        book.route.set(browser::route());
    });
    events::on_leaving(move || {
        let leaving = work.tools().leaving.borrow().clone();
        if let Some(leaving) = leaving {
            leaving();
        }
    });
    events::on_return(move || {
        worker::ask();
        wasm_bindgen_futures::spawn_local(async move {
            drafts::keep_held(work).await;
            catch_up(work).await;
            sync::now(work);
        });
    });
    worker::on_whole(move |is_whole| book.is_whole.set(is_whole));
    wasm_bindgen_futures::spawn_local(async move {
        worker::register(
            move || book.is_offline_ready.set(true),
            move || book.has_update.set(true),
        )
        .await;
    });
    sync::now(work);
}
