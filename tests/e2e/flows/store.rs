//! The store's contract, run by a page of its own in the browser that the flows run in.

use serde_json::Value;

use crate::harness::{browser::Profile, given, static_host::StaticHost, turn};

#[tokio::test]
async fn the_store_holds_its_contract_in_this_browser() {
    let _turn = turn().await;
    let host = StaticHost::start_in(&given("SO_TAY_STORE_PAGE"));
    let profile = Profile::new("store");
    let browser = profile.open().await;
    browser.goto(&host.url()).await;
    let said = browser
        .until("every case has run", async || {
            let ask = "return document.documentElement.dataset.count ? {...document.documentElement.dataset} : null";
            let said = browser.js(ask, Vec::new()).await?;
            (!said.is_null()).then_some(said).ok_or_else(|| "not yet".to_owned())
        })
        .await;
    assert_eq!(
        said["failed"],
        Value::from(""),
        "{}",
        said["failed"].as_str().unwrap_or("")
    );
    let count: usize = said["count"].as_str().unwrap().parse().unwrap();
    assert!(count >= 14, "{count} cases");
    browser.close().await;
}
