//! `cargo xtask package`: one archive with all that a commune's machine needs: endpoint, app, units of systemd, settings, the
//! guide, what it is made of and under which licences. What lies in `deploy/` goes in as it is; only the guide has its
//! release's name put in.

mod archive;
mod licences;
mod parts;
mod sbom;
pub(crate) mod trial;
mod unit;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use records::date;

use self::parts::Parts;
use crate::{app, arguments::Arguments, build, process, setup, tools, workspace::Workspace};

/// The name of the whole, and of the package in Cargo.lock that has its version.
const NAME: &str = "so-tay-dan-van";
/// The folder of the repository with what only an installed endpoint needs.
const DEPLOY: &str = "deploy";
const GUIDE: &str = "HUONG-DAN.md";
const ENDPOINT: &str = "so-tay-endpoint";
/// Runs the endpoint's commands on the machine where it is installed.
const WRAPPER: &str = "so-tay";
const SERVICE: &str = "so-tay-endpoint.service";
const BACKUP: &str = "so-tay-sao-luu.service";
const TIMER: &str = "so-tay-sao-luu.timer";
const SETTINGS: &str = "so-tay-endpoint.env";
/// The folder of the app in the package.
const APP: &str = "app";

/// What is built for a package.
struct Built<'a> {
    app: &'a Path,
    endpoint: &'a Path,
}

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    arguments.expect_end()?;
    let moment = moment(workspace)?;
    let toolbox = setup::ensure_tools(workspace, tools::FOR_RELEASE)?;
    println!("[1/3] building the app …");
    let app = workspace.path("dist");
    build::build_release(workspace, &toolbox, &app)?.check_budget()?;
    println!("[2/3] building the endpoint (some minutes when nothing is compiled yet) …");
    let words = ["build", "--release", "--locked", "--package", "endpoint"];
    process::run(workspace.cargo().args(words))?;
    println!("[3/3] packing …");
    let built = Built {
        app: &app,
        endpoint: &workspace.endpoint_release(),
    };
    let archive = make(workspace, &built, &workspace.target("archive"), moment)?;
    let bytes = fs::metadata(&archive)?.len();
    println!("{} ({} KB)", archive.display(), bytes.div_ceil(1024));
    Ok(ExitCode::SUCCESS)
}

/// Makes the archive in a folder of cargo's target folder, in place of what was there.
fn make(workspace: &Workspace, built: &Built<'_>, folder: &Path, moment: u64) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let version = workspace.locked_version(NAME)?;
    let target = host(workspace)?;
    let name = format!("{NAME}-{version}-{target}");
    let stage = folder.join(&name);
    app::replace(&stage.join(APP), built.app)?;
    put_program(built.endpoint, &stage.join(ENDPOINT))?;
    put_program(&workspace.path(DEPLOY).join(WRAPPER), &stage.join(WRAPPER))?;
    for file in [SERVICE, BACKUP, TIMER, SETTINGS] {
        let from = workspace.path(DEPLOY).join(file);
        fs::copy(&from, stage.join(file))
            .with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    let guide = read(&workspace.path(DEPLOY).join(GUIDE))?
        .replace("@VERSION@", &version)
        .replace("@TARGET@", &target)
        .replace("@GLIBC@", &needed_glibc(built.endpoint)?);
    write(&stage.join(GUIDE), &guide)?;
    let parts = Parts::read(workspace, &target)?;
    let release = sbom::Release {
        version: &version,
        target: &target,
        moment: &iso(moment),
    };
    write(
        &stage.join("SBOM.cdx.json"),
        &sbom::text(workspace, &parts, &release)?,
    )?;
    write(
        &stage.join("LICENSES.txt"),
        &licences::text(workspace, &parts)?,
    )?;
    archive::write_sums(&stage)?;
    let archive = folder.join(format!("{name}.tar.gz"));
    archive::pack(&stage, &archive, moment)?;
    fs::remove_dir_all(&stage)?;
    Ok(archive)
}

/// Copies what is to be started, whatever the checkout lets be started.
fn put_program(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} cannot be made a program", to.display()))
}

/// The time that stands on everything, in seconds since 1970: of the last commit, so that the same sources give the same
/// archive; or what `SOURCE_DATE_EPOCH` says.
fn moment(workspace: &Workspace) -> Result<u64> {
    let said = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(said) => said,
        Err(_) => {
            let mut git = workspace.command("git");
            process::capture(git.args(["log", "-1", "--format=%ct"]))
                .context("git does not know the last commit; set SOURCE_DATE_EPOCH")?
        }
    };
    let said = said.trim();
    said.parse()
        .with_context(|| format!("`{said}` are no seconds since 1970"))
}

/// `2026-11-30T02:15:00Z`.
fn iso(seconds: u64) -> String {
    let day = date::Day::try_from(seconds / 86_400).unwrap_or_default(); // there are no more of them
    let rest = seconds % 86_400;
    let (hours, minutes) = (rest / 3_600, rest / 60 % 60);
    format!(
        "{}T{hours:02}:{minutes:02}:{:02}Z",
        date::format(day),
        rest % 60
    )
}

/// The target of this machine, for which the endpoint is built.
fn host(workspace: &Workspace) -> Result<String> {
    let said = process::capture(workspace.command(tools::rustc()).arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` names no host")?.to_owned())
}

/// What a machine must have to start this program, in the guide's words.
fn needed_glibc(program: &Path) -> Result<String> {
    let bytes = fs::read(program).with_context(|| format!("{} is missing", program.display()))?;
    let newest = newest_glibc(&String::from_utf8_lossy(&bytes));
    Ok(newest.map_or_else(
        || "libc nào cũng được".to_owned(),
        |newest| format!("glibc từ {newest} (xem bằng `ldd --version`)"),
    ))
}

/// The newest version of glibc's symbols that a program names.
fn newest_glibc(program: &str) -> Option<String> {
    const MARK: &str = "GLIBC_2.";
    let pieces = program.split(MARK).skip(1);
    let numbers = pieces.filter_map(|piece| {
        let end = piece.find(|c: char| !c.is_ascii_digit());
        piece.get(..end.unwrap_or(piece.len()))?.parse::<u32>().ok() // no number: another name
    });
    numbers.max().map(|newest| format!("2.{newest}"))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_the_worlds_time() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_795_979_701), "2026-11-29T19:15:01Z");
    }

    #[test]
    fn the_newest_glibc_counts_by_number_and_not_by_letter() {
        let program = "\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0GLIBC_2.";
        assert_eq!(newest_glibc(program).as_deref(), Some("2.34"));
        assert_eq!(newest_glibc("static"), None);
    }
}
