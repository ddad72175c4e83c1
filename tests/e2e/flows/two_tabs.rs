//! The notebook in two tabs of one browser.

use std::collections::BTreeSet;

use crate::{
    harness::{browser::Profile, static_host::StaticHost, turn},
    screens::{App, write::Reception},
};

#[tokio::test]
async fn two_tabs_see_each_others_saves_and_lose_none() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("two-tabs");
    let app = App::begin(&profile, &host.url()).await;
    app.open_list("tiep_cong_dan").await;
    let left = app.browser.tab().await;
    let right = app.browser.new_tab().await;
    app.browser.goto(&host.url()).await;
    app.record_reception(&Reception::new("Bên Phải", "Ghi ở thẻ thứ hai"))
        .await;
    app.browser.switch_to(&left).await;
    app.browser.see("a.row", "Bên Phải").await;

    // Each tab has a form open and knows nothing of the other's.
    app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Bên Trái", "Ghi ở thẻ thứ nhất"))
        .await;
    app.browser.switch_to(&right).await;
    app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Bên Phải Hai", "Ghi ở thẻ thứ hai"))
        .await;
    app.browser.click("#save").await;
    app.browser.switch_to(&left).await;
    app.save().await;
    app.browser.switch_to(&right).await;
    app.is_saved().await;

    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 3).await;
    let exported = app.export().await;
    let numbers: BTreeSet<String> = exported
        .changes
        .values()
        .map(|change| {
            change
                .pointer("/change/n")
                .or_else(|| change.get("n"))
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(
        numbers.len(),
        exported.changes.len(),
        "two saves never get one number"
    );

    app.erase_everything().await;
    app.browser.switch_to(&left).await;
    app.browser.see_count("#use-here", 1).await;
    app.browser.close().await;
}
