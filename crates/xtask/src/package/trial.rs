//! `cargo xtask test package`: the archive as a technician gets it: unpacked, started, asked, backed up, restored, diagnosed.
//! What is started, with which settings and with which words is read from the units, the settings and the guide in it, so
//! that none of them can drift from what was tried. Only where things lie is another place.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::{
    BACKUP, Built, ENDPOINT, GUIDE, SERVICE, SETTINGS, TIMER, archive,
    unit::{self, settings, typed},
};
use crate::{process, sample, workspace::Workspace};

/// The last line of an endpoint that has started.
const READY: &str = "Sẵn sàng.";
/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tries a package of the development builds of app and endpoint: what is tried is the same, and nothing is built twice.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target("package-trial");
    if folder.exists() {
        fs::remove_dir_all(&folder)?; // of a run that failed: it was left to be looked at
    }
    let built = Built {
        app: &workspace.app_dev(),
        endpoint: &workspace.endpoint(),
    };
    // A copy of the sources without git is tried all the same.
    let moment = super::moment(workspace).unwrap_or_default();
    let archive = super::make(workspace, &built, &folder.join("archive"), moment)?;
    let machine = Machine::unpack(&archive, &folder.join("machine"))?;
    check_sums(&machine.package)?;
    check_units(&machine, &folder.join("units"))?;
    let sample = sample::of_today(workspace)?;
    let words = ["import".to_owned(), sample.display().to_string()];
    machine.say(&words)?;
    live(&machine)?;
    fs::remove_dir_all(&folder)?;
    println!("The package was unpacked, started, backed up, restored and diagnosed.");
    Ok(())
}

/// As the guide tells to check them, and that no file was forgotten.
fn check_sums(package: &Path) -> Result<()> {
    archive::check_sums(package)?;
    let mut sums = Command::new("sha256sum");
    sums.current_dir(package);
    process::run(sums.args(["--check", "--quiet", "SHA256SUMS"]))
}

/// What systemd says of the units, where it is on this machine; it must find the programs that they name.
fn check_units(machine: &Machine, folder: &Path) -> Result<()> {
    let Some(analyze) = process::on_path("systemd-analyze") else {
        println!("systemd is not on this machine: its units were not verified.");
        return Ok(());
    };
    fs::create_dir_all(folder)?;
    let mut verify = Command::new(analyze);
    verify.arg("verify");
    for unit in [SERVICE, BACKUP, TIMER] {
        let text = super::read(&machine.package.join(unit))?;
        let file = folder.join(unit);
        super::write(&file, &machine.here(&text))?;
        verify.arg(&file);
    }
    let output = verify.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    // An unknown word is told, and is no failure for it; of other units on this machine nothing is ours.
    let is_clean = !said.lines().any(|line| line.contains("so-tay"));
    ensure!(
        output.status.success() && is_clean,
        "systemd does not like the units:\n{said}"
    );
    Ok(())
}

/// A day of an installed endpoint, and every command of it that the guide tells to type.
fn live(machine: &Machine) -> Result<()> {
    let mut serving = Some(machine.serve(None)?);
    machine.back_up()?;
    let backup = machine.only_backup()?;
    let guide = super::read(&machine.package.join(GUIDE))?;
    let (mut verified, mut diagnosed) = (Vec::new(), None);
    for words in typed(&guide, &backup)? {
        let words: Vec<String> = words.iter().map(|word| machine.here(word)).collect();
        let is_replacing = words.iter().any(|word| word == "--replace");
        if let Some(running) = serving.take_if(|_| is_replacing) {
            running.stop()?;
        }
        let said = machine.say(&words)?;
        if is_replacing {
            serving = Some(machine.serve(None)?);
        }
        match words.first().map(String::as_str) {
            Some("people") => ensure!(said.contains("Mã ghi danh"), "no code: {said}"),
            Some("verify") => verified.push(counted(&said)?),
            Some("diagnose") => diagnosed = Some(said),
            _ => {}
        }
        if let (true, Some(database)) = (words.iter().any(|word| word == "restore"), named(&words))
        {
            machine.serve(Some(database))?.stop()?;
        }
    }
    let words = ["verify", "--database", &format!("sqlite:{backup}")].map(str::to_owned);
    verified.push(counted(&machine.say(&words)?)?);
    let first = verified.first().context("nothing was verified")?;
    ensure!(
        verified.len() > 2 && verified.iter().all(|found| found == first),
        "what runs, what was backed up and what was restored are not the same: {verified:?}"
    );
    check_diagnosis(&diagnosed.context("the guide tells nobody to diagnose")?)?;
    serving.context("the endpoint does not run")?.stop()
}

