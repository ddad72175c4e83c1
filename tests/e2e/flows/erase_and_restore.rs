//! Sao lưu, a phone wiped, and everything back from the file.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, static_host::StaticHost, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

const PASSPHRASE: &str = "bốn chữ cái đầu mùa nước nổi";

#[tokio::test]
async fn a_backup_restored_on_a_wiped_phone_is_equal_to_what_was_there() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("restore");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Huỳnh Thị Lụa", "Xin xác nhận hộ nghèo"))
        .await;
    app.record_reception(&Reception::new("Bùi Văn Hai", "Tranh chấp ranh đất"))
        .await;
    app.change(
        MATTER,
        "Tranh chấp ranh đất với hộ liền kề, đã hòa giải lần 1",
    )
    .await;
    app.start_programme("cv-651-bdvtw-2022").await;
    app.tick_a_task().await;
    let before = app.export().await;
    let file = app.backup(PASSPHRASE).await;
    let bytes = std::fs::read(&file).unwrap();
    let plain = "Huỳnh Thị Lụa".as_bytes();
    assert!(
        !bytes.windows(plain.len()).any(|window| window == plain),
        "a backup is sealed"
    );

    app.erase_everything().await;
    // Whoever erases knows it.
    assert_eq!(app.browser.count("#lost").await, 0);
    app.use_here().await;
    assert_eq!(app.export().await.records.len(), 0);

    let says = app.restore(&file, "sai mật khẩu rồi nhé").await;
    assert!(says.to_lowercase().contains("mật khẩu"), "{says}");
    assert_eq!(app.export().await.records.len(), 0);

    app.restore(&file, PASSPHRASE).await;
    let after = app.export().await;
    assert_eq!(after.records, before.records);
    assert_eq!(after.changes, before.changes);
    app.reload().await;
    assert_eq!(
        app.export().await,
        before,
        "it is on the disk, not only on the screen"
    );
    app.browser.close().await;
}

#[tokio::test]
async fn a_notebook_that_the_browser_threw_away_is_missed() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("evicted");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Huỳnh Thị Lụa", "Xin xác nhận hộ nghèo"))
        .await;
    throw_away(&app, true).await;
    app.browser
        .see("#lost", "Máy này từng có 1 phiếu, nay sổ trống")
        .await;
    app.browser.close().await;
}

#[tokio::test]
async fn whoever_enrols_again_after_everything_was_cleared_is_told_what_the_old_phone_said_last() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let (old, other) = (Profile::new("cleared"), Profile::new("bystander"));
    let app = App::begin(&old, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    // The first phone of this name.
    app.browser
        .see_route("enrolled", |route| route == "#/dong-bo")
        .await;
    app.record_reception(&Reception::new("Vi Thị Sen", "Xin cấp lại sổ"))
        .await;
    app.record_reception(&Reception::new("Lương Văn Tư", "Bò phá hoa màu"))
        .await;
    app.is_all_sent().await;
    app.erase_everything().await;

    app.use_here().await;
    app.enrol(&endpoint).await;
    app.browser
        .see("#former", "2 phiếu, 0 lần ghi chờ gửi")
        .await;
    app.browser.click_words("main a", "Tới Đồng bộ").await;
    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 2).await;

    // Somebody else is told nothing.
    let stranger = App::open(&other, &endpoint.url()).await;
    stranger.browser.see("#use-here", "").await;
    stranger
        .browser
        .type_into("[name='me-name']", "Người Khác")
        .await;
    stranger.browser.click("#use-here").await;
    stranger.browser.see_count("#use-here", 0).await;
    stranger.is_ready_for_offline().await;
    stranger.enrol(&endpoint).await;
    stranger
        .browser
        .see_route("enrolled", |route| route == "#/dong-bo")
        .await;
    stranger.browser.close().await;
    app.browser.close().await;
}

/// The browser loses its database, and its second place too or not.
async fn throw_away(app: &App, is_all: bool) {
    let gone = "const [is_all] = arguments;
        const second = is_all ? caches.keys().then((names) => Promise.all(
            names.filter((name) => name.startsWith('ban-doi/')).map((name) => caches.delete(name)))) : Promise.resolve();
        second.then(() => indexedDB.databases()).then(([{name}]) => {
            indexedDB.deleteDatabase(name);
            location.reload();
        });";
    app.browser.js(gone, vec![is_all.into()]).await.unwrap();
}

#[tokio::test]
async fn what_was_not_sent_is_there_again_when_the_browser_loses_its_database() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("second-place");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    app.record_reception(&Reception::new("Lò Văn Inh", "Đã gửi rồi"))
        .await;
    app.is_all_sent().await;
    endpoint.kill();
    for name in ["Giàng Thị Mỷ", "Vàng A Páo"] {
        app.record_reception(&Reception::new(name, "Chưa gửi được"))
            .await;
    }
    app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Hạng A Chu", "Đang ghi dở"))
        .await;
    app.draft_is_kept().await;
    throw_away(&app, false).await;
    app.browser.see(".toast", "đã lấy lại").await;
    app.go("/").await;
    app.browser
        .see("main a[href^='#/nhap/']", "Hạng A Chu")
        .await;
    app.waits_to_send().await;
    app.open_list("tiep_cong_dan").await;
    app.finds("Giàng Thị Mỷ", "Giàng Thị Mỷ").await;
    app.finds("Vàng A Páo", "Vàng A Páo").await;
    // It goes on, and reads the rest from the endpoint again.
    endpoint.restart().await;
    app.is_all_sent_in_the_end().await;
    app.browser
        .until("all three are here", async || {
            let count = app.export().await.records.len();
            if count == 3 {
                Ok(())
            } else {
                Err(count.to_string())
            }
        })
        .await;
    app.browser.close().await;
}
