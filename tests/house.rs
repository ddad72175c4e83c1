//! The rules of the house that a machine can check. Each test is one rule; the tables are the rules' data, and an
//! exception stands in them by name with its reason.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "house/readers.rs"]
mod readers;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use readers::{
    after, attribute, code, crate_paths, files, has_literal, is_allowed, is_name, read, room, root,
    style,
};
use serde_json::Value;

/// Which room of `src/` may name which. Its own room is always open, except for pages (see `PAGES`).
const EDGES: [(&str, &[&str], &str); 13] = [
    ("main", &[], "it calls the library's one function"),
    (
        "app",
        &[
            "pages", "parts", "state", "work", "store", "net", "browser", "words", "markup",
            "later", "gate",
        ],
        "it builds the environment, nothing more",
    ),
    (
        "pages",
        &["parts", "state", "work", "browser", "words", "markup"],
        "of the browser: time, navigation, focus, print, files, settings of the screen; see `NOT_FOR_PAGES`",
    ),
    (
        "parts",
        &["state", "words", "markup"],
        "props in, callbacks out",
    ),
    ("markup", &[], "views know nothing of what they show"),
    (
        "gate",
        &["pages", "state", "work", "browser", "markup"],
        "what stands before a locked notebook",
    ),
    (
        "seldom",
        &["pages", "work", "browser", "markup"],
        "the pages of the wasm that few fetch",
    ),
    (
        "later",
        &[
            "app", "pages", "seldom", "gate", "work", "browser", "markup",
        ],
        "the table of addresses in the second wasm, which falls back on the first one's",
    ),
    (
        "work",
        &["state", "store", "net", "browser", "words"],
        "the only meeting place; the last exchange's failure lies in the state as a sentence",
    ),
    ("state", &[], "no input or output"),
    ("store", &["browser"], "sealing, gzip, random names"),
    ("net", &["browser"], "gzip, and the window that fetches"),
    (
        "words",
        &["store", "net", "work"],
        "of these the errors it turns into sentences; see `WORDS`",
    ),
];

/// All that `words` may name outside itself and `records`.
const WORDS: [&str; 4] = ["StoreError", "NetError", "SaveError", "FilesError"];

/// Parts of `browser` that belong to work, store and net.
const NOT_FOR_PAGES: [&str; 9] = [
    "seal", "gzip", "tabs", "random", "window", "document", "get", "call", "describe",
];

/// A page names no other page, but for these.
const PAGES: [(&str, &str, &str); 9] = [
    ("*", "charts", "the same charts for a year and for a report"),
    ("report", "reports", "the kinds of report are read once"),
    ("*", "keeper", "whatever is typed into is kept the same way"),
    (
        "*",
        "frame",
        "every page names its heading and sits in the frame",
    ),
    ("*", "not_found", "an address that leads nowhere"),
    (
        "list",
        "record",
        "on a wide screen the record stands beside its list",
    ),
    (
        "tools",
        "secret",
        "a denunciation is moved out of the record that it was found in",
    ),
    (
        "printed",
        "list",
        "what is printed is what the list's period shows",
    ),
    (
        "programme",
        "programmes",
        "one meter and one count of tasks for both",
    ),
];

/// Where JavaScript values may be named.
const DOORS: [&str; 6] = [
    "src/browser",
    "src/markup",
    "src/store",
    "src/net.rs",
    "src/app.rs",
    "src/main.rs",
];
/// Starting a task is not a door: it takes a future and gives nothing back.
const TASKS: &str = "wasm_bindgen_futures::spawn_local";

/// Files of product code that may be longer than `LINES_MAX`, and why.
const LONG: [(&str, &str); 0] = [];
const LINES_MAX: usize = 500;

/// What pure crates may stand on: nothing that has effects. The writer of workbooks asks for the time and is always
/// told one; see decision 9.
const PURE: [(&str, &[&str]); 2] = [
    (
        "records",
        &["base45", "serde", "serde_json", "thiserror", "uuid"],
    ),
    ("sheets", &["rust_xlsxwriter", "thiserror", "zip"]),
];

/// Declarations that need a literal.
const LITERAL_STYLE: [(&str, &str); 3] = [
    ("height:100dvh", "all of the screen, like 100%"),
    (
        "margin:20mm 15mm 20mm 25mm",
        "@page reads no variables; the margins of the state's papers",
    ),
    ("margin:15mm", "@page reads no variables"),
];

/// Classes without a rule of their own, and why.
const CLASSES: [(&str, &str); 0] = [];

const LICENCES: [&str; 14] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
    "MPL-2.0",
];

/// What is shipped: the package, and the target it is built for when that is not this machine's.
const SHIPPED: [(&str, Option<&str>); 2] = [
    ("endpoint", None),
    ("so-tay-dan-van", Some("wasm32-unknown-unknown")),
];

