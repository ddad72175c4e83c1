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
    let own = first.trim_start_matches("#/chuong-trinh/");
    app.browser.click(&format!("[data-renew='{own}']")).await;
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

#[tokio::test]
async fn a_yearly_plan_stands_under_its_programme_with_its_theme() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("yearly");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.is_ready_for_offline().await;
    endpoint.kill();
    let first = app.start_programme("ctr-52-bdv-bcsdubnd-2016-2021").await;
    app.browser.click("#yearly").await;
    app.browser
        .see_route("a draft is open", |route| route.starts_with("#/nhap/"))
        .await;
    app.browser
        .type_into("[name='ten']", "Kế hoạch năm nay")
        .await;
    app.browser.click("[data-add='chu_de_nam']").await;
    app.browser
        .type_into("[name$='/chu_de']", "Năm dân vận chính quyền")
        .await;
    app.save().await;
    app.go(first.trim_start_matches('#')).await;
    app.browser
        .see(".card-list a.row", "Năm dân vận chính quyền")
        .await;
    assert_eq!(app.browser.count("#yearly").await, 0);
    app.browser.close().await;
}
