//! Where things are: the repository, cargo's target folder, the versions in Cargo.lock.
//! No path of any machine is written down; cargo is asked.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process;

#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let mut command = Command::new(cargo());
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Metadata = serde_json::from_str(&process::capture(&mut command)?)
            .context("`cargo metadata` printed something unexpected")?;
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Inside cargo's target folder, wherever `CARGO_TARGET_DIR` puts it.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// The development build of the app, for `run` and for browser tests.
    pub(crate) fn app_dev(&self) -> PathBuf {
        self.target("app-dev")
    }

    /// The page with the store's contract.
    pub(crate) fn store_page(&self) -> PathBuf {
        self.target("store-page")
    }

    /// The development build of the endpoint.
    pub(crate) fn endpoint(&self) -> PathBuf {
        self.target("debug")
            .join(format!("so-tay-endpoint{}", std::env::consts::EXE_SUFFIX))
    }

    /// The endpoint as it is shipped.
    pub(crate) fn endpoint_release(&self) -> PathBuf {
        self.target("release")
            .join(format!("so-tay-endpoint{}", std::env::consts::EXE_SUFFIX))
    }

    pub(crate) fn build_endpoint(&self) -> Result<()> {
        process::run(self.cargo().args(["build", "--package", "endpoint"]))
    }

    pub(crate) fn cargo(&self) -> Command {
        self.command(cargo())
    }

    /// A program started in the repository's root. What `cargo run` told this process about the
    /// package xtask is taken away again: build scripts that watch it would rebuild each time.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in std::env::vars_os() {
            let shown = name.to_string_lossy();
            if shown.starts_with("CARGO_PKG_") || shown.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// The version of `package` in Cargo.lock.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = self.path("Cargo.lock");
        let text = fs::read_to_string(&lock)
            .with_context(|| format!("{} cannot be read", lock.display()))?;
        locked_version(&text, package)
            .with_context(|| format!("Cargo.lock names no package {package}; run `cargo check`"))
    }
}

/// The cargo that started this process, so that nested calls use the same toolchain.
fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let (version, _) = after.split_once('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_lock() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.76\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.126\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.126")
        );
        assert_eq!(locked_version(lock, "trunk"), None);
    }
}
