//! The person, the unit and the endpoint of this device.

use leptos::prelude::*;
use records::{
    account::{EnrolRequest, Wipe},
    hex, search,
    wire::{Contact, PROTOCOL},
};

use crate::{
    browser::{self, prefs, seal},
    net::{self, Hello, NetError},
    state::Me,
    store::{Profile, StoreError},
    work::{Work, open, secret, sync, whose},
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

/// Makes the second place anew where the browser lost it.
pub(crate) async fn double(work: Work) -> Result<(), StoreError> {
    work.tools().store.double().await
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
pub(crate) async fn former(work: Work, endpoint: &str, way: &Way) -> Option<Contact> {
    let (mine, has_sent) = work.book.peek(|data| {
        let replica = &data.replica;
        let mine = replica.counter.dev;
        let mut changes = replica.notebook.changes();
        let has_sent = changes.any(|(_, known)| known.dev == mine && known.acc.is_some());
        (mine, has_sent)
    });
    let name = work.book.me.with_untracked(|me| search::key(&me.name));
    // An endpoint with accounts tells a person of their own devices only.
    let is_known = !way.token.is_empty();
    if has_sent || (name.is_empty() && !is_known) {
        return None;
    }
    let devices = net::devices(endpoint, &way.key).await.ok()?;
    let is_theirs = |contact: &Contact| is_known || search::key(&contact.who) == name;
    devices
        .into_iter()
        .find(|contact| contact.device != mine && is_theirs(contact))
}

/// What this device shows from now on, and what it was told when it was let in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    key: String,
    token: String,
    wipe: String,
    person: String,
}

impl Way {
    /// The key that all devices share.
    pub(crate) fn shared(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }
}

/// Why no way in was given.
#[derive(Debug, Clone)]
pub(crate) enum NoWay {
    Net(NetError),
    Store(StoreError),
}

/// Asks for a way in with a code. The token is kept before it is asked for: an answer that is lost is asked for again
/// with the same one.
pub(crate) async fn redeem(work: Work, endpoint: &str, code: &str) -> Result<Way, NoWay> {
    let mut key = work.tools().profile.borrow().pending.clone();
    if key.is_empty() {
        key = hex::encode(&browser::random::<32>());
        let fresh = key.clone();
        let keep = change(work, |profile| profile.pending.clone_from(&fresh));
        keep.await.map_err(NoWay::Store)?;
    }
    let token = seal::digest(key.as_bytes()).await;
    let token = token.map_err(|error| NoWay::Store(error.into()))?;
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code: code.to_owned(),
        device: work.book.peek(|data| data.replica.counter.dev),
        token: hex::encode(&token),
        label: browser::device_name(),
    };
    let enrolled = net::enrol(endpoint, &request).await.map_err(NoWay::Net)?;
    Ok(Way {
        key,
        token: enrolled.id.to_string(),
        wipe: enrolled.wipe,
        person: enrolled.person,
    })
}

/// Follows an order to delete everything on this device, when it is the one that was promised and nothing waits here.
pub(crate) async fn obey(work: Work, order: &Wipe) {
    let (token, wipe) = {
        let tools = work.tools();
        let profile = tools.profile.borrow();
        (profile.token.clone(), profile.wipe.clone())
    };
    let waits = work
        .book
        .peek(|data| data.replica.waiting().next().is_some());
    let said = seal::digest(order.word.as_bytes())
        .await
        .unwrap_or_default();
    let is_ours = !wipe.is_empty() && order.id.to_string() == token && hex::encode(&said) == wipe;
    if is_ours && !waits && !secret::waits().await {
        // What cannot be deleted now is with the next answer.
        browser::let_go(erase_all(work).await);
    }
}

/// Enrols: from now on this notebook is exchanged with that endpoint. Everything in it stays.
pub(crate) async fn enrol(work: Work, endpoint: String, way: Way) -> Result<(), StoreError> {
    change(work, |profile| {
        profile.endpoint.clone_from(&endpoint);
        profile.key.clone_from(&way.key);
        profile.token.clone_from(&way.token);
        profile.wipe.clone_from(&way.wipe);
        profile.pending.clear();
        if profile.name.is_empty() {
            profile.name.clone_from(&way.person);
        }
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
    if open::is_secret() {
        prefs::keep_in_tab(prefs::PART, "");
    } else {
        whose::gone();
    }
    browser::go_instead("/");
    browser::reload();
    Ok(())
}
