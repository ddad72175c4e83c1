//! Xuất on one phone, import on another that has never met it; and files that are refused.

use std::fs;

use serde_json::{Value, json};

use crate::{
    harness::{browser::Profile, folder::Folder, static_host::StaticHost, turn},
    screens::{
        App,
        files::Exported,
        write::{MATTER, Reception},
    },
};

#[tokio::test]
async fn an_export_taken_in_elsewhere_is_equal_and_twice_changes_nothing() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let (giver, taker) = (Profile::new("giver"), Profile::new("taker"));
    let app = App::begin(&giver, &host.url()).await;
    app.record_reception(&Reception::new(
        "Ngô Thị Bảy",
        "Xin hỗ trợ giống lúa <b>&amp;</b> \"OM 5451\"",
    ))
    .await;
    app.record_reception(&Reception::new("K'Brệ", "Nước sinh hoạt thôn 5"))
        .await;
    app.change(MATTER, "Nước sinh hoạt thôn 5, 12 hộ").await;
    app.start_programme("cv-651-bdvtw-2022").await;
    app.tick_a_task().await;
    let file = app.export_file().await;
    let given = Exported::read(&file);
    app.browser.close().await;

    let app = App::begin(&taker, &host.url()).await;
    app.import(&file).await;
    let taken = app.export().await;
    assert_eq!(taken.records, given.records);
    assert_eq!(taken.changes, given.changes);
    app.import(&file).await;
    assert_eq!(app.export().await, taken);

    // The same records without their changes become changes of this phone, once.
    let folder = Folder::new("records-only");
    let mut bare: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    bare["changes"] = json!([]);
    let bare_file = folder.path().join("chi-phieu.json");
    fs::write(&bare_file, bare.to_string()).unwrap();
    let third = Profile::new("records-only");
    let other = App::begin(&third, &host.url()).await;
    other.import(&bare_file).await;
    let once = other.export().await;
    assert_eq!(once.records.len(), given.records.len());
    other.import(&bare_file).await;
    assert_eq!(other.export().await, once);
    other.browser.close().await;
    app.browser.close().await;
}

#[tokio::test]
async fn a_damaged_or_foreign_file_is_refused_with_words_and_changes_nothing() {
    let _turn = turn().await;
    let host = StaticHost::start();
    let profile = Profile::new("refused");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Tô Văn Ba", "Loa truyền thanh rè"))
        .await;
    let file = app.export_file().await;
    let before = Exported::read(&file);
    let whole = fs::read(&file).unwrap();
    let backup = fs::read(app.backup("một câu đủ dài để giữ").await).unwrap();

    let mut newer: Value = serde_json::from_slice(&whole).unwrap();
    newer["version"] = json!(999);
    let folder = Folder::new("refused-files");
    let files: [(&str, Vec<u8>); 6] = [
        ("cut.json", whole[..whole.len() / 2].to_vec()),
        (
            "foreign.json",
            br#"{"kind":"someone-elses/notes","notes":[1,2,3]}"#.to_vec(),
        ),
        ("newer.json", newer.to_string().into_bytes()),
        ("picture.json", b"\x89PNG\r\n\x1a\n\x00\xff\xfe".to_vec()),
        ("deep.json", vec![b'['; 100_000]),
        ("empty.json", Vec::new()),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let says = app.import(&path).await;
        assert!(says.split_whitespace().count() >= 4, "{name}: {says}");
        assert_eq!(app.export().await, before, "{name}");
    }
    let cut = folder.path().join("cut.saoluu");
    fs::write(&cut, &backup[..backup.len() - 40]).unwrap();
    let says = app.restore(&cut, "một câu đủ dài để giữ").await;
    assert!(says.split_whitespace().count() >= 4, "{says}");
    assert_eq!(app.export().await, before);

    // One bad entry in a good file is named; the rest goes in.
    let mut half: Value = serde_json::from_slice(&whole).unwrap();
    half["changes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": 7, "hỏng": true}));
    let path = folder.path().join("half.json");
    fs::write(&path, half.to_string()).unwrap();
    let second = Profile::new("half");
    let other = App::begin(&second, &host.url()).await;
    let says = other.import(&path).await;
    assert!(says.contains("hỏng"), "{says}");
    assert_eq!(other.export().await, before);
    other.browser.close().await;
    app.browser.close().await;
}
