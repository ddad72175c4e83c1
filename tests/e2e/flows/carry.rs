//! Chuyển hộ: a phone that gets no signal for days, and a colleague who drives to the commune's office.

use std::fs;

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, folder::Folder, line::Line, turn},
    screens::{App, write::Reception},
};

#[tokio::test]
async fn a_file_that_another_phone_brings_is_taken_once_and_read_by_nobody_on_the_way() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (author, carrier) = (Profile::new("author"), Profile::new("carrier"));
    let line = Line::to(endpoint.port()).await;
    let app = App::begin(&author, &line.url()).await;
    app.enrol_at(&line.url(), endpoint.key()).await;
    let bringer = App::begin(&carrier, &endpoint.url()).await;
    bringer.enrol(&endpoint).await;
    app.knows_the_key().await;
    endpoint.kill();
    line.turn(false);

    let lane = Reception::new("Nguyễn Thị Đoàn", "Đề nghị sửa đường liên thôn");
    app.record_reception(&lane).await;
    let well = Reception::new("K'Brệ", "Giếng làng cạn nước");
    app.record_reception(&well).await;
    app.waits_to_send().await;
    let file = app.give_file().await;
    let text = fs::read_to_string(&file).unwrap();
    for secret in ["Đoàn", "Brệ", "đường", "Giếng", "tiep_cong_dan", "recs"] {
        assert!(!text.contains(secret), "{secret} is readable");
    }
    app.browser.see("#given .row-sub", "Còn 2").await;
    app.waits_to_send().await;

    let foreign = Folder::new("foreign-parcel");
    let cut = foreign.path().join("cut.json");
    fs::write(&cut, &text[..text.len() / 2]).unwrap();
    bringer.take_file(&cut, "không phải gói").await;
    bringer.take_file(&file, "Đã nhận gói 2 lần ghi").await;
    bringer.reload().await;
    bringer.carries("chờ mạng").await;
    bringer.browser.see(".row-title", "2 lần ghi của máy").await;
    bringer.open_list("tiep_cong_dan").await;
    bringer.browser.see_count("a.row", 0).await;
    // Its author's own phone does not take it.
    app.take_file(&file, "do chính máy này").await;

    endpoint.restart().await;
    bringer.carries("Máy chủ nhận lúc").await;
    bringer.carries("2 mới, 0 đã có").await;
    // Now it may be read here too: it is the notebook of both.
    bringer.sync_now().await;
    bringer.open_list("tiep_cong_dan").await;
    bringer.browser.see_count("a.row", 2).await;
    // Days later the author has a line.
    app.waits_to_send().await;
    line.turn(true);
    app.is_all_sent_in_the_end().await;
    app.go("/chuyen-ho").await;
    app.browser.see("#given .row-sub", "trả lời đủ").await;
    assert_eq!(app.export().await.changes, bringer.export().await.changes);
    let carried = endpoint.carried();
    assert!(carried.contains("mang 2 thay đổi của máy"), "{carried}");
    bringer.browser.close().await;
    app.browser.close().await;
}
