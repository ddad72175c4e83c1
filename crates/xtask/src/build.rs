//! `cargo xtask build`: the release app, its weight, and the budget it must keep.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{
    app::{self, Profile, sizes::Report},
    arguments::Arguments,
    setup,
    tools::{FOR_RELEASE, Toolbox},
    workspace::Workspace,
};

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let mut out = workspace.path("dist");
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--public-dir" => out = PathBuf::from(arguments.value_of("--public-dir")?),
            other => bail!("`{other}` is not understood; build knows only --public-dir DIR"),
        }
    }
    let out = std::path::absolute(&out)
        .with_context(|| format!("{} is no usable path", out.display()))?;
    let toolbox = setup::ensure_tools(workspace, FOR_RELEASE)?;
    let report = build_release(workspace, &toolbox, &out)?;
    report.check_budget()?;
    println!(
        "The app is in {}, ready for any static host, in any folder.",
        out.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Builds the app into `out` and prints what it weighs.
pub(crate) fn build_release(
    workspace: &Workspace,
    toolbox: &Toolbox,
    out: &std::path::Path,
) -> Result<Report> {
    println!("Building the release app (some minutes when nothing is compiled yet) …");
    let finished = app::build(workspace, toolbox, Profile::Release, out)?;
    println!("Weighing the files …");
    let report = Report::of(out, &finished)?;
    println!("build {}\n{}", finished.id, report.table);
    Ok(report)
}
