//! A law changes: the commune's endpoint publishes the new form, phones take it, and what was recorded before stays as it was.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

const ROOM: &str = "[name='phong_tiep']";

/// The form of visits with one question more, from a day that is past.
fn renewed() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/forms/tiep_cong_dan.json");
    let mut form: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    form["version"] = json!("THU-2026");
    form["valid_from"] = json!("2026-07-02");
    let fields = form["sections"][0]["fields"].as_array_mut().unwrap();
    fields.push(json!({"key": "phong_tiep", "label": "Phòng tiếp", "type": "text"}));
    json!({"kind": "so-tay-danh-muc", "version": 1, "forms": [form]})
}

#[tokio::test]
async fn a_new_form_arrives_with_a_sync_and_old_records_keep_theirs() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("catalogue");
    let app = App::begin(&profile, &endpoint.url()).await;
    let old = app
        .record_reception(&Reception::new("Nguyễn Văn Cũ", "Đường liên thôn hỏng"))
        .await;
    app.enrol(&endpoint).await;
    // The endpoint gave its number in the book, and the register prints it.
    app.go("/so/tiep_cong_dan/in").await;
    app.browser.see(".register tbody td", "1").await;

    let mut broken = renewed();
    broken["forms"][0]["date"] = json!("khong_co");
    let (_, said) = endpoint.publish(&broken);
    assert!(
        said.contains("date “khong_co” không phải mục ngày"),
        "{said}"
    );
    assert!(endpoint.publish(&renewed()).0);
    app.go("/dong-bo").await;
    app.browser.click("#sync-now").await;
    app.browser.see(".toast", "Đã nhận danh mục số 1").await;
    app.go("/cai-dat").await;
    app.browser.see("#edition", "Danh mục số 1").await;

    endpoint.kill();
    app.reload().await;
    app.begin_record("tiep_cong_dan").await;
    app.browser.type_into(ROOM, "Phòng 2").await;
    app.fill_reception(&Reception::new("Trần Thị Mới", "Xin xác nhận"))
        .await;
    app.save().await;
    app.browser.see(".kv", "Phòng 2").await;
    // The record of before opens, is edited and printed with the form it was written in.
    app.go(old.trim_start_matches('#')).await;
    app.edit().await;
    app.browser.see("label", "Ngày tiếp").await;
    assert_eq!(app.browser.count(ROOM).await, 0);
    app.browser.replace(MATTER, "Đường đã sửa một nửa").await;
    app.save().await;
    app.browser.see(".kv", "Đường đã sửa một nửa").await;
    app.go("/so/tiep_cong_dan/in").await;
    app.browser.see(".register", "Nguyễn Văn Cũ").await;
    app.browser.see(".register", "tạm").await;
    app.browser.close().await;
}
