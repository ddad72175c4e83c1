//! `cargo xtask test`: every check of the house, in the order of [`STEPS`], or those named.
//! A failed step does not keep the others from running, save those that build on it.

use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    build,
    database::Server,
    package::trial,
    process, sample,
    screen::Screen,
    setup,
    tools::{
        FOR_APP, FOR_BROWSER, FOR_FIREFOX, FOR_FUZZ, FOR_POSTGRES, FOR_RELEASE, FOR_SHEETS,
        FOR_WEBKIT, Tool, Toolbox,
    },
    workspace::Workspace,
};

/// One check. To add one, add a row to [`STEPS`] and its function below.
struct Step {
    /// `clippy` chooses `clippy` and everything that begins with `clippy-`.
    name: &'static str,
    tools: &'static [Tool],
    /// Steps whose result this one uses; they are run too when only this one is named.
    after: &'static [&'static str],
    check: Check,
}

const STEPS: &[Step] = &[
    Step::new("fmt", &[], fmt),
    Step::new("clippy", &[], clippy),
    Step::new("clippy-e2e", &[], clippy_e2e),
    Step::new("clippy-sheets", &[], clippy_sheets),
    Step::new("clippy-postgres", &[], clippy_postgres),
    Step::new("clippy-wasm", &[Tool::WasmTarget], clippy_wasm),
    Step::new("unit", &[], unit),
    Step::new("postgres", FOR_POSTGRES, postgres),
    Step::new("schema", &[Tool::Schemathesis], schema),
    Step::new("fuzz", FOR_FUZZ, fuzz),
    Step::new("sheets", FOR_SHEETS, sheets),
    Step::new("docs", &[], docs),
    Step::new("app", FOR_APP, app_dev),
    Step::new("store-page", FOR_APP, store_page),
    Step::new("build", FOR_RELEASE, release),
    Step::new("package", &[], package).after(&["app"]),
    Step::new("e2e", FOR_BROWSER, e2e).after(&["app", "store-page"]),
    Step::new("e2e-firefox", FOR_FIREFOX, e2e_firefox).after(&["app", "store-page"]),
    Step::new("e2e-webkit", FOR_WEBKIT, e2e_webkit).after(&["app", "store-page"]),
];

type Check = fn(&Workspace, &Toolbox, &mut Tally) -> Result<()>;

impl Step {
    const fn new(name: &'static str, tools: &'static [Tool], check: Check) -> Self {
        Self {
            name,
            tools,
            after: &[],
            check,
        }
    }

    const fn after(self, steps: &'static [&'static str]) -> Self {
        Self {
            after: steps,
            ..self
        }
    }
}

fn fmt(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let words = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    process::run(workspace.cargo().args(words))
}

/// What only the feature of the browser tests compiles.
fn clippy_e2e(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let words = [
        "clippy",
        "--features",
        "e2e",
        "--test",
        "e2e",
        "--",
        "-D",
        "warnings",
    ];
    process::run(workspace.cargo().args(words))
}

/// What only the feature of the tests with LibreOffice compiles.
fn clippy_sheets(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "-p", "sheets", "--features", "office"]);
    process::run(cargo.args(["--test", "opened", "--", "-D", "warnings"]))
}

/// What only the feature of the tests with PostgreSQL compiles.
fn clippy_postgres(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "-p", "endpoint", "--all-targets"]);
    process::run(cargo.args(["--features", "postgres,schema", "--", "-D", "warnings"]))
}

/// The root package alone: the endpoint does not compile for browsers, and need not.
fn clippy_wasm(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let words = [
        "clippy",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ];
    process::run(workspace.cargo().args(words))
}

/// Unit tests, properties, simulation. The browser tests stay out: they require a feature.
fn unit(workspace: &Workspace, _: &Toolbox, tally: &mut Tally) -> Result<()> {
    // The licences of all dependencies are read, also of those that only other systems compile.
    process::run(workspace.cargo().args(["fetch", "--locked"]))?;
    let mut cargo = workspace.cargo();
    // What passing tests print is shown: the simulation says what it did.
    let words = [
        "test",
        "--workspace",
        "--no-fail-fast",
        "--",
        "--show-output",
    ];
    tally.watch(cargo.args(words))
}

