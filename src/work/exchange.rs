//! Exchanges with the endpoint: one at a time in all tabs, page by page, and again after a while when nobody answered.
//! Of the second wasm.

use leptos::prelude::*;
use records::{
    replica::Plan,
    wire::{SEND_CHANGES_MAX, SyncAnswer, SyncRequest},
};

use crate::{
    browser::{self, events, tabs},
    net::{self, NetError},
    store::StoreError,
    words,
    work::{
        Work, audit, courier, lock, open, secret, settings,
        sync::{AFTER_SAVE_MS, in_ms},
    },
};

/// The first wait after a failure; it doubles.
const WAIT_MS: u32 = 2_000;
/// The longest wait: the signal comes back while someone walks from one hamlet to the next.
const WAIT_MS_MAX: u32 = 60_000;
/// An endpoint that asks for more than this is answered sooner.
const PATIENCE_S_MAX: u32 = 600;
/// Longer than any save takes.
const SAVING_MS: u64 = 60_000;
/// How often an open app asks whether a colleague sent something.
const LOOK_MS: u32 = 30_000;
/// How soon what still waits after a good exchange is tried again.
const AGAIN_MS: u32 = 3_000;

/// Exchanges now.
pub(crate) fn start(work: Work) {
    wasm_bindgen_futures::spawn_local(run(work));
}

async fn run(work: Work) {
    if work
        .book
        .exchange
        .with_untracked(|exchange| exchange.is_running)
    {
        return in_ms(work, AFTER_SAVE_MS);
    }
    work.book
        .exchange
        .update(|exchange| exchange.is_running = true);
    let tools = work.tools();
    let name = format!("{}/sync", tools.name);
    tabs::alone(&name, exchange_all(work)).await;
    work.book
        .exchange
        .update(|exchange| exchange.is_running = false);
    plan_next(work);
}

/// Backs off with jitter while nobody answers: a whole commune comes back at once when the network does.
fn plan_next(work: Work) {
    let failures = *work.tools().failures.borrow();
    let waits = work
        .book
        .peek(|data| data.replica.waiting().next().is_some());
    if failures == 0 && waits {
        // Saved while the exchange was under way, or another tab is at it.
        return in_ms(work, AGAIN_MS);
    }
    let base = match failures {
        0 => LOOK_MS,
        n => WAIT_MS.saturating_mul(1 << n.min(5)).min(WAIT_MS_MAX),
    };
    // Half of it is the least that is waited.
    let base = base.max(work.tools().patience_ms.borrow().saturating_mul(2));
    let [jitter] = browser::random::<1>();
    if events::is_visible() {
        in_ms(work, base / 2 + base / 2 * u32::from(jitter) / 255 + 1);
    }
}

/// The narrowest exchange: 16 KiB of a page, one change of a hundred.
const NARROW_MAX: u32 = 4;
/// An exchange that takes longer is likely to be cut before it is through: the next is narrower.
const LONG_MS: u64 = 8_000;
/// One that takes less leaves room for more: most of it was waiting for the line.
const SHORT_MS: u64 = 4_500;

/// How narrow the next exchange is, after one that took so long.
fn paced(narrow: u32, took_ms: u64) -> u32 {
    match took_ms {
        0..SHORT_MS => narrow.saturating_sub(1),
        SHORT_MS..LONG_MS => narrow,
        LONG_MS.. => (narrow + 1).min(NARROW_MAX),
    }
}

async fn exchange_all(work: Work) {
    let tools = work.tools();
    let mut has_moved = false;
    let failure = loop {
        let narrow = *tools.narrow.borrow();
        let begun_ms = browser::now_ms();
        match exchange(work, narrow).await {
            Ok(has_more) => {
                let took_ms = browser::now_ms().saturating_sub(begun_ms);
                *tools.narrow.borrow_mut() = paced(narrow, took_ms);
                if !has_more {
                    break None;
                }
                has_moved = true;
            }
            Err(failure) => {
                let is_too_large =
                    matches!(&failure, Failure::Net(error) if error.status() == Some(413));
                let is_cut = matches!(&failure, Failure::Net(NetError::Silent));
                let can_narrow = narrow < NARROW_MAX && (is_too_large || is_cut);
                // A line that is cut before a page is through carries a smaller one.
                *tools.narrow.borrow_mut() = narrow + u32::from(can_narrow);
                if !(is_too_large && can_narrow) {
                    break Some(failure);
                }
            }
        }
    };
    if failure.is_none() {
        let is_all_there = work.book.peek(|data| {
            let replica = &data.replica;
            replica.waiting().next().is_none() && replica.verdicts.is_empty()
        });
        if is_all_there {
            // A save that is on its way now is younger than that.
            let before = browser::now_ms().saturating_sub(SAVING_MS);
            tools.store.is_elsewhere(before).await;
        }
        audit::tell(work, &tools.store).await;
        if !open::is_secret() {
            courier::learn_key(work).await;
            courier::hand_over(work).await;
            if tools.store.has_lock {
                // What could not be given now is given after the next exchange.
                browser::let_go(lock::give_to_unit(work).await);
                secret::bring(work).await;
            }
        }
    }
    *tools.patience_ms.borrow_mut() = match &failure {
        Some(Failure::Net(NetError::Problem(_, seconds))) => {
            seconds.min(&PATIENCE_S_MAX).saturating_mul(1_000)
        }
        None | Some(Failure::Net(_) | Failure::Store(_)) => 0,
    };
    *tools.failures.borrow_mut() = match failure {
        None => 0,
        // It is bad, but it carries.
        Some(_) if has_moved => 1,
        Some(_) => tools.failures.borrow().saturating_add(1),
    };
    work.book.exchange.update(|exchange| match failure {
        None => {
            exchange.done_ms = browser::now_ms();
            exchange.failure = None;
            exchange.is_grave = false;
        }
        Some(Failure::Net(error)) => {
            exchange.is_grave = error.needs_a_person();
            exchange.failure = Some(words::net_error(&error));
        }
        Some(Failure::Store(error)) => exchange.failure = Some(words::store_error(&error)),
    });
}

