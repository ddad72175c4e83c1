//! A running endpoint, a client that checks every answer against the contract, and sample changes.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use endpoint::{Config, Endpoint, device_key, settings::parse_database, store::Store};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, body::Bytes};
use hyper_util::rt::TokioIo;
use records::{
    json::from_bytes,
    wire::{Fate, Problem, SyncAnswer},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::base;

/// The key of every test's devices.
pub(crate) const KEY: &str = "a-key-for-tests-only";
/// The scope of every test's unit.
pub(crate) const SCOPE: &str = "00000/thuong";

fn open(path: &Path) -> Store {
    Store::open(&parse_database(&base::place(path)).unwrap()).unwrap()
}

/// An endpoint that listens on a port of its own.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    pub(crate) async fn start_with(config: Config) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), config).await
    }

    async fn start_in(folder: TempDir, mut config: Config) -> Self {
        "00000".clone_into(&mut config.unit.code);
        let store = open(&folder.path().join("notebook.db"));
        store
            .set_device_key_hash(device_key::hash(KEY))
            .await
            .unwrap();
        let endpoint = Endpoint::open(store, config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let task = tokio::spawn(endpoint::serve(
            endpoint::plain(listener),
            endpoint,
            shutdown,
        ));
        Self {
            folder,
            address,
            stop,
            task,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("notebook.db")
    }

    /// Stops as a signal would.
    pub(crate) async fn stop(self) -> TempDir {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
        self.folder
    }

    /// Stops, lets the operator do something with the database, starts again.
    pub(crate) async fn restart(self, between: impl AsyncFnOnce(&Store)) -> Self {
        let database = self.database();
        let folder = self.stop().await;
        let store = open(&database);
        between(&store).await;
        drop(store);
        Self::start_in(folder, Config::default()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(
            self.address,
            "GET",
            path,
            &[("authorization", &bearer())],
            Vec::new(),
        )
        .await
    }

    /// One sync; the body must be answered with 200.
    pub(crate) async fn sync(&self, body: &str) -> SyncAnswer {
        sync(self.address, KEY, body).await
    }

    /// Hands in changes as a device that reads nothing new.
    pub(crate) async fn push(&self, changes: &[String]) -> SyncAnswer {
        self.sync(&request(changes, 0)).await
    }

    /// Does something to the database behind the endpoint's back.
    pub(crate) fn tamper(&self, statements: &str) {
        base::tamper(&self.database(), statements);
    }

    /// Stops, comes back with the rows up to `seq` only, in a new life.
    pub(crate) async fn restore_to(self, seq: u64) -> Self {
        let world = self
            .restart(async |store| {
                let epoch = endpoint::store::new_epoch().unwrap();
                store.set_epoch(&epoch).await.unwrap();
            })
            .await;
        world.tamper(&format!(
            "DELETE FROM change WHERE seq > {seq}; UPDATE head SET seq = {seq};"
        ));
        world
    }

    /// Everything that a device without anything would get, page by page.
    pub(crate) async fn pull_all(&self) -> Vec<(u64, String)> {
        pull_all(self.address, KEY).await
    }
}

pub(crate) fn bearer() -> String {
    format!("Bearer {KEY}")
}

pub(crate) async fn sync(address: SocketAddr, key: &str, body: &str) -> SyncAnswer {
    let key = format!("Bearer {key}");
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
    ];
    let answer = ask(address, "POST", "/v1/sync", &headers, body.into()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    from_bytes(&answer.body).unwrap()
}

/// Reads from the start to the end: (seq, id), as they came.
pub(crate) async fn pull_all(address: SocketAddr, key: &str) -> Vec<(u64, String)> {
    let (mut seen, mut cursor) = (Vec::new(), 0);
    loop {
        let answer = sync(address, key, &request(&[], cursor)).await;
        let page = &answer.pages[0];
        assert_eq!(page.from, cursor);
        for row in &page.rows {
            let change: Value = serde_json::from_str(row.change.get()).unwrap();
            seen.push((row.acc.seq, change["id"].as_str().unwrap().to_owned()));
        }
        cursor = page.to;
        if !answer.more {
            return seen;
        }
    }
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

/// One request on a connection of its own.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    try_ask(address, method, path, headers, body).await.unwrap()
}

/// As [`ask`], when the endpoint may be gone.
pub(crate) async fn try_ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let answer = exchange(address, method, path, headers, body).await?;
    check(method, path, &answer);
    Ok(answer)
}

/// What some other server says to a GET.
#[cfg(feature = "postgres")]
pub(crate) async fn try_ask_plain(
    address: SocketAddr,
    path: &str,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(exchange(address, "GET", path, &[], Vec::new()).await?.body)
}

async fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender
        .send_request(request.body(Full::new(Bytes::from(body)))?)
        .await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    connection.abort();
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    })
}

