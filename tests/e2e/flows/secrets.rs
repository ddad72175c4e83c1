//! Denunciations: recorded without a network in a compartment of their own, given to who is named and to nobody else, and
//! taken out of the open when a matter turns out to be one.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{
        App,
        write::{CITIZEN, MATTER, Reception},
    },
};

const PIN: &str = "204781";
const DENOUNCER: &str = "Ksor HBLang";

impl App {
    /// From the ordinary notebook into the compartment.
    async fn enter_secret(&self) {
        self.go("/ngan-mat").await;
        self.browser.click("#enter-secret").await;
        self.browser.see("#closed", "tố cáo").await;
        self.unlock(PIN).await;
        self.browser.see(".topbar-title", "tố cáo").await;
    }

    async fn leave_secret(&self) {
        self.go("/cai-dat").await;
        self.browser.click("#leave-secret").await;
        self.unlock(PIN).await;
    }

    async fn fill_case(&self, code: &str) {
        self.begin_record("to_cao").await;
        self.browser.replace("[name=ma_ho_so]", code).await;
        self.browser
            .type_into("[name=hanh_vi]", "Nhận tiền làm giấy tờ")
            .await;
        self.browser.click("[data-add='nguoi_to_cao']").await;
        self.browser
            .type_into("[name^='nguoi_to_cao/'][name$='/ho_ten']", DENOUNCER)
            .await;
    }
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

#[tokio::test]
async fn a_case_goes_to_who_is_named_in_it_and_is_nowhere_else() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    endpoint.allow_secrets().await;
    let (desk, phone) = (Profile::new("leader"), Profile::new("officer"));
    let leader = App::begin(&desk, &endpoint.url()).await;
    leader.enrol_with(&endpoint.first_link()).await;
    leader.add_person("Cán bộ", &["can_bo"]).await;
    let link = leader.code_for("Cán bộ").await;
    let officer = App::begin(&phone, &endpoint.url()).await;
    officer.enrol_with(&link).await;
    officer.sync_now().await;
    officer.go("/ngan-mat").await;
    officer.browser.see("main", "Đặt khóa").await;
    officer.set_lock(PIN).await;
    officer.unlock(PIN).await;
    officer.is_all_sent().await;

    // Recorded without a network.
    endpoint.kill();
    officer.enter_secret().await;
    officer.fill_case("TC-2026-01").await;
    officer.save().await;
    officer.browser.see(".record-title", "TC-2026-01").await;
    officer.leave_secret().await;
    officer.go("/so?tim").await;
    officer.browser.see("main", "").await;
    let page = officer.browser.texts("body").await.join(" ");
    assert!(
        !page.contains("TC-2026") && !page.contains("Ksor"),
        "{page}"
    );

    // From the ordinary notebook what waits inside is brought, too.
    endpoint.restart().await;
    officer.sync_now().await;
    officer
        .browser
        .until("the case is at the endpoint", async || {
            match endpoint.audit() {
                log if log.contains("xem_mat") => Ok(()),
                log => Err(log),
            }
        })
        .await;
    for words in [DENOUNCER, "Nhận tiền làm giấy tờ", "TC-2026-01"] {
        assert!(!has(&endpoint.all_bytes(), words), "{words}");
    }

    read_and_copied(&endpoint, &leader).await;
    leader.browser.close().await;
    officer.browser.close().await;
}

/// The leader reads it; a copy has a code and no name, and the log says why it was made.
async fn read_and_copied(endpoint: &Endpoint, leader: &App) {
    leader.sync_now().await;
    leader.set_lock(PIN).await;
    leader.unlock(PIN).await;
    leader.enter_secret().await;
    leader.go("/so/to_cao").await;
    leader.browser.see(".row-title", "TC-2026-01").await;
    leader.browser.click(".row-title").await;
    leader.browser.see("main", DENOUNCER).await;
    leader.browser.click("#copy-case").await;
    leader.browser.click("#make-copy").await;
    leader.browser.see("[role=alert]", "lý do").await;
    leader
        .browser
        .type_into("[name=copy-reason]", "Họp xử lý")
        .await;
    leader.browser.click("#make-copy").await;
    let copy = leader.browser.see("#case-copy", "BS-").await;
    assert!(
        copy.contains("Nhận tiền") && !copy.contains("Ksor"),
        "{copy}"
    );
    leader.go("/cai-dat").await;
    leader
        .browser
        .until("the copy is in the log", async || match endpoint.audit() {
            log if log.contains("Họp xử lý") => Ok(()),
            log => Err(log),
        })
        .await;
}

#[tokio::test]
async fn a_matter_that_turns_out_to_be_one_leaves_nothing_in_the_open() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    endpoint.allow_secrets().await;
    let profile = Profile::new("officer");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.enrol_with(&endpoint.first_link()).await;
    app.set_lock(PIN).await;
    app.unlock(PIN).await;
    app.record_reception(&Reception::new(DENOUNCER, "Cán bộ nhận tiền của dân"))
        .await;
    app.is_all_sent().await;
    // WAL included: the name had been there.
    assert!(has(&endpoint.all_bytes(), DENOUNCER));
    app.browser.click("#edit").await;
    app.browser
        .click("[data-path$='/loai'][data-value='TO_CAO']")
        .await;
    app.browser.see(CITIZEN, "").await;
    app.save().await;
    app.browser.click("#move-secret").await;
    app.browser.click("#move-secret-now").await;
    app.browser.see(".toast", "mã TC-").await;
    app.browser
        .until("nothing of it is on the page", async || {
            let page = app.browser.texts("main").await.join(" ");
            match page.contains("Ksor") || page.contains("nhận tiền") {
                true => Err(page),
                false => Ok(()),
            }
        })
        .await;
    app.sync_now().await;
    app.browser
        .until("the endpoint has moved it", async || {
            match endpoint.audit() {
                log if log.contains("chuyen_mat") => Ok(()),
                log => Err(log),
            }
        })
        .await;
    endpoint.kill();
    endpoint.restart().await;
    endpoint.kill();
    for words in [DENOUNCER, "nhận tiền của dân"] {
        assert!(!has(&endpoint.all_bytes(), words), "{words}");
    }
    // Nothing of it is offered while typing, and the case says it all.
    app.go("/ghi/tiep_cong_dan").await;
    app.browser.see(MATTER, "").await;
    let offered = app
        .browser
        .js("return document.documentElement.outerHTML", Vec::new());
    let offered = offered.await.unwrap().to_string();
    assert!(!offered.contains("Ksor"), "offered while typing");
    app.enter_secret().await;
    app.go("/so/to_cao").await;
    app.browser.click(".row-title").await;
    app.browser.see("main", DENOUNCER).await;
    app.browser.see("main", "nhận tiền của dân").await;
    app.browser.close().await;
}
