//! `cargo xtask …`: the commands that set up, run, build and test the house.
//! No product code lives here, and nothing that the app or the endpoint needs to work.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to the person at the terminal"
)]

mod app;
mod arguments;
mod bench;
mod build;
mod database;
mod experiments;
mod package;
mod process;
mod run;
mod sample;
mod screen;
mod screenshots;
mod setup;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use crate::{arguments::Arguments, workspace::Workspace};

type Task = fn(&Workspace, Arguments) -> anyhow::Result<ExitCode>;

/// One row per command: its name, what it does in one line, and the function.
const COMMANDS: &[(&str, &str, Task)] = &[
    (
        "setup",
        "install what is missing to run, build and test",
        setup::command,
    ),
    (
        "run",
        "build and serve app and endpoint: [-- --sample --listen A:P --data DIR --no-build]",
        run::command,
    ),
    (
        "build",
        "the release app in dist/, with its size: [--public-dir DIR]",
        build::command,
    ),
    (
        "package",
        "one archive for a commune's machine: endpoint, app, service, guide, list of parts",
        package::command,
    ),
    (
        "test",
        "every check, or the steps named: [NAME…]",
        test::command,
    ),
    (
        "sample",
        "a made-up year of a commune: [--seed N --day YYYY-MM-DD --scale K --out FILE]",
        sample::command,
    ),
    (
        "simulate",
        "devices, an endpoint and a bad network: [--seeds N --seed S]",
        experiments::simulate,
    ),
    (
        "kills",
        "kill -9 of the endpoint and of the browser at work: [--count N]",
        experiments::kills,
    ),
    (
        "bench",
        "figures beside limits of the same run, as JSON lines: [endpoint browser]",
        bench::command,
    ),
    (
        "screenshots",
        "pictures of the main screens in docs/screenshots/",
        screenshots::command,
    ),
    (
        "samples",
        "every register, report and paper of a made-up year in docs/samples/",
        screenshots::samples,
    ),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let Some((_, _, task)) = COMMANDS.iter().find(|(known, _, _)| *known == name) else {
        return list_commands(&name);
    };
    let done = Workspace::find().and_then(|workspace| task(&workspace, Arguments::new(words)));
    done.unwrap_or_else(|error| {
        eprintln!("cargo xtask {name}: {error:#}");
        ExitCode::FAILURE
    })
}

fn list_commands(name: &str) -> ExitCode {
    let asked_for_help = matches!(name, "help" | "--help" | "-h");
    if !asked_for_help && !name.is_empty() {
        eprintln!("There is no command `{name}`.");
    }
    eprintln!("Commands of `cargo xtask`:");
    for (known, does, _) in COMMANDS {
        eprintln!("  {known:<12}{does}");
    }
    if asked_for_help {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}
