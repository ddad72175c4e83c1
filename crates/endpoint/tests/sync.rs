//! The sync as a device sees it.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use records::{
    stamp::Stamp,
    wire::{Acceptance, Fate, SyncAnswer},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::base;
use crate::world::{
    KEY, SCOPE, World, ask, change, change_at, codes, fates, id, named, record, request, sample,
    sync, with_accs,
};

#[tokio::test]
async fn what_is_sent_twice_is_taken_once() {
    let world = World::start().await;
    let changes = [change(1), change(2)];
    let first = world.push(&changes).await;
    assert_eq!(fates(&first), [Fate::Taken, Fate::Taken]);
    assert!(
        first.pages[0].rows.is_empty(),
        "own rows are in the answers"
    );
    assert_eq!(
        (first.pages[0].from, first.pages[0].to, first.more),
        (0, 2, false)
    );
    let again = world.push(&changes).await;
    assert_eq!(fates(&again), [Fate::Had, Fate::Had]);
    for (first, again) in first.answers.iter().zip(&again.answers) {
        assert_eq!((&first.id, &first.acc), (&again.id, &again.acc));
    }
    let one_request = world.push(&[change(3), change(3)]).await;
    assert_eq!(fates(&one_request), [Fate::Taken, Fate::Had]);
    assert_eq!(world.pull_all().await, [(1, id(1)), (2, id(2)), (3, id(3))]);
}

#[tokio::test]
async fn a_lost_answer_loses_nothing_and_doubles_nothing() {
    let world = World::start().await;
    let body = request(&[change(1)], 0);
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    drop(stream); // the phone lost its signal before the answer
    let again = world.push(&[change(1)]).await;
    assert!(matches!(fates(&again)[..], [Fate::Taken | Fate::Had]));
    assert_eq!(world.pull_all().await, [(1, id(1))]);
}

#[tokio::test]
async fn the_bytes_that_come_out_are_the_bytes_that_went_in() {
    let world = World::start().await;
    let odd = change(1).replacen(
        '{',
        "{ \"new\\u006bey\" : [1.0, 1e2,\n\t\"\\u0000đ\\ud83d\\ude00\"],",
        1,
    );
    assert_eq!(
        fates(&world.push(&[format!(" {odd} ")]).await),
        [Fate::Taken]
    );
    let answer = world.sync(&request(&[], 0)).await;
    assert_eq!(answer.pages[0].rows[0].change.get(), odd);
}

#[tokio::test]
async fn a_twin_is_held_and_the_first_stays_readable() {
    let world = World::start().await;
    world.push(&[change(1)]).await;
    let twin = change(1).replace("Nguyễn Văn A", "Trần Thị B");
    for _ in 0..2 {
        let answer = world.push(&[twin.clone(), change(2)]).await;
        assert_eq!(fates(&answer)[0], Fate::Held);
        assert_eq!(codes(&answer), ["khac_noi_dung"]);
        // The device does not have the first one: it must get it.
        assert_eq!(answer.pages[0].rows[0].change.get(), change(1));
    }
    let held = base::count_of(&world.database(), "SELECT count(*) FROM held");
    assert_eq!(held, 1);
}

#[tokio::test]
async fn other_compartments_and_what_nobody_ordered_are_held_and_the_rest_goes_on() {
    let world = World::start().await;
    let mut secret = sample(3);
    secret["part"] = json!("khac");
    let mut stub = sample(4);
    stub["stub"] = json!(id(2));
    let changes = [secret, stub].map(|change| change.to_string());
    for _ in 0..2 {
        let answer = world.push(&[&changes[..], &[change(5)]].concat()).await;
        assert_eq!(fates(&answer)[..2], [Fate::Held; 2]);
        assert_eq!(codes(&answer), ["khong_thuoc_pham_vi", "cho_lenh_xoa"]);
        let say = answer.answers[1].say.as_ref();
        assert!(say.is_some_and(|say| say.contains("lệnh xóa")));
    }
    assert_eq!(world.pull_all().await, [(1, id(5))]);
}

#[tokio::test]
async fn effective_stamps_lie_between_what_the_phone_had_seen_and_the_arrival() {
    let world = World::start().await;
    let lo = 1_700_000_000_000;
    let answer = world
        .push(&[
            change_at(1, "0000000000000-0001-0000000a", lo),
            change_at(2, "4070908800000-0002-0000000a", lo),
            change_at(3, "1763800000000-0003-0000000a", u64::MAX),
            change_at(4, "1763800000000-0004-0000000a", 0),
        ])
        .await;
    let eff: Vec<_> = answer
        .answers
        .iter()
        .map(|verdict| verdict.acc.as_ref().unwrap().eff)
        .collect();
    assert_eq!(eff[0].ms, lo);
    assert!(eff[1].ms <= answer.now && eff[1].ms > lo);
    assert!(eff[2].ms <= answer.now);
    assert_eq!(eff[3].to_string(), "1763800000000-0004-0000000a");
}

