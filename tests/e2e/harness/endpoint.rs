//! The endpoint as a child process: killed, and started again at the same place with the same database.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{folder::Folder, given, patience::eventually, processes::free_port};

/// The commune that it serves.
const UNIT: &str = "00001";
/// What lets in the devices of flows that are not about people.
const SHARED_KEY: &str = "browser-tests-share-this-key";

pub(crate) struct Endpoint {
    folder: Folder,
    port: u16,
    child: Option<Child>,
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        let mut endpoint = Self {
            folder: Folder::new("endpoint"),
            port: free_port(),
            child: None,
        };
        endpoint.restart().await;
        endpoint
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where a browser finds it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The same, under a name: some things a browser allows to names only.
    pub(crate) fn named_url(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// The key that lets in any device.
    pub(crate) fn key(&self) -> &'static str {
        SHARED_KEY
    }

    /// Does what an operator does at the machine; whether it was done, and what the command said.
    fn operate(&self, words: &[&str]) -> (bool, String) {
        let database = self.folder.path().join("so-tay.sqlite");
        let output = Command::new(given("SO_TAY_ENDPOINT"))
            .args(words)
            .arg(format!("--database=sqlite:{}", database.display()))
            .output()
            .expect("the endpoint can be started");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// The same, where it cannot fail.
    fn done(&self, words: &[&str]) -> String {
        let (is_done, said) = self.operate(words);
        assert!(is_done, "{said}");
        said
    }

    /// Takes an Xuất file in; the endpoint must not be running.
    pub(crate) fn import(&self, file: &Path) {
        self.done(&["import", "--unit", UNIT, file.to_str().unwrap()]);
    }

    /// Who carried for whom, as the operator reads it.
    pub(crate) fn carried(&self) -> String {
        self.done(&["carried", "--unit", UNIT])
    }

    /// The texts of all that was set aside.
    pub(crate) fn held(&self) -> String {
        let list = self.done(&["held", "list", "--unit", UNIT]);
        let ids = list
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        ids.map(|id| self.done(&["held", "show", "--unit", UNIT, "--id", id]))
            .collect()
    }

    /// From now on, and after a restart, the unit's phones record denunciations.
    pub(crate) async fn allow_secrets(&mut self) {
        let key = self.mat_key();
        self.operate_plainly(&["secrets", "key", key.to_str().unwrap()]);
        self.done(&["secrets", "on", "--unit", UNIT]);
        self.restart().await;
    }

    fn mat_key(&self) -> PathBuf {
        self.folder.path().join("mat.key")
    }

    /// What needs no database.
    fn operate_plainly(&self, words: &[&str]) {
        let output = Command::new(given("SO_TAY_ENDPOINT")).args(words).output();
        assert!(output.unwrap().status.success());
    }

    /// Every byte of its folder: the database, its log, what it printed.
    pub(crate) fn all_bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let files = files.filter_map(|file| fs::read(file.unwrap().path()).ok());
        files.flatten().collect()
    }

    /// The endpoint's log, as the operator reads it.
    pub(crate) fn audit(&self) -> String {
        self.done(&["audit", "list"])
    }

    /// The link that the first administrator opens.
    pub(crate) fn first_link(&self) -> String {
        let said = self.done(&["people", "first", "--unit", UNIT]);
        let code = said.split_whitespace().last().unwrap();
        format!("/ket-noi?ma={code}")
    }

    /// Publishes a catalogue, as the operator does; whether it was taken, and what the command said.
    pub(crate) fn publish(&self, catalogue: &serde_json::Value) -> (bool, String) {
        let file = self.folder.path().join("danh-muc.json");
        fs::write(&file, catalogue.to_string()).unwrap();
        self.operate(&["catalogue", "publish", file.to_str().unwrap()])
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) async fn restart(&mut self) {
        self.kill();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log.txt"))
            .unwrap();
        let database = self.folder.path().join("so-tay.sqlite");
        let key = self.mat_key();
        let vault = key.exists().then(|| format!("--mat-key={}", key.display()));
        let child = Command::new(given("SO_TAY_ENDPOINT"))
            .args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--unit", UNIT, "--unit-name", "Xã Thử"])
            .env("SO_TAY_DEVICE_KEY", SHARED_KEY)
            .arg(format!("--database=sqlite:{}", database.display()))
            .args(vault)
            .arg("--app")
            .arg(given("SO_TAY_APP_DIR"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("the endpoint can be started");
        self.child = Some(child);
        let port = self.port;
        eventually("the endpoint answers", async || {
            match status_of(port, "/healthz") {
                Some(200) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The status that a server on this machine answers a GET with.
pub(crate) fn status_of(port: u16, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    let answer = std::str::from_utf8(&answer).ok()?;
    answer.strip_prefix("HTTP/1.1 ")?.parse().ok()
}
