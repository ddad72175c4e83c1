//! What nobody should send: the answer is a problem document or a refused change, never a 5xx.

use std::{
    io::{Read, Write},
    time::Duration,
};

use endpoint::{Config, Limits};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use records::wire::Fate;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Answer, KEY, World, ask, bearer, change, codes, fates, id, request, sample};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// 640 MiB in a small body.
pub(crate) fn bomb() -> Vec<u8> {
    gzip(&vec![b' '; 8 * 1024 * 1024]).repeat(80)
}

async fn post(world: &World, more: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let bearer = bearer();
    let headers = [&[("authorization", &*bearer)], more].concat();
    ask(world.address, "POST", "/v1/sync", &headers, body).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

#[tokio::test]
async fn bodies_that_are_no_request_are_400() {
    let world = World::start().await;
    let good = request(&[change(1)], 0).into_bytes();
    let deep = |open: &str, n| open.repeat(n).into_bytes();
    let with = |from: &str, to: &str| {
        String::from_utf8_lossy(&good)
            .replace(from, to)
            .into_bytes()
    };
    let mut corpus = vec![
        Vec::new(),
        b"\xff\xfe{}".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"\0".to_vec(),
        b"{\"protocol\":1}".to_vec(),
        b"\"\\ud800\"".to_vec(),
        deep("[", 100_000),
        deep("{\"a\":", 100_000),
        [&deep("[", 400_000)[..], &deep("]", 400_000)].concat(),
        with("\"changes\":[", "\"changes\":{"),
        with("\"cursors\":{", "\"cursors\":{\"\\ud800\":1,"),
        with(
            "\"cursors\":{",
            "\"cursors\":{\"a\":{\"gen\":1,\"seq\":-1},",
        ),
        with(
            "\"cursors\":{",
            "\"cursors\":{\"a\":{\"gen\":1,\"seq\":1e400},",
        ),
        with(
            "\"sent_at\":1763800001000",
            "\"sent_at\":99999999999999999999999",
        ),
        with("\"offer\":[]", "\"offer\":[\"x\"]"),
        with("\"offer\":[]", "\"offer\":[],\"accs\":[]"),
        with("\"offer\":[]", "\"offer\":[],\"accs\":null"),
        with("\"offer\":[]", "\"offer\":[],\"accs\":{\"x\":{}}"),
        with("\"offer\":[]", "\"offer\":[],\"offer\":[]"),
        with(
            "019ab3b0-0000-7000-8000-00000000000a\",\"epoch",
            "x\",\"epoch",
        ),
        with("Nguyễn", "Nguy\u{0}n"),
        [&good[..], b"x"].concat(),
        [&b"\xef\xbb\xbf"[..], &good].concat(),
    ];
    corpus.extend((0..good.len()).step_by(37).map(|cut| good[..cut].to_vec()));
    for body in corpus {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = post(&world, &[JSON], body.clone()).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (400, "json_hong"),
            "{shown}"
        );
        let packed = post(&world, &[JSON, GZIP], gzip(&body)).await;
        assert_eq!(packed.status, 400, "{shown}");
    }
    let packed = gzip(&good);
    for torn in [&packed[..packed.len() / 2], &packed[..4], b"", &good] {
        assert_eq!(post(&world, &[JSON, GZIP], torn.to_vec()).await.status, 400);
    }
    assert!(world.pull_all().await.is_empty());
    assert_eq!(post(&world, &[JSON, GZIP], packed).await.status, 200);
}

#[tokio::test]
async fn bytes_changed_at_random_are_never_our_mistake() {
    const LETTERS: &[u8] = b"\"\\{}[]:,0-e\0\xff u";
    let world = World::start().await;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut seen = [0; 5];
    for n in 0..600 {
        let mut body = request(&[change(n), change(n + 1)], 0).into_bytes();
        for _ in 0..=next(3) {
            let at = next(body.len());
            body[at] = LETTERS[next(LETTERS.len())];
        }
        let (body, headers) = match n % 4 {
            0 => (gzip(&body), &[JSON, GZIP][..]),
            _ => (body, &[JSON][..]),
        };
        let answer = post(&world, headers, body).await;
        seen[usize::from(answer.status / 100) - 1] += 1;
    }
    assert!(seen[1] > 50 && seen[3] > 50 && seen[4] == 0, "{seen:?}");
}

