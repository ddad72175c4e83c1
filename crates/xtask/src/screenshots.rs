//! `cargo xtask screenshots` and `cargo xtask samples`: the main screens as pictures, and everything that comes out of a
//! sample year as files. Both are browser tests that are told where to leave what they see.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context as _, Result};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    process, setup,
    test::in_chromium,
    tools::{FOR_APP, FOR_BROWSER, Tool},
    workspace::Workspace,
};

/// The flow that visits every main screen.
const SCREENS: &str = "flows::screens::main_screens_fit_a_phone_and_a_desk";
/// The flow that makes every register, report and paper.
const SAMPLES: &str = "flows::samples::a_sample_year_gives_every_register_report_and_paper";

pub(crate) fn command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    let folder = workspace.path("docs/screenshots");
    run(workspace, arguments, SCREENS, ("SO_TAY_SHOTS", &folder))
}

pub(crate) fn samples(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    let folder = workspace.path("docs/samples");
    run(workspace, arguments, SAMPLES, ("SO_TAY_SAMPLES", &folder))
}

fn run(
    workspace: &Workspace,
    mut arguments: Arguments,
    flow: &str,
    (variable, folder): (&str, &Path),
) -> Result<ExitCode> {
    arguments.expect_end()?;
    let tools: Vec<Tool> = FOR_APP.iter().chain(FOR_BROWSER).copied().collect();
    let toolbox = setup::ensure_tools(workspace, &tools)?;
    println!("[1/2] building the app (some minutes when nothing is compiled yet) …");
    app::build(workspace, &toolbox, Profile::Dev, &workspace.app_dev())?;
    workspace.build_endpoint()?;
    println!("[2/2] visiting the screens …");
    if folder.exists() {
        // Files of screens that are no more would stay for ever.
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let mut tests = in_chromium(workspace, &toolbox)?;
    tests.args(["--", "--exact", flow]);
    process::run(tests.env(variable, folder))?;
    println!("The files are in {}.", folder.display());
    Ok(ExitCode::SUCCESS)
}
