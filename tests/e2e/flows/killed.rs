//! The battery falls out: `kill -9` of the browser, with no network to help afterwards.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
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
const SAVES: usize = 4;
const KILLS: usize = 3;

#[tokio::test]
async fn whatever_was_shown_as_saved_is_there_after_a_kill() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("killed");
    let mut app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    let mut confirmed: Vec<String> = Vec::new();
    let mut in_flight: Vec<String> = Vec::new();
    for kill in 0..KILLS {
        for save in 1..=SAVES {
            let name = format!("Công dân {kill}x{save}");
            app.begin_record("tiep_cong_dan").await;
            app.fill_reception(&Reception::new(&name, "Hỏi về sổ hộ khẩu"))
                .await;
            if save < SAVES || kill == 0 {
                app.save().await; // in round 0 the kill follows on the heels of the confirmation
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
    app.browser.close().await;
}
