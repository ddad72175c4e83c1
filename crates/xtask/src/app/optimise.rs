//! Making the release small: wasm with wasm-opt, without letting it use any feature of wasm that rustc's target does not
//! use already (the floor of browsers is set by that list); scripts and styles with esbuild.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{process, tools, workspace::Workspace};

/// rustc's name of a feature, and wasm-opt's option for it.
const FEATURES: &[(&str, &str)] = &[
    ("bulk-memory", "--enable-bulk-memory"),
    ("multivalue", "--enable-multivalue"),
    ("mutable-globals", "--enable-mutable-globals"),
    ("nontrapping-fptoint", "--enable-nontrapping-float-to-int"),
    ("reference-types", "--enable-reference-types"),
    ("sign-ext", "--enable-sign-ext"),
];

/// Rewrites each wasm file below `folder` in place.
pub(super) fn every_wasm(workspace: &Workspace, wasm_opt: &Path, folder: &Path) -> Result<()> {
    let mut rustc = workspace.command(tools::rustc());
    rustc.args(["--print", "cfg", "--target", "wasm32-unknown-unknown"]);
    let features = plan_features(&process::capture(&mut rustc)?)?;
    for relative in super::files_below(folder)? {
        if Path::new(&relative)
            .extension()
            .is_none_or(|extension| extension != "wasm")
        {
            continue;
        }
        println!("Shrinking {relative} with wasm-opt (under a minute) …");
        let file = folder.join(&relative);
        let smaller = file.with_extension("wasm.smaller");
        let mut command = workspace.command(wasm_opt);
        command.args([
            "-Oz",
            "--strip-debug",
            "--strip-producers",
            "--mvp-features",
        ]);
        command.args(&features).arg(&file).arg("-o").arg(&smaller);
        process::run(&mut command)?;
        fs::rename(&smaller, &file).with_context(|| format!("replacing {}", file.display()))?;
    }
    Ok(())
}

/// Takes comments, spaces and long names out of each script and style below `folder`, save those in `except`.
pub(super) fn every_script(
    workspace: &Workspace,
    esbuild: &Path,
    folder: &Path,
    except: &[&str],
) -> Result<()> {
    for relative in super::files_below(folder)? {
        let is_text = ["js", "css"].contains(&relative.rsplit('.').next().unwrap_or_default());
        if is_text && !except.contains(&relative.as_str()) {
            script(workspace, esbuild, &folder.join(&relative))?;
        }
    }
    Ok(())
}

/// The same for one file, in place.
pub(super) fn script(workspace: &Workspace, esbuild: &Path, file: &Path) -> Result<()> {
    let mut command = workspace.command(esbuild);
    command.args(["--minify", "--charset=utf8", "--log-level=warning"]);
    if file.file_name().is_some_and(|name| name == "start.js") {
        // The oldest browser still gets its sentence.
        command.arg("--target=es5");
    }
    command.arg(file);
    let smaller = process::capture(&mut command)?;
    fs::write(file, smaller).with_context(|| format!("writing {}", file.display()))
}

fn plan_features(rustc_cfg: &str) -> Result<Vec<&'static str>> {
    let mut options = Vec::new();
    for line in rustc_cfg.lines() {
        let Some(name) = line.strip_prefix("target_feature=\"") else {
            continue;
        };
        let name = name.trim_end_matches('"');
        let Some((_, option)) = FEATURES.iter().find(|(known, _)| *known == name) else {
            bail!(
                "rustc's wasm target uses the feature `{name}`, which is new here: check that the \
                 oldest browsers we support have it, then add it to \
                 crates/xtask/src/app/optimise.rs"
            );
        };
        options.push(*option);
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_features_of_rustc_are_enabled() {
        let cfg = "panic=\"abort\"\ntarget_feature=\"sign-ext\"\ntarget_os=\"unknown\"\n";
        assert_eq!(plan_features(cfg).unwrap(), ["--enable-sign-ext"]);
    }

    #[test]
    fn a_feature_nobody_weighed_stops_the_build() {
        let error = plan_features("target_feature=\"simd128\"\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("simd128"), "{error}");
    }
}
