//! The binary as an operator runs it, and as a power cut ends it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use records::{
    json::from_bytes,
    wire::{Fate, SyncAnswer},
};

use crate::{
    base::place,
    hostile::bomb,
    world::{KEY, bearer, change, id, pull_all, request, sync, try_ask},
};

/// The process, which goes with the value.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    #[cfg_attr(
        feature = "postgres",
        expect(dead_code, reason = "what it says of its key it says beside a file")
    )]
    said: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill()); // or it has ended already
        self.child.wait().unwrap();
    }
}

pub(crate) fn binary(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_so-tay-endpoint"));
    command
        .args(args)
        .env_remove("SO_TAY_DEVICE_KEY")
        .stdin(Stdio::null());
    command
}

pub(crate) fn start(database: &Path, more: &[&str]) -> Running {
    start_at(&place(database), more)
}

/// Starts over a database in the operator's words.
pub(crate) fn start_at(place: &str, more: &[&str]) -> Running {
    let args = ["serve", "--listen", "127.0.0.1:0", "--database", place];
    let mut child = binary(&[&args[..], more].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said: Vec<String> = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        said.push(line.unwrap());
        if said.last().is_some_and(|last| last == "Sẵn sàng.") {
            break;
        }
    }
    let url = said[0].rsplit("http://").next().unwrap();
    Running {
        child,
        address: url.trim_end_matches('/').parse().unwrap(),
        said,
    }
}

pub(crate) fn finish(args: &[&str]) -> Output {
    binary(args).output().unwrap()
}

#[cfg(not(feature = "postgres"))]
fn said(running: &Running, begin: &str) -> Option<String> {
    let found = running
        .said
        .iter()
        .find_map(|line| line.strip_prefix(begin));
    found.map(str::to_owned)
}

#[cfg(not(feature = "postgres"))]
#[test]
fn the_first_run_gives_the_administrator_a_code_until_one_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("data/so-tay.db");
    let first = start(&database, &["--unit", "26734", "--unit-name", "Xã Thử"]);
    let link = first.said[1].clone();
    let start_of_link = format!("http://{}/#/ket-noi?ma=", first.address);
    assert!(link.contains(&start_of_link), "{link}");
    assert_eq!(link.rsplit('=').next().unwrap().len(), 23);
    assert!(!database.with_file_name("device-key.txt").exists());
    drop(first);
    #[cfg(unix)]
    for (name, mode) in [("data", 0o700), ("data/so-tay.db", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        let found = folder
            .path()
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
    // Nobody used it: another run gives another.
    let again = start(&database, &["--unit", "26734"]);
    assert_ne!(again.said[1], link);
}

/// With PostgreSQL the key lies in no file.
#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn a_key_that_all_share_is_kept_until_it_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("so-tay.db");
    let key = "a-key-that-everybody-shares";
    let first = start(&database, &["--device-key", key]);
    sync(first.address, key, &request(&[], 0)).await;
    drop(first);
    let again = start(&database, &[]);
    assert_eq!(said(&again, "Khóa thiết bị: ").as_deref(), Some(key));
    let place = format!("sqlite:{}", database.display());
    let printed = finish(&["key", "--database", &place]);
    assert_eq!(
        String::from_utf8(printed.stdout).unwrap(),
        format!("Khóa thiết bị: {key}\n")
    );
    let bytes = std::fs::read(&database).unwrap();
    assert!(
        !bytes.windows(key.len()).any(|part| part == key.as_bytes()),
        "only its hash is stored"
    );
    let chosen = start(&database, &["--device-key", "chosen-by-the-operator"]);
    sync(chosen.address, "chosen-by-the-operator", &request(&[], 0)).await;
    drop(chosen);
    std::fs::remove_file(database.with_file_name("device-key.txt")).unwrap();
    let lost = finish(&["key", "--database", &place]);
    assert!(
        String::from_utf8(lost.stderr)
            .unwrap()
            .contains("--device-key")
    );
    let still = start(&database, &[]);
    sync(still.address, "chosen-by-the-operator", &request(&[], 0)).await;
    drop(still);
    assert!(
        finish(&["key", "--off", "--database", &place])
            .status
            .success()
    );
    let ended = start(&database, &[]);
    assert_eq!(said(&ended, "Khóa thiết bị"), None);
    let headers = [("authorization", "Bearer chosen-by-the-operator")];
    let hello = crate::world::ask(ended.address, "GET", "/v1/hello", &headers, Vec::new()).await;
    assert_eq!(hello.status, 401);
}

