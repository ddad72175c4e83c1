//! Xuất files that an operator takes in.

use std::path::{Path, PathBuf};

use records::{
    id::{DeviceId, RecordId},
    json::from_bytes,
    replica::{Counter, Replica, SyncState},
    stamp::Stamp,
    wire::PageRow,
};
use serde_json::{Value, json};

use crate::{
    base::place,
    process::{finish, start},
    world::{KEY, change, id, pull_all, request, sample, sync},
};

fn export(changes: &[String]) -> String {
    let changes: Vec<String> = changes
        .iter()
        .map(|change| format!("{{\"change\": {change}}}"))
        .collect();
    format!(
        r#"{{"kind":"so-tay-dan-van/xuat","version":1,"exported_at":1763800000000,"app":"0.1.0",
        "unit":{{"code":"00000","name":"Xã Mẫu"}},"records":[],"changes":[{}]}}"#,
        changes.join(",")
    )
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// Runs the command; what it said, and whether it was content.
fn import(database: &Path, files: &[&Path]) -> (bool, String) {
    let place = place(database);
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let mut words = vec!["import", "--database", &place];
    words.extend(names.iter().map(String::as_str));
    let output = finish(&words);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

async fn rows(database: &Path) -> Vec<PageRow> {
    let running = start(database, &["--device-key", KEY]);
    let answer = sync(running.address, KEY, &request(&[], 0)).await;
    let page = answer.pages.into_iter().next().unwrap();
    assert!(!answer.more);
    page.rows
}

#[tokio::test]
async fn a_file_is_taken_in_its_authors_bytes_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("data/a.db");
    // Spaces that no program of ours would write: the bytes are the author's.
    let odd = change(1).replacen(':', " : ", 1);
    let first = write(folder.path(), "a.json", &export(&[odd.clone(), change(2)]));
    let second = write(folder.path(), "b.json", &export(&[change(2), change(3)]));
    let (is_content, said) = import(&database, &[&first, &second]);
    assert!(is_content, "{said}");
    assert!(said.contains("nhận mới 2, đã có 0, để riêng 0, không nhận 0"));
    assert!(said.contains("nhận mới 1, đã có 1, để riêng 0, không nhận 0"));
    let (_, said) = import(&database, &[&first]);
    assert!(said.contains("nhận mới 0, đã có 2"), "{said}");
    let rows = rows(&database).await;
    let bodies: Vec<&str> = rows.iter().map(|row| row.change.get()).collect();
    assert_eq!(bodies, [&*odd, &*change(2), &*change(3)]);
    assert_eq!(rows[0].acc.eff.to_string(), "1763800000000-0000-0000000a");
}

#[tokio::test]
async fn what_came_by_file_and_what_came_by_sync_is_one_history() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let running = start(&database, &["--device-key", KEY]);
    sync(running.address, KEY, &request(&[change(1), change(2)], 0)).await;
    drop(running);
    let file = write(folder.path(), "a.json", &export(&[change(2), change(4)]));
    let (_, said) = import(&database, &[&file]);
    assert!(said.contains("nhận mới 1, đã có 1"), "{said}");
    let running = start(&database, &["--device-key", KEY]);
    let expected = [(1, id(1)), (2, id(2)), (3, id(4))];
    assert_eq!(pull_all(running.address, KEY).await, expected);
}

#[test]
fn a_damaged_file_changes_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("data/a.db");
    let whole = export(&[change(1)]);
    let good = write(folder.path(), "good.json", &whole);
    let torn = whole.get(..whole.len() / 2).unwrap();
    let newer = whole.replace("\"version\":1", "\"version\":2");
    let other = whole.replace("so-tay-dan-van/xuat", "khac");
    for (name, text, expected) in [
        ("torn.json", torn, "tệp hỏng hoặc chép thiếu"),
        ("empty.json", "", "tệp hỏng hoặc chép thiếu"),
        ("other.json", &other, "không phải tệp Xuất"),
        ("list.json", "[]", "không phải tệp Xuất"),
        ("newer.json", &newer, "phiên bản 2"),
    ] {
        let bad = write(folder.path(), name, text);
        let (is_content, said) = import(&database, &[&good, &bad]);
        assert!(!is_content && said.contains(expected), "{name}: {said}");
        assert!(
            said.contains("Chưa nhận gì") && said.contains(name),
            "{said}"
        );
    }
    let (is_content, said) = import(&database, &[&folder.path().join("none.json")]);
    assert!(!is_content && said.contains("không mở được"), "{said}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn a_change_is_judged_as_a_sync_judges_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut other = sample(1);
    other["who"] = json!("người khác");
    let mut secret = sample(2);
    secret["part"] = json!("khac");
    let mut erasure = sample(3);
    erasure["erase"] = json!({"ids":[id(1)],"law":"","reason":""});
    let mut wrong = sample(4);
    wrong["recs"][0]["set"] = json!({"a/b": 1});
    let mut future = sample(5);
    future["stamp"] = json!("9999999999999-0000-0000000a");
    let all: Vec<String> = [sample(1), other, secret, erasure, wrong, future]
        .iter()
        .map(Value::to_string)
        .collect();
    let file = write(folder.path(), "a.json", &export(&all));
    let (is_content, said) = import(&database, &[&file]);
    assert!(is_content);
    assert!(
        said.contains("nhận mới 3, đã có 1, để riêng 1, không nhận 1")
            && said.contains("changes[4]"),
        "{said}"
    );
    let rows = rows(&database).await;
    // The operator may order an erasure: it comes first, whatever stands before it in the file.
    assert_eq!(rows.len(), 3);
    assert!(
        rows[0].change.get().contains("\"erase\"") && rows[1].change.get().contains("\"stub\"")
    );
    assert!(rows[2].acc.eff.ms < 9_999_999_999_999, "clamped to arrival");
}

#[tokio::test]
async fn a_file_without_changes_gives_one_change_for_each_record() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let text = json!({
        "kind": "so-tay-dan-van/xuat", "version": 1,
        "records": [{"form": "hoat_dong", "fields": {"ten": "Họp thôn 5", "ngay": "2026-11-22"}}],
    });
    let file = write(folder.path(), "a.json", &text.to_string());
    for expected in ["nhận mới 1, đã có 0", "nhận mới 0, đã có 1"] {
        let (_, said) = import(&database, &[&file]);
        assert!(said.contains(expected), "{said}");
    }
    // A device that reads it finds the record.
    let dev: DeviceId = from_bytes(br#""019ab3b0-0000-7000-8000-0000000000bb""#).unwrap();
    let counter = Counter {
        dev,
        n: 0,
        stamp: Stamp::default(),
    };
    let mut replica = Replica::new(counter, SyncState::default());
    for row in rows(&database).await {
        replica.notebook.insert(row.change.get()).unwrap();
    }
    let known: Vec<RecordId> = replica.notebook.records().collect();
    let doc = replica.notebook.fold(known[0]).unwrap().to_doc();
    assert_eq!(doc["ten"], "Họp thôn 5");
}
