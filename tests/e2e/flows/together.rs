//! What colleagues do to each other's records: review, join two of one visit, hand work over. Without a network.

use crate::{
    harness::{
        browser::{Browser, Profile},
        endpoint::Endpoint,
        turn,
    },
    screens::{App, write::Reception},
};

/// Sets a select and tells the page.
async fn choose(browser: &Browser, css: &str, words: &str) {
    let set = "const select = document.querySelector(arguments[0]);
        const wanted = [...(select?.options ?? [])].find(option => option.text.includes(arguments[1]));
        if (!wanted) { return false; }
        select.value = wanted.value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return true;";
    browser
        .until(words, async || {
            let done = browser.js(set, vec![css.into(), words.into()]).await?;
            let is_done = done.as_bool() == Some(true);
            is_done
                .then_some(())
                .ok_or_else(|| "no such option".to_owned())
        })
        .await;
}

#[tokio::test]
async fn a_record_is_handed_in_sent_back_and_approved() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("review");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    let record = app
        .record_reception(&Reception::new("Vì Thị Quỳnh", "Đường hỏng"))
        .await;
    app.browser.click("#hand-in").await;
    app.browser.see("#review", "Trình duyệt").await;
    // Whoever reviews finds it among what is open.
    app.go("/viec").await;
    choose(&app.browser, "#owner", "Người duyệt").await;
    app.browser.see(".row", "Chờ duyệt").await;
    app.go(record.trim_start_matches('#')).await;
    app.browser.click("#send-back").await;
    app.browser.see("#review [role=alert]", "Ghi lý do").await;
    app.browser
        .type_into("#send-back-reason", "Thiếu địa chỉ")
        .await;
    app.browser.click("#send-back").await;
    app.browser.see("#review", "Trả lại: Thiếu địa chỉ").await;
    app.browser.click("#hand-in").await;
    app.browser.click("#approve").await;
    app.browser.see(".chip.ok", "Chính thức").await;
    app.reload().await;
    app.browser.see(".chip.ok", "Chính thức").await;
    app.browser.close().await;
}

#[tokio::test]
async fn two_records_of_one_visit_become_one_and_apart_again() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("join");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    let second = app
        .record_reception(&Reception::new("Vì Thị Quỳnh", "Cầu yếu"))
        .await;
    let first = app
        .record_reception(&Reception::new("Vì Thị Quỳnh", "Đường hỏng"))
        .await;
    app.browser.click("#join").await;
    app.browser.click(".card-list a").await;
    app.browser.see("main", "Giống một mục đã có").await;
    app.browser.click("#join-now").await;
    app.browser
        .see_route("joined", |route| route == first)
        .await;
    app.browser.see(".kv", "Cầu yếu").await;
    assert_eq!(app.browser.count("[data-conflict]").await, 0);
    app.go("/so/tiep_cong_dan").await;
    app.browser.see_count(".row-title", 1).await;
    app.go(second.trim_start_matches('#')).await;
    app.browser.see(".empty-title", "đã gộp").await;
    app.browser.click("#split").await;
    app.browser.see(".kv", "Cầu yếu").await;
    app.go(first.trim_start_matches('#')).await;
    app.browser.see(".kv", "Đường hỏng").await;
    assert!(
        !app.values()
            .await
            .iter()
            .any(|value| value.contains("Cầu yếu"))
    );
    app.browser.close().await;
}

#[tokio::test]
async fn open_work_and_drafts_go_to_a_successor() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("handover");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    app.begin_record("nhiem_vu").await;
    app.browser
        .type_into("[name='noi_dung']", "Báo cáo quý")
        .await;
    app.browser
        .type_into("[name='giao_cho.ho_ten']", "Lê Văn An")
        .await;
    let task = app.save().await;
    app.begin_record("hoat_dong").await;
    app.browser
        .type_into("[name='ten']", "Ra quân đang ghi dở")
        .await;
    app.draft_is_kept().await;

    app.go("/ban-giao").await;
    choose(&app.browser, "#leaver", "Lê Văn An").await;
    app.browser.see(".checks", "Báo cáo quý").await;
    app.browser
        .type_into("[name='successor']", "Phạm Thị Mới")
        .await;
    app.browser.click("#hand-over").await;
    app.browser.see(".toast", "Đã bàn giao 1 việc").await;
    app.browser.click("#toast-undo").await;
    app.browser.see(".checks", "Báo cáo quý").await;
    app.browser.click("#hand-over").await;
    app.browser.see("main", "Không còn việc mở").await;
    app.browser.click("#save-drafts").await;
    app.browser.see("main", "không có bản nháp nào").await;
    app.go(task.trim_start_matches('#')).await;
    app.browser.see(".kv", "Phạm Thị Mới").await;
    app.go("/so/hoat_dong").await;
    app.browser.see(".row-title", "Ra quân đang ghi dở").await;
    app.browser.close().await;
}
