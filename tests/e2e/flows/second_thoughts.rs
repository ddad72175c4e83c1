//! What a person takes back: a deletion, a wrong key.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{App, write::Reception},
};

#[tokio::test]
async fn a_deleted_record_comes_back_with_one_tap() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let profile = Profile::new("undo");
    let app = App::begin(&profile, &endpoint.url()).await;
    let record = app
        .record_reception(&Reception::new("Xóa Nhầm", "Ghi rồi xóa"))
        .await;
    let values = app.values().await;
    app.browser.click("#delete").await;
    app.browser.see(".toast", "Đã xóa").await;
    assert_eq!(app.ids_there_twice().await, [""; 0]);
    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 0).await;
    app.browser.click(".toast button").await;
    app.browser.see("a.row", "Xóa Nhầm").await;
    app.go(record.trim_start_matches('#')).await;
    assert_eq!(app.values().await, values);
    app.browser.close().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_with_words_and_the_notebook_stays() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let profile = Profile::new("wrong-key");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.record_reception(&Reception::new("Vẫn Còn", "Ghi trước khi nối"))
        .await;
    app.go("/ket-noi?khoa=khong-phai-khoa-cua-may-chu-nay")
        .await;
    app.browser.click("#enrol").await;
    app.browser.see("[role=alert]", "khóa").await;
    app.browser.see(".status", "Chưa nối máy chủ").await;
    app.enrol(&endpoint).await;
    app.open_list("tiep_cong_dan").await;
    app.browser.see("a.row", "Vẫn Còn").await;
    app.browser.close().await;
}
