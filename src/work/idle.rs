//! When a notebook with a lock closes by itself. Comes with what opens the lock.

use std::cell::Cell;

use gloo_timers::callback::Interval;

use crate::{
    browser::{self, events, prefs},
    store::lock,
    work::{
        Work, drafts,
        open::{self, Watch},
    },
};

/// How often it is asked whether it was long enough.
const LOOK_MS: u32 = 10_000;

/// What a page that was let in does from then on.
pub(super) const WATCH: Watch = Watch {
    begin: watch,
    closed_elsewhere,
};

thread_local! {
    /// When a person last touched this page, ms.
    static TOUCHED_MS: Cell<u64> = const { Cell::new(0) };
}

/// Where it lies when a person last touched a page of any tab of this notebook, ms.
fn place() -> String {
    format!("{}.touched", open::notebook())
}

fn touched() {
    let now = browser::now_ms();
    // Other tabs of the same notebook hear of it, now and then.
    if now.saturating_sub(TOUCHED_MS.replace(now)) > u64::from(LOOK_MS) {
        prefs::keep(&place(), &now.to_string());
    }
}

/// Watches for as long as the page lives.
fn watch(work: Work) {
    touched();
    events::on_touch(touched);
    let look = move || {
        wasm_bindgen_futures::spawn_local(close_when_idle(work));
    };
    events::on_return(look);
    Interval::new(LOOK_MS, look).forget();
}

async fn close_when_idle(work: Work) {
    let Ok(Some((lock, _))) = lock::of(&open::notebook()).await else {
        return; // taken away, or not to be read now: asked again
    };
    let elsewhere = prefs::read(&place()).parse().unwrap_or(0);
    let idle_ms = browser::now_ms().saturating_sub(TOUCHED_MS.get().max(elsewhere));
    if lock.idle_min > 0 && idle_ms >= u64::from(lock.idle_min) * 60_000 {
        close(work).await;
    }
}

/// Closes in every tab. False when a draft is in memory only: it would be lost.
pub(super) async fn close(work: Work) -> bool {
    let is_kept = drafts::all_kept(work).await;
    if is_kept {
        work.tools().tabs.call("locked");
        browser::reload();
    }
    is_kept
}

/// Another tab closed.
fn closed_elsewhere(work: Work) {
    wasm_bindgen_futures::spawn_local(open::anew(work));
}
