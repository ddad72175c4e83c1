//! What the package is made of, for programs that know which releases have holes: CycloneDX 1.6 as JSON. Nothing of the
//! machine it was made on is in it, and the time is that of the sources: the same sources give the same file.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::parts::{Key, MEMBERS, Part, Parts, has_sqlite};
use crate::{process, tools, workspace::Workspace};

/// The part that is C, and that cargo does not know.
const SQLITE: &str = "sqlite";

/// Which release it is.
pub(super) struct Release<'a> {
    pub(super) version: &'a str,
    pub(super) target: &'a str,
    /// The time of its sources.
    pub(super) moment: &'a str,
}

/// The whole file.
pub(super) fn text(workspace: &Workspace, parts: &Parts, release: &Release<'_>) -> Result<String> {
    let rustc = process::capture(workspace.command(tools::rustc()).arg("-V"))?;
    let bom = bom(parts, release, rustc.trim());
    let mut text = serde_json::to_string_pretty(&bom).context("the list of parts")?;
    text.push('\n');
    Ok(text)
}

fn bom(parts: &Parts, release: &Release<'_>, rustc: &str) -> Value {
    let Release {
        version,
        target,
        moment,
    } = release;
    let whole = format!("{}@{version}", super::NAME);
    let mut components: Vec<Value> = parts
        .all
        .iter()
        .map(|(key, part)| component(key, part))
        .collect();
    components.push(json!({
        "type": "library",
        "bom-ref": sqlite_reference(parts),
        "name": SQLITE,
        "version": parts.sqlite,
        "scope": "required",
        // Its authors gave it away: what SPDX calls their blessing.
        "licenses": [{ "license": { "id": "blessing" } }],
        "purl": sqlite_reference(parts),
        "externalReferences": [{ "type": "website", "url": "https://sqlite.org/" }],
    }));
    let mut dependencies = vec![json!({ "ref": whole, "dependsOn": members(parts) })];
    dependencies.extend(parts.all.iter().map(|(key, part)| {
        let mut needs: Vec<String> = part
            .needs
            .iter()
            .filter_map(|key| Some(reference(key, parts.all.get(key)?)))
            .collect();
        if has_sqlite(part) {
            needs.push(sqlite_reference(parts));
        }
        needs.sort();
        json!({ "ref": reference(key, part), "dependsOn": needs })
    }));
    dependencies.push(json!({ "ref": sqlite_reference(parts), "dependsOn": [] }));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment,
            "tools": { "components": [
                { "type": "application", "name": "cargo xtask package", "version": version },
            ] },
            "component": {
                "type": "application",
                "bom-ref": whole,
                "name": super::NAME,
                "version": version,
                "licenses": [{ "license": { "id": "MIT" } }],
            },
            "properties": [
                { "name": "so-tay-dan-van:target", "value": target },
                { "name": "so-tay-dan-van:rustc", "value": rustc },
            ],
        },
        "components": components,
        "dependencies": dependencies,
    })
}

/// What the package has itself: endpoint and app.
fn members(parts: &Parts) -> Vec<String> {
    let all = parts.all.iter();
    let own = all.filter(|((name, _), _)| MEMBERS.iter().any(|(member, _)| member == name));
    own.map(|(key, part)| reference(key, part)).collect()
}

/// How a part is called inside the file: foreign ones as in the whole world.
fn reference(key: &Key, part: &Part) -> String {
    let (name, version) = key;
    if part.is_foreign() {
        format!("pkg:cargo/{name}@{version}")
    } else {
        format!("{}:{name}@{version}", super::NAME)
    }
}

fn sqlite_reference(parts: &Parts) -> String {
    format!("pkg:generic/{SQLITE}@{}", parts.sqlite)
}

fn component(key: &Key, part: &Part) -> Value {
    let (name, version) = key;
    let is_member = MEMBERS.iter().any(|(member, _)| member == name);
    let mut component = json!({
        "type": if is_member { "application" } else { "library" },
        "bom-ref": reference(key, part),
        "name": name,
        "version": version,
        // What only helped to compile the others is in no file of the package.
        "scope": if part.is_shipped { "required" } else { "excluded" },
        "licenses": [{ "expression": part.licence() }],
    });
    let mut more: Vec<(&str, Value)> = Vec::new();
    if part.is_foreign() {
        more.push(("purl", json!(reference(key, part))));
    }
    if let Some(checksum) = &part.checksum {
        let hash = json!([{ "alg": "SHA-256", "content": checksum }]);
        more.push(("hashes", hash));
    }
    if let Some(description) = &part.package.description {
        more.push(("description", json!(description.trim())));
    }
    if let Some(address) = &part.package.repository {
        let reference = json!([{ "type": "vcs", "url": address }]);
        more.push(("externalReferences", reference));
    }
    if let Some(fields) = component.as_object_mut() {
        fields.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    component
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::host, *};

    /// The parts of this very house, as `cargo` has them.
    fn of_this_house() -> Value {
        let workspace = Workspace::find().unwrap();
        let host = host(&workspace).unwrap();
        let parts = Parts::read(&workspace, &host).unwrap();
        let release = Release {
            version: "0.1.0",
            target: &host,
            moment: "2026-11-30T00:00:00Z",
        };
        bom(&parts, &release, "rustc 1.95.0")
    }

    fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
        let list = list.as_array().unwrap();
        list.iter()
            .map(|entry| entry[field].as_str().unwrap())
            .collect()
    }

    #[test]
    fn it_names_what_is_shipped_and_nothing_that_only_tests_use() {
        let bom = of_this_house();
        let required: BTreeSet<&str> = bom["components"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|component| component["scope"] == "required")
            .map(|component| component["name"].as_str().unwrap())
            .collect();
        for name in ["endpoint", "so-tay-dan-van", "leptos", "axum", "sqlite"] {
            assert!(required.contains(name), "{name} is missing");
        }
        let all = texts(&bom["components"], "name");
        for name in ["xtask", "simulation", "tempfile", "rcgen", "thirtyfour"] {
            assert!(!all.contains(&name), "{name} is not shipped");
        }
        let helps = "clap_derive";
        assert!(all.contains(&helps) && !required.contains(helps));
    }

    #[test]
    fn every_reference_is_one_components_and_every_foreign_crate_has_its_hash() {
        let bom = of_this_house();
        let components = bom["components"].as_array().unwrap();
        let own = bom["metadata"]["component"]["bom-ref"].as_str().unwrap();
        let mut references = texts(&bom["components"], "bom-ref");
        references.push(own);
        let unique: BTreeSet<&str> = references.iter().copied().collect();
        assert_eq!(unique.len(), references.len(), "each has its own");
        let dependencies = bom["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), references.len());
        for dependency in dependencies {
            let needs = dependency["dependsOn"].as_array().unwrap();
            let named = needs.iter().chain([&dependency["ref"]]);
            for reference in named {
                assert!(
                    unique.contains(reference.as_str().unwrap()),
                    "{reference} is nobody's"
                );
            }
        }
        for component in components {
            let is_crate = component["purl"]
                .as_str()
                .is_some_and(|purl| purl.starts_with("pkg:cargo/"));
            let hash = component["hashes"][0]["content"].as_str();
            assert_eq!(
                hash.is_some_and(|hash| hash.len() == 64),
                is_crate,
                "{component}"
            );
        }
    }
}
