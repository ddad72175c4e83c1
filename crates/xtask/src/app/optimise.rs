//! Making the release wasm small with wasm-opt, without letting it use any feature of wasm that
//! rustc's target does not use already: the floor of browsers is set by that list.

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
