//! A group of PostgreSQL servers as `docs/DEPLOY.md` describes one: Patroni leads it, etcd keeps who leads, what is
//! committed is on two machines. Each machine here is a group of processes that can be lost at once.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{base::beside, world::try_ask_plain};

/// Long enough to copy an empty server, or to elect a leader, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Cluster {
    folder: TempDir,
    etcd: Child,
    etcd_port: u16,
    machines: Vec<Machine>,
}

struct Machine {
    name: String,
    port: u16,
    rest: u16,
    patroni: Option<Child>,
}

impl Cluster {
    /// As many machines, of which one leads and one is its synchronous twin.
    pub(crate) async fn start(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        own(folder.path());
        let (etcd_port, peer) = (free_port(), free_port());
        let (client, peer) = (local(etcd_port), local(peer));
        let etcd = program("etcd", "ETCD", folder.path())
            .args(["--name", "one", "--data-dir", "etcd"])
            .args([
                "--listen-client-urls",
                &client,
                "--advertise-client-urls",
                &client,
            ])
            .args([
                "--listen-peer-urls",
                &peer,
                "--initial-advertise-peer-urls",
                &peer,
            ])
            .args(["--initial-cluster", &format!("one={peer}")])
            .spawn()
            .expect("etcd can be started");
        let mut cluster = Self {
            folder,
            etcd,
            etcd_port,
            machines: Vec::new(),
        };
        wait_for("etcd listens", async || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, etcd_port)).is_ok()
        })
        .await;
        for number in 1..=count {
            let machine = Machine {
                name: format!("m{number}"),
                port: free_port(),
                rest: free_port(),
                patroni: None,
            };
            cluster.machines.push(machine);
            cluster.power_on(number - 1);
            // One after the other: the first makes the database, the others copy it.
            wait_for("a machine is in the group", async || {
                cluster.members().await.len() == number
            })
            .await;
        }
        cluster.has_a_twin().await;
        cluster
    }

    /// For `--database`; all machines are named, whoever leads.
    pub(crate) fn place(&self, database: &str) -> String {
        let hosts: Vec<String> = self
            .machines
            .iter()
            .map(|machine| format!("127.0.0.1:{}", machine.port))
            .collect();
        format!("postgres://postgres@{}/{database}", hosts.join(","))
    }

    pub(crate) async fn create(&self, database: &str) {
        let (leader, _) = self.leader().await.unwrap();
        let port = self.machines[leader].port;
        let create = format!("CREATE DATABASE {database}");
        beside(|| {
            let server = format!("postgres://postgres@127.0.0.1:{port}/postgres");
            let mut client = postgres::Client::connect(&server, postgres::NoTls).unwrap();
            client.batch_execute(&create).unwrap();
        });
    }

    /// Waits until someone leads and what is committed there is on a second machine.
    pub(crate) async fn has_a_twin(&self) {
        wait_for("one leads, and another has all that it has", async || {
            let is_there = |state: &str, role: &str| match role {
                "leader" => state == "running",
                "sync_standby" => ["running", "streaming"].contains(&state),
                _ => false,
            };
            let members = self.members().await;
            let good = members.iter().filter(|m| is_there(&m.1, &m.2)).count();
            good >= 2
        })
        .await;
    }

    /// The power of the leading machine goes: all its processes at once. Which one it was.
    pub(crate) async fn lose_the_leader(&mut self) -> usize {
        let (leader, _) = self.leader().await.expect("someone leads");
        let folder = self.data(leader);
        let machine = &mut self.machines[leader];
        let mut patroni = machine.patroni.take().expect("it runs");
        let mut doomed = descendants(patroni.id());
        doomed.push(patroni.id());
        let first = fs::read_to_string(folder.join("postmaster.pid")).unwrap();
        let first: u32 = first.lines().next().unwrap().trim().parse().unwrap();
        doomed.extend(descendants(first));
        doomed.push(first);
        kill_9(&doomed);
        patroni.wait().unwrap();
        leader
    }

    /// Waits until another machine leads.
    pub(crate) async fn leads_again(&self, lost: usize) -> usize {
        wait_for(
            "another machine leads",
            async || matches!(self.leader().await, Some((leader, _)) if leader != lost),
        )
        .await;
        self.leader().await.unwrap().0
    }

    pub(crate) fn power_on(&mut self, at: usize) {
        let config = self.folder.path().join(format!("m{at}.yml"));
        let machine = &self.machines[at];
        fs::write(&config, self.config(machine, at)).unwrap();
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join(format!("m{at}.log")))
            .unwrap();
        let child = program("patroni", "PATRONI", self.folder.path())
            .arg(&config)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("patroni can be started");
        self.machines[at].patroni = Some(child);
    }

    fn data(&self, at: usize) -> PathBuf {
        self.folder.path().join(format!("data-{at}"))
    }

    fn config(&self, machine: &Machine, at: usize) -> String {
        let bin = std::env::var("POSTGRES_BIN").expect("POSTGRES_BIN is not set");
        let Machine {
            name, port, rest, ..
        } = machine;
        let (folder, data) = (self.folder.path().display(), self.data(at));
        let (etcd, data) = (self.etcd_port, data.display());
        format!(
            "scope: so-tay
name: {name}
restapi: {{listen: '127.0.0.1:{rest}', connect_address: '127.0.0.1:{rest}'}}
etcd3: {{hosts: '127.0.0.1:{etcd}'}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{max_connections: 60, shared_buffers: 32MB, wal_log_hints: 'on'}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}, {{auth: trust}}]
postgresql:
  listen: '127.0.0.1:{port}'
  connect_address: '127.0.0.1:{port}'
  data_dir: '{data}'
  bin_dir: '{bin}'
  pgpass: '{folder}/pgpass-{at}'
  parameters: {{unix_socket_directories: '{folder}'}}
  pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator}}
    rewind: {{username: postgres}}
