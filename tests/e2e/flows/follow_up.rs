//! An opinion that was raised in a dialogue is open until somebody closes it.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::App,
};

const SUBJECT: &str = "[name='chu_de']";
const OPINION: &str = "[name^='y_kien/'][name$='/noi_dung']";
const OWNER: &str = "[name^='y_kien/'][name$='/co_quan_giao']";

#[tokio::test]
async fn an_opinion_stays_open_until_it_is_closed_and_comes_back_when_that_was_a_mistake() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("follow-up");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    app.begin_record("doi_thoai").await;
    app.browser
        .click("[data-path='loai'][data-value='CHUYEN_DE']")
        .await;
    app.browser.type_into(SUBJECT, "Nước sạch thôn 2").await;
    app.browser.click("[data-add='y_kien']").await;
    app.browser.type_into(OPINION, "Giếng cạn từ tháng 9").await;
    app.browser.type_into(OWNER, "Phòng Kinh tế xã").await;
    let record = app.save().await;

    app.go("/viec").await;
    app.browser.see(".row", "Giếng cạn từ tháng 9").await;
    app.browser.see("#owner", "Phòng Kinh tế xã (1)").await;
    app.browser.see(".row .chip", "Chưa có hạn").await;
    app.browser.click(".row button").await;
    app.browser.see(".empty", "Không còn việc nào").await;
    app.browser.click("#toast-undo").await;
    app.browser.see(".row", "Giếng cạn từ tháng 9").await;
    app.browser.click(".row button").await;
    app.browser.see(".empty", "Không còn việc nào").await;
    app.go(record.trim_start_matches('#')).await;
    app.browser.see(".kv", "Ngày xong").await;

    // A task that is late stands on the icon of the installed app.
    let listen = "navigator.setAppBadge = async (count) => { window.badge = count; };";
    app.browser.js(listen, vec![]).await.unwrap();
    app.begin_record("nhiem_vu").await;
    app.browser
        .type_into("[name='noi_dung']", "Sửa giếng")
        .await;
    let late = "const day = document.querySelector(\"[name='han']\"); day.value = '2026-01-05'; \
                day.dispatchEvent(new Event('input', { bubbles: true }));";
    app.browser.js(late, vec![]).await.unwrap();
    app.save().await;
    app.go("/").await;
    let badge = async || match app.browser.js("return window.badge", vec![]).await? {
        count if count == 1 => Ok(()),
        other => Err(format!("it is {other}")),
    };
    app.browser.until("one on the icon", badge).await;
    app.browser.close().await;
}