/// The endpoint's tests once more, against a PostgreSQL server that is started for them.
fn postgres(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let server = Server::start(toolbox.get(Tool::Postgres)?)?;
    tally.watch(&mut with_postgres(workspace, toolbox, &server)?)
}

/// The endpoint's tests, told where the server is.
pub(crate) fn with_postgres(
    workspace: &Workspace,
    toolbox: &Toolbox,
    server: &Server,
) -> Result<Command> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "endpoint", "--features", "postgres"]);
    cargo.args(["--no-fail-fast", "--", "--show-output"]);
    cargo.env("SO_TAY_TEST_POSTGRES", server.url());
    cargo.env("POSTGRES_BIN", toolbox.get(Tool::Postgres)?);
    cargo.env("PATRONI", toolbox.get(Tool::Patroni)?);
    cargo.env("ETCD", toolbox.get(Tool::Etcd)?);
    Ok(cargo)
}

/// The endpoint, asked for all that its OpenAPI document says and for what it does not.
fn schema(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "endpoint", "--features", "schema"]);
    cargo.args([
        "--test",
        "endpoint",
        "--no-fail-fast",
        "schema",
        "--",
        "--show-output",
    ]);
    tally.watch(cargo.env("SCHEMATHESIS", toolbox.get(Tool::Schemathesis)?))
}

/// What comes in from elsewhere, made up by libFuzzer, for a bounded time: `SO_TAY_FUZZ_SECONDS` for each target.
fn fuzz(workspace: &Workspace, toolbox: &Toolbox, _: &mut Tally) -> Result<()> {
    let seconds = std::env::var("SO_TAY_FUZZ_SECONDS").unwrap_or_else(|_| "20".to_owned());
    for target in ["bodies", "imports"] {
        // What was found in earlier runs on this machine is where the next begins.
        let corpus = workspace.target("fuzz-corpus").join(target);
        std::fs::create_dir_all(&corpus)
            .with_context(|| format!("{} cannot be made", corpus.display()))?;
        let mut fuzz = workspace.command(toolbox.get(Tool::Fuzz)?);
        fuzz.args(["run", "--fuzz-dir", "fuzz", "--sanitizer", "none", target]);
        fuzz.arg(corpus).arg("crates/records/tests/fixtures/v1");
        fuzz.args([
            "--",
            "-max_len=16384",
            "-verbosity=0",
            "-print_final_stats=1",
        ]);
        fuzz.arg(format!("-max_total_time={seconds}"));
        fuzz.env("CARGO_TARGET_DIR", workspace.target("fuzz"));
        process::run(&mut fuzz)?;
    }
    Ok(())
}

/// The exported files, opened, read back and printed by LibreOffice.
fn sheets(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "sheets", "--features", "office"]);
    cargo.args(["--test", "opened", "--no-fail-fast"]);
    tally.watch(cargo.env("SOFFICE", toolbox.get(Tool::Calc)?))
}