/// Crates of which two versions are in one thing that is shipped, and who keeps the older one there.
const TWICE: [(&str, &str, &str); 4] = [
    (
        "endpoint",
        "fallible-iterator",
        "postgres is at 0.2, rusqlite at 0.3; a trait each",
    ),
    ("endpoint", "getrandom", "ring is at 0.2"),
    (
        "so-tay-dan-van",
        "gloo-utils",
        "gloo-net 0.6, below leptos, is at 0.2",
    ),
    (
        "so-tay-dan-van",
        "thiserror",
        "gloo-net 0.6, below leptos, is at 1",
    ),
];

/// Paths in the README that a command makes.
const MADE: [(&str, &str); 1] = [("docs/screenshots/", "cargo xtask screenshots")];

fn no(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn rooms_of_the_app_name_only_the_rooms_they_may() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (path, text) in files("src", "rs")
        .iter()
        .filter(|(path, _)| *path != "src/lib.rs")
    {
        let (from, own) = room(path);
        let code = code(text);
        assert!(
            !code.contains("super::super"),
            "{path} climbs out of its room"
        );
        let (_, may, why) = EDGES.iter().find(|(name, ..)| *name == from).unwrap_or(&(
            "browser",
            &[],
            "no decisions",
        ));
        for target in crate_paths(&code) {
            let [to, rest @ ..] = target.as_slice() else {
                continue;
            };
            used.insert((from.to_owned(), (*to).to_owned()));
            let last = rest.last().copied().unwrap_or_default();
            let is_open = match (from, *to) {
                ("pages", "pages") => PAGES.iter().any(|(page, other, _)| {
                    (*page == own || *page == "*") && rest.first() == Some(other)
                }),
                ("words", _) if may.contains(to) => rest.iter().any(|name| WORDS.contains(name)),
                ("pages", "browser") => !NOT_FOR_PAGES.contains(&last),
                _ => from == *to || may.contains(to),
            };
            if !is_open {
                wrong.push(format!(
                    "{path}: {from} may not name {} ({why})",
                    target.join("::")
                ));
            }
        }
        for name in NOT_FOR_PAGES.iter().filter(|_| from == "pages") {
            if !after(&code, &format!("browser::{name}"))
                .iter()
                .all(|rest| rest.starts_with(is_name))
            {
                wrong.push(format!("{path}: browser::{name} is not for pages"));
            }
        }
    }
    no(wrong);
    // Edges nobody uses any more leave the table, and a reader that sees nothing is found out.
    for (from, may, _) in EDGES.iter().filter(|(from, ..)| *from != "app") {
        let unused = may
            .iter()
            .filter(|to| !used.contains(&((*from).to_owned(), (**to).to_owned())));
        no(unused.map(|to| format!("{from} → {to} is in the table and nowhere else")));
    }
}

#[test]
fn only_the_doors_to_the_browser_name_values_of_javascript() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", "rs")
        .iter()
        .filter(|(path, _)| !DOORS.iter().any(|door| path.starts_with(door)))
    {
        let code = code(text).replace(TASKS, "");
        for word in [
            "web_sys",
            "js_sys",
            "wasm_bindgen",
            "wasm_bindgen_futures",
            "JsValue",
            "JsFuture",
        ] {
            if after(&code, word)
                .iter()
                .any(|rest| !rest.starts_with(is_name))
            {
                wrong.push(format!("{path} names {word}"));
            }
        }
    }
    no(wrong);
}

#[test]
fn what_the_app_writes_goes_through_the_one_writer() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", "rs")
        .iter()
        .chain(&files("crates/records/src", "rs"))
    {
        let code = code(text);
        for name in ["to_string", "to_vec", "to_writer"] {
            if code.contains(&format!("serde_json::{name}")) {
                wrong.push(format!(
                    "{path} calls serde_json::{name}: a derived writer is linked"
                ));
            }
        }
    }
    no(wrong);
}

