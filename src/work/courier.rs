//! Chuyển hộ, the part that runs by itself: brings the parcels of others to the endpoint after each good exchange, and
//! learns the key that parcels are sealed to. Of the second wasm.

use std::cell::Cell;

use leptos::prelude::*;
use records::{
    parcel::{CarryRequest, Receipt},
    wire::{PROTOCOL, Problem},
};

pub(crate) use crate::store::courier::{Carried, Courier, Given};
use crate::{
    browser::let_go,
    net::{self, NetError},
    store::{Profile, StoreError},
    work::{Work, settings},
};

/// Receipts and gifts that are kept; older ones say nothing anybody asks.
const KEPT_MAX: usize = 50;

/// Five minutes of an open app.
const PASS_AFTER: u32 = 10;

thread_local! {
    /// How many exchanges more pass before the row is opened: mostly there is nothing to bring, but another tab may have
    /// taken something in.
    static PASS: Cell<u32> = const { Cell::new(0) };
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
                PASS.set(0);
                work.book.carried.update(|round| *round += 1);
                return Ok(());
            }
        }
    }
}

/// What is still to be brought always stays.
fn tidy(courier: &mut Courier) {
    let done = courier.carried.iter().filter(|carried| !carried.waits());
    let mut old = done.count().saturating_sub(KEPT_MAX);
    courier.carried.retain(|carried| {
        let is_old = old > 0 && !carried.waits();
        old -= usize::from(is_old);
        !is_old
    });
    let old = courier.given.len().saturating_sub(KEPT_MAX);
    courier.given.drain(..old);
}

/// After an exchange that went well: what this device carries for others goes too.
pub(crate) async fn hand_over(work: Work) {
    let tools = work.tools();
    let pass = PASS.get();
    if pass > 0 {
        return PASS.set(pass - 1);
    }
    // Whatever is taken in from here on asks for another look.
    PASS.set(PASS_AFTER);
    let Ok((courier, _)) = tools.store.courier().await else {
        return PASS.set(0);
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
            Err(NetError::Problem(problem, _)) if problem.status < 500 && problem.status != 429 => {
                Err(refusal(&problem))
            }
            // It has no time, or trips over this one: the others go all the same.
            Err(NetError::Problem(..)) => {
                PASS.set(0);
                continue;
            }
            // The line is gone again, or leads to somebody else: with the next exchange.
            Err(NetError::Silent | NetError::Foreign) => return PASS.set(0),
        };
        let named = request.parcel.key;
        work.book.say(told(&said, request.parcel.count), None);
        // Not noted, it is brought once more, and the endpoint has it already.
        if change(work, |courier| note(courier, &named, &said))
            .await
            .is_err()
        {
            PASS.set(0);
        }
    }
}

/// Why the endpoint does not take a parcel, for whoever carries it.
fn refusal(problem: &Problem) -> String {
    match problem.code.as_str() {
        "khong_co" => "Máy chủ bản cũ chưa nhận gói mang hộ; báo người quản trị của xã cập nhật. Máy ghi vẫn giữ đủ.".to_owned(),
        "qua_lon" => "Gói lớn quá giới hạn của máy chủ. Nhờ máy ghi tự gửi khi có mạng.".to_owned(),
        "giao_thuc" => "Gói do bản ứng dụng khác làm. Nhờ máy ghi cập nhật ứng dụng rồi làm gói mới.".to_owned(),
        _ => problem.detail.clone(),
    }
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

/// Learns the key that parcels are sealed to, while there is a line: once in each life of the endpoint.
pub(crate) async fn learn_key(work: Work) {
    let tools = work.tools();
    let epoch = work.book.peek(|data| data.replica.sync.epoch.clone());
    let epoch = epoch.unwrap_or_default();
    let (endpoint, key) = {
        let profile = tools.profile.borrow();
        if profile.seal_epoch == epoch {
            return;
        }
        (profile.endpoint.clone(), profile.key.clone())
    };
    // Not told now, or by an endpoint of an earlier release, it is asked after the next exchange.
    if let Ok(hello) = net::hello(&endpoint, &key).await
        && !hello.seal.is_empty()
    {
        let learn = |profile: &mut Profile| {
            // The person may have enrolled elsewhere meanwhile.
            if profile.endpoint == endpoint {
                profile.seal.clone_from(&hello.seal);
                profile.seal_epoch.clone_from(&epoch);
            }
        };
        let_go(settings::change(work, learn).await);
    }
}
