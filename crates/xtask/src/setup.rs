//! `cargo xtask setup`: brings the missing tools onto the machine, and says how far it is.
//! What is there in the right version is left alone.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    arguments::Arguments,
    process,
    tools::{
        self, FOR_BROWSER, FOR_FIREFOX, FOR_POSTGRES, FOR_RELEASE, FOR_SHEETS, FOR_WEBKIT, Source,
        Tool, Toolbox, WASM_BINDGEN,
    },
    workspace::Workspace,
};

/// Build settings for tools: quick to compile matters more than quick to run.
const QUICK_BUILD: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    arguments.expect_end()?;
    let all = [
        FOR_RELEASE,
        FOR_BROWSER,
        FOR_FIREFOX,
        FOR_WEBKIT,
        FOR_SHEETS,
        FOR_POSTGRES,
    ]
    .concat();
    ensure_tools(workspace, &all)?;
    println!("Everything to run, build and test is installed.");
    Ok(ExitCode::SUCCESS)
}

/// Finds the tools, installs those that are missing, and returns where all of them are.
pub(crate) fn ensure_tools(workspace: &Workspace, wanted: &[Tool]) -> Result<Toolbox> {
    if wanted.contains(&Tool::WasmBindgen) {
        check_wasm_bindgen(&workspace.locked_version("wasm-bindgen")?)?;
    }
    let mut toolbox = Toolbox::default();
    let mut missing = Vec::new();
    for &tool in wanted {
        match tool.find(workspace)? {
            Some(path) => toolbox.put(tool, path),
            None => missing.push(tool),
        }
    }
    let jobs = plan_jobs(&missing, |program| process::on_path(program).is_some());
    for (idx, job) in jobs.iter().enumerate() {
        println!(
            "[{}/{}] installing {}",
            idx + 1,
            jobs.len(),
            job.announcement()
        );
        job.install(workspace)?;
    }
    for tool in missing {
        let path = tool.find(workspace)?.with_context(|| {
            format!("{tool:?} was installed, but still cannot be found; see the output above")
        })?;
        toolbox.put(tool, path);
    }
    Ok(toolbox)
}

