//! The page that holds the store to its contract: `tests/store/page.rs` as a wasm of its own, and the least page around it.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    process,
    tools::{Tool, Toolbox},
    workspace::Workspace,
};

const EXAMPLE: &str = "store-contract";
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-dev";

const PAGE: &str = "<!doctype html>
<meta charset=\"utf-8\">
<title>Store</title>
<script type=\"module\">import init from './page.js'; init();</script>
";

/// The module name under which the functions of the app's later parts are imported.
const PARTS: &str = "\"__wasm_split_placeholder__\"";

/// Builds the page into `out`.
pub(crate) fn build(workspace: &Workspace, toolbox: &Toolbox, out: &Path) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--example", EXAMPLE, "--features", "contract"]);
    process::run(cargo.args(["--target", TARGET, "--profile", PROFILE]))?;
    let wasm = workspace
        .target(TARGET)
        .join(PROFILE)
        .join("examples")
        .join(EXAMPLE)
        .with_extension("wasm");
    let mut bindgen = workspace.command(toolbox.get(Tool::WasmBindgen)?);
    bindgen.args(["--target", "web", "--no-typescript"]);
    bindgen.args(["--out-name", "page", "--out-dir"]);
    process::run(bindgen.arg(out).arg(&wasm))?;
    without_parts(&out.join("page.js"))?;
    let page = out.join("index.html");
    fs::write(&page, PAGE).with_context(|| format!("{} cannot be written", page.display()))
}

/// The app's later parts are not part of this page: whatever called into one would end with a sentence that says so.
fn without_parts(script: &Path) -> Result<()> {
    let text = fs::read_to_string(script)
        .with_context(|| format!("{} cannot be read", script.display()))?;
    let lines = text.lines().map(|line| {
        let import = line.strip_prefix("import * as ");
        match import.and_then(|rest| rest.split_once(" from ")) {
            Some((name, module)) if module.trim_end_matches(';') == PARTS => format!(
                "const {name} = new Proxy({{}}, {{ get: () => () => {{ throw new Error('no later part here'); }} }});"
            ),
            _ => line.to_owned(),
        }
    });
    let text: Vec<String> = lines.collect();
    fs::write(script, text.join("\n"))
        .with_context(|| format!("{} cannot be written", script.display()))
}