enum Failure {
    Net(NetError),
    Store(StoreError),
}

/// What an answer asks to be written.
async fn planned(
    work: Work,
    request: &SyncRequest,
    answer: SyncAnswer,
) -> Result<Plan, StoreError> {
    let plan = |answer| {
        work.book.peek(|data| {
            let (now, random) = (browser::now_ms(), browser::random());
            data.replica.plan_answer(now, random, request, answer)
        })
    };
    let first = plan(answer.clone());
    if first.rest.is_none() {
        return Ok(first);
    }
    // What is put in the place of all rows has to know all rows, those of other tabs and of this one.
    open::know_all(work).await?;
    Ok(plan(answer))
}

/// Whether something may not be seen here any more.
fn withdraws(work: Work, plan: &Plan) -> bool {
    let before = work.book.peek(|data| data.replica.sync.cursors.len());
    let then = plan.sync.as_ref().map(|sync| sync.cursors.len());
    plan.rest.is_some() && then.is_some_and(|then| then < before)
}

/// One round trip; true when there is more to exchange.
async fn exchange(work: Work, narrow: u32) -> Result<bool, Failure> {
    let tools = work.tools();
    let changes_max = (SEND_CHANGES_MAX >> (2 * narrow)).max(1);
    let mut request: SyncRequest = work
        .book
        .peek(|data| data.replica.plan_request(browser::now_ms(), changes_max));
    request.page_bytes >>= narrow;
    let (endpoint, key) = {
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    let answer = net::sync(&endpoint, &key, &request)
        .await
        .map_err(Failure::Net)?;
    let (more, lacks) = (answer.more, !answer.lacks.is_empty());
    let wipe = answer.wipe.clone();
    if answer.catalogue.is_some()
        && work
            .book
            .published
            .with_untracked(|p| *p != answer.catalogue)
    {
        work.book.published.set(answer.catalogue.clone());
    }
    let plan = planned(work, &request, answer).await;
    let plan = plan.map_err(Failure::Store)?;
    let is_withdrawn = withdraws(work, &plan);
    let seen = tools.counter_row.borrow().clone();
    let last = *tools.last_row.borrow();
    let committed = tools
        .store
        .take(&plan, &seen, last)
        .await
        .map_err(Failure::Store)?;
    if let Some(row) = committed.counter_row {
        *tools.counter_row.borrow_mut() = row;
    }
    if is_withdrawn {
        // It is in many places of the memory, too; what is being typed is kept first.
        tools.tabs.call("anew");
        open::anew(work).await;
    }
    let has_news = !plan.entries.is_empty();
    let is_other = work.book.peek(|data| {
        let (now, then) = (&data.replica.sync, plan.sync.as_ref());
        then.is_some_and(|then| {
            (&then.unit, &then.roles, then.is_revoked) != (&now.unit, &now.roles, now.is_revoked)
        })
    });
    if has_news || is_other {
        work.book
            .adopt(|data| data.replica.adopt(plan).records.into_iter().collect());
        tools.tabs.call("saved");
    } else {
        // Every half minute, mostly with nothing new: pages are not made anew for that.
        work.book
            .adopt_unseen(|data| drop(data.replica.adopt(plan)));
    }
    if let Some(wipe) = wipe {
        settings::obey(work, &wipe).await;
    }
    let (waits, offers) = work.book.peek(|data| {
        (
            data.replica.waiting().next().is_some(),
            data.replica.sync.offering.is_some(),
        )
    });
    Ok(more || offers || (waits && (has_news || lacks)))
}
