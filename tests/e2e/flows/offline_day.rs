//! The main job: enrolled in the office, a day without signal, and back.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

const TEMPLATE: &str = "cv-651-bdvtw-2022";

#[tokio::test]
async fn what_is_recorded_without_a_network_reaches_the_colleagues_phone() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (first, second) = (
        Profile::new("offline-first"),
        Profile::new("offline-second"),
    );
    let app = App::begin(&first, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    endpoint.kill();

    let lane = Reception::new("Nguyễn Thị Đoàn", "Đề nghị sửa đường liên thôn Hòa Bình");
    let record = app.record_reception(&lane).await;
    app.waits_to_send().await;
    app.reload().await;
    let well = Reception::new("Trần Văn Bé", "Giếng làng cạn nước từ tháng 9");
    app.record_reception(&well).await;

    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 2).await;
    app.finds("doan", &lane.citizen).await;
    app.finds("SUA DUONG lien thon hoà", &lane.citizen).await;
    app.browser.see_count("a.row", 1).await;
    app.finds_nothing("khong co ai").await;

    let programme = app.start_programme(TEMPLATE).await;
    let ticks = app.tick_a_task().await;

    app.go(record.trim_start_matches('#')).await;
    app.change(MATTER, "Đề nghị sửa đường liên thôn Hòa Bình trước Tết")
        .await;
    let values = app.values().await;
    assert!(
        values.iter().any(|value| value.contains("trước Tết")),
        "{values:?}"
    );

    let exported = app.export().await;
    let kinds = |form: &str| {
        exported
            .records
            .values()
            .filter(|r| r["form"] == form)
            .count()
    };
    assert_eq!(kinds("tiep_cong_dan"), 2);
    assert_eq!(kinds("chuong_trinh"), 1);
    assert_eq!(kinds("nhiem_vu"), ticks.len());

    app.reload().await;
    app.go(programme.trim_start_matches('#')).await;
    assert_eq!(
        app.ticks().await,
        ticks,
        "ticks survive a reload without a network"
    );
    app.waits_to_send().await;

    endpoint.restart().await;
    app.is_all_sent_in_the_end().await;

    let colleague = App::begin(&second, &endpoint.url()).await;
    colleague.enrol(&endpoint).await;
    colleague.go(programme.trim_start_matches('#')).await;
    assert_eq!(colleague.ticks().await, ticks);
    colleague.open_list("tiep_cong_dan").await;
    colleague.browser.see_count("a.row", 2).await;
    colleague.open_row(&lane.citizen).await;
    // Besides what was typed, the number that the endpoint gave.
    let read = colleague.values().await;
    assert_eq!(read.get(..values.len()), Some(&*values));
    assert_eq!(read[values.len()], "Số thứ tự trong sổ");
    let exported = app.export().await;
    assert_eq!(colleague.export().await.records, exported.records);
    colleague.browser.close().await;
    app.browser.close().await;
}
