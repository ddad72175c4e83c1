//! The person, the unit and the endpoint of this device.

use leptos::prelude::*;

use crate::{
    browser,
    net::{self, Hello, NetError},
    state::Me,
    store::{Profile, StoreError},
    work::{Work, open, sync},
};

/// Changes the profile: stored first, shown then.
pub(crate) async fn change(
    work: Work,
    change: impl FnOnce(&mut Profile),
) -> Result<(), StoreError> {
    let tools = work.tools();
    let mut profile = tools.profile.borrow().clone();
    change(&mut profile);
    tools.store.put_profile(&profile).await?;
    let me: Me = open::me(&profile);
    *tools.profile.borrow_mut() = profile;
    work.book.me.set(me);
    Ok(())
}

/// Asks an address whether it is an endpoint that takes this key.
pub(crate) async fn ask(endpoint: &str, key: &str) -> Result<Hello, NetError> {
    net::hello(endpoint, key).await
}

/// Enrols: from now on this notebook is exchanged with that endpoint. Everything in it stays.
pub(crate) async fn enrol(work: Work, endpoint: String, key: String) -> Result<(), StoreError> {
    change(work, |profile| {
        profile.endpoint = endpoint;
        profile.key = key;
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
    tools.tabs.call("erased");
    browser::go_instead("/");
    browser::reload();
    Ok(())
}