fn check_wasm_bindgen(locked: &str) -> Result<()> {
    ensure!(
        locked == WASM_BINDGEN,
        "Cargo.lock has wasm-bindgen {locked}, but setup installs wasm-bindgen-cli {WASM_BINDGEN}, \
         and the two must be equal: either run `cargo update -p wasm-bindgen --precise \
         {WASM_BINDGEN}`, or change WASM_BINDGEN in crates/xtask/src/tools.rs"
    );
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Job {
    /// All missing packages of Debian in one call.
    Debian(Vec<&'static str>),
    Tool(Tool),
}

/// Debian's packages come first: others need node, and without root it is better to stop
/// before ten minutes of compiling than after.
fn plan_jobs(missing: &[Tool], is_on_path: impl Fn(&str) -> bool) -> Vec<Job> {
    let mut packages = Vec::new();
    let mut jobs = Vec::new();
    for &tool in missing {
        match tool.source() {
            Source::DebianPackage(package) if packages.contains(&package) => {}
            Source::DebianPackage(package) => packages.push(package),
            Source::NpmPackage { .. } => {
                for (program, package) in [("node", "nodejs"), ("npm", "npm")] {
                    if !is_on_path(program) {
                        packages.push(package);
                    }
                }
                jobs.push(Job::Tool(tool));
            }
            Source::PypiPackage { .. } => {
                // Debian's Python comes without pip, and then without what makes an environment of its own.
                if !is_on_path("pip3") {
                    packages.extend(["python3", "python3-venv"]);
                }
                jobs.push(Job::Tool(tool));
            }
            Source::RustupTarget(_) | Source::CrateBinary { .. } => jobs.push(Job::Tool(tool)),
        }
    }
    if !packages.is_empty() {
        jobs.insert(0, Job::Debian(packages));
    }
    jobs
}

impl Job {
    fn announcement(&self) -> String {
        let (what, minutes) = match self {
            Self::Debian(packages) => (packages.join(" "), 2),
            Self::Tool(tool) => match tool.source() {
                Source::RustupTarget(name) => (format!("the Rust target {name}"), 1),
                Source::CrateBinary {
                    package, version, ..
                } => (format!("{package} {version}, compiled from source"), 5),
                Source::NpmPackage { package, version }
                | Source::PypiPackage { package, version } => (format!("{package} {version}"), 1),
                Source::DebianPackage(package) => (package.to_owned(), 2),
            },
        };
        format!("{what} (once; up to {minutes} min on two cores)")
    }

    fn install(&self, workspace: &Workspace) -> Result<()> {
        match self {
            Self::Debian(packages) => install_debian(packages),
            Self::Tool(tool) => match tool.source() {
                Source::RustupTarget(name) => {
                    process::run(workspace.command("rustup").args(["target", "add", name])).context(
                        "the Rust target cannot be added; with a Rust that is not rustup's, \
                         install wasm32-unknown-unknown the way that Rust was installed",
                    )
                }
                Source::CrateBinary {
                    package,
                    version,
                    flags,
                } => {
                    let home = tool.home(&tools::cache_folder()?);
                    install_crate(workspace, &home, &format!("{package}@{version}"), flags)
                }
                Source::NpmPackage { package, version } => {
                    let home = tool.home(&tools::cache_folder()?);
                    install_npm(&home, &format!("{package}@{version}"))
                }
                Source::PypiPackage { package, version } => {
                    let home = tool.home(&tools::cache_folder()?);
                    install_pypi(&home, &format!("{package}=={version}"))
                }
                Source::DebianPackage(package) => install_debian(&[package]),
            },
        }
    }
}

fn install_debian(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if process::on_path("apt-get").is_none() {
        bail!(
            "{list} (as Debian calls them) are missing and this machine has no apt-get: install \
             them with its own package manager, so that they are on PATH, and run this again"
        );
    }
    let is_root = process::capture(Command::new("id").arg("-u"))?.trim() == "0";
    ensure!(
        is_root,
        "{list} must be installed by root. Run this, then the same command again:\n\
         sudo apt-get install -y {list}"
    );
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    process::run(apt().args(["update", "-q"]))?;
    process::run(apt().args(["install", "-y", "-q"]).args(packages))
}

/// The build folder has a fixed name, so that an interrupted installation goes on where it was.
fn install_crate(workspace: &Workspace, home: &Path, package: &str, flags: &[&str]) -> Result<()> {
    let build = tools::cache_folder()?.join("build");
    let install = |locked: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo.args(["install", package]).args(locked).args(flags);
        cargo
            .arg("--root")
            .arg(home)
            .env("CARGO_TARGET_DIR", &build);
        cargo.envs(QUICK_BUILD.iter().copied());
        process::run(&mut cargo)
    };
    if let Err(error) = install(&["--locked"]) {
        println!("{error:#}");
        println!("Trying once more, without the versions that {package} was released with.");
        install(&[])?;
    }
    fs::remove_dir_all(&build).with_context(|| format!("{} cannot be removed", build.display()))
}

fn install_npm(home: &Path, package: &str) -> Result<()> {
    fs::create_dir_all(home).with_context(|| format!("{} cannot be made", home.display()))?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--prefix",
    ])
    .arg(home);
    process::run(npm.arg(package))
}

/// In an environment of its own: Debian's Python takes no packages from elsewhere.
fn install_pypi(home: &Path, package: &str) -> Result<()> {
    let mut python = Command::new("python3");
    process::run(python.args(["-m", "venv", "--clear"]).arg(home))?;
    let mut pip = Command::new(home.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    process::run(pip.arg(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_missing_is_nothing_to_do() {
        assert_eq!(plan_jobs(&[], |_| true), []);
    }

    #[test]
    fn debian_packages_come_first_and_together() {
        let jobs = plan_jobs(&[Tool::Trunk, Tool::Chromium, Tool::Chromedriver], |_| true);
        let browser = Job::Debian(vec!["chromium", "chromium-driver"]);
        assert_eq!(jobs, [browser, Job::Tool(Tool::Trunk)]);
    }

    #[test]
    fn npm_is_installed_only_for_a_tool_that_needs_it() {
        let jobs = plan_jobs(&[Tool::WasmOpt], |program| program == "node");
        assert_eq!(jobs, [Job::Debian(vec!["npm"]), Job::Tool(Tool::WasmOpt)]);
        assert_eq!(
            plan_jobs(&[Tool::Trunk], |_| false),
            [Job::Tool(Tool::Trunk)]
        );
    }

    #[test]
    fn another_wasm_bindgen_in_the_lock_stops_the_setup() {
        check_wasm_bindgen(WASM_BINDGEN).unwrap();
        let error = check_wasm_bindgen("0.2.1").unwrap_err().to_string();
        assert!(
            error.contains("0.2.1") && error.contains(WASM_BINDGEN),
            "{error}"
        );
    }
}
