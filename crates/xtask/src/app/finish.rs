//! From what Trunk and the splitter wrote to what is published: hashed names that match the contents, the list of files in the service worker, the build's id in the page.
//!
//! The id is a hash over every file as it is *before* the id itself is written into index.html
//! and sw.js; the list in sw.js has the hashes of the files as they are published.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{files_below, page, wasm};

const PAGE: &str = "index.html";
pub(super) const WORKER: &str = "sw.js";
const START: &str = "start.js";
/// The line of public/sw.js that is replaced.
const WORKER_MARKER: &str = r#"const BUILD = {"id":"dev","core":[],"extras":[]};"#;
const START_MARKER: &str = "./boot.js";

/// Files that come from the repository rather than from Trunk.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) boot_template: PathBuf,
    pub(crate) icons: PathBuf,
}

/// The published files: what the service worker installs first, what it fetches later, and what
/// it leaves alone.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) id: String,
    /// Path and sha256; the page is `index.html`, which sw.js also answers `./` with.
    pub(crate) core: Vec<(String, String)>,
    pub(crate) extras: Vec<(String, String)>,
    #[serde(skip)]
    pub(crate) uncached: Vec<String>,
}

/// Finishes the build in `folder`, in place.
pub(crate) fn finish(folder: &Path, sources: &Sources) -> Result<Finished> {
    let html = put_icons(&read(&folder.join(PAGE))?, &sources.icons)?;
    let html = page::without_comments(&html)?;
    page::refuse_inline_scripts(&html)?;
    let html = page::without_attribute(&page::without_attribute(&html, "nonce"), "integrity");
    hash_names(folder, sources)?;
    write(&folder.join(PAGE), &html)?;
    check_addresses(folder, &html)?;

    let id = build_id(folder)?;
    write(&folder.join(PAGE), &page::with_build_id(&html, &id)?)?;
    let mut finished = sort_files(folder)?;
    finished.id = id;
    stamp_worker(&folder.join(WORKER), &finished)?;
    Ok(finished)
}

fn put_icons(html: &str, icons: &Path) -> Result<String> {
    match (page::has_icons_marker(html), icons.is_file()) {
        (true, true) => Ok(page::put_icons(html, &read(icons)?)),
        (false, false) => Ok(html.to_owned()),
        (is_marked, _) => {
            let (has, lacks) = if is_marked {
                (
                    "index.html has the marker <!--ICONS-->",
                    "there is no style/icons.svg",
                )
            } else {
                (
                    "there is a style/icons.svg",
                    "index.html has no marker <!--ICONS-->",
                )
            };
            anyhow::bail!("{has}, but {lacks}; add it, or take the other away")
        }
    }
}

/// Gives wasm, scripts and boot script names that are hashes of their contents, from the inside out: each name is part of
/// the next one's contents. App and link script name each other, so both bear the hash of the two.
fn hash_names(folder: &Path, sources: &Sources) -> Result<()> {
    let mut app = read(&folder.join(wasm::SCRIPT))?;
    let mut link = read(&folder.join(wasm::LINK))?;
    let core = hashed(folder, "app-", "_bg.wasm", wasm::CORE)?;
    app = app.replace(wasm::CORE, &core);
    let parts = files_below(folder)?;
    for part in parts
        .iter()
        .filter(|file| file.starts_with(wasm::EXTRAS) && is_a(file, &["wasm"]))
    {
        let stem = part.trim_end_matches(".wasm");
        let name = hashed(folder, &format!("{stem}-"), ".wasm", part)?;
        ensure!(
            link.contains(part.as_str()),
            "{} does not name {part}, so nothing would load it",
            wasm::LINK
        );
        link = link.replace(part.as_str(), &name);
    }
    let both = short_hash(format!("{app}\n{link}").as_bytes());
    let (js, split) = (format!("app-{both}.js"), format!("split-{both}.js"));
    // Only where it is imported: the wasm knows the link script by its first name.
    let import = ["from \"./", "from\"./"]
        .map(|from| format!("{from}{}\"", wasm::LINK))
        .into_iter()
        .find(|import| app.contains(import))
        .unwrap_or_default();
    ensure!(
        !import.is_empty() && link.contains(wasm::SCRIPT),
        "{} and {} do not name each other, so the second wasm would not be found",
        wasm::SCRIPT,
        wasm::LINK
    );
    write(
        &folder.join(wasm::SCRIPT),
        &app.replace(&import, &format!("from \"./{split}\"")),
    )?;
    write(&folder.join(wasm::LINK), &link.replace(wasm::SCRIPT, &js))?;
    rename(folder, wasm::SCRIPT, &js)?;
    rename(folder, wasm::LINK, &split)?;

    let template = read(&sources.boot_template)?;
    ensure!(
        template.contains("__JS__") && template.contains("__WASM__"),
        "{} must contain __JS__ and __WASM__, in whose place the file names are put",
        sources.boot_template.display()
    );
    let boot = template.replace("__JS__", &js).replace("__WASM__", &core);
    let boot_name = format!("boot-{}.js", short_hash(boot.as_bytes()));
    write(&folder.join(&boot_name), &boot)?;

    let start = read(&folder.join(START))?;
    ensure!(
        start.contains(START_MARKER),
        "public/start.js must contain the text {START_MARKER}, in whose place the name of the \
         boot script is put"
    );
    write(
        &folder.join(START),
        &start.replace(START_MARKER, &format!("./{boot_name}")),
    )
}

