//! The licences of everything that is shipped: a list, then each text once with those that come under it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use anyhow::{Context as _, Result};

use super::parts::{Part, Parts};
use crate::workspace::Workspace;

/// How the names of files with a licence begin, in capitals.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];
/// Between two texts; none of them has such a line.
const LINE: &str = "\n~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n";

/// The whole file.
pub(super) fn text(workspace: &Workspace, parts: &Parts) -> Result<String> {
    let foreign = || parts.shipped().filter(|(_, part)| part.is_foreign());
    let mut text = String::from("Sổ tay Dân vận\n\n");
    text.push_str(super::read(&workspace.path("LICENSE"))?.trim());
    text.push_str("\n\nIt contains:\n\n");
    for ((name, version), part) in foreign() {
        writeln!(text, "{}", entry(name, version, part))?;
    }
    writeln!(
        text,
        "SQLite {} (public domain) https://sqlite.org/copyright.html",
        parts.sqlite
    )?;
    text.push_str("the standard library of Rust (MIT OR Apache-2.0) https://www.rust-lang.org/\n");
    text.push_str("icons of Lucide (ISC)\n");
    writeln!(text, "the list of units: {}", units(workspace)?)?;

    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((name, version), part) in foreign() {
        for found in texts_in(part.folder())? {
            let under = texts.entry(found).or_default();
            under.insert(format!("{name} {version}"));
        }
    }
    let icons = super::read(&workspace.path("style/icons.LICENSE"))?;
    let under = texts.entry(tidied(&icons)).or_default();
    under.insert("icons of Lucide".to_owned());
    let mut sorted: Vec<_> = texts.into_iter().collect();
    sorted.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (found, under) in sorted {
        let under: Vec<String> = under.into_iter().collect();
        text.push_str(LINE);
        writeln!(text, "{}:\n\n{found}", under.join(", "))?;
    }
    Ok(text)
}

/// One line of the list. A crate without a file of its licence is under the texts that others bring: its authors are named.
fn entry(name: &str, version: &str, part: &Part) -> String {
    let mut entry = format!("{name} {version} ({})", part.licence());
    if let Some(address) = &part.package.repository {
        entry.push(' ');
        entry.push_str(address);
    }
    if !part.package.authors.is_empty() {
        entry.push_str("; ");
        entry.push_str(&part.package.authors.join(", "));
    }
    entry
}

/// Where the list of units comes from, in its own words.
fn units(workspace: &Workspace) -> Result<String> {
    let units = super::read(&workspace.path("catalogue/units.json"))?;
    let units: serde_json::Value =
        serde_json::from_str(&units).context("catalogue/units.json is not JSON")?;
    let word = |key: &str| {
        let word = units.get(key).and_then(serde_json::Value::as_str);
        word.with_context(|| format!("catalogue/units.json does not say its {key}"))
    };
    Ok(format!("{}; {}", word("source")?, word("licence")?))
}

/// The texts of licences in a crate's folder.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let is_licence = NAMES.iter().any(|begin| name.starts_with(begin));
        if is_licence && entry.path().is_file() {
            let bytes = fs::read(entry.path())?;
            found.push(tidied(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(found)
}

/// The same text once, however its lines end.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::host, *};

    #[test]
    fn every_crate_that_is_shipped_is_listed_and_each_text_stands_there_once() {
        let workspace = Workspace::find().unwrap();
        let host = host(&workspace).unwrap();
        let parts = Parts::read(&workspace, &host).unwrap();
        let text = text(&workspace, &parts).unwrap();
        for ((name, version), part) in parts.shipped() {
            let begin = format!("{name} {version} (");
            let is_listed = text.lines().any(|line| line.starts_with(&begin));
            assert_eq!(is_listed, part.is_foreign(), "{begin}");
        }
        let texts: Vec<&str> = text.split(LINE).skip(1).collect();
        assert!(texts.len() > 50, "{}", texts.len());
        let bodies: BTreeSet<&str> = texts
            .iter()
            .filter_map(|text| Some(text.split_once("\n\n")?.1))
            .collect();
        assert_eq!(bodies.len(), texts.len());
    }

    #[test]
    fn a_text_is_the_same_with_other_line_ends() {
        assert_eq!(tidied("\nMIT \r\n\r\nFree.\r\n"), "MIT\n\nFree.");
    }
}
