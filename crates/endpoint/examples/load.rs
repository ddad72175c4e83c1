//! How much an endpoint takes and gives, beside the least that could do it in the same process on the same disk: a server that
//! puts the texts it gets into one SQLite table, without asking who, what or whether (`sqlite-http`). JSON lines on stdout.
//!
//! `cargo run --release -p endpoint --example load -- [SECONDS]`, or `cargo xtask bench endpoint`. `SO_TAY_BENCH_DATABASE`
//! (`postgres://…`, an empty database) measures that instead of a file. `docs/PERFORMANCE.md` has the figures.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes as Body, extract::State, routing::post};
use endpoint::{
    Config, Endpoint, Limits, device_key, pace::Pace, settings::parse_database, store::Store,
};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use records::json::{self, Object, Read};
use tokio::net::{TcpListener, TcpStream};

/// The key that all of them share.
const KEY: &str = "a-key-for-measurements-only";
/// Changes of one request.
const BATCH: usize = 100;
/// How many push at once: a commune in the morning, and everybody at once.
const CROWDS: [usize; 2] = [8, 64];
/// About what a reception weighs.
const WORDS: &str =
    "Đề nghị sửa đường vào bản, mưa không đi được; hộ dân góp công, xã góp vật liệu. ";

/// The n-th change of a client.
fn change(client: usize, n: usize) -> String {
    let text = WORDS.repeat(8);
    format!(
        r#"{{"id":"019ab3c0-7e10-7a52-{client:04x}-{n:012x}","dev":"019ab3b0-0000-7000-8000-{client:012x}","n":{},"stamp":"1763800000000-0000-{client:08x}","lo":0,"part":"thuong","who":"Nguyễn Văn A","recs":[{{"rec":"019ab3c1-0000-7000-{client:04x}-{n:012x}","form":"hoat_dong","ver":"1","set":{{"tu_ngay":"2026-11-22","noi_dung":"{text}"}}}}]}}"#,
        n + 1
    )
}

fn request(client: usize, from: usize) -> String {
    let changes: Vec<String> = (from..from + BATCH).map(|n| change(client, n)).collect();
    format!(
        r#"{{"protocol":1,"device":"019ab3b0-0000-7000-8000-{client:012x}","waiting":1,"cursors":{{"00000/thuong":{{"gen":1,"seq":18446744073709551615}}}},"changes":[{}],"page_bytes":16384}}"#,
        changes.join(",")
    )
}

async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(async move { drop(connection.await) });
    sender
}

async fn ask(sender: &mut SendRequest<Full<Bytes>>, body: String) -> Bytes {
    let request = Request::post("/v1/sync")
        .header("host", "bench")
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    sender.ready().await.unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.into_body().collect().await.unwrap().to_bytes()
}

/// What a crowd got done.
struct Pushed {
    changes: usize,
    seconds: f64,
    /// How long each batch took, rising, ms.
    batches: Vec<f64>,
}

impl Pushed {
    fn rate(&self) -> f64 {
        self.changes as f64 / self.seconds
    }

    /// The time within which this share of the batches was acknowledged.
    fn within(&self, share: f64) -> f64 {
        let last = self.batches.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let at = (last as f64 * share).round() as usize;
        self.batches.get(at).copied().unwrap_or_default()
    }
}

/// Clients that push batch after batch, each on a connection of its own.
async fn push(address: SocketAddr, crowd: usize, first: usize, lasts: Duration) -> Pushed {
    let begun = Instant::now();
    let client = move |client: usize| async move {
        let mut sender = connect(address).await;
        let (mut from, mut batches) = (0, Vec::new());
        while begun.elapsed() < lasts {
            let body = request(client, from);
            let asked = Instant::now();
            ask(&mut sender, body).await;
            batches.push(asked.elapsed().as_secs_f64() * 1e3);
            from += BATCH;
        }
        batches
    };
    let tasks: Vec<_> = (first..first + crowd)
        .map(|n| tokio::spawn(client(n)))
        .collect();
    let mut batches = Vec::new();
    for task in tasks {
        batches.extend(task.await.unwrap());
    }
    let seconds = begun.elapsed().as_secs_f64();
    batches.sort_by(f64::total_cmp);
    Pushed {
        changes: batches.len() * BATCH,
        seconds,
        batches,
    }
}