#[tokio::test]
async fn the_proof_is_what_the_protocol_says() {
    let world = World::start().await;
    let answer = world.push(&[change(1)]).await;
    let acc = answer.answers[0].acc.as_ref().unwrap();
    let get = "SELECT value FROM meta WHERE name = 'mac_key'";
    let key = base::bytes_of(&world.database(), get);
    let hash: String = Sha256::digest(change(1))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}\n{SCOPE}\n{}\n{hash}", id(1), acc.eff).as_bytes());
    assert_eq!(acc.mac, URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    assert_eq!(
        (&*acc.scope, acc.seq, &acc.epoch),
        (SCOPE, 1, &answer.epoch)
    );
}

#[tokio::test]
async fn pages_are_small_resume_anywhere_and_repeat_nothing() {
    let world = World::start().await;
    let changes: Vec<String> = (1..=200).map(change).collect();
    world.push(&changes).await;
    let first = world.sync(&request(&[], 0)).await;
    let (rows, to) = (first.pages[0].rows.len(), first.pages[0].to);
    assert!(first.more && rows > 1 && rows < 60, "{rows} rows in 16 KiB");
    let again = world.sync(&request(&[], 0)).await;
    assert_eq!(again.pages[0].to, to, "a lost page comes again");
    let expected: Vec<_> = (1..=200).map(|n| (n, id(n))).collect();
    assert_eq!(world.pull_all().await, expected);
    let large = format!("\"{}\"", "x".repeat(100_000));
    let mut wide = sample(201);
    wide["app"] = serde_json::from_str(&large).unwrap();
    world.push(&[wide.to_string(), change(202)]).await;
    let one = world.sync(&request(&[], 200)).await;
    assert_eq!(
        (one.pages[0].rows.len(), one.pages[0].to, one.more),
        (1, 201, true)
    );
}

#[tokio::test]
async fn after_a_restore_devices_hand_in_what_is_missing() {
    let world = World::start().await;
    let old = world.push(&[change(1), change(2), change(3)]).await.epoch;
    // The backup was made before the third change.
    let world = world.restore_to(2).await;
    for changes in [&[change(4)][..], &[]] {
        let answer = world.sync(&named(&old, &request(changes, 3))).await;
        assert_ne!(answer.epoch, old);
        assert!(answer.answers.is_empty() && answer.pages.is_empty() && answer.lacks.is_empty());
        assert!(answer.more);
    }
    let new = world.sync(&request(&[], 0)).await;
    assert_eq!(new.pages[0].to, 2, "nothing was stored under the old epoch");
    let offer = format!("\"offer\":[\"{}\",\"{}\",\"{}\"]", id(3), id(1), id(2));
    let offering = named(&new.epoch, &request(&[], 0)).replace("\"offer\":[]", &offer);
    let answer = world.sync(&offering).await;
    assert_eq!(
        answer
            .lacks
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [id(3)]
    );
    let again = world
        .sync(&named(&new.epoch, &request(&[change(3)], 2)))
        .await;
    assert_eq!(fates(&again), [Fate::Taken]);
    assert_eq!(again.answers[0].acc.as_ref().unwrap().epoch, new.epoch);
    assert_eq!(world.pull_all().await, [(1, id(1)), (2, id(2)), (3, id(3))]);
}

/// A change whose date is the time of its arrival.
fn from_2099(n: u64) -> String {
    change_at(n, "4070908800000-0002-0000000a", 0)
}

fn acc_of(answer: &SyncAnswer, at: usize) -> Acceptance {
    answer.answers[at].acc.clone().unwrap()
}