#[tokio::test]
async fn one_bad_change_is_refused_and_the_others_are_taken() {
    let world = World::start().await;
    let with_value = |value: &str| change(9).replace("\"2026-11-22\"", value);
    let unreadable = [
        "null".to_owned(),
        "0".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "1e999999".to_owned(),
        format!("\"{}\"", "x".repeat(50_000)),
        change(9).replace("Nguyễn", "\\ud800"),
        change(9).replace("Nguyễn", "\\udc00\\ud800"),
        with_value("1e400"),
        with_value("\"\\ud800\""),
        change(9).replace("\"n\":9", "\"n\":-1"),
        change(9).replace("\"n\":9", "\"n\":18446744073709551616"),
        change(9).replace("1763800000000-0000", "now"),
        change(9).replace("ngay_nhap_csdl_qg", "a/b"),
        change(9).replace(&id(9), "x"),
    ];
    for bad in &unreadable {
        let answer = world.push(&[bad.clone(), change(1)]).await;
        assert_eq!(codes(&answer), ["khong_doc_duoc"], "{bad}");
        let (verdict, other) = (&answer.answers[0], &answer.answers[1]);
        assert_eq!(verdict.is, Fate::Refused);
        assert_eq!(verdict.at.is_some(), verdict.id.is_none());
        assert!(matches!(other.is, Fate::Taken | Fate::Had));
    }
    let named = world
        .push(&[change(1), unreadable[9].clone(), "[]".to_owned()])
        .await;
    assert_eq!(named.answers[1].id.unwrap().to_string(), id(9));
    assert_eq!((named.answers[2].id, named.answers[2].at), (None, Some(2)));
    assert_eq!(world.pull_all().await, [(1, id(1))]);
}

