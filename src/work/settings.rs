//! The person, the unit and the endpoint of this device.

use leptos::prelude::*;
use records::{search, wire::Contact};

use crate::{
    browser::{self, prefs},
    net::{self, Hello, NetError},
    state::Me,
    store::{Profile, StoreError},
    work::{Work, open, sync},
};

/// Changes the profile as it is stored now, also when another tab changed it: stored first, shown then.
pub(crate) async fn change(work: Work, change: impl Fn(&mut Profile)) -> Result<(), StoreError> {
    let tools = work.tools();
    loop {
        let (mut profile, seen) = tools.store.profile().await?;
        change(&mut profile);
        match tools.store.put_profile(&profile, seen).await {
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error),
            Ok(()) => {
                show(work, profile);
                tools.tabs.call("saved");
                return Ok(());
            }
        }
    }
}

/// Shows a profile as it is stored.
pub(crate) fn show(work: Work, profile: Profile) {
    let me: Me = open::me(&profile);
    *work.tools().profile.borrow_mut() = profile;
    if work.book.me.with_untracked(|shown| *shown != me) {
        work.book.me.set(me);
    }
}

/// Asks an address whether it is an endpoint that takes this key.
pub(crate) async fn ask(endpoint: &str, key: &str) -> Result<Hello, NetError> {
    net::hello(endpoint, key).await
}

/// Another device under this person's name, when this one has sent nothing yet: perhaps the one they had before, or this
/// one before its browser threw everything away. An endpoint of an earlier release does not say.
pub(crate) async fn former(work: Work, endpoint: &str, key: &str) -> Option<Contact> {
    let (mine, has_sent) = work.book.peek(|data| {
        let replica = &data.replica;
        let mine = replica.counter.dev;
        let mut changes = replica.notebook.changes();
        let has_sent = changes.any(|(_, known)| known.dev == mine && known.acc.is_some());
        (mine, has_sent)
    });
    let name = work.book.me.with_untracked(|me| search::key(&me.name));
    if has_sent || name.is_empty() {
        return None;
    }
    let devices = net::devices(endpoint, key).await.ok()?;
    devices
        .into_iter()
        .find(|contact| contact.device != mine && search::key(&contact.who) == name)
}

/// Enrols: from now on this notebook is exchanged with that endpoint. Everything in it stays.
pub(crate) async fn enrol(work: Work, endpoint: String, key: String) -> Result<(), StoreError> {
    change(work, |profile| {
        profile.endpoint.clone_from(&endpoint);
        profile.key.clone_from(&key);
        // Another endpoint has another one; it is asked with the first exchange.
        profile.seal.clear();
        profile.seal_epoch.clear();
        profile.is_welcomed = true;
    })
    .await?;
    sync::now(work);
    Ok(())
}

/// Deletes everything on this device.
pub(crate) async fn erase_all(work: Work) -> Result<(), StoreError> {
    let tools = work.tools();
    tools.store.erase_all().await?;
    prefs::remember(&tools.name, 0);
    tools.tabs.call("erased");
    browser::go_instead("/");
    browser::reload();
    Ok(())
}
