//! What the package is made of: the crates that are compiled into endpoint and app, and those that only help to compile
//! them. cargo says which: `cargo tree` knows exactly which are there without tests and without xtask, `cargo metadata`
//! knows the rest of each.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::{process, workspace::Workspace};

/// The two that are built: package, and the target when it is not the machine's own.
pub(super) const MEMBERS: [(&str, Option<&str>); 2] = [
    ("endpoint", None),
    (super::NAME, Some("wasm32-unknown-unknown")),
];
/// The crate that has SQLite in it, and where its version stands.
const SQLITE_CRATE: &str = "libsqlite3-sys";
const SQLITE_HEADER: &str = "sqlite3/sqlite3.h";

/// A crate's name and version.
pub(super) type Key = (String, String);

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

/// What its author says of a crate.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    source: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// None: of the product itself; else `build` or `dev`.
    kind: Option<String>,
}

/// One crate.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) package: Package,
    /// It is in what is shipped; else it only helped to make it.
    pub(super) is_shipped: bool,
    /// SHA-256 of the file that crates.io gave, by Cargo.lock.
    pub(super) checksum: Option<String>,
    /// The parts that it stands on.
    pub(super) needs: BTreeSet<Key>,
}

impl Part {
    /// The expression of its licence as SPDX writes it today.
    pub(super) fn licence(&self) -> String {
        let said = self.package.license.as_deref().unwrap_or_default();
        let words: Vec<&str> = said.split('/').map(str::trim).collect();
        words.join(" OR ")
    }

    /// It came from crates.io, and is none of ours.
    pub(super) fn is_foreign(&self) -> bool {
        self.package.source.is_some()
    }

    /// Where its files are on this machine.
    pub(super) fn folder(&self) -> &Path {
        let manifest = &self.package.manifest_path;
        manifest.parent().unwrap_or(manifest)
    }
}

/// Everything, by name and version.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) all: BTreeMap<Key, Part>,
    /// The version of the SQLite that is compiled in.
    pub(super) sqlite: String,
}

impl Parts {
    /// For an endpoint that is built for this target.
    pub(super) fn read(workspace: &Workspace, host: &str) -> Result<Self> {
        let (mut shipped, mut helpful) = (BTreeSet::new(), BTreeSet::new());
        for (member, target) in MEMBERS {
            let target = target.unwrap_or(host);
            shipped.append(&mut tree(
                workspace,
                member,
                target,
                "normal,no-proc-macro",
            )?);
            helpful.append(&mut tree(workspace, member, target, "normal,build")?);
        }
        let metadata = metadata(workspace, host)?;
        let lock = super::read(&workspace.path("Cargo.lock"))?;
        let all = join(metadata, &shipped, &helpful, &checksums(&lock));
        for key in shipped.union(&helpful) {
            ensure!(
                all.contains_key(key),
                "cargo knows nothing of {} {}",
                key.0,
                key.1
            );
        }
        let sqlite = all.values().find(|part| part.package.name == SQLITE_CRATE);
        let sqlite = sqlite.context("SQLite is not among the parts")?;
        let header = super::read(&sqlite.folder().join(SQLITE_HEADER))?;
        let sqlite = sqlite_version(&header).context("SQLite does not say its version")?;
        Ok(Self { all, sqlite })
    }

    /// Those that are in what is shipped, in order.
    pub(super) fn shipped(&self) -> impl Iterator<Item = (&Key, &Part)> {
        self.all.iter().filter(|(_, part)| part.is_shipped)
    }
}

/// Whether a part is the one that has SQLite in it.
pub(super) fn has_sqlite(part: &Part) -> bool {
    part.package.name == SQLITE_CRATE
}

/// The crates that cargo compiles for a member, without tests.
fn tree(workspace: &Workspace, member: &str, target: &str, edges: &str) -> Result<BTreeSet<Key>> {
    let mut cargo = workspace.cargo();
    cargo.args(["tree", "--locked", "--package", member, "--target", target]);
    cargo.args(["--edges", edges, "--prefix", "none", "--format", "{p}"]);
    Ok(read_tree(&process::capture(&mut cargo)?))
}

/// Each line is `name v1.2.3`, then where it is from.
fn read_tree(said: &str) -> BTreeSet<Key> {
    let keys = said.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let version = words.next()?.strip_prefix('v')?;
        Some((name.to_owned(), version.to_owned()))
    });
    keys.collect()
}

fn metadata(workspace: &Workspace, host: &str) -> Result<Metadata> {
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    // Of crates that only other systems compile nothing need be on this machine.
    for target in MEMBERS.map(|(_, target)| target.unwrap_or(host)) {
        cargo.args(["--filter-platform", target]);
    }
    serde_json::from_str(&process::capture(&mut cargo)?)
        .context("`cargo metadata` printed something unexpected")
}