#[tokio::test]
async fn a_change_over_a_limit_is_refused_by_itself() {
    let world = World::start().await;
    let mut paths = sample(9);
    paths["recs"][0]["set"] = (0..4_001).map(|n| (format!("f{n}"), json!(1))).collect();
    let too_large = [
        change(9).replace("2026-11-22", &"x".repeat(300_000)),
        change(9).replace(
            "\"2026-11-22\"",
            &format!("{}{}", "[".repeat(70), "]".repeat(70)),
        ),
        change(9).replace(
            "\"2026-11-22\"",
            &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        change(9).replace("ngay_nhap_csdl_qg", &"x".repeat(301)),
        paths.to_string(),
    ];
    for bad in too_large {
        let answer = world.push(&[bad, change(1)]).await;
        assert_eq!(codes(&answer), ["qua_lon"]);
        assert_eq!(answer.answers[0].id.unwrap().to_string(), id(9));
        assert!(matches!(fates(&answer)[1], Fate::Taken | Fate::Had));
    }
    let odd = [
        change(2).replace("\"2026-11-22\"", "123456789012345678901234567890.5"),
        change(3).replace("2026-11-22", "\\u0000"),
        change(4).replace("\"n\":4", "\"n\":18446744073709551615"),
    ];
    assert_eq!(fates(&world.push(&odd).await), [Fate::Taken; 3]);
}

#[tokio::test]
async fn bodies_over_a_limit_are_413() {
    let world = World::start().await;
    let bomb = bomb();
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    let answer = post(&world, &[JSON, GZIP], bomb).await;
    assert_eq!((answer.status, &*answer.code()), (413, "qua_lon"));
    let plain = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(post(&world, &[JSON], plain).await.status, 413);
    let zeros = vec!["0".to_owned(); 1_001];
    assert_eq!(
        post(&world, &[JSON], request(&zeros, 0).into_bytes())
            .await
            .status,
        413
    );
    let many = vec!["0".to_owned(); 400_000];
    assert_eq!(
        post(&world, &[JSON], request(&many, 0).into_bytes())
            .await
            .status,
        413
    );
    let some = world.push(&zeros[..1_000]).await;
    assert_eq!(fates(&some), [Fate::Refused; 1_000]);
    let offering = |n| {
        let ids: Vec<String> = (0..n).map(|n| format!("\"{}\"", id(n))).collect();
        let offer = format!("\"offer\":[{}]", ids.join(","));
        request(&zeros[..1_000], 0).replace("\"offer\":[]", &offer)
    };
    let many = post(&world, &[JSON], offering(5_001).into_bytes()).await;
    assert_eq!((many.status, &*many.code()), (413, "qua_lon"));
    assert_eq!(world.sync(&offering(5_000)).await.lacks.len(), 5_000);
    let with_cursors = |n: u64| {
        let cursors = (0..n).fold(String::new(), |all, n| {
            all + &format!("\"{n}\":{{\"seq\":0}},")
        });
        request(&[], 0).replace("\"cursors\":{", &format!("\"cursors\":{{{cursors}"))
    };
    let many = post(&world, &[JSON], with_cursors(10_000).into_bytes()).await;
    assert_eq!(many.status, 413);
    world.sync(&with_cursors(9_900)).await;
}

#[tokio::test]
async fn a_key_that_nobody_knows_may_be_as_deep_as_it_likes() {
    let world = World::start().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = request(&[change(1)], 0).replacen('{', &format!("{{\"mai_sau\":{deep},"), 1);
    assert_eq!(fates(&world.sync(&body).await), [Fate::Taken]);
}

#[tokio::test]
async fn other_content_protocols_methods_and_routes_are_told_apart() {
    let world = World::start().await;
    let good = request(&[change(1)], 0);
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[JSON, ("content-encoding", "br")],
        &[JSON, ("content-encoding", "gzip, gzip")],
    ] {
        let answer = post(&world, headers, good.clone().into_bytes()).await;
        assert_eq!((answer.status, &*answer.code()), (415, "kieu_noi_dung"));
    }
    for body in [
        "{\"protocol\":2,\"other\":{}}",
        &good.replace("\"protocol\":1", "\"protocol\":0"),
    ] {
        let answer = post(&world, &[JSON], body.as_bytes().to_vec()).await;
        assert_eq!((answer.status, &*answer.code()), (422, "giao_thuc"));
    }
    let kind = ("content-type", "application/json; charset=utf-8");
    assert_eq!(post(&world, &[kind], good.into_bytes()).await.status, 200);
    for (method, path) in [
        ("GET", "/v1/sync"),
        ("DELETE", "/v1/hello"),
        ("POST", "/healthz"),
        ("PUT", "/v1/records/x"),
    ] {
        let bearer = bearer();
        let headers = [("authorization", &*bearer)];
        let answer = ask(world.address, method, path, &headers, Vec::new()).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (405, "phuong_thuc"),
            "{method} {path}"
        );
        assert!(!answer.header("allow").is_empty());
    }
    for path in ["/v1/", "/v1/nothing", "/v2/sync", "/nothing", "/"] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (404, "khong_co"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_crowd_is_asked_to_wait_and_health_is_told_all_the_same() {
    let limits = Limits {
        crowd: 1,
        ..Limits::default()
    };
    let world = World::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    let mut slow = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = world.get("/v1/hello").await;
    for _ in 0..10_000 {
        if answer.status == 503 {
            break;
        }
        tokio::task::yield_now().await;
        answer = world.get("/v1/hello").await;
    }
    assert_eq!((answer.status, &*answer.code()), (503, "ban"));
    assert_eq!(world.get("/healthz").await.status, 200);
    drop(slow);
    while world.get("/v1/hello").await.status != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_sends_too_slowly_is_asked_to_come_again() {
    let limits = Limits {
        request: Duration::from_millis(200),
        ..Limits::default()
    };
    let world = World::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    let mut slow = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
}

#[tokio::test]
async fn a_damaged_database_is_our_mistake_and_said_to_who_watches() {
    let world = World::start().await;
    world.tamper("DROP TABLE change");
    for body in [request(&[change(1)], 0), request(&[], 0)] {
        let answer = post(&world, &[JSON], body.into_bytes()).await;
        assert_eq!((answer.status, &*answer.code()), (500, "loi_may_chu"));
    }
    assert_eq!(world.get("/readyz").await.status, 200);
    world.tamper("DROP TABLE meta");
    let ready = world.get("/readyz").await;
    assert_eq!((ready.status, &*ready.code()), (503, "ban"));
    assert_eq!(world.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn answers_are_packed_for_those_who_can_unpack() {
    let world = World::start().await;
    let changes: Vec<String> = (1..=20).map(change).collect();
    world.push(&changes).await;
    let body = request(&[], 0).into_bytes();
    let plain = post(&world, &[JSON], body.clone()).await;
    let packed = post(&world, &[JSON, ("accept-encoding", "gzip")], body).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 3 < plain.body.len());
    let mut text = String::new();
    GzDecoder::new(&packed.body[..])
        .read_to_string(&mut text)
        .unwrap();
    let rows =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["pages"].clone();
    assert_eq!(rows(&text), rows(&plain.text()));
}

/// What an engine keeps as text passes through it in every place where an author may write.
#[tokio::test]
async fn a_nul_stops_neither_engine() {
    let world = World::start().await;
    let mut visit = sample(1);
    visit["who"] = json!("a\0b");
    visit["recs"][0]["ver"] = json!("ND154\0-2026");
    visit["recs"][0]["set"] = json!({"ngay_tiep": "2026-11-22", "noi_dung": "\0"});
    let visit = visit.to_string();
    let answer = world.push(&[visit.clone(), change(2)]).await;
    assert_eq!(fates(&answer), [Fate::Taken, Fate::Taken]);
    let rows = &world.sync(&request(&[], 0)).await.pages[0].rows;
    assert_eq!(rows[0].change.get(), visit);
    assert_eq!(rows.len(), 3, "it has its number in the book");
}