#[tokio::test]
async fn what_is_handed_in_again_with_its_proof_keeps_its_date() {
    let world = World::start().await;
    let before = world
        .push(&[change(1), from_2099(2), from_2099(3), from_2099(4)])
        .await;
    let accs = [1, 2, 3].map(|at| acc_of(&before, at));
    let world = world.restore_to(0).await;
    let sent = json!({id(2): accs[0], id(3): accs[1], id(9): accs[2]});
    let body = request(&[from_2099(2), from_2099(4), from_2099(3)], 0);
    let answer = world.sync(&with_accs(&sent, &body)).await;
    assert_eq!(fates(&answer), [Fate::Taken; 3]);
    for (at, acc) in [(0, &accs[0]), (2, &accs[1])] {
        let now = acc_of(&answer, at);
        assert_eq!((now.eff, &now.mac), (acc.eff, &acc.mac));
        assert_eq!((now.seq, &now.epoch), (at as u64 + 1, &answer.epoch));
    }
    assert_ne!(answer.epoch, before.epoch);
    assert!(
        acc_of(&answer, 1).eff > accs[2].eff,
        "nothing was said of it"
    );
    // Who reads it gets the old date, and a second life later it is still the same.
    let read = world.sync(&request(&[], 2)).await;
    assert_eq!(read.pages[0].rows[0].acc, acc_of(&answer, 2));
    let again = acc_of(&answer, 0);
    let world = world.restore_to(0).await;
    let body = request(&[from_2099(2)], 0);
    let answer = world.sync(&with_accs(&json!({id(2): again}), &body)).await;
    assert_eq!(acc_of(&answer, 0).eff, accs[0].eff);
}

#[tokio::test]
async fn without_the_right_proof_a_change_is_dated_as_any_new_one() {
    let world = World::start().await;
    let before = world.push(&[from_2099(1), from_2099(2)]).await;
    let (acc, other) = (acc_of(&before, 0), acc_of(&before, 1));
    let mut world = world;
    let with = |mac: &str| json!({id(1): Acceptance { mac: mac.to_owned(), ..acc.clone() }});
    let earlier = Stamp { ms: 1, ..acc.eff };
    let forged = [
        json!({}),
        with(""),
        with(&acc.mac[1..]),
        with(&format!("{}A", acc.mac)),
        with(&acc.mac.to_lowercase()),
        with(&other.mac),
        json!({id(1): Acceptance { eff: earlier, ..acc.clone() }}),
        json!({id(1): other}),
        json!({id(2): acc}),
    ];
    for accs in forged {
        world = world.restore_to(0).await;
        let body = with_accs(&accs, &request(&[from_2099(1)], 0));
        let answer = world.sync(&body).await;
        assert_eq!(fates(&answer), [Fate::Taken], "{accs}");
        assert!(acc_of(&answer, 0).eff > other.eff, "{accs}");
    }
    // The proof is of the bytes, not of the id.
    world = world.restore_to(0).await;
    let accs = json!({id(1): acc});
    let twin = from_2099(1).replace("Nguyễn Văn A", "Trần Thị B");
    let answer = world.sync(&with_accs(&accs, &request(&[twin], 0))).await;
    assert!(acc_of(&answer, 0).eff > other.eff);
    // What is here already keeps what it has.
    let answer = world
        .sync(&with_accs(&accs, &request(&[from_2099(1)], 0)))
        .await;
    assert_eq!(codes(&answer), ["khac_noi_dung"]);
    // A proof does not open a door: a held kind stays held.
    let mut stub = sample(5);
    stub["stub"] = json!(id(2));
    let accs = json!({id(5): acc});
    let body = request(&[stub.to_string()], 0);
    let answer = world.sync(&with_accs(&accs, &body)).await;
    assert_eq!(codes(&answer), ["cho_lenh_xoa"]);
}

#[tokio::test]
async fn what_is_only_held_is_lacked() {
    let world = World::start().await;
    let mut stub = sample(1);
    stub["stub"] = json!(id(2));
    world.push(&[stub.to_string()]).await;
    let offer = format!("\"offer\":[\"{}\"]", id(1));
    let body = request(&[], 0).replace("\"offer\":[]", &offer);
    let answer = world.sync(&body).await;
    assert_eq!(answer.lacks.len(), 1, "a stub is not the change");
    assert_eq!(fates(&world.push(&[change(1)]).await), [Fate::Taken]);
    assert!(world.sync(&body).await.lacks.is_empty());
}

#[tokio::test]
async fn a_page_leaves_out_only_what_this_request_was_answered_taken_or_had_for() {
    let world = World::start().await;
    let first: Vec<String> = (1..=4).map(change).collect();
    world.push(&first).await;
    let twin = change(2).replace("Nguyễn Văn A", "Trần Thị B");
    let unreadable = change(3).replace("1763800000000", "now");
    let mut stub = sample(4);
    stub["stub"] = json!(id(9));
    let mine = [change(1), twin, unreadable, stub.to_string(), change(5)];
    let answer = world.push(&mine).await;
    let expected = [
        Fate::Had,
        Fate::Held,
        Fate::Refused,
        Fate::Held,
        Fate::Taken,
    ];
    assert_eq!(fates(&answer), expected);
    let page = &answer.pages[0];
    let rows: Vec<&str> = page.rows.iter().map(|row| row.change.get()).collect();
    assert_eq!(rows, first[1..]);
    assert_eq!((page.from, page.to, answer.more), (0, 5, false));
}

