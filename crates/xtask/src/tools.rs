//! The programs the house builds and tests with: which, which version, where they are found.
//! Installing them is the business of `setup`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::{process, workspace::Workspace};

/// 0.22 wants a newer rustc than 1.95.
const TRUNK: &str = "0.21.14";
/// Must equal `wasm-bindgen` in Cargo.lock; `setup` refuses to go on when it does not.
pub(crate) const WASM_BINDGEN: &str = "0.2.126";
/// The npm package; its wasm-opt calls itself by the first number alone.
const BINARYEN: &str = "132.0.0";
/// The npm package; takes comments, spaces and long names out of scripts and styles.
const ESBUILD: &str = "0.28.2";
/// Finds accessibility problems; a script for the tests' browser, never part of the app.
const AXE: &str = "4.14.1";
/// The PyPI package; asks the endpoint for everything that its OpenAPI document says, and for what it does not.
const SCHEMATHESIS: &str = "4.32.5";
/// Makes up bodies and files that go everywhere in the code that reads them.
const FUZZ: &str = "0.13.2";
/// Firefox's driver; Debian has none.
const GECKODRIVER: &str = "0.37.1";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    WasmTarget,
    WasmBindgen,
    Trunk,
    WasmOpt,
    Esbuild,
    Chromium,
    Chromedriver,
    Axe,
    Calc,
    Writer,
    Poppler,
    Times,
    Postgres,
    Patroni,
    Etcd,
    Firefox,
    Geckodriver,
    WebKit,
    MiniBrowser,
    Xvfb,
    Schemathesis,
    Fuzz,
    Cpp,
}

/// What the development build needs: neither npm nor a browser.
pub(crate) const FOR_APP: &[Tool] = &[Tool::WasmTarget, Tool::WasmBindgen, Tool::Trunk];
pub(crate) const FOR_RELEASE: &[Tool] = &[
    Tool::WasmTarget,
    Tool::WasmBindgen,
    Tool::Trunk,
    Tool::WasmOpt,
    Tool::Esbuild,
];
pub(crate) const FOR_BROWSER: &[Tool] = &[Tool::Chromium, Tool::Chromedriver, Tool::Axe];
pub(crate) const FOR_FIREFOX: &[Tool] = &[Tool::Firefox, Tool::Geckodriver];
pub(crate) const FOR_WEBKIT: &[Tool] = &[Tool::WebKit, Tool::MiniBrowser, Tool::Xvfb];
/// What opens and prints exported files.
pub(crate) const FOR_SHEETS: &[Tool] = &[Tool::Calc, Tool::Writer, Tool::Poppler, Tool::Times];

pub(crate) const FOR_FUZZ: &[Tool] = &[Tool::Fuzz, Tool::Cpp];

/// What the endpoint's tests run against, besides SQLite.
pub(crate) const FOR_POSTGRES: &[Tool] = &[Tool::Postgres, Tool::Patroni, Tool::Etcd];

/// How a tool comes onto the machine.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    RustupTarget(&'static str),
    CrateBinary {
        package: &'static str,
        version: &'static str,
        flags: &'static [&'static str],
    },
    NpmPackage {
        package: &'static str,
        version: &'static str,
    },
    PypiPackage {
        package: &'static str,
        version: &'static str,
    },
    DebianPackage(&'static str),
}

impl Tool {
    pub(crate) fn source(self) -> Source {
        match self {
            Self::WasmTarget => Source::RustupTarget("wasm32-unknown-unknown"),
            Self::WasmBindgen => Source::CrateBinary {
                package: "wasm-bindgen-cli",
                version: WASM_BINDGEN,
                flags: &[],
            },
            Self::Trunk => Source::CrateBinary {
                package: "trunk",
                version: TRUNK,
                flags: &["--no-default-features", "--features", "rustls"],
            },
            Self::WasmOpt => Source::NpmPackage {
                package: "binaryen",
                version: BINARYEN,
            },
            Self::Esbuild => Source::NpmPackage {
                package: "esbuild",
                version: ESBUILD,
            },
            Self::Chromium => Source::DebianPackage("chromium"),
            Self::Chromedriver => Source::DebianPackage("chromium-driver"),
            Self::Axe => Source::NpmPackage {
                package: "axe-core",
                version: AXE,
            },
            Self::Calc => Source::DebianPackage("libreoffice-calc-nogui"),
            Self::Writer => Source::DebianPackage("libreoffice-writer-nogui"),
            Self::Poppler => Source::DebianPackage("poppler-utils"),
            // As wide as Times New Roman, with all Vietnamese letters; Liberation 1 lacks most.
            Self::Times => Source::DebianPackage("fonts-liberation2"),
            Self::Postgres => Source::DebianPackage("postgresql"),
            Self::Patroni => Source::DebianPackage("patroni"),
            Self::Etcd => Source::DebianPackage("etcd-server"),
            Self::Firefox => Source::DebianPackage("firefox-esr"),
            Self::Geckodriver => Source::CrateBinary {
                package: "geckodriver",
                version: GECKODRIVER,
                flags: &[],
            },
            // The driver's package has the small browser, too.
            Self::WebKit | Self::MiniBrowser => Source::DebianPackage("webkit2gtk-driver"),
            Self::Xvfb => Source::DebianPackage("xvfb"),
            Self::Fuzz => Source::CrateBinary {
                package: "cargo-fuzz",
                version: FUZZ,
                flags: &[],
            },
            // libFuzzer is C++.
            Self::Cpp => Source::DebianPackage("g++"),
            Self::Schemathesis => Source::PypiPackage {
                package: "schemathesis",
                version: SCHEMATHESIS,
            },
        }
    }