fn docs(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

fn app_dev(workspace: &Workspace, toolbox: &Toolbox, _: &mut Tally) -> Result<()> {
    app::build(workspace, toolbox, Profile::Dev, &workspace.app_dev())?;
    Ok(())
}

fn store_page(workspace: &Workspace, toolbox: &Toolbox, _: &mut Tally) -> Result<()> {
    app::store_page::build(workspace, toolbox, &workspace.store_page())
}

fn release(workspace: &Workspace, toolbox: &Toolbox, _: &mut Tally) -> Result<()> {
    build::build_release(workspace, toolbox, &workspace.path("dist"))?.check_budget()
}

/// The archive that a technician gets, of the development builds: unpacked, started, backed up, restored, diagnosed.
fn package(workspace: &Workspace, _: &Toolbox, _: &mut Tally) -> Result<()> {
    workspace.build_endpoint()?;
    trial::run(workspace)
}

fn e2e(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    workspace.build_endpoint()?;
    tally.watch(in_chromium(workspace, toolbox)?.arg("--no-fail-fast"))
}

/// Flows that look at pictures and papers, or ask for what only Chromium's own protocol has a word for.
const CHROMIUM_ALONE: [&str; 5] = [
    "flows::accessibility",
    "flows::screens",
    "flows::samples",
    "flows::full_disk",
    "flows::carry_by_camera",
];
/// WebKitGTK in automation keeps nothing over its end: flows that start it twice on one profile.
const RESTARTED: [&str; 2] = ["flows::killed", "flows::sub_path"];
fn e2e_firefox(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    workspace.build_endpoint()?;
    let mut cargo = in_firefox(workspace, toolbox)?;
    cargo.args(["--no-fail-fast", "--"]);
    tally.watch(without(&mut cargo, &[&CHROMIUM_ALONE]))
}

fn e2e_webkit(workspace: &Workspace, toolbox: &Toolbox, tally: &mut Tally) -> Result<()> {
    workspace.build_endpoint()?;
    let screen = Screen::start(toolbox.get(Tool::Xvfb)?)?;
    let mut cargo = browser_tests(workspace, "webkit")?;
    cargo.env("WEBKITDRIVER", toolbox.get(Tool::WebKit)?);
    cargo.env("MINIBROWSER", toolbox.get(Tool::MiniBrowser)?);
    cargo.env("DISPLAY", screen.display());
    cargo.args(["--no-fail-fast", "--"]);
    let not_here = [&CHROMIUM_ALONE[..], &RESTARTED];
    tally.watch(without(&mut cargo, &not_here))
}

fn without<'a>(cargo: &'a mut Command, flows: &[&[&str]]) -> &'a mut Command {
    for flow in flows.iter().flat_map(|flows| flows.iter()) {
        cargo.args(["--skip", flow]);
    }
    cargo
}

pub(crate) fn in_chromium(workspace: &Workspace, toolbox: &Toolbox) -> Result<Command> {
    let mut cargo = browser_tests(workspace, "chromium")?;
    cargo.env("SO_TAY_AXE", toolbox.get(Tool::Axe)?);
    cargo.env("CHROMIUM", toolbox.get(Tool::Chromium)?);
    cargo.env("CHROMEDRIVER", toolbox.get(Tool::Chromedriver)?);
    Ok(cargo)
}

pub(crate) fn in_firefox(workspace: &Workspace, toolbox: &Toolbox) -> Result<Command> {
    let mut cargo = browser_tests(workspace, "firefox")?;
    cargo.env("FIREFOX", toolbox.get(Tool::Firefox)?);
    cargo.env("GECKODRIVER", toolbox.get(Tool::Geckodriver)?);
    Ok(cargo)
}

/// The browser tests, told where everything is that they start; app and endpoint are built before.
fn browser_tests(workspace: &Workspace, browser: &str) -> Result<Command> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--features", "e2e", "--test", "e2e"]);
    told(&mut cargo, workspace, browser)?;
    Ok(cargo)
}

/// What is measured in Chromium, of an app in this folder.
pub(crate) fn figures(
    workspace: &Workspace,
    toolbox: &Toolbox,
    app: &std::path::Path,
) -> Result<Command> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--features", "figures", "--test", "e2e"]);
    told(&mut cargo, workspace, "chromium")?;
    cargo.env("SO_TAY_APP_DIR", app);
    cargo.env("CHROMIUM", toolbox.get(Tool::Chromium)?);
    cargo.env("CHROMEDRIVER", toolbox.get(Tool::Chromedriver)?);
    Ok(cargo)
}

fn told(cargo: &mut Command, workspace: &Workspace, browser: &str) -> Result<()> {
    cargo.env("SO_TAY_BROWSER", browser);
    cargo.env("SO_TAY_APP_DIR", workspace.app_dev());
    cargo.env("SO_TAY_STORE_PAGE", workspace.store_page());
    cargo.env("SO_TAY_ENDPOINT", workspace.endpoint());
    cargo.env("SO_TAY_SAMPLE", sample::of_today(workspace)?);
    Ok(())
}

