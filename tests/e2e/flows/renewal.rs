//! A programme goes to another commune as a file, and starts its own next period.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::App,
};

#[tokio::test]
async fn a_programme_starts_its_next_period_and_goes_to_another_commune() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (gives, takes) = (Profile::new("gives"), Profile::new("takes"));
    let app = App::begin(&gives, &endpoint.url()).await;
    let other = App::begin(&takes, &endpoint.url()).await;
    app.is_ready_for_offline().await;
    other.is_ready_for_offline().await;
    endpoint.kill();

    let first = app.start_programme("cv-651-bdvtw-2022").await;
    let tasks = app.tick_a_task().await.len();
    let file = app.browser.downloaded("#as-template").await;

    app.go("/chuong-trinh/mau").await;
    app.browser.click("[data-renew]").await;
    let second = app.start_chosen().await;
    assert_ne!(first, second);
    assert_eq!(app.ticks().await, vec![false; tasks]);
    app.go(&second.replace("#/chuong-trinh", "/phieu")).await;
    app.browser.see(".kv", "Thay thế, bổ sung cho").await;

    other.go("/chuong-trinh/mau").await;
    other.browser.choose_file("#template-file", &file).await;
    other.start_chosen().await;
    assert_eq!(other.ticks().await, vec![false; tasks]);
    app.browser.close().await;
    other.browser.close().await;
}
