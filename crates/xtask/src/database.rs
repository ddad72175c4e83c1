//! A PostgreSQL server of the tests' own: on a free port, in a folder that goes away with it. It flushes to the disk as a
//! real one does: what it acknowledges is what the tests are about.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

use crate::process;

pub(crate) struct Server {
    folder: PathBuf,
    child: Child,
    port: u16,
}

impl Server {
    /// `bin` is the folder of PostgreSQL's programs.
    pub(crate) fn start(bin: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("so-tay-postgres-{}", std::process::id()));
        let _gone = fs::remove_dir_all(&folder); // of a run that was cut off
        fs::create_dir_all(&folder)?;
        let owner = owner()?;
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group))?;
        }
        let program = |name: &str| {
            let mut command = Command::new(bin.join(name));
            command.current_dir(&folder);
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let data = folder.join("data");
        let mut init = program("initdb");
        init.args([
            "--auth=trust",
            "--username=so_tay",
            "--encoding=UTF8",
            "--locale=C",
            "--pgdata",
        ]);
        process::capture(init.arg(&data))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut server = program("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(&folder);
        server.args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
        server.args(["-c", "max_connections=300", "-c", "shared_buffers=64MB"]);
        let mut child = server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| process::cannot_start(&server, error))?;
        let said = child.stderr.take();
        let server = Self {
            folder,
            child,
            port,
        };
        let mut lines = said
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufRead::lines);
        let mut before = String::new();
        loop {
            match lines.next().transpose()? {
                Some(line) if line.contains("ready to accept connections") => break,
                Some(line) => before.push_str(&format!("{line}\n")),
                None => bail!("PostgreSQL ended at once:\n{before}"),
            }
        }
        thread::spawn(move || lines.for_each(drop)); // it may not block on a full pipe
        Ok(server)
    }

    /// Where it is, without the name of a database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://so_tay@127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody will look at its data again. The children end when the first process is gone.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
        let gone = |_| fs::remove_dir_all(&self.folder).is_ok();
        let _is_gone = (0..3).any(gone);
    }
}

/// PostgreSQL refuses to run as root: then it runs as the user that Debian's package makes.
fn owner() -> Result<Option<(u32, u32)>> {
    if process::capture(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    let number = |what: &str| -> Result<u32> {
        let said = process::capture(Command::new("id").args([what, "postgres"]))?;
        said.trim()
            .parse()
            .with_context(|| format!("`id {what} postgres` says {said}"))
    };
    Ok(Some((number("-u")?, number("-g")?)))
}
