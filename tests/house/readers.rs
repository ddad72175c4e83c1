//! How the rules of the house read the house: Rust, style sheets and licences, as far as the rules need it.

use std::{collections::BTreeMap, fs, path::PathBuf};

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The files below a folder, by path from the root.
pub(crate) fn files(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inner = fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            open.extend(inner.filter(|path| !path.ends_with("target") && !path.ends_with(".git")));
        } else if path.extension().is_some_and(|e| e == extension) {
            let name = path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    assert!(!found.is_empty(), "{folder}: no *.{extension}");
    found
}

/// Product code: without comments and without the tests at the bottom.
pub(crate) fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let lines = product
        .lines()
        .map(|line| line.split(" // ").next().unwrap_or(line));
    let lines =
        lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows each place where a word stands as a word.
pub(crate) fn after<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let places = text
        .match_indices(word)
        .filter(|(at, _)| !text[..*at].ends_with(is_name));
    places.map(|(at, _)| &text[at + word.len()..]).collect()
}

/// Reads `a::{b, c::d}` into its paths; returns the text behind it.
fn tree<'a>(text: &'a str, above: &[&'a str], found: &mut Vec<Vec<&'a str>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = tree(rest, above, found).trim_start();
            if let Some(alias) = rest.strip_prefix("as ") {
                rest = alias.trim_start_matches(is_name).trim_start();
            }
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
            if rest.is_empty() || rest.starts_with('}') {
                return rest.strip_prefix('}').unwrap_or(rest);
            }
        }
    }
    let (name, rest) = text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()));
    let path = [above, &[name]].concat();
    match rest.strip_prefix("::") {
        Some(inner) if inner.starts_with(|c| is_name(c) || c == '{') => tree(inner, &path, found),
        _ => {
            found.push(path);
            rest.strip_prefix(|c| !is_name(c) && !",}; ".contains(c))
                .unwrap_or(rest)
        }
    }
}

pub(crate) fn crate_paths(code: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    for text in after(code, "crate::") {
        tree(text, &[], &mut found);
    }
    found
}

/// `src/pages/list.rs` is in the room `pages`, its own name is `list`.
pub(crate) fn room(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.split_once('/').unwrap_or((path, path))
}

/// The texts in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

/// What an attribute of a view may be, as far as it is written where the view is: the text itself, the texts inside
/// `name=call(…)` and `name=move || …`, or those of `let variable = …;` when it is `name=variable`.
pub(crate) fn attribute<'a>(code: &'a str, name: &str) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for value in after(code, &format!("{name}=")) {
        let word = &value[..value.find(|c| !is_name(c)).unwrap_or(0)];
        let rest = &value[word.len()..];
        if let Some(text) = value.strip_prefix('"') {
            texts.extend(text.split('"').next());
        } else if word == "move" {
            texts.extend(quoted(
                rest.lines()
                    .next()
                    .unwrap_or_default()
                    .split('>')
                    .next()
                    .unwrap_or_default(),
            ));
        } else if rest.starts_with(['(', '!']) {
            let mut depth = 0_i32;
            let end = rest.find(|c: char| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                c == ')' && depth == 0
            });
            texts.extend(quoted(&rest[..end.unwrap_or(0)]));
        } else if !word.is_empty() {
            let made = after(code, &format!("let {word} = "));
            texts.extend(
                made.iter()
                    .flat_map(|made| quoted(made.split(';').next().unwrap_or_default())),
            );
        }
    }
    texts
}

/// Selectors and declarations of a style sheet.
pub(crate) fn style(path: &str) -> (Vec<String>, Vec<String>) {
    let text = read(path);
    let parts = text
        .split("/*")
        .map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest));
    let (mut selectors, mut declarations) = (Vec::new(), Vec::new());
    let text: String = parts.collect();
    for piece in text.split_inclusive(['{', '}', ';']) {
        let part = piece.trim().trim_end_matches(['{', '}', ';']).to_owned();
        if piece.ends_with('{') {
            &mut selectors
        } else {
            &mut declarations
        }
        .push(part);
    }
    (selectors, declarations)
}

pub(crate) fn has_literal(declaration: &str) -> bool {
    let Some((property, value)) = declaration.split_once(':') else {
        return false;
    };
    let names = |text: &str| -> String {
        let mut pieces = text.split("--");
        let first = pieces.next().unwrap_or_default().to_owned();
        first
            + &pieces
                .map(|piece| piece.trim_start_matches(|c: char| c.is_alphanumeric() || c == '-'))
                .collect::<String>()
    };
    let value = names(value);
    let words: Vec<&str> = value
        .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '%' && c != '#')
        .collect();
    let units = [
        "px", "rem", "em", "pt", "mm", "cm", "in", "ch", "vh", "vw", "dvh", "svh", "lh",
    ];
    let is_size = |word: &&str| {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        unit.len() < word.len() && units.contains(&unit)
    };
    let colours = [
        "rgb", "rgba", "hsl", "hsla", "oklch", "red", "white", "black", "gray", "grey", "blue",
        "green", "yellow", "orange", "brown", "silver",
    ];
    let is_type =
        property.starts_with("font") || ["line-height", "letter-spacing"].contains(&property);
    words
        .iter()
        .any(|word| is_size(word) || colours.contains(word) || word.starts_with('#'))
        || (is_type && value.contains(|c: char| ('1'..='9').contains(&c)))
}

/// Whether an SPDX expression can be met with these licences.
pub(crate) fn is_allowed(expression: &str, licences: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words, licences)
}

type Words<'a, 'b> = &'b mut core::iter::Peekable<core::str::SplitWhitespace<'a>>;

fn any(words: Words<'_, '_>, licences: &[&str]) -> bool {
    let mut is_met = every(words, licences);
    while words.next_if_eq(&"OR").is_some() {
        is_met |= every(words, licences);
    }
    is_met
}

fn every(words: Words<'_, '_>, licences: &[&str]) -> bool {
    let mut is_met = true;
    loop {
        is_met &= if words.next_if_eq(&"(").is_some() {
            let inner = any(words, licences);
            words.next();
            inner
        } else {
            licences.contains(&words.next().unwrap_or_default())
        };
        if words.next_if_eq(&"WITH").is_some() {
            // An exception only adds permissions.
            words.next();
        }
        if words.next_if_eq(&"AND").is_none() {
            return is_met;
        }
    }
}
