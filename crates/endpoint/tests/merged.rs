//! A commune that was merged into another: its notebook goes on there, record by record as it was.

use std::path::Path;

use serde_json::json;

use crate::{
    base::place,
    process::{finish, start},
    world::{KEY, change, id, named, record, request, sample, sync},
};

/// Lets 00001 take over a notebook; whether the command was content, and what it said.
fn adopt_as(new: &Path, old: &Path, (unit, since): (&str, &str)) -> (bool, String) {
    let (from, to) = (place(old), place(new));
    let words = [
        "adopt",
        "--database",
        &to,
        "--unit",
        "00001",
        "--from",
        &from,
    ];
    let output = finish(&[&words[..], &["--old-unit", unit, "--since", since]].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn the_people_of_the_new_commune_read_the_notebook_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    let running = start(&old, &["--device-key", KEY, "--unit", "00009"]);
    let first = request(&[change(1), change(2)], 0);
    let phone = sync(running.address, KEY, &first).await;
    drop(running);
    let running = start(&new, &["--device-key", KEY, "--unit", "00001"]);
    sync(running.address, KEY, &request(&[change(3)], 0)).await;
    drop(running);

    let adopt = || adopt_as(&new, &old, ("00009", "2025-07-01")).1;
    let said = adopt();
    assert!(said.contains("2 lần ghi mới, 0 đã có"), "{said}");
    let said = adopt();
    assert!(said.contains("0 lần ghi mới, 2 đã có"), "{said}");

    let running = start(&new, &["--device-key", KEY, "--unit", "00001"]);
    let answer = sync(running.address, KEY, &request(&[], 0)).await;
    let scopes: Vec<_> = answer
        .pages
        .iter()
        .map(|page| (page.scope.as_str(), page.rows.len(), page.to))
        .collect();
    assert_eq!(scopes, [("00001/thuong", 1, 1), ("00009/thuong", 2, 2)]);
    // The phone of the old commune finds another life, offers what it has, and is asked for nothing.
    assert_ne!(phone.epoch, answer.epoch);
    let offer = request(&[], 0).replace(
        "\"offer\":[]",
        &format!("\"offer\":[\"{}\",\"{}\"]", id(1), id(2)),
    );
    let offered = sync(running.address, KEY, &named(&answer.epoch, &offer)).await;
    assert!(offered.lacks.is_empty());
    // What it had not sent yet is of the new commune, also when the record is an old one.
    let mut edit = sample(4);
    edit["recs"][0]["rec"] = json!(record(1));
    let answer = sync(running.address, KEY, &request(&[edit.to_string()], 0)).await;
    let acc = answer.answers[0].acc.as_ref().unwrap();
    assert_eq!(acc.scope, "00001/thuong");

    let (is_content, said) = adopt_as(&new, &old, ("00001", "2025-07-01"));
    assert!(!is_content && said.contains("cùng mã"), "{said}");
    let (is_content, said) = adopt_as(&new, &old, ("00009", "1/7/2025"));
    assert!(!is_content && said.contains("2025-07-01"), "{said}");
}