/// Tests counted from the `test result:` lines of all steps together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn watch(&mut self, command: &mut Command) -> Result<()> {
        process::watch(command, |line| self.add_line(line))
    }

    fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|line| line.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun,
}

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let names: Vec<String> = std::iter::from_fn(|| arguments.next_word()).collect();
    let steps = choose_steps(&names)?;
    let mut tools: Vec<Tool> = steps.iter().flat_map(|step| step.tools).copied().collect();
    tools.sort_unstable();
    tools.dedup();
    let toolbox = setup::ensure_tools(workspace, &tools)?;

    let mut tally = Tally::default();
    let mut done: Vec<(&str, Outcome, Duration)> = Vec::new();
    for (idx, step) in steps.iter().enumerate() {
        let place = format!("[{}/{}] {}", idx + 1, steps.len(), step.name);
        println!("{place} …");
        let is_blocked = done
            .iter()
            .any(|(name, outcome, _)| step.after.contains(name) && *outcome != Outcome::Passed);
        let started = Instant::now();
        let (outcome, word) = if is_blocked {
            (
                Outcome::NotRun,
                format!("not run, it needs {}", step.after.join(", ")),
            )
        } else {
            match (step.check)(workspace, &toolbox, &mut tally) {
                Ok(()) => (Outcome::Passed, "ok".to_owned()),
                Err(error) => (Outcome::Failed, format!("FAILED: {error:#}")),
            }
        };
        let time = started.elapsed();
        println!("{place} … {word} ({:.1} s)", time.as_secs_f32());
        done.push((step.name, outcome, time));
    }
    Ok(conclude(&done, &tally))
}

/// Named steps and those they build on, in the table's order; without names, the full run.
fn choose_steps(names: &[String]) -> Result<Vec<&'static Step>> {
    let is_named = |step: &Step, name: &str| {
        step.name == name
            || step
                .name
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    if let Some(stranger) = names
        .iter()
        .find(|name| !STEPS.iter().any(|step| is_named(step, name)))
    {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "there is no step `{stranger}`; the steps are: {}",
            known.join(", ")
        );
    }
    let is_chosen = |step: &Step| names.is_empty() || names.iter().any(|name| is_named(step, name));
    let needed: Vec<&str> = STEPS
        .iter()
        .filter(|step| is_chosen(step))
        .flat_map(|step| step.after)
        .copied()
        .collect();
    Ok(STEPS
        .iter()
        .filter(|step| is_chosen(step) || needed.contains(&step.name))
        .collect())
}

fn conclude(done: &[(&str, Outcome, Duration)], tally: &Tally) -> ExitCode {
    println!();
    for (name, outcome, time) in done {
        let word = match outcome {
            Outcome::Passed => "ok",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run",
        };
        println!("{name:<16}{word:<9}{:>7.1} s", time.as_secs_f32());
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    let is_good = tally.failed == 0
        && done
            .iter()
            .all(|(_, outcome, _)| *outcome == Outcome::Passed);
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        choose_steps(&names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect()
    }

    #[test]
    fn names_choose_steps_in_the_order_of_the_table() {
        assert_eq!(
            chosen(&["unit", "clippy"]),
            [
                "clippy",
                "clippy-e2e",
                "clippy-sheets",
                "clippy-postgres",
                "clippy-wasm",
                "unit"
            ]
        );
        assert_eq!(
            chosen(&["e2e"]),
            ["app", "store-page", "e2e", "e2e-firefox", "e2e-webkit"]
        );
        assert!(choose_steps(&["unti".to_owned()]).is_err());
    }

    #[test]
    fn what_a_step_builds_on_comes_before_it() {
        for (idx, step) in STEPS.iter().enumerate() {
            for needed in step.after {
                let before = STEPS.iter().position(|other| other.name == *needed);
                assert!(
                    before.is_some_and(|before| before < idx),
                    "{} needs {needed}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn results_of_all_test_binaries_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            tally.add_line(line);
        }
        assert_eq!(
            tally,
            Tally {
                passed: 7,
                failed: 3
            }
        );
    }
}
