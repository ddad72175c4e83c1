//! The simulation of `crates/simulation` with the real endpoint instead of its model: the whole router and a SQLite file,
//! without a socket. What it has no notion of yet (compartments, devices that are held) does not strike here.

use std::path::PathBuf;

use axum::{
    Router,
    body::Body,
    http::{Request, request::Builder},
};
use endpoint::{
    Config, Endpoint, device_key,
    store::{Database, Store, copy, new_epoch, restore},
};
use http_body_util::BodyExt as _;
use records::{
    hex,
    id::ChangeId,
    json::from_bytes,
    table::Table,
    wire::{Cursor, PROTOCOL, SyncAnswer, SyncRequest},
    write::to_json,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use simulation::{Server, explore, is_replay};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt as _;

use crate::{
    carry::{CARRIER, seal_of},
    world::{KEY, bearer},
};

const SEEDS: u64 = 150;

struct Real {
    runtime: Runtime,
    folder: TempDir,
    /// How many databases there were.
    lives: u32,
    router: Router,
}

impl Real {
    fn new() -> Self {
        // In memory, where there is such a place: nobody pulls the plug here, and the disk would only cost time.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let mut real = Self {
            runtime: runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            folder: folder.unwrap(),
            lives: 0,
            router: Router::new(),
        };
        real.open();
        real.back_up();
        real
    }

    fn database(&self) -> Database {
        Database::Sqlite(self.path(&self.lives.to_string()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&mut self) {
        let store = Store::open(&self.database()).unwrap();
        let opened = async {
            store
                .set_device_key_hash(device_key::hash(KEY))
                .await
                .unwrap();
            let mut config = Config::default();
            "00000".clone_into(&mut config.unit.code);
            Endpoint::open(store, config).await.unwrap()
        };
        let endpoint = self.runtime.block_on(opened);
        self.router = endpoint::router(endpoint);
    }

    fn ask(&self, request: &SyncRequest) -> SyncAnswer {
        let said = self.say(Request::post("/v1/sync"), to_json(request));
        from_bytes(said.as_bytes()).unwrap()
    }

    /// The text of a good answer.
    fn say(&self, request: Builder, body: String) -> String {
        let request = request
            .header("authorization", bearer())
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let asked = async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let said = String::from_utf8(body.to_vec()).unwrap();
            assert_eq!(status, 200, "{said}");
            said
        };
        self.runtime.block_on(asked)
    }
}

impl Server for Real {
    fn erases(&self) -> bool {
        true
    }

    /// Its clock is its own.
    fn answer(&mut self, _now: u64, request: &SyncRequest) -> SyncAnswer {
        self.ask(request)
    }

    fn carry(&mut self, _now: u64, content: SyncRequest) {
        let count = content.changes.len() as u64;
        let public = self.say(Request::get("/v1/hello"), String::new());
        let public: Value = serde_json::from_str(&public).unwrap();
        let public = public["seal"].as_str().unwrap();
        let parcel = seal_of(content.device, public, to_json(&content), count);
        let body = json!({"protocol": PROTOCOL, "carrier": CARRIER, "parcel": parcel});
        self.say(Request::post("/v1/carry"), body.to_string());
    }

    fn back_up(&mut self) {
        let to = self.path("backup");
        drop(std::fs::remove_file(&to)); // the first time there is none
        copy(&self.database(), &to).unwrap();
    }

    fn restore(&mut self) {
        self.router = Router::new(); // the last handle: the writer ends with it
        self.lives += 1;
        let epoch = new_epoch().unwrap();
        restore(&self.path("backup"), &self.database(), &epoch, "").unwrap();
        self.open();
    }

    fn rows(&mut self) -> Vec<(ChangeId, String)> {
        let mut rows = Vec::new();
        let mut cursors = Table::<String, Cursor>::new();
        loop {
            let answer = self.ask(&SyncRequest {
                protocol: PROTOCOL,
                device: "019ab3b0-0000-7000-8000-0000000000ff".parse().unwrap(),
                epoch: None,
                sent_at: 0,
                waiting: 0,
                records: None,
                part: None,
                cursors: cursors.clone(),
                changes: Vec::new(),
                accs: Table::new(),
                offer: Vec::new(),
                page_bytes: 1024 * 1024,
                key: None,
            });
            for page in answer.pages {
                let texts = page.rows.iter().map(|row| row.change.get().to_owned());
                rows.extend(texts.map(|text| {
                    let change = records::change::parse_change(text.as_bytes()).unwrap();
                    (change.id, text)
                }));
                let to = Cursor {
                    generation: page.generation,
                    seq: page.to,
                };
                cursors.insert(page.scope, to);
            }
            if !answer.more {
                return rows;
            }
        }
    }

    fn holds(&mut self, id: ChangeId, raw: &str) -> bool {
        let Database::Sqlite(path) = self.database() else {
            return false;
        };
        let (id, hash) = (hex::encode(id.bytes()), hex::encode(&Sha256::digest(raw)));
        let ask = format!("SELECT count(*) FROM held WHERE id = X'{id}' AND hash = X'{hash}'");
        crate::base::count_of(&path, &ask) == 1
    }

    fn parts(&self) -> &'static [&'static str] {
        &["thuong"]
    }
}

#[test]
fn nothing_is_lost_doubled_or_overwritten_between_real_devices_and_the_real_endpoint() {
    let total = explore(SEEDS, Real::new);
    print(&total.line("endpoint"));
    let faults = [
        "lost answers",
        "restores",
        "crashes after a commit",
        "parcels carried",
    ];
    let has_all = faults.iter().all(|fault| total.counts.contains_key(fault));
    assert!(is_replay() || has_all, "{total:?}");
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what the test is read for"
)]
fn print(line: &str) {
    println!("{line}");
}