#[tokio::test]
async fn a_cursor_of_another_history_reads_from_the_start_and_a_page_without_rows_stays() {
    let world = World::start().await;
    let empty = world.sync(&request(&[], 7)).await;
    assert_eq!((empty.pages[0].from, empty.pages[0].to), (0, 0));
    world.push(&[change(1), change(2)]).await;
    let beyond = world.sync(&request(&[], 3)).await;
    let other = request(&[], 1).replace("\"gen\":1", "\"gen\":2");
    let unnamed = request(&[], 1).replace(SCOPE, "99999/thuong");
    for answer in [beyond, world.sync(&other).await, world.sync(&unnamed).await] {
        let page = &answer.pages[0];
        assert_eq!((page.from, page.to, page.rows.len()), (0, 2, 2));
    }
    let read = world.sync(&request(&[], 2)).await;
    assert_eq!((read.pages[0].from, read.pages[0].to), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_leave_no_gap_and_a_reader_between_them_misses_nothing() {
    const WRITERS: u64 = 8;
    const EACH: u64 = 50;
    let world = World::start().await;
    let address = world.address;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            tokio::spawn(async move {
                let mut seqs = Vec::new();
                for first in (0..EACH).step_by(5) {
                    let own = (first..first + 5).map(|n| change(1 + writer * EACH + n));
                    let changes: Vec<String> = own.collect();
                    let answer = sync(address, KEY, &request(&changes, 0)).await;
                    let accs = answer
                        .answers
                        .iter()
                        .filter_map(|verdict| verdict.acc.as_ref());
                    seqs.extend(accs.map(|acc| acc.seq));
                }
                seqs
            })
        })
        .collect();
    let (mut cursor, mut seen, mut ids) = (0, Vec::new(), BTreeSet::new());
    while cursor < WRITERS * EACH {
        let answer = world.sync(&request(&[], cursor)).await;
        for row in &answer.pages[0].rows {
            seen.push(row.acc.seq);
            assert!(ids.insert(row.change.get().to_owned()), "a row came twice");
        }
        cursor = answer.pages[0].to;
    }
    let all: Vec<u64> = (1..=WRITERS * EACH).collect();
    assert_eq!(seen, all);
    let mut given = Vec::new();
    for writer in writers {
        given.extend(writer.await.unwrap());
    }
    given.sort_unstable();
    assert_eq!(given, all);
}

#[tokio::test]
async fn without_the_key_nothing_is_told_and_nothing_is_stored() {
    let world = World::start().await;
    let body = request(&[change(1)], 0).into_bytes();
    for key in [
        "",
        "Bearer",
        "Bearer wrong",
        &format!("Basic {KEY}"),
        &format!("Bearer {KEY}x"),
    ] {
        let headers = [("authorization", key), ("content-type", "application/json")];
        for (method, path) in [
            ("POST", "/v1/sync"),
            ("GET", "/v1/hello"),
            ("GET", "/v1/records/x"),
        ] {
            let answer = ask(world.address, method, path, &headers, body.clone()).await;
            assert_eq!((answer.status, &*answer.code()), (401, "khoa_sai"));
        }
    }
    let large = vec![b' '; 1_500_000];
    let answer = ask(world.address, "POST", "/v1/sync", &[], large).await;
    assert_eq!(answer.status, 401);
    assert!(world.pull_all().await.is_empty());
}

#[tokio::test]
async fn a_record_is_shown_with_its_problems_and_conflicts() {
    let world = World::start().await;
    world.push(&[change(1), change(11), change(2)]).await;
    let answer = world.get(&format!("/v1/records/{}", record(1))).await;
    let shown = answer.json();
    assert_eq!(shown["form"], "tiep_cong_dan");
    assert_eq!(shown["doc"]["ngay_nhap_csdl_qg"], "2026-11-22");
    assert_eq!(
        (&shown["changes"], &shown["life"]),
        (&json!(2), &json!("alive"))
    );
    let conflicts = shown["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "equal values are no conflict");
    assert_eq!(conflicts[0]["path"], "noi_dung");
    assert_eq!(conflicts[0]["choices"][0]["value"], "Nội dung 11");
    assert_eq!(conflicts[0]["choices"][1]["value"], "Nội dung 1");
    assert!(shown["problems"].is_array());
    for unknown in [&record(7), "x", "%ff", "..%2f..", &"9".repeat(3_000)] {
        let answer = world.get(&format!("/v1/records/{unknown}")).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (404, "khong_co"),
            "{unknown}"
        );
    }
}