/// The least: one table, one connection, one durable transaction for each request.
async fn sqlite_http(folder: &Path) -> SocketAddr {
    let connection = rusqlite::Connection::open(folder.join("raw.db")).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        .unwrap();
    let shared = Arc::new(Mutex::new(connection));
    let take = |State(shared): State<Arc<Mutex<rusqlite::Connection>>>, body: Body| async move {
        let work = move || {
            let text = std::str::from_utf8(&body).unwrap();
            let changes = Object::read(text)
                .unwrap()
                .raw("changes")
                .unwrap()
                .to_owned();
            let mut connection = shared.lock().unwrap();
            let transaction = connection.transaction().unwrap();
            {
                let mut put = transaction
                    .prepare_cached("INSERT INTO row (body) VALUES (?1)")
                    .unwrap();
                for change in json::list(&changes).unwrap() {
                    put.execute([change.as_bytes()]).unwrap();
                }
            }
            transaction.commit().unwrap();
        };
        tokio::task::spawn_blocking(work).await.unwrap();
        "{}"
    };
    let router = Router::new()
        .route("/v1/sync", post(take))
        .with_state(shared);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(endpoint::plain(listener), router).await });
    address
}

async fn ours(folder: &Path) -> SocketAddr {
    let place = std::env::var("SO_TAY_BENCH_DATABASE")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("ours.db").display()));
    let store = Store::open(&parse_database(&place).unwrap()).unwrap();
    store
        .set_device_key_hash(device_key::hash(KEY))
        .await
        .unwrap();
    let mut config = Config {
        limits: Limits {
            // All of them come with one key: nobody is to be asked to wait.
            pace: Pace {
                steady: 1e9,
                burst: 1e9,
            },
            ..Limits::default()
        },
        ..Config::default()
    };
    "00000".clone_into(&mut config.unit.code);
    let endpoint = Endpoint::open(store, config).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(endpoint::serve(
        endpoint::plain(listener),
        endpoint,
        std::future::pending(),
    ));
    address
}

fn say(name: &str, pushed: &Pushed, limit: Option<&Pushed>) {
    let ratio = limit.map_or("null".to_owned(), |limit| {
        format!("{:.3}", pushed.rate() / limit.rate())
    });
    println!(
        r#"{{"name":"{name}","n":{},"value":{:.0},"unit":"changes/s","median":{:.2},"p95":{:.2},"p99":{:.2},"batch_unit":"ms","limit":"sqlite-http","ratio":{ratio}}}"#,
        pushed.changes,
        pushed.rate(),
        pushed.within(0.5),
        pushed.within(0.95),
        pushed.within(0.99)
    );
}

/// Reads everything from the start, page by page.
async fn read_all(address: SocketAddr) -> (usize, usize, f64) {
    let mut sender = connect(address).await;
    let begun = Instant::now();
    let (mut seq, mut rows, mut bytes) = (0, 0, 0);
    loop {
        let body = format!(
            r#"{{"protocol":1,"device":"019ab3b0-0000-7000-8000-0000000000ff","cursors":{{"00000/thuong":{{"gen":1,"seq":{seq}}}}},"page_bytes":262144}}"#
        );
        let answer = ask(&mut sender, body).await;
        bytes += answer.len();
        let answer =
            records::wire::SyncAnswer::read(std::str::from_utf8(&answer).unwrap()).unwrap();
        let page = answer.pages.first().unwrap();
        rows += page.rows.len();
        seq = page.to;
        if !answer.more {
            return (rows, bytes, begun.elapsed().as_secs_f64());
        }
    }
}

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let lasts = Duration::from_secs(seconds.unwrap_or(6));
    let folder = tempfile::tempdir().unwrap();
    let (raw, own) = (sqlite_http(folder.path()).await, ours(folder.path()).await);
    let mut first = 1;
    for crowd in CROWDS {
        // Warm, and then each for as long.
        push(raw, crowd, first, lasts / 6).await;
        let limit = push(raw, crowd, first, lasts).await;
        let measured = push(own, crowd, first, lasts).await;
        first += crowd;
        say(&format!("sqlite-http.push.{crowd}"), &limit, None);
        say(&format!("endpoint.push.{crowd}"), &measured, Some(&limit));
    }
    let (rows, bytes, took) = read_all(own).await;
    println!(
        r#"{{"name":"endpoint.pages","n":{rows},"value":{:.0},"unit":"changes/s","bytes":{bytes}}}"#,
        rows as f64 / took
    );
}