    /// Where the tool is, if it is there in exactly the right version.
    pub(crate) fn find(self, workspace: &Workspace) -> Result<Option<PathBuf>> {
        let cache = cache_folder()?;
        Ok(match self {
            Self::WasmTarget => find_wasm_target(workspace)?,
            Self::WasmBindgen
            | Self::Trunk
            | Self::WasmOpt
            | Self::Esbuild
            | Self::Geckodriver
            | Self::Schemathesis
            | Self::Fuzz => {
                let (program, version) = self.program();
                let cached = self
                    .home(&cache)
                    .join(program_in_home(self.source(), program));
                [process::on_path(program), Some(cached)]
                    .into_iter()
                    .flatten()
                    .find(|file| says_version(file, version))
            }
            Self::Chromium => named_by("CHROMIUM")
                .or_else(|| process::on_path("chromium"))
                .or_else(|| process::on_path("google-chrome")),
            Self::Chromedriver => {
                named_by("CHROMEDRIVER").or_else(|| process::on_path("chromedriver"))
            }
            Self::Axe => {
                let script = self.home(&cache).join("node_modules/axe-core/axe.min.js");
                script.is_file().then_some(script)
            }
            Self::Calc => find_office("libsclo.so"),
            Self::Writer => find_office("libswlo.so"),
            Self::Poppler => process::on_path("pdftotext"),
            Self::Times => find_times(),
            Self::Postgres => find_postgres(),
            Self::Patroni => named_by("PATRONI").or_else(|| process::on_path("patroni")),
            Self::Etcd => named_by("ETCD").or_else(|| process::on_path("etcd")),
            Self::Firefox => named_by("FIREFOX")
                .or_else(|| process::on_path("firefox-esr"))
                .or_else(|| process::on_path("firefox")),
            Self::WebKit => {
                named_by("WEBKITDRIVER").or_else(|| process::on_path("WebKitWebDriver"))
            }
            Self::MiniBrowser => named_by("MINIBROWSER").or_else(find_minibrowser),
            Self::Xvfb => process::on_path("Xvfb"),
            Self::Cpp => process::on_path("c++"),
        })
    }

    /// The tool's own folder in the cache: `<cache>/<name>-<version>`.
    pub(crate) fn home(self, cache: &Path) -> PathBuf {
        match self.source() {
            Source::CrateBinary {
                package, version, ..
            }
            | Source::NpmPackage { package, version }
            | Source::PypiPackage { package, version } => {
                cache.join(format!("{package}-{version}"))
            }
            Source::RustupTarget(name) | Source::DebianPackage(name) => cache.join(name),
        }
    }

    /// The program's name and the word it must print for `--version`.
    fn program(self) -> (&'static str, &'static str) {
        match self {
            Self::WasmTarget => ("rustc", ""),
            Self::WasmBindgen => ("wasm-bindgen", WASM_BINDGEN),
            Self::Trunk => ("trunk", TRUNK),
            Self::WasmOpt => (
                "wasm-opt",
                BINARYEN.split_once('.').map_or(BINARYEN, |(n, _)| n),
            ),
            Self::Esbuild => ("esbuild", ESBUILD),
            Self::Chromium => ("chromium", ""),
            Self::Chromedriver => ("chromedriver", ""),
            Self::Axe => ("axe", ""),
            Self::Calc | Self::Writer => ("soffice", ""),
            Self::Poppler => ("pdftotext", ""),
            Self::Times => ("fc-match", ""),
            Self::Postgres => ("postgres", ""),
            Self::Patroni => ("patroni", ""),
            Self::Etcd => ("etcd", ""),
            Self::Firefox => ("firefox-esr", ""),
            Self::Geckodriver => ("geckodriver", GECKODRIVER),
            Self::WebKit => ("WebKitWebDriver", ""),
            Self::MiniBrowser => ("MiniBrowser", ""),
            Self::Xvfb => ("Xvfb", ""),
            Self::Schemathesis => ("schemathesis", SCHEMATHESIS),
            Self::Fuzz => ("cargo-fuzz", FUZZ),
            Self::Cpp => ("c++", ""),
        }
    }
}

