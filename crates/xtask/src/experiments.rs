//! `cargo xtask simulate` and `cargo xtask kills`: the experiments of `docs/RELIABILITY.md`, as long as somebody wants.
//! They are tests of the house with larger numbers; their last lines are the figures.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    database::Server,
    process, setup,
    test::{in_chromium, in_firefox, with_postgres},
    tools::{FOR_APP, FOR_BROWSER, FOR_FIREFOX, FOR_POSTGRES, Tool, Toolbox},
    workspace::Workspace,
};

const SEEDS: u64 = 10_000;
/// So many over the model for one over the real endpoint, which takes fifty times as long.
const SEEDS_FOR_A_REAL_ONE: u64 = 5;
const KILLS: u64 = 200;
/// So many kills of a process for one loss of a machine, which takes half a minute to get over.
const KILLS_FOR_A_LOSS: u64 = 40;

type InBrowser = fn(&Workspace, &Toolbox) -> Result<Command>;

/// What one word of the command asks for.
fn number(arguments: &mut Arguments, word: &str) -> Result<u64> {
    let text = arguments.value_of(word)?;
    text.parse()
        .with_context(|| format!("`{text}` is no whole number"))
}

pub(crate) fn simulate(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let (mut seeds, mut seed) = (SEEDS, None);
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--seeds" => seeds = number(&mut arguments, "--seeds")?,
            "--seed" => seed = Some(number(&mut arguments, "--seed")?),
            other => bail!("`{other}` is not understood; simulate knows --seeds N and --seed S"),
        }
    }
    // Over the model of the endpoint, and some of them over the real one.
    let halves = [
        (["records", "laws", "nothing_saved_is_lost"], seeds),
        (
            ["endpoint", "endpoint", "nothing_is_lost_doubled"],
            seeds.div_ceil(SEEDS_FOR_A_REAL_ONE),
        ),
    ];
    for ([package, test, name], seeds) in halves {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--release", "-p", package, "--test", test]);
        cargo.args([name, "--", "--nocapture"]);
        match seed {
            Some(seed) => cargo.env("SO_TAY_SEED", seed.to_string()),
            None => cargo.env("SO_TAY_SEEDS", seeds.to_string()),
        };
        process::run(&mut cargo)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn kills(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let mut count = KILLS;
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--count" => count = number(&mut arguments, "--count")?,
            other => bail!("`{other}` is not understood; kills knows --count N"),
        }
    }
    let tools = [FOR_APP, FOR_BROWSER, FOR_FIREFOX, FOR_POSTGRES].concat();
    let toolbox = setup::ensure_tools(workspace, &tools)?;
    println!("[1/5] building the app and the endpoint …");
    app::build(workspace, &toolbox, Profile::Dev, &workspace.app_dev())?;
    workspace.build_endpoint()?;
    println!("[2/5] killing the endpoint over SQLite {count} times …");
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "endpoint", "--test", "endpoint"]);
    cargo.args(["kills_in_the_middle_of_pushes", "--", "--nocapture"]);
    process::run(cargo.env("SO_TAY_KILLS", count.to_string()))?;
    let losses = count.div_ceil(KILLS_FOR_A_LOSS);
    println!(
        "[3/5] the same over PostgreSQL, and losing its leading machine {losses} times, about half a minute each …"
    );
    let server = Server::start(toolbox.get(Tool::Postgres)?)?;
    let mut cargo = with_postgres(workspace, &toolbox, &server)?;
    cargo.args(["--nocapture", "kills_in_the_middle", "leading_database"]);
    cargo.env("SO_TAY_LOSSES", losses.to_string());
    process::run(cargo.env("SO_TAY_KILLS", count.to_string()))?;
    drop(server);
    let browsers: [(&str, InBrowser); 2] = [("Chromium", in_chromium), ("Firefox", in_firefox)];
    for (number, (name, flows)) in (4..).zip(browsers) {
        println!("[{number}/5] killing {name} {count} times, about five seconds each …");
        let mut flows = flows(workspace, &toolbox)?;
        flows.args(["--", "--nocapture", "flows::killed"]);
        process::run(flows.env("SO_TAY_KILLS", count.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}
