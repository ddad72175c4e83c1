//! A report: figures from records, the records behind them, and figures that stay once it was sent.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{App, write::Reception},
};

const YEARLY: &str = "[data-report='dan_van'][data-period^='Năm ']";
const VISITS: &str = ".figure:has([data-figure='tcd_luot'])";

#[tokio::test]
async fn a_report_that_was_sent_keeps_its_figures_whatever_is_recorded_later() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("report");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    record_official(&app, "Lò Văn Một").await;

    app.go("/bao-cao").await;
    app.browser.click(YEARLY).await;
    app.browser.see(&format!("{VISITS} output"), "1").await;
    app.browser.click("[data-figure='tcd_luot']").await;
    app.browser.see(".figure-behind a.row", "Lò Văn Một").await;
    app.browser
        .type_into("textarea[name='tiep_dan']", "Tiếp dân đúng lịch.")
        .await;
    app.browser.click("#save").await;
    app.browser.see(".toast", "Đã lưu").await;
    app.browser.click("#send-report").await;
    app.browser.see(".banner", "Đã gửi ngày").await;

    record_official(&app, "Lò Văn Hai").await;
    app.reload().await;
    app.go("/bao-cao").await;
    app.browser.see("a.row", "Đã gửi").await;
    app.browser.click("a.row[href^='#/bao-cao/']").await;
    app.browser.see(".banner", "Đã gửi ngày").await;
    app.browser.see(&format!("{VISITS} output"), "1").await;
    let text = app.browser.value("textarea[name='tiep_dan']").await;
    assert_eq!(text, "Tiếp dân đúng lịch.");
    app.browser.close().await;
}

async fn record_official(app: &App, citizen: &str) {
    app.record_reception(&Reception::new(citizen, "Đề nghị cấp nước sạch"))
        .await;
    app.browser.click("#official").await;
    app.browser.see(".chip", "Chính thức").await;
}
