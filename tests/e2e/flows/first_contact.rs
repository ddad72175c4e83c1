//! Where the app must not start: inside another app, whose storage goes away with its cache.

use crate::{
    harness::{browser::Profile, static_host::StaticHost, turn},
    screens::App,
};

const ZALO: &str = "Mozilla/5.0 (Linux; Android 13; SM-A045F) AppleWebKit/537.36 (KHTML, like Gecko) \
    Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 Zalo android/24.01.01";

#[tokio::test]
async fn inside_zalo_there_is_a_plain_page_and_no_app() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::posing_as("zalo", ZALO);
    let app = App::open(&profile, &host.url()).await;
    let says = app.browser.see("#first-contact", "Zalo").await;
    assert!(
        says.contains("Mở bằng Chrome") && says.contains(&host.url()),
        "{says}"
    );
    app.browser.see_count(".app", 0).await;
    let traces = "const done = arguments[arguments.length - 1];
        Promise.all([navigator.serviceWorker.getRegistrations(), indexedDB.databases(), caches.keys()])
            .then((found) => done([...found.map(list => list.length),
                document.querySelectorAll('script[src*=boot]').length, localStorage.length]));";
    let traces = app.browser.js_later(traces, Vec::new()).await.unwrap();
    assert_eq!(
        traces,
        serde_json::json!([0, 0, 0, 0, 0]),
        "nothing was begun"
    );
    app.browser.close().await;
}