#[test]
fn what_would_be_unsafe_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().display().to_string();
    let inside = format!("sqlite:{app}/data/a.db");
    let refused = [
        (
            vec!["serve", "--listen", "0.0.0.0:0", "--database", &inside],
            "--allow-remote",
        ),
        (
            vec!["serve", "--database", &inside, "--app", &app],
            "thư mục ứng dụng",
        ),
        (
            vec!["serve", "--database", &inside, "--app", "/no/such/folder"],
            "/no/such/folder",
        ),
        (vec!["serve", "--database", "postgres://x"], "thiếu tên"),
        (
            vec!["serve", "--database", &inside, "--device-key", "short"],
            "20",
        ),
        (
            vec!["serve", "--database", &inside, "--listen", "nowhere"],
            "nowhere",
        ),
        (vec!["key", "--database", &inside], "Không có cơ sở dữ liệu"),
    ];
    for (args, expected) in refused {
        let output = finish(&args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains(expected),
            "{args:?}: {said}"
        );
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn after_new_epoch_devices_are_told_of_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let first = start(&database, &["--device-key", KEY]);
    let before = sync(first.address, KEY, &request(&[], 0)).await.epoch;
    drop(first);
    let place = place(&database);
    assert!(
        finish(&["new-epoch", "--database", &place])
            .status
            .success()
    );
    let second = start(&database, &["--device-key", KEY]);
    assert_ne!(
        sync(second.address, KEY, &request(&[], 0)).await.epoch,
        before
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_the_process_with_success() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut running = start(&folder.path().join("a.db"), &["--device-key", KEY]);
        sync(running.address, KEY, &request(&[change(1)], 0)).await;
        let pid = running.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(running.child.wait().unwrap().success());
        assert!(!folder.path().join("a.db-wal").exists(), "closed in order");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_bomb_costs_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&folder.path().join("a.db"), &["--device-key", KEY]);
    let key = bearer();
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    for _ in 0..3 {
        let answer = try_ask(running.address, "POST", "/v1/sync", &headers, bomb())
            .await
            .unwrap();
        assert_eq!(answer.status, 413);
    }
    let status = format!("/proc/{}/status", running.child.id());
    let status = std::fs::read_to_string(status).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 100 * 1024, "{peak} KiB at the most");
}

/// Pushes until the endpoint is gone; returns the ids that were acknowledged.
async fn push_until_gone(
    address: SocketAddr,
    first: u64,
    acked: tokio::sync::mpsc::Sender<()>,
) -> Vec<String> {
    let mut known = Vec::new();
    let key = bearer();
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
    ];
    for start in (first..).step_by(3) {
        let changes: Vec<String> = (start..start + 3).map(change).collect();
        let body = request(&changes, 0).into_bytes();
        let Ok(answer) = try_ask(address, "POST", "/v1/sync", &headers, body).await else {
            break;
        };
        let answer: SyncAnswer = from_bytes(&answer.body).unwrap();
        for verdict in answer.answers {
            assert_eq!(verdict.is, Fate::Taken);
            known.push(verdict.id.unwrap().to_string());
        }
        if acked.send(()).await.is_err() {
            continue; // enough were acknowledged; go on until the end
        }
    }
    known
}

const ENGINE: &str = match cfg!(feature = "postgres") {
    true => "PostgreSQL",
    false => "SQLite",
};

/// How many times the endpoint is killed; `cargo xtask kills` asks for more.
fn kills() -> u64 {
    let asked = std::env::var("SO_TAY_KILLS").ok();
    asked.map_or(20, |count| count.parse().unwrap())
}

/// Six push at once until the endpoint is killed; the ids that were acknowledged.
async fn push_and_kill(database: &Path, round: u64) -> Vec<String> {
    let mut running = start(database, &["--device-key", KEY]);
    let (acked, mut acks) = tokio::sync::mpsc::channel(1);
    let pushers: Vec<_> = (0..6_u64)
        .map(|n| {
            let first = 1 + n * 1_000_000 + round * 10_000_000;
            tokio::spawn(push_until_gone(running.address, first, acked.clone()))
        })
        .collect();
    // In another moment of the work each time.
    for _ in 0..6 + round % 7 {
        acks.recv().await.unwrap();
    }
    running.child.kill().unwrap(); // SIGKILL
    drop(acks);
    let mut known = Vec::new();
    for pusher in pushers {
        known.extend(pusher.await.unwrap());
    }
    known
}

#[tokio::test]
async fn kills_in_the_middle_of_pushes_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut known = Vec::new();
    for round in 0..kills() {
        known.extend(push_and_kill(&database, round).await);
    }
    let again = start(&database, &["--device-key", KEY]);
    let rows = pull_all(again.address, KEY).await;
    let seqs: Vec<u64> = rows.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=rows.len() as u64).collect::<Vec<_>>());
    assert!(known.len() as u64 >= kills() * 18);
    let mut stored: Vec<&str> = rows.iter().map(|(_, id)| id.as_str()).collect();
    stored.sort_unstable();
    let twice = stored.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let missing = known
        .iter()
        .filter(|id| stored.binary_search(&id.as_str()).is_err())
        .count();
    say(kills(), rows.len(), known.len(), missing, twice);
    assert_eq!(
        (missing, twice),
        (0, 0),
        "acknowledged missing, stored twice"
    );
    // What was not acknowledged is sent again; whatever had been stored is there once.
    let next: Vec<String> = (1..=3).map(change).collect();
    sync(again.address, KEY, &request(&next, 0)).await;
    let rows = pull_all(again.address, KEY).await;
    assert_eq!(rows.iter().filter(|(_, row)| *row == id(1)).count(), 1);
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what the test is read for"
)]
fn say(kills: u64, rows: usize, known: usize, missing: usize, twice: usize) {
    println!(
        "endpoint, {ENGINE}: {kills} kills in the middle of pushes, {rows} changes stored, {known} acknowledged; \
         {missing} acknowledged missing, {twice} stored twice"
    );
}