/// The database that a command names.
fn named(words: &[String]) -> Option<&str> {
    let at = words.iter().position(|word| word == "--database")?;
    words.get(at + 1).map(String::as_str)
}

/// What `verify` found, without where.
fn counted(said: &str) -> Result<String> {
    let (_, found) = said
        .trim()
        .rsplit_once(": ")
        .with_context(|| format!("verify says `{said}`"))?;
    let count = found.split(' ').next().unwrap_or_default();
    let is_some = count.parse::<u64>().is_ok_and(|count| count > 0);
    ensure!(is_some, "nothing is in the notebook: {said}");
    Ok(found.to_owned())
}

fn check_diagnosis(said: &str) -> Result<()> {
    let report: Value = serde_json::from_str(said).context("the diagnosis is not JSON")?;
    let is_true = |path: &str| report.pointer(path) == Some(&Value::Bool(true));
    let is_some = |path: &str| report.pointer(path).is_some_and(|value| !value.is_null());
    ensure!(
        is_true("/database/whole/is_whole")
            && is_true("/database/log/is_whole")
            && is_some("/app/build")
            && is_some("/backups/newest"),
        "the diagnosis lacks something: {said}"
    );
    Ok(())
}

/// A machine on which the package was unpacked; what the files call by its place in the system lies in folders of its own.
struct Machine {
    package: PathBuf,
    /// Each place of the system, and the one that stands for it.
    places: [(&'static str, PathBuf); 3],
    settings: BTreeMap<String, String>,
}

impl Machine {
    fn unpack(archive: &Path, folder: &Path) -> Result<Self> {
        archive::unpack(archive, folder)?;
        let mut entries = fs::read_dir(folder)?;
        let package = entries.next().context("the archive is empty")??.path();
        ensure!(
            entries.next().is_none(),
            "the archive is more than one folder"
        );
        let places = [
            ("/opt/so-tay", package.clone()),
            ("/var/lib/so-tay", folder.join("data")),
            ("/var/backups/so-tay", folder.join("backups")),
        ];
        let text = super::read(&package.join(SETTINGS))?;
        let mut machine = Self {
            package,
            places,
            settings: BTreeMap::new(),
        };
        machine.settings = settings(&machine.here(&text))?;
        // Any free port.
        let listen = ("SO_TAY_LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        machine.settings.extend([listen]);
        Ok(machine)
    }

    /// The same text with the places of this machine.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, here) in &self.places {
            text = text.replace(place, &here.display().to_string());
        }
        text
    }

    /// What a unit starts, with the settings of the file and none of whoever runs the trial.
    fn command_of(&self, service: &str) -> Result<Command> {
        let words = unit::command(&super::read(&self.package.join(service))?)?;
        let words: Vec<String> = words.iter().map(|word| self.here(word)).collect();
        let (program, arguments) = words.split_first().context("the unit starts nothing")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.settings)
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a command of the endpoint as the wrapper does; what it printed.
    fn say(&self, words: &[String]) -> Result<String> {
        println!("so-tay {} …", words.join(" "));
        let mut command = Command::new(self.package.join(ENDPOINT));
        command.args(words).env_clear().envs(&self.settings);
        process::capture(&mut command)
    }

    /// Starts what the service starts, over another database when one is named, and asks for what everybody asks for first.
    fn serve(&self, database: Option<&str>) -> Result<Running> {
        let mut command = self.command_of(SERVICE)?;
        command.envs(database.map(|database| ("SO_TAY_DATABASE", database)));
        let running = Running::start(&mut command)?;
        let healthy = running.ask("/healthz")?;
        ensure!(healthy.contains("\"ok\":true"), "/healthz says {healthy}");
        let page = running.ask("/index.html")?;
        ensure!(
            page.contains("so-tay-build"),
            "what is served is not the app: {page}"
        );
        Ok(running)
    }

    fn back_up(&self) -> Result<()> {
        process::run(&mut self.command_of(BACKUP)?)
    }

    /// The one backup that there is by now.
    fn only_backup(&self) -> Result<String> {
        let folder = self.here("/var/backups/so-tay");
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder)? {
            names.push(entry?.path().display().to_string());
        }
        match names.as_slice() {
            [name] if name.ends_with(".db") => Ok(name.clone()),
            _ => bail!("instead of one backup there is {names:?}"),
        }
    }
}