#[test]
fn no_file_has_more_than_500_lines_of_code() {
    let product = files("src", "rs").into_iter().chain(files("crates", "rs"));
    let product = product.filter(|(path, _)| !path.contains("/tests/"));
    let long = product.map(|(path, text)| (code(&text).lines().count(), path));
    let long = long
        .filter(|(lines, path)| *lines > LINES_MAX && !LONG.iter().any(|(name, _)| name == path));
    no(long.map(|(lines, path)| {
        format!("{path} has {lines} lines of code: it has a second noun in it")
    }));
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn pure_crates_stand_on_nothing_that_has_effects() {
    for (member, may) in PURE {
        let tree = cargo(&[
            "tree", "-p", member, "-e", "normal", "--depth", "1", "--prefix", "none",
        ]);
        let names: BTreeSet<&str> = tree
            .lines()
            .skip(1)
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(names, may.iter().copied().collect(), "{member}");
    }
}

#[test]
fn every_member_repeats_the_lint_keys_and_takes_the_lints_of_the_house() {
    let root_keys = read("clippy.toml");
    let keys: Vec<&str> = root_keys
        .lines()
        .filter(|line| line.contains(" = "))
        .collect();
    assert!(keys.len() > 3);
    for (path, text) in files("crates", "toml") {
        if path.ends_with("/clippy.toml") {
            let missing = keys
                .iter()
                .filter(|key| !text.lines().any(|line| line == **key));
            no(missing.map(|key| {
                format!("{path} lacks “{key}”: the nearest file wins, nothing is merged")
            }));
        } else if path.ends_with("/Cargo.toml") {
            assert!(text.contains("[lints]\nworkspace = true"), "{path}");
        }
    }
}

#[test]
fn nothing_is_left_behind_switched_off_or_waited_for() {
    // In two halves, so that this file does not find itself.
    let words = [
        ("to", "do!"),
        ("unimple", "mented!"),
        ("db", "g!"),
        ("FIX", "ME"),
        ("#[ign", "ore"),
        ("should_", "panic"),
        ("thread::", "sleep"),
    ];
    let all = ["src", "crates", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, "rs"));
    let mut wrong = Vec::new();
    for (path, text) in all {
        for (a, b) in words {
            if !after(&text, &format!("{a}{b}")).is_empty() {
                wrong.push(format!("{path}: {a}{b}"));
            }
        }
    }
    no(wrong);
}

#[test]
fn views_hold_no_inline_style_which_the_content_policy_would_drop() {
    let views = files("src", "rs")
        .into_iter()
        .map(|(path, text)| (path, code(&text)));
    no(views
        .filter(|(_, code)| !after(code, "style=").is_empty())
        .map(|(path, _)| format!("{path}: write style:width=…, not style=")));
}

#[test]
fn no_element_has_the_id_of_an_icon() {
    let sprite = read("style/icons.svg");
    let icons: BTreeSet<&str> = after(&sprite, "<symbol id=")
        .iter()
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    assert!(icons.len() > 20);
    let mut pages = files("src", "rs");
    pages.insert("public/index.html".to_owned(), read("public/index.html"));
    let mut wrong = Vec::new();
    for (path, text) in &pages {
        for id in attribute(text, "id") {
            // `f-{place}`: what is before the brace decides.
            let (start, is_whole) = id
                .split_once('{')
                .map_or((id, true), |(start, _)| (start, false));
            let taken = icons.iter().find(|icon| {
                **icon == start || (!is_whole && !start.is_empty() && icon.starts_with(start))
            });
            wrong.extend(taken.map(|icon| format!("{path}: id “{id}” is the icon “{icon}”")));
        }
    }
    no(wrong);
}

#[test]
fn colours_and_sizes_are_written_in_the_tokens_only() {
    for (declaration, is_literal) in [
        ("color:#fff", true),
        ("color:var(--ink)", false),
        ("margin:0 4px", true),
        ("flex:1 1 40%", false),
        ("line-height:1.35", true),
        ("background:var(--grey)", false),
        ("border:solid red", true),
        ("padding:calc(2*var(--s1))", false),
        ("font-weight:400", true),
    ] {
        assert_eq!(has_literal(declaration), is_literal, "{declaration}");
    }
    let sheets = files("style", "css")
        .into_keys()
        .filter(|path| path != "style/tokens.css");
    for path in sheets {
        let (_, declarations) = style(&path);
        assert!(declarations.len() > 10, "{path}");
        let wrong = declarations
            .iter()
            .filter(|d| has_literal(d) && !LITERAL_STYLE.iter().any(|(known, _)| known == d));
        no(wrong.map(|declaration| format!("{path}: {declaration}")));
    }
}

#[test]
fn every_class_in_the_views_is_in_the_style() {
    let selectors: Vec<String> = files("style", "css")
        .keys()
        .flat_map(|path| style(path).0)
        .collect();
    let is_class = |c: char| is_name(c) || c == '-';
    let names = selectors
        .iter()
        .flat_map(|selector| selector.split('.').skip(1));
    let known: BTreeSet<&str> = names
        .map(|rest| &rest[..rest.find(|c| !is_class(c)).unwrap_or(rest.len())])
        .collect();
    let mut pages: BTreeMap<String, String> = files("src", "rs")
        .into_iter()
        .map(|(path, text)| (path, code(&text)))
        .collect();
    pages.insert("public/index.html".to_owned(), read("public/index.html"));
    let mut used = BTreeSet::new();
    for (path, code) in &pages {
        let switched = after(code, "class:")
            .into_iter()
            .map(|rest| &rest[..rest.find(|c| !is_class(c)).unwrap_or(0)]);
        let texts = attribute(code, "class")
            .into_iter()
            .flat_map(str::split_whitespace)
            .chain(switched);
        used.extend(
            texts
                .filter(|class| !class.contains('{'))
                .map(|class| (class, path)),
        );
    }
    assert!(used.len() > 60, "the reader sees the classes");
    // A text that cannot be a class is the condition of one.
    let unknown = used.iter().filter(|(class, _)| {
        class.starts_with(char::is_alphabetic)
            && !known.contains(class)
            && !CLASSES.iter().any(|(name, _)| name == class)
    });
    no(unknown.map(|(class, path)| format!("{path}: no style for “{class}”")));
}