pub(crate) fn openapi() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(include_str!("../openapi.json")).unwrap())
}

/// The path of the document that this one is of.
fn template_of(path: &str) -> &str {
    let all = openapi()["paths"].as_object().unwrap().keys();
    let is_it = |template: &&String| {
        let (own, theirs): (Vec<&str>, Vec<&str>) =
            (path.split('/').collect(), template.split('/').collect());
        let mut pairs = own.iter().zip(&theirs);
        own.len() == theirs.len()
            && pairs.all(|(own, theirs)| own == theirs || theirs.starts_with('{'))
    };
    all.into_iter().find(is_it).map_or(path, String::as_str)
}

/// What every answer must be, whatever was asked.
fn check(method: &str, path: &str, answer: &Answer) {
    let status = answer.status;
    let path = path.split('?').next().unwrap();
    let template = template_of(path);
    let documented = &openapi()["paths"][template];
    let operation = &documented[method.to_lowercase()];
    let is_expected = match (documented.is_null(), operation.is_null()) {
        (false, false) => !operation["responses"][status.to_string()].is_null(),
        (false, true) => status == 405 || method == "HEAD" || method == "OPTIONS",
        (true, _) => !path.starts_with("/v1/") || status == 404,
    };
    assert!(is_expected, "{method} {path}: {status} is not documented");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    if status >= 400 && method != "HEAD" {
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
        let problem: Problem = from_bytes(&answer.body).unwrap();
        assert_eq!(problem.status, status);
        assert!(problem.detail.len() > 10);
    }
    if status == 503 || status == 429 {
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
    }
}

/// The name of the n-th sample change.
pub(crate) fn id(n: u64) -> String {
    format!("019ab3c0-7e10-7a52-8f00-{n:012x}")
}

/// A sample change that writes `name` of the record `n % 10`.
pub(crate) fn change(n: u64) -> String {
    change_at(n, "1763800000000-0000-0000000a", 0)
}

pub(crate) fn change_at(n: u64, stamp: &str, lo: u64) -> String {
    let mut change = sample(n);
    change["stamp"] = json!(stamp);
    change["lo"] = json!(lo);
    change.to_string()
}

pub(crate) fn sample(n: u64) -> Value {
    json!({
        "id": id(n), "dev": "019ab3b0-0000-7000-8000-00000000000a", "n": n,
        "stamp": "1763800000000-0000-0000000a", "lo": 0, "part": "thuong", "who": "Nguyễn Văn A",
        "recs": [{"rec": record(n % 10), "form": "tiep_cong_dan", "ver": "ND154-2026",
                  "set": {"ngay_nhap_csdl_qg": "2026-11-22", "noi_dung": format!("Nội dung {n}")}}],
    })
}

pub(crate) fn record(n: u64) -> String {
    format!("019ab3c0-0000-7000-9000-{n:012x}")
}

/// The body of a sync from a device that has read up to `seq`.
pub(crate) fn request(changes: &[String], seq: u64) -> String {
    format!(
        r#"{{"protocol":1,"device":"019ab3b0-0000-7000-8000-00000000000a","epoch":null,
        "sent_at":1763800001000,"waiting":0,"cursors":{{"{SCOPE}":{{"gen":1,"seq":{seq}}}}},
        "changes":[{}],"offer":[],"page_bytes":16384}}"#,
        changes.join(",")
    )
}

/// The same request, naming an epoch.
pub(crate) fn named(epoch: &str, body: &str) -> String {
    body.replace("\"epoch\":null", &format!("\"epoch\":\"{epoch}\""))
}

/// The same request with acceptances of an earlier life.
pub(crate) fn with_accs(accs: &Value, body: &str) -> String {
    body.replace("\"offer\":[", &format!("\"accs\":{accs},\"offer\":["))
}

/// The answers, as a row of words.
pub(crate) fn fates(answer: &SyncAnswer) -> Vec<Fate> {
    answer.answers.iter().map(|verdict| verdict.is).collect()
}

/// The codes of held and refused changes.
pub(crate) fn codes(answer: &SyncAnswer) -> Vec<&str> {
    answer
        .answers
        .iter()
        .filter_map(|verdict| verdict.code.as_deref())
        .collect()
}