"
        )
    }

    async fn leader(&self) -> Option<(usize, String)> {
        let members = self.members().await;
        let (name, state, _) = members
            .into_iter()
            .find(|(_, state, role)| role == "leader" && state == "running")?;
        let at = self.machines.iter().position(|m| m.name == name)?;
        Some((at, state))
    }

    /// Name, state and role of each machine, as any living one says.
    async fn members(&self) -> Vec<(String, String, String)> {
        for machine in self.machines.iter().filter(|m| m.patroni.is_some()) {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, machine.rest));
            let Ok(body) = try_ask_plain(address, "/cluster").await else {
                continue;
            };
            let said: Value = serde_json::from_slice(&body).unwrap_or_default();
            let word = |member: &Value, key: &str| member[key].as_str().unwrap_or("").to_owned();
            let members = said["members"].as_array().cloned().unwrap_or_default();
            return members
                .iter()
                .map(|m| (word(m, "name"), word(m, "state"), word(m, "role")))
                .collect();
        }
        Vec::new()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut doomed = Vec::new();
        for at in 0..self.machines.len() {
            let first =
                fs::read_to_string(self.data(at).join("postmaster.pid")).unwrap_or_default();
            let first = first.lines().next().and_then(|pid| pid.trim().parse().ok());
            doomed.extend(first.into_iter().flat_map(|first| {
                let mut all = descendants(first);
                all.push(first);
                all
            }));
            if let Some(patroni) = &mut self.machines[at].patroni {
                doomed.extend(descendants(patroni.id()));
                drop(patroni.kill());
                drop(patroni.wait());
            }
        }
        kill_9(&doomed);
        drop(self.etcd.kill());
        drop(self.etcd.wait());
    }
}

/// Asks again and again until it is so.
async fn wait_for(what: &str, is_so: impl AsyncFn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(
            Instant::now() < until,
            "{what}: still not after {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn local(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A program that `cargo xtask test postgres` names, as the user that PostgreSQL wants.
fn program(name: &str, variable: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os(variable).unwrap_or_else(|| name.into()));
    command.current_dir(folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

fn own(folder: &Path) {
    if let Some((user, group)) = owner() {
        chown(folder, Some(user), Some(group)).unwrap();
    }
}

/// PostgreSQL refuses to run as root: then it runs as the user that Debian's package makes.
fn owner() -> Option<(u32, u32)> {
    let number = |words: &[&str]| {
        let output = Command::new("id").args(words).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .ok()
    };
    (number(&["-u"])? == 0_u32).then_some(())?;
    Some((number(&["-u", "postgres"])?, number(&["-g", "postgres"])?))
}

/// All processes below one, as Linux shows them.
fn descendants(pid: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .expect("this test needs Linux")
        .filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    found.split_off(1)
}

fn kill_9(pids: &[u32]) {
    let list: Vec<String> = pids.iter().map(u32::to_string).collect();
    if !list.is_empty() {
        // Some may have ended by themselves meanwhile.
        drop(
            Command::new("kill")
                .arg("-9")
                .args(list)
                .stderr(Stdio::null())
                .status(),
        );
    }
}
