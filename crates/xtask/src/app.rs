//! Building the app for browsers: Trunk for the page, cargo and the splitter for the wasm, wasm-opt (release), then the
//! finishing touches.
//! Which folder it ends in and what is done with it is decided by the commands.

pub(crate) mod finish;
mod optimise;
mod page;
pub(crate) mod sizes;
pub(crate) mod store_page;
mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use self::finish::{Finished, Sources};
use crate::{
    process,
    tools::{Tool, Toolbox},
    workspace::Workspace,
};

/// The two ways the app is built; the names are those of the profiles in Cargo.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    fn cargo_name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// Builds the app into `out`, in place of what was there. Until the last moment all work happens
/// in cargo's target folder, so a failed build leaves the old app as it was.
pub(crate) fn build(
    workspace: &Workspace,
    toolbox: &Toolbox,
    profile: Profile,
    out: &Path,
) -> Result<Finished> {
    ensure_replaceable(out)?;
    let stage = workspace.target("app-stage").join(profile.cargo_name());
    run_trunk(workspace, toolbox, &stage)?;
    wasm::build(workspace, toolbox, profile, &stage)?;
    if profile == Profile::Release {
        optimise::every_wasm(workspace, toolbox.get(Tool::WasmOpt)?, &stage)?;
        // The worker has its list of files put in first.
        let esbuild = toolbox.get(Tool::Esbuild)?;
        optimise::every_script(workspace, esbuild, &stage, &[finish::WORKER])?;
    }
    let sources = Sources {
        boot_template: workspace.path("public/boot.template.js"),
        icons: workspace.path("style/icons.svg"),
    };
    let finished = finish::finish(&stage, &sources)?;
    if profile == Profile::Release {
        optimise::script(
            workspace,
            toolbox.get(Tool::Esbuild)?,
            &stage.join(finish::WORKER),
        )?;
    }
    replace(out, &stage).with_context(|| format!("{} cannot be written", out.display()))?;
    Ok(finished)
}

fn run_trunk(workspace: &Workspace, toolbox: &Toolbox, dist: &Path) -> Result<()> {
    let mut trunk = workspace.command(toolbox.get(Tool::Trunk)?);
    trunk.args(["build", "--skip-version-check"]);
    trunk.arg("--config").arg(workspace.path("Trunk.toml"));
    trunk.arg("--dist").arg(dist);
    trunk.env("PATH", toolbox.search_path()?);
    if std::env::var_os("NO_COLOR").is_some() {
        // Trunk 0.21 stops at `NO_COLOR=1`: it takes only `true` and `false`.
        trunk.env_remove("NO_COLOR").args(["--color", "never"]);
    }
    process::run(&mut trunk).context("the page cannot be built")
}

/// Only an earlier build may be replaced: `--public-dir` must never empty someone's folder.
fn ensure_replaceable(out: &Path) -> Result<()> {
    let is_free = !out.exists() || fs::read_dir(out).is_ok_and(|mut files| files.next().is_none());
    let is_ours = out.join("sw.js").is_file()
        && !out.join("boot.template.js").exists()
        && fs::read_to_string(out.join("index.html"))
            .is_ok_and(|page| page.contains(page::BUILD_META));
    ensure!(
        is_free || is_ours,
        "{} holds something else than an earlier build of the app and is left alone; name an \
         empty folder, or one that does not exist",
        out.display()
    );
    Ok(())
}

/// Puts the files below `stage` into `out`, in place of what was there.
pub(crate) fn replace(out: &Path, stage: &Path) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    for relative in files_below(stage)? {
        let to = out.join(&relative);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(stage.join(&relative), to)?;
    }
    Ok(())
}

/// All files below `folder`, as relative paths with `/`, in order.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(relative) = folders.pop() {
        let here = folder.join(&relative);
        let entries =
            fs::read_dir(&here).with_context(|| format!("{} cannot be read", here.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .filter(|name| name.chars().all(is_plain))
                .with_context(|| {
                    format!(
                        "{} must be renamed: file names of the app may hold only a-z, A-Z, 0-9, \
                         `.`, `-` and `_`, since they become addresses",
                        entry.path().display()
                    )
                })?;
            let path = relative.join(name);
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let words: Vec<_> = path.iter().map(|word| word.to_string_lossy()).collect();
                found.push(words.join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_')
}
