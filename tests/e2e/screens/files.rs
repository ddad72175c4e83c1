//! The files: Xuất, Nhập, Sao lưu, and erasing everything.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::App;

/// Where the files are made and taken.
const PLACE: &str = "/dong-bo";

/// An export as a reader of it compares two: everything but when it was made.
#[derive(Debug, PartialEq)]
pub(crate) struct Exported {
    /// Records by id.
    pub(crate) records: BTreeMap<String, Value>,
    /// Changes by id, with their exact bytes.
    pub(crate) changes: BTreeMap<String, Value>,
}

impl Exported {
    pub(crate) fn read(file: &Path) -> Self {
        let export: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert_eq!(export["kind"], "so-tay-dan-van/xuat");
        Self {
            records: by_id(&export["records"]),
            changes: by_id(&export["changes"]),
        }
    }
}

fn by_id(list: &Value) -> BTreeMap<String, Value> {
    let list = list.as_array().unwrap();
    let id = |item: &Value| {
        let id = item.get("id").or_else(|| item.pointer("/change/id"));
        id.and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no id in {item}"))
            .to_owned()
    };
    let map: BTreeMap<String, Value> = list.iter().map(|item| (id(item), item.clone())).collect();
    assert_eq!(map.len(), list.len(), "an id is there twice");
    map
}

impl App {
    /// Presses "Xuất" and reads the file.
    pub(crate) async fn export(&self) -> Exported {
        self.go(PLACE).await;
        Exported::read(&self.browser.downloaded("#export").await)
    }

    /// Presses "Xuất" and gives the file as it is.
    pub(crate) async fn export_file(&self) -> std::path::PathBuf {
        self.go(PLACE).await;
        self.browser.downloaded("#export").await
    }

    /// Presses "Sao lưu" with a passphrase.
    pub(crate) async fn backup(&self, passphrase: &str) -> std::path::PathBuf {
        self.go(PLACE).await;
        self.browser.type_into("#backup-words", passphrase).await;
        self.browser.downloaded("#backup").await
    }

    /// Chooses a file to take in; returns what the app says when it is done.
    pub(crate) async fn import(&self, file: &Path) -> String {
        self.begin_import(file).await;
        self.import_result().await
    }

    /// Chooses a file to take in.
    pub(crate) async fn begin_import(&self, file: &Path) {
        self.go("/").await;
        self.browser.see_count("#import-file", 0).await; // an earlier result is gone with its page
        self.go(PLACE).await;
        self.browser.choose_file("#import-file", file).await;
    }

    /// What the app says when an import is done.
    pub(crate) async fn import_result(&self) -> String {
        self.browser
            .until("the import is done", async || {
                let says = self.browser.texts("#import-result").await.join(" ");
                if says.trim().is_empty() || says.contains("Đang") {
                    Err(says)
                } else {
                    Ok(says)
                }
            })
            .await
    }

    /// Takes a sealed backup in.
    pub(crate) async fn restore(&self, file: &Path, passphrase: &str) -> String {
        self.begin_import(file).await;
        self.browser.replace("#restore-words", passphrase).await;
        self.browser.click("#restore").await;
        self.import_result().await
    }

    /// Deletes everything on this device; the app begins anew.
    pub(crate) async fn erase_everything(&self) {
        self.go("/cai-dat").await;
        self.browser.click("#erase").await;
        self.browser.click("#erase-confirm").await;
        self.browser.see_count("#use-here", 1).await;
    }
}
