//! A line that is slow and cut in the middle of pages: what was recorded goes out, what colleagues recorded comes in,
//! and typing does not wait for any of it.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, folder::Folder, given, line::Line, say, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

/// How many changes of the sample year come over the line: two minutes' worth would be the whole of it.
const CHANGES: usize = 500;
/// How long they may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Another number of changes, for longer runs.
fn given_count(usual: usize) -> usize {
    let given = std::env::var("SO_TAY_BAD_LINE_CHANGES");
    given.map_or(usual, |count| count.parse().expect("a number of changes"))
}

#[tokio::test]
async fn a_line_that_is_cut_again_and_again_brings_everything_over_once() {
    let _turn = turn().await;
    let sample = given("SO_TAY_SAMPLE");
    let mut endpoint = Endpoint::start().await;
    endpoint.kill();
    let folder = Folder::new("some-of-a-year");
    let some = folder.path().join("some.json");
    let mut year: Value = serde_json::from_slice(&fs::read(&sample).unwrap()).unwrap();
    let changes = year["changes"].as_array_mut().unwrap();
    changes.truncate(given_count(CHANGES));
    let count = changes.len();
    year["records"] = json!([]);
    fs::write(&some, year.to_string()).unwrap();
    endpoint.import(&some);
    endpoint.restart().await;
    let line = Line::to(endpoint.port()).await;
    let profile = Profile::new("bad-line");
    let app = App::begin(&profile, &line.url()).await;
    app.record_reception(&Reception::new("Lò Thị Mây", "Sóng yếu, mất điện"))
        .await;
    let started = Instant::now();
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
    let sent = "Đã gửi hết lúc";
    app.browser.see_within(LIMIT, ".status", sent).await;
    let (cuts, time) = (line.cuts(), started.elapsed().as_secs());
    assert!(cuts > 0, "it was never cut");

    let here = app.export().await;
    app.browser.close().await;

    // A phone on a good line sees the same, change by change.
    let other = Profile::new("good-line");
    let app = App::begin(&other, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    assert_eq!(app.export().await.changes, here.changes);
    app.browser.close().await;
    say(&format!(
        "bad line of 50 kbit/s: {count} changes in, 2 out, {cuts} cuts, {time} s; 0 missing"
    ));
}
