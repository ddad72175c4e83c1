//! When to exchange with the endpoint: after a save, when the app comes to the front, by hand, and again after a while.
//! Never while nothing is enrolled, never in the way of typing. How is in `exchange`, which comes with the second wasm:
//! whoever is enrolled has had it.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::work::Work;

/// A save is followed by others more often than not: they go in one request.
pub(super) const AFTER_SAVE_MS: u32 = 400;

thread_local! {
    /// What exchanges, once it is here.
    static EXCHANGE: Cell<Option<fn(Work)>> = const { Cell::new(None) };
}

/// The second wasm is here.
pub(crate) fn take_exchange(work: Work, exchange: fn(Work)) {
    EXCHANGE.set(Some(exchange));
    now(work);
}

/// Exchanges now.
pub(crate) fn now(work: Work) {
    in_ms(work, 0);
}

/// Exchanges shortly after a save.
pub(crate) fn soon(work: Work) {
    in_ms(work, AFTER_SAVE_MS);
}

pub(super) fn in_ms(work: Work, wait_ms: u32) {
    let tools = work.tools();
    if tools.profile.borrow().endpoint.is_empty() {
        return;
    }
    let timer = Timeout::new(wait_ms, move || match EXCHANGE.get() {
        Some(exchange) => exchange(work),
        // It did not come: whoever fetches it hears of this.
        None => work.book.is_whole.update(|_| {}),
    });
    *tools.next_sync.borrow_mut() = Some(timer);
}
