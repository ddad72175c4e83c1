//! The diagnostics file: what helps is in it, and nobody's name, word or secret. And the backups of every day.

use std::{fs, net::SocketAddr, path::Path};

use serde_json::{Value, json};

use crate::{
    base::{place, tamper},
    process::{finish, start},
    world::{KEY, request, sample, sync},
};

/// What must not be in it, each put where such words lie.
const NAME: &str = "Nguyễn Thị Gieo";
const AUTHOR: &str = "Trần Văn Trồng";
const TEXT: &str = "ông Bảy ở thôn Hạ xin vay vốn";
const LABEL: &str = "điện thoại cô Sáu";
const HELD: &str = "lời giữ riêng của bà Tư";
const ABOUT: &str = "chú Út sửa nhật ký";

/// Runs a command that is content; what it said.
fn done(words: &[&str]) -> String {
    let output = finish(words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn diagnose(more: &[&str]) -> (String, Value) {
    let text = done(&[&["diagnose"][..], more].concat());
    let report = serde_json::from_str(&text).unwrap();
    (text, report)
}

/// Words of people wherever the database has some; a code that lets in a device.
async fn plant(database: &Path, address: SocketAddr) -> String {
    let mut change = sample(1);
    change["who"] = json!(AUTHOR);
    change["recs"][0]["set"]["noi_dung"] = json!(TEXT);
    sync(address, KEY, &request(&[change.to_string()], 0)).await;
    let here = place(database);
    let words = ["people", "add", "--role", "can_bo", "--database", &here];
    let said = done(&[&words[..], &["--name", NAME]].concat());
    let bytes = |text: &str| match cfg!(feature = "postgres") {
        true => format!("convert_to('{text}', 'UTF8')"),
        false => format!("CAST('{text}' AS BLOB)"),
    };
    let id = bytes("sixteen bytes, a");
    let held = bytes(HELD);
    tamper(
        database,
        &format!(
            "INSERT INTO token (id, hash, person, place, dev, label, made_at, revoked_at, wipe, recovery)
             VALUES ({id}, {id}, {id}, '00000', {id}, '{LABEL}', 1, 2, 0, {id});
             INSERT INTO held (unit, id, hash, body, code, say, recv_at)
             VALUES ('00000', {id}, {id}, {held}, 'khac_noi_dung', '', 3);"
        ),
    );
    said.trim().rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_helps_is_told_and_nobodys_name_word_or_secret() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let here = place(&database);
    let running = start(&database, &["--device-key", KEY]);
    let code = plant(&database, running.address).await;
    let page = "<head><meta name=\"so-tay-build\" content=\"0a1b\"></head>";
    fs::write(folder.path().join("index.html"), page).unwrap();
    let app = folder.path().display().to_string();
    let into = folder.path().join("copies").display().to_string();
    done(&["backup", "--database", &here, "--into", &into]);

    let words = ["--database", &here, "--device-key", KEY, "--app", &app];
    let words = [&words[..], &["--into", &into]].concat();
    let (text, report) = diagnose(&words);
    for planted in [NAME, AUTHOR, TEXT, LABEL, HELD, KEY, &code] {
        assert!(!text.contains(planted), "{planted} is in {text}");
    }
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["settings"]["has_device_key"], true);
    assert_eq!(report["app"]["build"], "0a1b");
    assert_eq!(report["backups"]["count"], 1);
    let found = &report["database"];
    assert!(found["schema"].as_i64().is_some_and(|schema| schema > 5));
    assert!(found["bytes"].as_u64().is_some_and(|bytes| bytes > 0));
    assert_eq!(found["whole"]["is_whole"], true);
    assert_eq!(found["log"]["is_whole"], true);
    for (what, count) in [("changes", 1), ("records", 1), ("people", 2), ("held", 1)] {
        assert_eq!(found["counts"][what], count, "{what}");
    }
    assert_eq!(found["counts"]["devices_shut_out"], 1);
    let roles = json!({"can_bo": 2, "lanh_dao": 1, "quan_tri": 1});
    assert_eq!(found["people_by_role"], roles);
    assert_eq!(found["held_by_reason"], json!({"khac_noi_dung": 1}));

    let change = format!("UPDATE audit SET about = '{ABOUT}' WHERE n = 1");
    tamper(&database, &change);
    let (text, report) = diagnose(&words);
    assert!(!text.contains(ABOUT), "{text}");
    assert_eq!(report["database"]["log"]["first_broken"], 1);
}

#[test]
fn what_is_broken_or_not_there_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let place = format!("sqlite:{}", file.display());
    let nowhere = folder.path().join("none").display().to_string();
    let words = [
        "--database",
        &place,
        "--app",
        &nowhere,
        "--into",
        &nowhere,
        "--tls-cert",
        &nowhere,
        "--tls-key",
        &nowhere,
    ];
    let (_, report) = diagnose(&words);
    assert_eq!(report["database"], json!({"is_there": false}));
    for part in ["app", "backups", "certificate"] {
        assert!(report[part]["why"].is_string(), "{part}: {report}");
    }
    fs::write(&file, "not a database at all, only some text").unwrap();
    let (_, report) = diagnose(&words);
    assert_eq!(report["database"]["whole"]["is_whole"], false);
    assert_eq!(report["database"]["counts"]["changes"], Value::Null);
}

#[test]
fn a_backup_of_the_day_is_called_by_its_minute_and_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let here = place(&database);
    drop(start(&database, &[]));
    let into = folder.path().join("copies");
    let words = ["backup", "--database", &here, "--into"];
    let said = done(&[&words[..], &[into.to_str().unwrap()]].concat());
    assert!(said.contains("không thiếu số nào"), "{said}");
    let names: Vec<_> = fs::read_dir(&into)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let [name] = names.as_slice() else {
        panic!("{names:?}");
    };
    assert!(name.starts_with("so-tay-2") && name.ends_with(".db"));
    let copy = format!("sqlite:{}", into.join(name).display());
    done(&["verify", "--database", &copy]);
    let nowhere = finish(&["backup", "--database", &here]);
    assert!(!nowhere.status.success(), "it must be said where to");
}
