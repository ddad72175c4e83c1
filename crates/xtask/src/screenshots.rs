//! `cargo xtask screenshots`: the main screens as pictures, taken by the browser tests.

use std::{fs, process::ExitCode};

use anyhow::{Context as _, Result};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    process, setup,
    test::browser_tests,
    tools::{FOR_APP, FOR_BROWSER, Tool},
    workspace::Workspace,
};

/// The flow that visits every main screen.
const FLOW: &str = "flows::screens::main_screens_fit_a_phone_and_a_desk";

pub(crate) fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    arguments.expect_end()?;
    let tools: Vec<Tool> = FOR_APP.iter().chain(FOR_BROWSER).copied().collect();
    let toolbox = setup::ensure_tools(workspace, &tools)?;
    println!("[1/2] building the app (some minutes when nothing is compiled yet) …");
    app::build(workspace, &toolbox, Profile::Dev, &workspace.app_dev())?;
    println!("[2/2] visiting the screens …");
    let folder = workspace.path("docs/screenshots");
    if folder.exists() {
        // Pictures of screens that are no more would stay for ever.
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let mut flow = browser_tests(workspace, &toolbox)?;
    flow.args(["--", "--exact", FLOW]);
    process::run(flow.env("SO_TAY_SHOTS", &folder))?;
    println!("The pictures are in {}.", folder.display());
    Ok(ExitCode::SUCCESS)
}
