//! A phone whose storage takes a second for everything, and somebody who types on.

use serde_json::Value;

use crate::{
    harness::{browser::Profile, static_host::StaticHost, turn},
    screens::{App, write::MATTER},
};

/// Every writing of drafts takes most of a second from now on; `begun` counts them.
const SLOW: &str = "
    window.begun = 0;
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
        const transaction = begin.call(this, stores, mode, options);
        if (mode === 'readwrite' && [].concat(stores).includes('drafts')) {
            window.begun += 1;
            const drafts = transaction.objectStore('drafts');
            const until = performance.now() + 900;
            const hold = () => { if (performance.now() < until) drafts.get('-').onsuccess = hold; };
            hold();
        }
        return transaction;
    };";

#[tokio::test]
async fn what_is_typed_while_the_disk_is_busy_stays_one_draft() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("slow-disk");
    let app = App::begin(&profile, &host.url()).await;
    let draft = app.begin_record("tiep_cong_dan").await;
    app.browser.js(SLOW, Vec::new()).await.unwrap();
    for (words, count) in [("Đường", 1), (" liên", 2), (" thôn", 3)] {
        app.browser.type_into(MATTER, words).await;
        app.browser
            .until("it is being kept", async || {
                let begun = app.browser.js("return window.begun", Vec::new()).await?;
                if begun.as_u64() >= Some(count) {
                    Ok(())
                } else {
                    Err(begun.to_string())
                }
            })
            .await;
    }
    // Left and opened again while the last words are on their way.
    let link = format!("a[href='{draft}']");
    app.go("/").await;
    app.browser.see(&link, "Đường liên thôn").await;
    app.browser.click(&link).await;
    assert_eq!(app.browser.value(MATTER).await, "Đường liên thôn");
    app.browser.see(".actions-note", "Đã giữ bản nháp").await;
    app.reload().await;
    let kept = app.browser.value(MATTER).await;
    assert_eq!(kept, "Đường liên thôn");
    app.go("/").await;
    app.browser.see_count("a[href^='#/nhap/']", 1).await;
    let route = app.browser.js(
        "return document.querySelector(\"a[href^='#/nhap/']\").getAttribute('href')",
        Vec::new(),
    );
    assert_eq!(route.await.unwrap(), Value::from(draft));
    app.browser.close().await;
}
