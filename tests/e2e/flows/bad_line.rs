//! A line that is slow and cut in the middle of pages: what was recorded goes out, what colleagues recorded comes in,
//! and typing does not wait for any of it.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, given, line::Line, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

#[tokio::test]
async fn a_line_that_is_cut_again_and_again_brings_everything_over_once() {
    let _turn = turn().await;
    let sample = given("SO_TAY_SAMPLE");
    let mut endpoint = Endpoint::start().await;
    endpoint.kill();
    endpoint.import(&sample);
    endpoint.restart().await;
    let line = Line::to(endpoint.port()).await;
    let profile = Profile::new("bad-line");
    let app = App::begin(&profile, &line.url()).await;
    app.record_reception(&Reception::new("Lò Thị Mây", "Sóng yếu, mất điện"))
        .await;
    line.worsen();
    app.go(&format!("/ket-noi?khoa={}", endpoint.key())).await;
    app.browser.click("#enrol").await;
    app.browser
        .see_route("enrolled", |route| route == "#/dong-bo")
        .await;
    // While it tries, somebody writes.
    app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Vừ A Sử", "Đường sạt lở"))
        .await;
    assert_eq!(app.browser.value(MATTER).await, "Đường sạt lở");
    app.save().await;
    app.is_all_sent_in_the_end().await;
    assert!(line.cuts() > 2, "{} cuts", line.cuts());
    let here = app.export().await;
    app.browser.close().await;

    // A phone on a good line sees the same, change by change.
    let other = Profile::new("good-line");
    let app = App::begin(&other, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    assert_eq!(app.export().await.changes, here.changes);
    app.browser.close().await;
}