/// The tools found, each with its path.
#[derive(Debug, Default)]
pub(crate) struct Toolbox {
    found: BTreeMap<Tool, PathBuf>,
}

impl Toolbox {
    pub(crate) fn put(&mut self, tool: Tool, path: PathBuf) {
        self.found.insert(tool, path);
    }

    pub(crate) fn get(&self, tool: Tool) -> Result<&Path> {
        self.found
            .get(&tool)
            .map(PathBuf::as_path)
            .with_context(|| format!("{tool:?} was not set up; run `cargo xtask setup`"))
    }

    /// PATH with the tools' folders in front: Trunk looks for wasm-bindgen there.
    pub(crate) fn search_path(&self) -> Result<OsString> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for tool in [Tool::Trunk, Tool::WasmBindgen] {
            folders.extend(self.get(tool)?.parent().map(Path::to_owned));
        }
        if let Some(path) = std::env::var_os("PATH") {
            folders.extend(std::env::split_paths(&path));
        }
        std::env::join_paths(folders).context("a folder on PATH has a colon in its name")
    }
}

/// `${XDG_CACHE_HOME:-$HOME/.cache}/so-tay-tools`.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    named_by("XDG_CACHE_HOME")
        .or_else(|| named_by("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("so-tay-tools"))
        .context("neither XDG_CACHE_HOME nor HOME is set, so there is no place to keep tools in")
}

fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

fn program_in_home(source: Source, program: &str) -> PathBuf {
    match source {
        Source::NpmPackage { .. } => PathBuf::from("node_modules/.bin").join(program),
        Source::CrateBinary { .. }
        | Source::PypiPackage { .. }
        | Source::RustupTarget(_)
        | Source::DebianPackage(_) => {
            PathBuf::from("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
        }
    }
}

fn find_wasm_target(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let sysroot = process::capture(workspace.command(rustc()).args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown/lib");
    Ok(library.is_dir().then_some(library))
}

/// LibreOffice, when it has the library of that part: its packages share one program.
fn find_office(library: &str) -> Option<PathBuf> {
    let soffice = named_by("SOFFICE").or_else(|| process::on_path("soffice"))?;
    let program = soffice.canonicalize().ok()?; // what is not there is missing
    program.with_file_name(library).is_file().then_some(soffice)
}

/// WebKitGTK's small browser lies beside its library.
fn find_minibrowser() -> Option<PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect()
    };
    let of_machine = folders(Path::new("/usr/lib"));
    let all = of_machine.iter().flat_map(|folder| folders(folder));
    all.map(|folder| folder.join("MiniBrowser"))
        .find(|file| file.is_file())
}

/// The folder of PostgreSQL's programs, the newest where there are several: Debian keeps them off PATH.
fn find_postgres() -> Option<PathBuf> {
    let named = named_by("POSTGRES_BIN").or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?; // elsewhere they are on PATH
        let versions = versions.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            name.to_str()?.parse::<u32>().ok()
        });
        let newest = versions.max()?;
        Some(PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin")))
    });
    let on_path = || process::on_path("initdb")?.parent().map(Path::to_owned);
    named
        .or_else(on_path)
        .filter(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// The font that stands for Times New Roman, when it is as wide and has all Vietnamese letters.
fn find_times() -> Option<PathBuf> {
    let mut ask = Command::new(process::on_path("fc-match")?);
    ask.args(["--format=%{file}\n%{lang}", "Times New Roman:lang=vi"]);
    let answer = process::capture(&mut ask).ok()?; // a tool that fails counts as missing
    let (file, languages) = answer.split_once('\n')?;
    let file = PathBuf::from(file);
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let is_as_wide = ["times", "tinos", "liberationserif"]
        .iter()
        .any(|known| name.starts_with(known));
    (is_as_wide && languages.split('|').any(|language| language == "vi")).then_some(file)
}

/// The rustc that cargo would use.
pub(crate) fn rustc() -> PathBuf {
    named_by("RUSTC").unwrap_or_else(|| PathBuf::from("rustc"))
}

/// Whether `file --version` runs and has the version among its words. A tool that cannot say so
/// counts as missing, whatever the cause: it is then installed anew.
fn says_version(file: &Path, version: &str) -> bool {
    Command::new(file)
        .arg("--version")
        .env_remove("NO_COLOR") // trunk 0.21 takes only `true` and `false` for it
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| {
            output.status.success()
                && String::from_utf8_lossy(&output.stdout)
                    .split_whitespace()
                    .any(|word| word == version)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_the_app_needs_neither_npm_nor_a_browser() {
        assert!(FOR_APP.iter().all(|tool| matches!(
            tool.source(),
            Source::RustupTarget(_) | Source::CrateBinary { .. }
        )));
    }

    #[test]
    fn each_version_has_its_own_folder() {
        let home = Tool::Trunk.home(Path::new("cache"));
        assert_eq!(home, Path::new("cache/trunk-0.21.14"));
    }
}
