//! The phone's storage is full at the moment of saving.

use crate::{
    harness::{browser::Profile, static_host::StaticHost, turn},
    screens::{
        App,
        write::{CITIZEN, MATTER, Reception},
    },
};

#[tokio::test]
async fn a_full_disk_keeps_what_was_typed_on_the_screen_and_export_works() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("full-disk");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Trước Khi Đầy", "Còn chỗ"))
        .await;
    let pump = Reception::new("Đầy Bộ Nhớ", "Trạm bơm hỏng");
    let draft = app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&pump).await;
    app.draft_is_kept().await;
    app.browser.close().await;

    // Chromium believes for half a minute in the room it saw last, so the limit comes before the app.
    let browser = profile.open().await;
    browser.limit_storage(&host.url(), Some(1)).await;
    let app = App::open_in(browser, &host.url()).await;
    app.is_open().await;
    app.go(draft.trim_start_matches('#')).await;
    app.browser.type_into(MATTER, " hai máy").await;
    app.browser.click("#save").await;
    app.browser.see(".actions-note", "đầy").await;
    assert_eq!(app.browser.value(MATTER).await, "Trạm bơm hỏng hai máy");
    assert_eq!(app.browser.value(CITIZEN).await, pump.citizen);
    let status = app.browser.texts(".status").await.join(" ");
    assert!(
        status.contains("1 lần ghi"),
        "nothing claims to be saved: {status}"
    );
    let draft = app
        .browser
        .see_route("the form", |route| route.starts_with("#/nhap/"))
        .await;
    assert_eq!(app.export().await.records.len(), 1);

    app.browser.limit_storage(&host.url(), None).await;
    app.go(draft.trim_start_matches('#')).await;
    app.browser.see(MATTER, "").await;
    app.save().await;
    assert_eq!(app.export().await.records.len(), 2);
    app.browser.close().await;
}
