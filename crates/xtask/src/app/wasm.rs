//! From Rust to the wasm that browsers load: cargo, then the part that the first minute does not need is split off, then
//! wasm-bindgen on the rest. Trunk makes the page around it and does not see the wasm.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, anyhow};

use super::Profile;
use crate::{
    process,
    tools::{Tool, Toolbox},
    workspace::Workspace,
};

const BINARY: &str = "so-tay-dan-van";
const TARGET: &str = "wasm32-unknown-unknown";
/// What loads the parts; named by the app's script, and itself naming that script.
pub(super) const LINK: &str = "split.js";
pub(super) const SCRIPT: &str = "app.js";
pub(super) const CORE: &str = "app_bg.wasm";
/// The folder of what the service worker fetches after the core.
pub(super) const EXTRAS: &str = "extras/";

/// Builds the app's wasm into `stage`: `app.js`, `app_bg.wasm`, `split.js`, and each part that comes later in `extras/`.
pub(super) fn build(
    workspace: &Workspace,
    toolbox: &Toolbox,
    profile: Profile,
    stage: &Path,
) -> Result<()> {
    let mut cargo = workspace.command("cargo");
    cargo.args(["rustc", "--bin", BINARY, "--target", TARGET]);
    cargo.args(["--profile", profile.cargo_name()]);
    // The splitter follows each reference from function to function, so the linker must leave them.
    cargo.args(["--", "-C", "link-arg=--emit-relocs"]);
    process::run(&mut cargo).context("the app cannot be built")?;
    let whole = workspace
        .target(TARGET)
        .join(profile.cargo_name())
        .join(BINARY)
        .with_extension("wasm");
    let bytes = fs::read(&whole).with_context(|| format!("{} cannot be read", whole.display()))?;

    let parts = workspace.target("app-parts").join(profile.cargo_name());
    if parts.exists() {
        fs::remove_dir_all(&parts)?;
    }
    fs::create_dir_all(&parts)?;
    let main = parts.join("app.wasm");
    let link = format!("./{LINK}");
    let script = format!("./{SCRIPT}");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = &parts;
    options.main_out_path = &main;
    options.link_name = &link;
    options.main_module = &script;
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("the second wasm cannot be split off: {error:#}"))?;

    let mut bindgen = workspace.command(toolbox.get(Tool::WasmBindgen)?);
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports"]);
    bindgen.args(["--out-name", "app", "--out-dir"]);
    bindgen.arg(stage).arg(&main);
    process::run(&mut bindgen).context("wasm-bindgen cannot read the app")?;

    fs::create_dir_all(stage.join(EXTRAS))?;
    let mut code = fs::read_to_string(parts.join(LINK))?;
    for part in split.split_modules {
        let name = part
            .file_name()
            .and_then(|name| name.to_str())
            .context("a part of the wasm has no name")?
            .to_owned();
        fs::copy(&part, stage.join(EXTRAS).join(&name))?;
        code = code.replace(&format!("\"./{name}\""), &format!("\"./{EXTRAS}{name}\""));
    }
    fs::write(stage.join(LINK), code)?;
    Ok(())
}
