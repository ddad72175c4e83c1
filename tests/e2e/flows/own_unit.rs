//! What belongs to the unit itself: its hamlets and people are offered where names are written, and whoever did well is
//! proposed for a commendation from what was recorded. Without a network.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::App,
};

#[tokio::test]
async fn own_hamlets_are_offered_and_a_recognised_model_is_proposed() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("own-unit");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    app.go("/don-vi").await;
    app.browser.click("[data-add='don_vi']").await;
    app.browser.replace("[name='ten']", "UBND xã Mẫu").await;
    app.browser.click("[data-add='thon']").await;
    app.browser
        .type_into("[name$='/ten_thon']", "Thôn Nà Mẫu")
        .await;
    app.save().await;
    app.begin_record("tiep_cong_dan").await;
    let offered = "return [...document.querySelectorAll('datalist option')].some(o => o.value === 'Thôn Nà Mẫu')
        && !!document.querySelector(\"[name$='/dia_chi']\").list;";
    let is_offered = app.browser.js(offered, vec![]).await.unwrap();
    assert_eq!(is_offered, serde_json::Value::Bool(true));

    app.begin_record("mo_hinh").await;
    app.browser
        .type_into("[name='ten']", "Thắp sáng đường quê")
        .await;
    app.browser
        .type_into("[name='don_vi_dang_ky']", "Chi hội Phụ nữ thôn Nà Mẫu")
        .await;
    let step = "const select = document.querySelector(\"[name^='buoc/'][name$='/loai_buoc']\");
        select.value = 'CONG_NHAN'; select.dispatchEvent(new Event('change', { bubbles: true }));";
    app.browser.js(step, vec![]).await.unwrap();
    app.save().await;
    app.go("/khen-thuong").await;
    app.browser.click(".checks input").await;
    app.browser.click("#propose").await;
    let round = app
        .browser
        .see_route("proposed", |route| route.starts_with("#/phieu/"))
        .await;
    app.browser.see(".kv", "Chi hội Phụ nữ thôn Nà Mẫu").await;
    // Once is enough.
    app.go("/khen-thuong").await;
    app.browser.see("main", "đã đề nghị cả").await;
    app.go(&format!("{}/in", round.trim_start_matches('#')))
        .await;
    app.browser.see("main", "TỜ TRÌNH").await;
    app.browser.see("main", "Thắp sáng đường quê").await;
    app.browser.close().await;
}

#[tokio::test]
async fn a_model_is_registered_followed_up_and_recognised() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("model");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    app.begin_record("mo_hinh").await;
    app.browser
        .type_into("[name='ten']", "Đường hoa tự quản")
        .await;
    app.browser
        .type_into("[name='don_vi_dang_ky']", "Chi hội Phụ nữ thôn 2")
        .await;
    let model = app.save().await;
    let step = |at: &str, kind: &str| {
        format!(
            "const all = [...document.querySelectorAll(\"[name^='buoc/'][name$='/loai_buoc']\")];
            const select = all.at({at}); select.value = '{kind}';
            select.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        )
    };
    app.go("/dan-van-kheo").await;
    app.browser.see("main", "Đường hoa tự quản").await;
    app.browser.see("main", "Đăng ký").await;

    app.go(model.trim_start_matches('#')).await;
    app.edit().await;
    app.browser.click("[data-add='buoc']").await;
    app.browser.see_count("[name$='/loai_buoc']", 2).await;
    app.browser
        .js(&step("-1", "TRIEN_KHAI"), vec![])
        .await
        .unwrap();
    app.browser.click("[data-add='theo_doi']").await;
    app.browser
        .type_into(
            "[name^='theo_doi/'][name$='/viec_can_lam']",
            "Trồng bổ sung đoạn cuối",
        )
        .await;
    app.save().await;
    app.go("/viec").await;
    app.browser.see(".row", "Trồng bổ sung đoạn cuối").await;

    app.go(model.trim_start_matches('#')).await;
    app.edit().await;
    app.browser.click("[data-add='buoc']").await;
    app.browser.see_count("[name$='/loai_buoc']", 3).await;
    app.browser
        .js(&step("-1", "CONG_NHAN"), vec![])
        .await
        .unwrap();
    app.save().await;
    app.go("/dan-van-kheo").await;
    app.browser.see("main", "Công nhận").await;
    app.go("/khen-thuong").await;
    app.browser.see(".checks", "Đường hoa tự quản").await;
    app.browser.close().await;
}
