//! What a person may ask for: finding all that is kept about them, a copy, restriction, erasure.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{App, write::Reception},
};

impl App {
    async fn find_person(&self, typed: &str) {
        self.go("/du-lieu").await;
        self.browser.replace("[name=person]", typed).await;
        self.browser.click("#find-person").await;
    }
}

/// Erased: what is left are day and kind, here, there, and at the endpoint.
async fn erase(leader: &App) {
    leader.browser.click("#erase-person").await;
    leader.browser.click("#order-now").await;
    leader.browser.see("[role=alert]", "căn cứ").await;
    leader
        .browser
        .type_into("[name=order-law]", "Luat 91/2025")
        .await;
    leader
        .browser
        .type_into("[name=order-reason]", "Cong dan yeu cau")
        .await;
    leader.browser.click("#order-now").await;
    leader.browser.see(".toast", "Đã xóa trong 1 phiếu").await;
    leader.find_person("quynh").await;
    leader
        .browser
        .see(".empty-title", "Không có phiếu nào")
        .await;
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

#[tokio::test]
async fn a_person_is_found_copied_restricted_and_erased_on_every_device() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (desk, phone) = (Profile::new("leader"), Profile::new("officer"));
    let leader = App::begin(&desk, &endpoint.url()).await;
    leader.enrol_with(&endpoint.first_link()).await;
    leader.add_person("Cán bộ", &["can_bo"]).await;
    let link = leader.code_for("Cán bộ").await;
    let officer = App::begin(&phone, &endpoint.url()).await;
    officer.enrol_with(&link).await;
    officer
        .record_reception(&Reception::new("Vi Thi Quynh", "Duong hong"))
        .await;
    officer
        .record_reception(&Reception::new("Lo Van Khac", "Nuoc sach"))
        .await;
    officer.is_all_sent().await;
    officer.find_person("quynh").await;
    officer.browser.see_count("[data-hit]", 1).await;
    officer.browser.see("main", "việc của lãnh đạo").await;

    leader.sync_now().await;
    leader.find_person("ab").await;
    leader.browser.see("[role=alert]", "ít nhất 3 chữ").await;
    leader.find_person("vi thi quynh").await;
    leader.browser.see("[data-hit]", "Vi Thi Quynh").await;
    let file = leader.browser.downloaded("#person-file").await;
    let text = std::fs::read_to_string(file).unwrap();
    assert!(
        text.contains("Vi Thi Quynh") && !text.contains("Lo Van Khac"),
        "{text}"
    );

    // Restricted, it goes into no file.
    leader.browser.click("summary").await;
    leader
        .browser
        .type_into("[name=restrict-reason]", "Cong dan de nghi")
        .await;
    leader.browser.click("#restrict").await;
    leader.browser.see(".toast", "Đã hạn chế 1 phiếu").await;
    leader.find_person("quynh").await;
    leader.browser.see("[data-hit]", "Hạn chế từ").await;

    erase(&leader).await;
    leader.sync_now().await;
    officer.sync_now().await;
    officer.find_person("quynh").await;
    officer
        .browser
        .see(".empty-title", "Không có phiếu nào")
        .await;
    officer.find_person("lo van khac").await;
    officer.browser.see_count("[data-hit]", 1).await;
    endpoint.kill();
    assert!(!has(&endpoint.all_bytes(), "Quynh"));
    assert!(has(&endpoint.all_bytes(), "Khac"));
    officer.go("/thong-bao").await;
    officer.browser.see("#notice", "có quyền").await;
    officer.browser.close().await;
    leader.browser.close().await;
}