#[test]
fn every_dependency_has_a_licence_that_lets_us_give_the_app_away() {
    assert!(
        is_allowed("(MIT OR GPL-3.0) AND Unicode-3.0", &LICENCES)
            && is_allowed("Apache-2.0 WITH LLVM-exception", &LICENCES)
    );
    assert!(
        !is_allowed("MIT AND GPL-3.0", &LICENCES)
            && !is_allowed("AGPL-3.0", &LICENCES)
            && !is_allowed("", &LICENCES)
    );
    let metadata: Value = serde_json::from_str(&cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--all-features",
    ]))
    .unwrap();
    let packages = metadata.get("packages").and_then(Value::as_array).unwrap();
    assert!(packages.len() > 100);
    let text = |package: &Value, key: &str| {
        package
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let wrong = packages
        .iter()
        .filter(|package| !is_allowed(&text(package, "license"), &LICENCES));
    no(wrong.map(|package| format!("{}: “{}”", text(package, "name"), text(package, "license"))));
}

#[test]
fn nothing_is_shipped_in_two_versions_without_a_reason() {
    let mut found = BTreeSet::new();
    for (member, target) in SHIPPED {
        let mut words = vec!["tree", "--package", member, "--prefix", "none"];
        words.extend(["--edges", "normal,no-proc-macro", "--format", "{p}"]);
        if let Some(target) = target {
            words.extend(["--target", target]);
        }
        let tree = cargo(&words);
        let crates: BTreeSet<(&str, &str)> = tree
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                Some((words.next()?, words.next()?))
            })
            .collect();
        assert!(crates.len() > 50, "{member}: the reader sees the crates");
        let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, _) in crates {
            *versions.entry(name).or_default() += 1;
        }
        let twice = versions.into_iter().filter(|(_, count)| *count > 1);
        found.extend(twice.map(|(name, _)| (member.to_owned(), name.to_owned())));
    }
    let known = TWICE.map(|(member, name, _)| (member.to_owned(), name.to_owned()));
    let known = BTreeSet::from(known);
    no(found.difference(&known).map(|(member, name)| {
        format!("{member} has {name} in two versions: bring them together, or say why not")
    }));
    // What is together by now leaves the table.
    no(known
        .difference(&found)
        .map(|(member, name)| format!("{member} has {name} once")));
}

#[test]
fn what_the_documents_name_is_there() {
    let mut wrong = Vec::new();
    for (path, text) in files(".", "md") {
        let folder = root().join(&path).parent().map(Path::to_path_buf).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if !link.contains("://") && !link.starts_with("mailto:") && !folder.join(file).exists()
            {
                wrong.push(format!("{path}: {link}"));
            }
        }
    }
    let readme = read("README.md");
    let rooms = [
        "catalogue/",
        "crates/",
        "deploy/",
        "docs/",
        "public/",
        "src/",
        "style/",
        "tests/",
    ];
    for named in readme.split('`').skip(1).step_by(2) {
        let is_path = rooms.iter().any(|room| named.starts_with(room)) || named.ends_with(".md");
        if is_path && !root().join(named).exists() && !MADE.iter().any(|(made, _)| *made == named) {
            wrong.push(format!("README.md: {named}"));
        }
    }
    let sources = ["src", "crates", "tests", "style", "public", "catalogue"];
    let texts = sources
        .iter()
        .flat_map(|folder| ["rs", "toml", "css", "js"].map(|extension| (folder, extension)));
    for (folder, extension) in texts.filter(|(folder, extension)| has(folder, extension)) {
        for (path, text) in files(folder, extension) {
            for rest in after(&text, "docs/") {
                let name = &rest[..rest
                    .find(|c: char| !is_name(c) && !"./-".contains(c))
                    .unwrap_or(rest.len())];
                let name = name.trim_end_matches('.');
                if name.ends_with(".md") && !root().join("docs").join(name).exists() {
                    wrong.push(format!("{path}: docs/{name}"));
                }
            }
        }
    }
    no(wrong);
}

/// Whether a folder of sources holds such files.
fn has(folder: &str, extension: &str) -> bool {
    matches!(
        (folder, extension),
        ("src" | "crates" | "tests", "rs")
            | ("crates", "toml")
            | ("style", "css")
            | ("public", "js")
    )
}
