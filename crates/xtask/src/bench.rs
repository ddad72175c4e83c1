//! `cargo xtask bench`: figures beside limits of the same run, a JSON line each on stdout. Times are for reading, never for
//! passing or failing.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Result, bail};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    process, setup,
    test::figures,
    tools::{FOR_APP, FOR_BROWSER, FOR_RELEASE},
    workspace::Workspace,
};

/// The parts, and how large the sample years are: 1,349 records in 3,320 changes, and 9,449 in 18,806.
const PARTS: [&str; 2] = ["endpoint", "browser"];
const SCALES: [&str; 2] = ["5", "50"];

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let mut parts = Vec::new();
    while let Some(word) = arguments.next_word() {
        match PARTS.iter().find(|part| **part == word) {
            Some(part) => parts.push(*part),
            None => bail!(
                "`{word}` is not understood; bench knows {}",
                PARTS.join(", ")
            ),
        }
    }
    let wants = |part: &str| parts.is_empty() || parts.contains(&part);
    if wants("endpoint") {
        endpoint(workspace)?;
    }
    if wants("browser") {
        browser(workspace)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn endpoint(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "endpoint",
        "--example",
        "load",
    ]);
    process::run(&mut cargo)
}

fn browser(workspace: &Workspace) -> Result<()> {
    let tools = [FOR_APP, FOR_BROWSER, FOR_RELEASE].concat();
    let toolbox = setup::ensure_tools(workspace, &tools)?;
    let folder = workspace.target("bench");
    let release = folder.join("app");
    std::fs::create_dir_all(&folder)?;
    app::build(workspace, &toolbox, Profile::Release, &release)?;
    workspace.build_endpoint()?;
    let mut samples: Vec<PathBuf> = Vec::new();
    for scale in SCALES {
        let file = folder.join(format!("sample-{scale}.json"));
        let mut cargo = workspace.cargo();
        cargo
            .args(["xtask", "sample", "--scale", scale, "--out"])
            .arg(&file);
        process::run(&mut cargo)?;
        samples.push(file);
    }
    let mut flows = figures(workspace, &toolbox, &release)?;
    flows.args(["--", "--nocapture", "figures::"]);
    flows.env("SO_TAY_BENCH_SAMPLES", std::env::join_paths(samples)?);
    process::run(&mut flows)
}