/// An endpoint that serves; it goes with the value.
struct Running {
    child: Child,
    address: SocketAddr,
    /// Kept open: it may print more.
    _said: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| process::cannot_start(command, error))?;
        let mut said = BufReader::new(child.stdout.take().context("no stdout")?);
        let (mut before, mut address) = (String::new(), None::<SocketAddr>);
        loop {
            let mut line = String::new();
            if said.read_line(&mut line)? == 0 {
                child.wait()?;
                bail!("the endpoint ended at once:\n{before}");
            }
            before.push_str(&line);
            let line = line.trim_end();
            if line == READY {
                break;
            }
            let url = line.split_once("http://").map(|(_, url)| url);
            // The first of them is the address alone.
            address = address.or_else(|| url?.trim_end_matches('/').parse().ok());
        }
        let address = address.with_context(|| format!("no address in:\n{before}"))?;
        Ok(Self {
            child,
            address,
            _said: said,
        })
    }

    /// Asks for a page; it must be there.
    fn ask(&self, path: &str) -> Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: so-tay\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .with_context(|| format!("{path} is answered with `{answer}`"))?;
        let status = head.split(' ').nth(1);
        ensure!(status == Some("200"), "{path} is answered with {head}");
        Ok(body.to_owned())
    }

    /// As systemd stops it: with a signal, after which it must end well.
    fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        process::run(Command::new("kill").args(["-TERM", &pid]))?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the endpoint ended with {status}");
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended in order, or something failed and nobody waits for its farewell.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_verified_is_compared_without_its_place() {
        let said = "sqlite:/a/b.db: 12 lần ghi (3400 byte) trong 1 phạm vi, nguyên vẹn, không thiếu số nào.\n";
        let found = counted(said).unwrap();
        assert!(found.starts_with("12 lần ghi"), "{found}");
        let nothing = said.replace("12 lần", "0 lần");
        assert!(counted(&nothing).is_err() && counted("").is_err());
    }

    fn deployed(file: &str) -> String {
        let workspace = Workspace::find().unwrap();
        super::super::read(&workspace.path("deploy").join(file)).unwrap()
    }

    #[test]
    fn the_guide_of_this_house_tells_to_restore_to_verify_and_to_diagnose() {
        let commands = typed(&deployed(GUIDE), "/b.db").unwrap();
        for word in ["people", "restore", "verify", "books", "diagnose"] {
            let is_told = |words: &Vec<String>| words.first().is_some_and(|first| first == word);
            assert!(commands.iter().any(is_told), "{word}");
        }
        let drill = commands.iter().find_map(|words| named(words)).unwrap();
        assert!(drill.starts_with("sqlite:/var/lib/so-tay/"), "{drill}");
    }

    #[test]
    fn the_wrapper_is_the_services_user_with_its_settings_and_its_program() {
        let (service, wrapper) = (deployed(SERVICE), deployed(super::super::WRAPPER));
        let value = |key: &str| {
            let line = service.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap().to_owned()
        };
        let program = unit::command(&service).unwrap().remove(0);
        for word in [
            format!("--uid={} ", value("User=")),
            format!("--gid={} ", value("Group=")),
            format!("--property=UMask={} ", value("UMask=")),
            format!("--property=EnvironmentFile={} ", value("EnvironmentFile=")),
            format!("{program} \"$@\""),
        ] {
            assert!(wrapper.contains(&word), "{word}");
        }
        let settings = settings(&deployed(SETTINGS)).unwrap();
        assert!(settings.contains_key("SO_TAY_DATABASE"));
    }
}
