//! The battery falls out: `kill -9` of the browser, with no network to help afterwards.

use std::env;

use serde_json::Value;

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, engine::Engine, given, say, turn},
    screens::{
        App,
        write::{CITIZEN, MATTER, Reception},
    },
};

#[tokio::test]
async fn a_browser_killed_while_typing_brings_the_draft_back() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("draft");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    let tree = Reception::new(
        "Phạm Văn Hữu",
        "Cây đa đầu thôn gãy cành\n\tcần “chặt” gấp: đ/Đ ớ ộ 👍",
    );
    let draft = app.begin_record("tiep_cong_dan").await;
    // A tab is no letter: the keyboard would leave the field.
    let typed = tree.matter.replace('\t', "");
    app.fill_reception(&Reception::new(&tree.citizen, &typed))
        .await;
    app.draft_is_kept().await;
    app.browser.kill().await;

    let app = App::open(&profile, &endpoint.url()).await;
    app.is_open().await;
    let link = format!("a[href='{draft}']");
    app.browser.see(&link, "").await; // offered on the first screen
    app.browser.click(&link).await;
    assert_eq!(app.browser.value(MATTER).await, typed);
    assert_eq!(app.browser.value(CITIZEN).await, tree.citizen);
    app.save().await;
    app.go("/").await;
    app.browser.see_count(&link, 0).await;
    app.browser.close().await;
}

/// Saves before each kill; the last one is killed in different moments of its life.
const SAVES: usize = 2;

/// How many times the browser is killed; `cargo xtask kills` asks for more.
fn kills() -> usize {
    let asked = env::var("SO_TAY_KILLS").ok();
    asked.map_or(20, |count| count.parse().unwrap())
}

#[tokio::test]
async fn whatever_was_shown_as_saved_is_there_after_a_kill() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("killed");
    let mut app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    let mut confirmed: Vec<String> = Vec::new();
    let mut in_flight: Vec<String> = Vec::new();
    for kill in 0..kills() {
        for save in 1..=SAVES {
            let name = format!("Công dân {kill}x{save}");
            app.begin_record("tiep_cong_dan").await;
            app.fill_reception(&Reception::new(&name, "Hỏi về sổ hộ khẩu"))
                .await;
            if save < SAVES || kill % 4 == 0 {
                app.save().await; // in every fourth round the kill follows on the heels of the confirmation
                confirmed.push(name);
            } else {
                // The keyboard of a test types faster than a draft is kept (a quarter of a second).
                app.draft_is_kept().await;
                app.browser.click("#save").await; // killed before or after it was durable
                in_flight.push(name);
            }
        }
        app.browser.kill().await;
        app = App::open(&profile, &endpoint.url()).await;
        app.is_open().await;
        let is_begun = app.browser.count("#use-here").await == 0;
        assert!(
            is_begun,
            "kill {kill}: {}",
            app.browser.js_later(HERE, Vec::new()).await.unwrap()
        );
    }
    app.open_list("tiep_cong_dan").await;
    for name in &confirmed {
        app.finds(name, name).await;
    }
    let exported = app.export().await;
    assert!(exported.records.len() >= confirmed.len());
    // What was not confirmed is whole all the same: saved, or still the draft it was.
    app.go("/").await;
    app.browser.see("main", "").await;
    let drafts = app.browser.count("main a[href^='#/nhap/']").await;
    assert_eq!(
        exported.records.len() + drafts,
        confirmed.len() + in_flight.len()
    );
    say(&format!(
        "{:?}: {} kills in the middle of saves, {} saves confirmed, {} in flight; 0 confirmed missing",
        Engine::of_this_run(),
        kills(),
        confirmed.len(),
        in_flight.len()
    ));
    app.browser.close().await;
}

/// What is on the disk, seen from outside: how many rows of each store, the names in `meta`, the note beside it.
const HERE: &str = "const done = arguments[arguments.length - 1];
    (async () => {
        const found = {note: {...localStorage}, databases: await indexedDB.databases(), estimate: await navigator.storage.estimate()};
        for (const {name} of found.databases) {
            const db = await new Promise((good, bad) => {
                const ask = indexedDB.open(name); ask.onsuccess = () => good(ask.result); ask.onerror = () => bad(ask.error);
            });
            for (const store of db.objectStoreNames) {
                const all = db.transaction(store).objectStore(store).getAllKeys();
                const keys = await new Promise((good) => { all.onsuccess = () => good(all.result); });
                found[name + '/' + store] = keys.length > 9 ? keys.length : keys;
            }
        }
        return JSON.stringify(found);
    })().then(done, (error) => done(String(error)));";

/// How many rows of the log are on the disk. They are sealed: only their number is seen from outside.
const ROWS: &str = "const done = arguments[arguments.length - 1];
    indexedDB.databases().then(([{name}]) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            const database = opening.result;
            const asked = database.transaction('log').objectStore('log').count();
            asked.onsuccess = () => { database.close(); done(asked.result); };
        };
    });";

async fn rows(app: &App) -> u64 {
    let count = app.browser.js_later(ROWS, Vec::new()).await.unwrap();
    count.as_u64().unwrap()
}

#[tokio::test]
async fn a_browser_killed_while_pages_come_in_goes_on_where_it_stopped() {
    let _turn = turn().await;
    let sample = given("SO_TAY_SAMPLE");
    let file: Value = serde_json::from_slice(&std::fs::read(&sample).unwrap()).unwrap();
    let mut endpoint = Endpoint::start().await;
    endpoint.kill();
    endpoint.import(&sample);
    endpoint.restart().await;
    let profile = Profile::new("pages");
    let mut app = App::begin(&profile, &endpoint.url()).await;
    app.go(&format!("/ket-noi?khoa={}", endpoint.key())).await;
    app.browser.click("#enrol").await;
    let (mut count, mut last) = (0, 0);
    for _ in 0..kills() {
        // As soon as another page is on the disk, or all of them are.
        let more = app
            .browser
            .until("a page is on the disk, or there is no more", async || {
                let now = rows(&app).await;
                let status = app.browser.texts(".status").await.concat();
                let is_done = status.contains("Đã gửi hết");
                (now > last || is_done)
                    .then_some((now, is_done))
                    .ok_or(status)
            })
            .await;
        if more.1 {
            break;
        }
        app.browser.kill().await;
        count += 1;
        app = App::open(&profile, &endpoint.url()).await;
        app.is_open().await;
        let after = rows(&app).await;
        assert!(
            after >= more.0,
            "{after} rows after a kill, {} before",
            more.0
        );
        last = after;
    }
    app.is_all_sent_in_the_end().await;
    let exported = app.export().await;
    let sent = file["changes"].as_array().unwrap().len();
    let given = exported
        .changes
        .values()
        .filter(|change| change.to_string().contains("Máy chủ cấp số"));
    assert_eq!(exported.changes.len(), sent + given.count());
    assert!(count > 1, "killed {count} times");
    say(&format!(
        "{:?}: {count} kills while pages came in, {} changes; 0 missing, 0 twice",
        Engine::of_this_run(),
        exported.changes.len()
    ));
    app.browser.close().await;
}
