//! What the endpoint's log is to know of what was done on this device: kept until it was told. Of the second wasm.

use std::cell::Cell;

use records::{
    json::{Object, Read, ReadError},
    write::to_json,
};

use crate::{
    browser::{self, let_go},
    net,
    store::{
        Store, StoreError,
        acts::{ACTS_MAX, Act, Acts},
    },
    work::{Work, sync},
};

thread_local! {
    /// Something may wait to be told: at the start nobody knows.
    static MAY_WAIT: Cell<bool> = const { Cell::new(true) };
}

/// Notes something that was done. `about` names nobody.
pub(crate) async fn note(store: &Store, act: &str, about: &str) -> Result<(), StoreError> {
    MAY_WAIT.set(true);
    loop {
        let (mut acts, seen) = store.acts().await?;
        acts.acts.push(Act {
            at: browser::now_ms(),
            act: act.to_owned(),
            about: about.to_owned(),
        });
        let over = acts.acts.len().saturating_sub(ACTS_MAX);
        acts.acts.drain(..over);
        match store.put_acts(&acts, seen).await {
            Err(StoreError::Moved) => {}
            other => return other,
        }
    }
}

/// Notes something that was done in the notebook that is open.
pub(crate) async fn note_here(work: Work, act: &str, about: &str) -> Result<(), StoreError> {
    note(&work.tools().store, act, about).await?;
    // It is told with the next exchange, which need not wait for its hour.
    sync::soon(work);
    Ok(())
}

/// Notes that a file went out, and of which kind.
pub(crate) fn exported(work: Work, what: &str) {
    let what = what.to_owned();
    wasm_bindgen_futures::spawn_local(async move {
        // What the store does not take now has no room for anything else either.
        let_go(note_here(work, "xuat", &what).await);
    });
}

/// Tells what was not told yet. What cannot be told now is told after another exchange.
pub(crate) async fn tell(work: Work, store: &Store) {
    if !MAY_WAIT.replace(false) {
        return;
    }
    if tell_all(work, store).await.is_none() {
        MAY_WAIT.set(true);
    }
}

/// Tells all that waits in a store; none when the endpoint does not hear it.
pub(crate) async fn tell_all(work: Work, store: &Store) -> Option<()> {
    let (acts, _) = store.acts().await.ok()?;
    if acts.acts.is_empty() {
        return Some(());
    }
    let (endpoint, key) = {
        let tools = work.tools();
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    let told: Result<Told, _> = net::ask(&endpoint, &key, "audit", Some(to_json(&acts))).await;
    told.ok()?;
    // Those that another tab noted meanwhile stay.
    loop {
        let (now, seen) = store.acts().await.ok()?;
        let left = Acts {
            acts: now
                .acts
                .into_iter()
                .filter(|act| !acts.acts.contains(act))
                .collect(),
        };
        match store.put_acts(&left, seen).await {
            Err(StoreError::Moved) => {}
            other => {
                let_go(other);
                return Some(());
            }
        }
    }
}

/// The endpoint has it.
struct Told;

impl Read for Told {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Object::read(raw).map(|_| Self)
    }
}
