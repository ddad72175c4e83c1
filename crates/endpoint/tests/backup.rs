//! A backup while devices push, a restore to an older state, and phones that bring back what is newer.

use std::{process::Stdio, time::Instant};

use crate::{
    base::{place, tamper},
    process::{binary, finish, start},
    world::{KEY, change, id, named, pull_all, request, sync},
};

/// Runs a command; what it said, and whether it was content.
fn say(words: &[&str]) -> (bool, String) {
    let output = finish(words);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_backup_is_taken_while_devices_push_and_what_is_newer_comes_back_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let (database, copy) = (folder.path().join("a.db"), folder.path().join("a.backup"));
    let (here, to) = (place(&database), copy.display().to_string());
    let running = start(&database, &["--device-key", KEY]);
    let first: Vec<String> = (1..=20).map(change).collect();
    sync(running.address, KEY, &request(&first, 0)).await;
    let pushing = tokio::spawn({
        let address = running.address;
        async move {
            for n in (21..=200).step_by(3) {
                let some: Vec<String> = (n..n + 3).map(change).collect();
                sync(address, KEY, &request(&some, 0)).await;
            }
        }
    });
    let words = ["backup", "--database", &here, "--to", &to];
    let backed_up = tokio::task::spawn_blocking({
        let words = words.map(str::to_owned);
        move || say(&words.each_ref().map(String::as_str))
    });
    let (is_content, said) = backed_up.await.unwrap();
    assert!(is_content && said.contains("không thiếu số nào"), "{said}");
    pushing.await.unwrap();
    let all = pull_all(running.address, KEY).await;
    assert_eq!(all.len(), 200);
    let (is_content, said) = say(&words);
    assert!(
        !is_content && said.contains("Đã có"),
        "nothing is written over: {said}"
    );
    let words = ["restore", "--database", &here, "--from", &to, "--replace"];
    let (is_content, said) = say(&words);
    assert!(!is_content && said.contains("Dừng máy chủ"), "{said}");
    assert_eq!(pull_all(running.address, KEY).await.len(), 200);
    drop(running);

    let words = ["restore", "--database", &here, "--from", &to];
    let (is_content, said) = say(&words);
    assert!(!is_content && said.contains("--replace"), "{said}");
    let (is_content, said) = say(&[&words[..], &["--replace"]].concat());
    assert!(is_content && said.contains("Kỷ nguyên mới"), "{said}");
    let running = start(&database, &["--device-key", KEY]);
    let kept = pull_all(running.address, KEY).await.len();
    assert!((20..=200).contains(&kept), "{kept}");
    // A phone that had read all of it offers it, and is asked for exactly what is missing.
    let epoch = sync(running.address, KEY, &request(&[], 0)).await.epoch;
    let ids: Vec<String> = (1..=200).map(|n| format!("\"{}\"", id(n))).collect();
    let offer = request(&[], 0).replace("\"offer\":[]", &format!("\"offer\":[{}]", ids.join(",")));
    let lacks = sync(running.address, KEY, &named(&epoch, &offer))
        .await
        .lacks;
    assert_eq!(lacks.len(), 200 - kept);
    let again: Vec<String> = (1..=200)
        .filter(|n| lacks.iter().any(|lack| lack.to_string() == id(*n)))
        .map(change)
        .collect();
    sync(running.address, KEY, &request(&again, 0)).await;
    assert_eq!(pull_all(running.address, KEY).await.len(), 200);
    let (is_content, said) = say(&["verify", "--database", &here]);
    assert!(is_content && said.contains("200 lần ghi"), "{said}");
}

#[test]
fn a_damaged_copy_is_found_and_restores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (database, copy) = (folder.path().join("a.db"), folder.path().join("a.backup"));
    let (here, to) = (place(&database), copy.display().to_string());
    drop(start(&database, &["--device-key", KEY]));
    let bytes = match cfg!(feature = "postgres") {
        true => "'\\x00'::bytea",
        false => "x'00'",
    };
    let put = format!(
        "INSERT INTO head VALUES ('00000', '00000/thuong', 1, 2);
        INSERT INTO change VALUES ('00000', '00000/thuong', 2, {bytes}, {bytes}, 1, 'e',
        '0000000000001-0000-00000009', 'm', {bytes}, {bytes}, 5);"
    );
    tamper(&database, &put);
    let (is_content, said) = say(&["backup", "--database", &here, "--to", &to]);
    assert!(
        !is_content && said.contains("not those that were taken"),
        "{said}"
    );
    assert!(!copy.exists(), "what is damaged is no backup");
    std::fs::write(&copy, b"not a database at all, only some text").unwrap();
    let words = ["restore", "--database", &here, "--from", &to, "--replace"];
    let (is_content, said) = say(&words);
    assert!(!is_content, "{said}");
    let (_, said) = say(&["verify", "--database", &here]);
    assert!(
        said.contains("not those that were taken"),
        "what was there is still there: {said}"
    );
}

/// How many restores are killed.
const CUT_OFF: u32 = 12;

#[tokio::test]
async fn a_restore_that_is_killed_leaves_what_was_there_or_all_of_the_copy_in_a_new_life() {
    let folder = tempfile::tempdir().unwrap();
    let (database, copy) = (folder.path().join("a.db"), folder.path().join("a.backup"));
    let (here, from) = (place(&database), copy.display().to_string());
    let (older, all): (Vec<String>, Vec<String>) = (
        (1..=50).map(change).collect(),
        (1..=100).map(change).collect(),
    );
    let running = start(&database, &["--device-key", KEY]);
    sync(running.address, KEY, &request(&older, 0)).await;
    drop(running);
    let (is_content, said) = say(&["backup", "--database", &here, "--to", &from]);
    assert!(is_content, "{said}");
    let words = ["restore", "--database", &here, "--from", &from, "--replace"];
    let begun = Instant::now();
    let (is_content, said) = say(&words);
    assert!(is_content, "{said}");
    let whole = begun.elapsed();
    let mut new_lives = 0;
    for kill in 0..CUT_OFF {
        let running = start(&database, &["--device-key", KEY]);
        let epoch = sync(running.address, KEY, &request(&all, 0)).await.epoch;
        assert_eq!(pull_all(running.address, KEY).await.len(), 100);
        drop(running);
        let begun = Instant::now();
        let mut restoring = binary(&words).stdout(Stdio::null()).spawn().unwrap();
        while begun.elapsed() < whole * kill / CUT_OFF {
            std::hint::spin_loop();
        }
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        if cfg!(not(feature = "postgres")) && !database.exists() {
            let (is_content, said) = say(&["serve", "--database", &here]);
            assert!(!is_content && said.contains("ngắt giữa chừng"), "{said}");
            assert!(say(&words).0, "it is done again");
        }
        let running = start(&database, &["--device-key", KEY]);
        let found = sync(running.address, KEY, &request(&[], 0)).await;
        let count = pull_all(running.address, KEY).await.len();
        if found.epoch == epoch {
            assert_eq!(count, 100, "the old life lacks changes");
        } else {
            assert_eq!(count, 50, "the new life is not the copy");
            new_lives += 1;
        }
    }
    assert!(new_lives < CUT_OFF, "none was cut off");
}
