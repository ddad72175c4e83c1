//! Chuyển hộ, the part that runs by itself: brings the parcels of others to the endpoint after each good exchange, and
//! learns the key that parcels are sealed to. Of the second wasm.

use std::cell::Cell;

use leptos::prelude::*;
use records::{
    parcel::{CarryRequest, Receipt},
    wire::PROTOCOL,
};

pub(crate) use crate::store::courier::{Carried, Courier, Given};
use crate::{
    browser::let_go,
    net,
    store::{Profile, StoreError},
    words,
    work::{Work, settings},
};

/// Receipts and gifts that are kept; older ones say nothing anybody asks.
const KEPT_MAX: usize = 50;

thread_local! {
    /// Whether something may be there to bring: the row is not opened every half minute for nothing.
    static MAY_WAIT: Cell<bool> = const { Cell::new(true) };
}

/// Changes what is kept as it is stored now, also when another tab changed it.
pub(crate) async fn change(work: Work, change: impl Fn(&mut Courier)) -> Result<(), StoreError> {
    let tools = work.tools();
    loop {
        let (mut courier, seen) = tools.store.courier().await?;
        change(&mut courier);
        tidy(&mut courier);
        match tools.store.put_courier(&courier, seen).await {
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error),
            Ok(()) => {
                MAY_WAIT.set(true);
                work.book.carried.update(|round| *round += 1);
                return Ok(());
            }
        }
    }
}

/// What is still to be brought always stays.
fn tidy(courier: &mut Courier) {
    let is_done = |at: &usize| {
        courier
            .carried
            .get(*at)
            .is_some_and(|carried| !carried.waits())
    };
    let done: Vec<usize> = (0..courier.carried.len()).filter(is_done).collect();
    let old = done.len().saturating_sub(KEPT_MAX);
    for at in done.into_iter().take(old).rev() {
        courier.carried.remove(at);
    }
    let old = courier.given.len().saturating_sub(KEPT_MAX);
    courier.given.drain(..old);
}

/// After an exchange that went well: what this device carries for others goes too.
pub(crate) async fn hand_over(work: Work) {
    let tools = work.tools();
    if !MAY_WAIT.get() {
        return;
    }
    // What cannot be read now is read after the next exchange.
    let Ok((courier, _)) = tools.store.courier().await else {
        return;
    };
    let (endpoint, key) = {
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    let carrier = work.book.peek(|data| data.replica.counter.dev);
    for carried in courier
        .carried
        .into_iter()
        .filter(|carried| carried.waits())
    {
        let request = CarryRequest {
            protocol: PROTOCOL,
            carrier,
            parcel: carried.parcel,
        };
        let said = match net::carry(&endpoint, &key, &request).await {
            Ok(receipt) => Ok(receipt),
            Err(error) if error.needs_a_person() => Err(words::net_error(&error)),
            // The line is gone again: with the next exchange.
            Err(_) => return,
        };
        let named = request.parcel.key;
        work.book.say(told(&said, request.parcel.count), None);
        // Not noted, it is brought once more, and the endpoint has it already.
        let_go(change(work, |courier| note(courier, &named, &said)).await);
    }
    MAY_WAIT.set(false);
}

fn told(said: &Result<Receipt, String>, count: u64) -> String {
    match said {
        Ok(receipt) => {
            let there = receipt.taken + receipt.had + receipt.held;
            format!("Máy chủ đã nhận {there}/{count} lần ghi mang hộ.")
        }
        Err(why) => format!("Gói mang hộ chưa giao được. {why}"),
    }
}

fn note(courier: &mut Courier, named: &str, said: &Result<Receipt, String>) {
    let carried = courier.carried.iter_mut();
    for carried in carried.filter(|carried| carried.parcel.key == named) {
        match said {
            Ok(receipt) => {
                carried.parcel.sealed.clear();
                carried.receipt = Some(receipt.clone());
            }
            Err(why) => carried.refused = Some(why.clone()),
        }
    }
}

/// Learns the key that parcels are sealed to, while there is a line; asked again when the endpoint began a new life.
pub(crate) async fn learn_key(work: Work, is_other_life: bool) {
    let tools = work.tools();
    let (endpoint, key, known) = {
        let Profile {
            endpoint,
            key,
            seal,
            ..
        } = &*tools.profile.borrow();
        (endpoint.clone(), key.clone(), seal.clone())
    };
    if !known.is_empty() && !is_other_life {
        return;
    }
    // Not told now, it is asked after the next exchange.
    if let Ok(hello) = net::hello(&endpoint, &key).await
        && hello.seal != known
    {
        let_go(settings::change(work, |profile| profile.seal.clone_from(&hello.seal)).await);
    }
}