/// Name and version of each package in a lock, with its checksum.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let mut found = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key))?;
            let value = line.strip_prefix(" = \"")?.strip_suffix('"')?;
            Some(value.to_owned())
        };
        let names = (value("name"), value("version"));
        if let ((Some(name), Some(version)), Some(checksum)) = (names, value("checksum")) {
            found.insert((name, version), checksum);
        }
    }
    found
}

/// What cargo said in its several ways, together.
fn join(
    metadata: Metadata,
    shipped: &BTreeSet<Key>,
    helpful: &BTreeSet<Key>,
    checksums: &BTreeMap<Key, String>,
) -> BTreeMap<Key, Part> {
    let key_of = |package: &Package| (package.name.clone(), package.version.clone());
    let keys: BTreeMap<String, Key> = metadata
        .packages
        .iter()
        .map(|package| (package.id.clone(), key_of(package)))
        .collect();
    let is_here = |key: &&Key| shipped.contains(*key) || helpful.contains(*key);
    let mut needs: BTreeMap<String, BTreeSet<Key>> = BTreeMap::new();
    for node in metadata.resolve.nodes {
        let real = node.deps.iter().filter(|dependency| {
            let mut kinds = dependency.dep_kinds.iter();
            kinds.any(|kind| kind.kind.as_deref() != Some("dev"))
        });
        let found = real.filter_map(|dependency| keys.get(&dependency.pkg));
        needs.insert(node.id, found.filter(is_here).cloned().collect());
    }
    let mut all = BTreeMap::new();
    for package in metadata.packages {
        let key = key_of(&package);
        if !is_here(&&key) {
            continue;
        }
        let part = Part {
            is_shipped: shipped.contains(&key),
            checksum: checksums.get(&key).cloned(),
            needs: needs.remove(&package.id).unwrap_or_default(),
            package,
        };
        all.insert(key, part);
    }
    all
}

fn sqlite_version(header: &str) -> Option<String> {
    let mut lines = header.lines();
    let rest = lines.find_map(|line| line.strip_prefix("#define SQLITE_VERSION "))?;
    Some(rest.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, version: &str) -> Key {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn a_tree_is_read_without_its_marks() {
        let said = "endpoint v0.1.0 (/a/crates/endpoint)\nserde v1.0.229\nserde v1.0.229 (*)\n\
                    paste v1.0.15 (proc-macro)\n\n[build-dependencies]\ncc v1.11.3\n";
        let expected = [
            key("cc", "1.11.3"),
            key("endpoint", "0.1.0"),
            key("paste", "1.0.15"),
            key("serde", "1.0.229"),
        ];
        assert_eq!(read_tree(said), BTreeSet::from(expected));
    }

    #[test]
    fn checksums_are_those_of_the_version() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\n\
                    checksum = \"0a\"\ndependencies = [\n \"b 2.0.0\",\n]\n\n[[package]]\nname = \"a\"\n\
                    version = \"2.0.0\"\nchecksum = \"0b\"\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 2);
        assert_eq!(found[&key("a", "2.0.0")], "0b");
    }

    #[test]
    fn what_only_tests_need_is_no_part_and_no_need() {
        let package = |name: &str| {
            serde_json::json!({
                "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "authors": [],
                "description": null, "repository": null, "source": null, "manifest_path": "a/Cargo.toml",
            })
        };
        let needs = |name: &str, kind: Option<&str>| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = serde_json::json!({
            "packages": [package("ours"), package("used"), package("macro"), package("tried")],
            "resolve": {"nodes": [
                {"id": "ours", "deps": [needs("used", None), needs("macro", Some("build")), needs("tried", Some("dev"))]},
            ]},
        });
        let metadata = serde_json::from_value(metadata).unwrap();
        let shipped = BTreeSet::from([key("ours", "1.0.0"), key("used", "1.0.0")]);
        let helpful = BTreeSet::from([key("ours", "1.0.0"), key("macro", "1.0.0")]);
        let all = join(metadata, &shipped, &helpful, &BTreeMap::new());
        assert_eq!(all.len(), 3);
        let ours = &all[&key("ours", "1.0.0")];
        assert!(ours.is_shipped && !all[&key("macro", "1.0.0")].is_shipped);
        assert_eq!(ours.licence(), "MIT OR Apache-2.0");
        let expected = [key("macro", "1.0.0"), key("used", "1.0.0")];
        assert_eq!(ours.needs, BTreeSet::from(expected));
    }

    #[test]
    fn sqlites_version_stands_in_its_header() {
        let header =
            "#define SQLITE_VERSION        \"3.54.1\"\n#define SQLITE_VERSION_NUMBER 3054001\n";
        assert_eq!(sqlite_version(header).as_deref(), Some("3.54.1"));
    }
}