/// Puts the hash of a file's contents into its name.
fn hashed(folder: &Path, before: &str, after: &str, file: &str) -> Result<String> {
    let name = format!(
        "{before}{}{after}",
        short_hash(&read_bytes(&folder.join(file))?)
    );
    rename(folder, file, &name)?;
    Ok(name)
}

/// The app must work in any folder of any host, so no address may begin at the root.
fn check_addresses(folder: &Path, html: &str) -> Result<()> {
    const ADVICE: &str = "write it relative (./…), or the app works only at the root of a host";
    if let Some(address) = page::first_rooted_address(html) {
        anyhow::bail!("index.html has the address /{address}: {ADVICE}");
    }
    for relative in files_below(folder)? {
        if is_a(&relative, &["css"]) {
            let text = read(&folder.join(&relative))?;
            let is_rooted = ["url(/", "url(\"/", "url('/"]
                .iter()
                .any(|sign| text.contains(sign));
            ensure!(!is_rooted, "{relative} has a url(/…): {ADVICE}");
        } else if is_a(&relative, &["webmanifest"]) {
            let manifest: Value = serde_json::from_str(&read(&folder.join(&relative))?)
                .with_context(|| format!("{relative} is not valid JSON"))?;
            let rooted = first_rooted_value(&manifest);
            ensure!(rooted.is_none(), "{relative} has {rooted:?}: {ADVICE}");
        }
    }
    Ok(())
}

fn first_rooted_value(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.starts_with('/').then_some(text),
        Value::Array(values) => values.iter().find_map(first_rooted_value),
        Value::Object(fields) => fields.values().find_map(first_rooted_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn build_id(folder: &Path) -> Result<String> {
    let mut all = Sha256::new();
    for relative in files_below(folder)? {
        let bytes = read_bytes(&folder.join(&relative))?;
        all.update(format!("{relative} {}\n", hash(&bytes)));
    }
    Ok(hex(&all.finalize()).chars().take(16).collect())
}

fn sort_files(folder: &Path) -> Result<Finished> {
    let files = files_below(folder)?;
    let mut texts = String::new();
    for relative in files
        .iter()
        .filter(|file| is_a(file, &["html", "css", "js", "webmanifest"]))
    {
        texts.push_str(&read(&folder.join(relative))?);
    }
    let mut finished = Finished::default();
    for relative in files {
        let sum = hash(&read_bytes(&folder.join(&relative))?);
        if relative.starts_with(wasm::EXTRAS) {
            finished.extras.push((relative, sum));
        } else if belongs_to_core(&relative, &texts) {
            finished.core.push((relative, sum));
        } else if relative != WORKER {
            finished.uncached.push(relative);
        }
    }
    Ok(finished)
}

/// Pictures only where something names them; what the app runs on, always.
fn belongs_to_core(relative: &str, texts: &str) -> bool {
    let name = relative.rsplit('/').next().unwrap_or(relative);
    if is_a(relative, &["png", "svg", "ico", "webp", "avif", "jpg"]) {
        return texts.contains(name);
    }
    relative != WORKER
        && is_a(
            relative,
            &[
                "html",
                "css",
                "js",
                "mjs",
                "wasm",
                "webmanifest",
                "json",
                "woff2",
            ],
        )
}

fn stamp_worker(worker: &Path, finished: &Finished) -> Result<()> {
    let text = read(worker)?;
    ensure!(
        text.matches(WORKER_MARKER).count() == 1,
        "public/sw.js must contain this line exactly once, in whose place the file list is put: \
         {WORKER_MARKER}"
    );
    let list = serde_json::to_string(finished).context("the file list cannot be written")?;
    write(
        worker,
        &text.replace(WORKER_MARKER, &format!("const BUILD = {list};")),
    )
}

fn is_a(relative: &str, extensions: &[&str]) -> bool {
    relative
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn read_bytes(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

fn rename(folder: &Path, from: &str, to: &str) -> Result<()> {
    fs::rename(folder.join(from), folder.join(to))
        .with_context(|| format!("{from} cannot be renamed to {to}"))
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn short_hash(bytes: &[u8]) -> String {
    hash(bytes).chars().take(16).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
