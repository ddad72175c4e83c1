//! Figures of the app in a real browser, each beside a limit of the same browser measured in the same page: JSON lines.
//! `cargo xtask bench browser` builds what is needed and runs this; `docs/PERFORMANCE.md` has what it printed.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{
    harness::{browser::Profile, say, static_host::StaticHost, turn},
    screens::App,
};

/// How often each is measured.
const TIMES: usize = 7;
const SAVES: usize = 30;

/// Notes when the first row of a list is on the screen.
const WATCH: &str = "window.seen = null;
    new MutationObserver((_, watch) => {
        if (document.querySelector('.row-title')) { window.seen = performance.now(); watch.disconnect(); }
    }).observe(document, {childList: true, subtree: true});";

/// As many rows as the notebook has changes, of its mean size, read one by one and parsed: the least without a library.
const RAW_OPEN: &str = "const done = arguments[arguments.length - 1], n = arguments[0], size = arguments[1], times = arguments[2];
    (async () => {
        const ask = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
        const opening = indexedDB.open('bench-raw', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('rows', {autoIncrement: true});
        const db = await ask(opening);
        const text = JSON.stringify({a: 'x'.repeat(Math.max(1, size - 8))});
        const put = db.transaction('rows', 'readwrite');
        for (let i = 0; i < n; i++) { put.objectStore('rows').put(text); }
        await new Promise(yes => { put.oncomplete = yes; });
        const took = [];
        for (let i = 0; i < times; i++) {
            const begun = performance.now();
            const rows = await ask(db.transaction('rows').objectStore('rows').getAll());
            const all = rows.map(row => JSON.parse(row));
            took.push(performance.now() - begun);
            if (all.length !== n) { throw new Error('lost rows'); }
        }
        const saves = [];
        for (let i = 0; i < 100; i++) {
            const begun = performance.now();
            const one = db.transaction('rows', 'readwrite', {durability: 'strict'});
            one.objectStore('rows').put(text);
            await new Promise(yes => { one.oncomplete = yes; });
            saves.push(performance.now() - begun);
        }
        db.close();
        indexedDB.deleteDatabase('bench-raw');
        return {took, saves};
    })().then(done, error => done(String(error)));";

/// What it takes to open the seals of all rows of the log, and to read those rows: with and without encryption.
const SEALS: &str = "const done = arguments[arguments.length - 1], times = arguments[0];
    (async () => {
        const ask = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
        const name = (await indexedDB.databases()).map(one => one.name).find(name => name.startsWith('so-tay') && !name.endsWith('/mat'));
        const db = await ask(indexedDB.open(name));
        const [raw] = await ask(db.transaction('keys').objectStore('keys').getAll());
        const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
        const took = [];
        let bytes = 0, lines = 0;
        for (let i = 0; i < times; i++) {
            const rows = await ask(db.transaction('log').objectStore('log').getAll());
            const begun = performance.now();
            const plain = [];
            for (const row of rows) {
                const how = {name: 'AES-GCM', iv: row.slice(0, 12), additionalData: new TextEncoder().encode('log')};
                plain.push(await crypto.subtle.decrypt(how, key, row.slice(12)));
            }
            took.push(performance.now() - begun);
            bytes = plain.reduce((sum, one) => sum + one.byteLength, 0);
            lines = plain.reduce((sum, one) => sum + JSON.parse(new TextDecoder().decode(one)).length, 0);
        }
        db.close();
        return {took, bytes, lines};
    })().then(done, error => done(String(error)));";

/// Types into the list's search, letter by letter; how long each letter held the page. Beside it: texts that were folded
/// before, searched for the same.
const SEARCH: &str = "const done = arguments[arguments.length - 1], n = arguments[0], size = arguments[1];
    (async () => {
        const input = document.querySelector('.search input, input[type=search]');
        const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
        const paint = () => new Promise(yes => requestAnimationFrame(() => setTimeout(yes, 0)));
        const took = [], raw = [];
        const folded = Array.from({length: n}, (_, i) => ('nuoc sinh hoat thon ' + i + ' ').repeat(Math.ceil(size / 24)));
        for (const query of ['duong', 'nuoc sinh', 'hoa', 'tien dien', 'nguyen van', 'thon 5']) {
            for (let end = 1; end <= query.length; end++) {
                const begun = performance.now();
                set.call(input, query.slice(0, end));
                input.dispatchEvent(new Event('input', {bubbles: true}));
                await Promise.resolve();
                took.push(performance.now() - begun);
                await paint();
                const from = performance.now();
                let count = 0;
                for (const text of folded) { if (text.includes(query.slice(0, end))) { count++; } }
                raw.push(performance.now() - from);
            }
        }
        return {took, raw};
    })().then(done, error => done(String(error)));";

/// From the tap on \"Lưu\" until the record is shown as saved.
const SAVE: &str = "const done = arguments[arguments.length - 1];
    const begun = performance.now();
    const watch = () => {
        if (location.hash.startsWith('#/phieu/')) { removeEventListener('hashchange', watch); done(performance.now() - begun); }
    };
    addEventListener('hashchange', watch);
    document.querySelector('#save').click();";

fn sorted(numbers: &Value) -> Vec<f64> {
    let list = numbers.as_array().unwrap_or_else(|| panic!("{numbers}"));
    let mut numbers: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() - 1) * percent / 100;
    sorted[place]
}

/// One figure, and its ratio to the limit of the same run.
fn tell(name: &str, n: usize, took: &[f64], limit: Option<(&str, f64)>) {
    let (median, p95) = (at(took, 50), at(took, 95));
    let (named, ratio) = match limit {
        Some((named, limit)) => (json!(named), json!((median / limit * 1e3).round() / 1e3)),
        None => (Value::Null, Value::Null),
    };
    let round = |ms: f64| (ms * 1e3).round() / 1e3;
    say(&json!({
        "name": name, "n": n, "times": took.len(), "median": round(median), "p95": round(p95), "unit": "ms",
        "limit": named, "ratio": ratio,
    })
    .to_string());
}

/// Sample years, the smaller first; paths with a colon between them.
fn samples() -> Vec<PathBuf> {
    let paths =
        std::env::var("SO_TAY_BENCH_SAMPLES").expect("cargo xtask bench says where they are");
    paths.split(':').map(PathBuf::from).collect()
}

#[tokio::test]
async fn what_the_app_takes_beside_what_the_browser_takes() {
    let _turn = turn().await;
    for sample in samples() {
        measure(&sample).await;
    }
}

async fn measure(sample: &std::path::Path) {
    let host = StaticHost::start();
    let profile = Profile::new("figures");
    let app = App::begin(&profile, &host.url()).await;
    app.browser.before_each_page(WATCH).await;
    let begun = std::time::Instant::now();
    app.import(sample).await;
    let import = begun.elapsed().as_secs_f64() * 1e3;
    let seals = app
        .browser
        .js_later(SEALS, vec![json!(TIMES)])
        .await
        .unwrap();
    let count = |key: &str| seals[key].as_u64().unwrap();
    let (lines, size) = (count("lines"), count("bytes") / count("lines").max(1));
    let n = usize::try_from(lines).unwrap();
    let raw = vec![json!(lines), json!(size), json!(TIMES)];
    let raw = app.browser.js_later(RAW_OPEN, raw).await.unwrap();
    tell("import", n, &[import], None);
    open(&app, n, &sorted(&raw["took"]), &sorted(&seals["took"])).await;
    let sizes = vec![json!(n), json!(size)];
    let search = app.browser.js_later(SEARCH, sizes).await.unwrap();
    beside(
        "search",
        n,
        &sorted(&search["took"]),
        &sorted(&search["raw"]),
    );
    save(&app, n, &sorted(&raw["saves"])).await;
    app.browser.close().await;
}

/// A figure and the limit it has.
fn beside(name: &str, n: usize, took: &[f64], raw: &[f64]) {
    let limit = format!("raw.{name}");
    tell(&limit, n, raw, None);
    tell(name, n, took, Some((&limit, at(raw, 50))));
}

/// From a page that is loaded anew to the first row of a list.
async fn open(app: &App, n: usize, raw: &[f64], seals: &[f64]) {
    app.go("/so/tiep_cong_dan").await;
    app.browser.see(".row-title", "").await;
    let mut opened = Vec::new();
    for _ in 0..TIMES {
        app.reload().await;
        app.browser.see(".row-title", "").await;
        opened.push(
            app.browser
                .js("return window.seen", Vec::new())
                .await
                .unwrap(),
        );
    }
    let opened = sorted(&json!(opened));
    beside("open", n, &opened, raw);
    tell("open.seals", n, seals, None);
    // With the same rows unsealed it would take that much less.
    let plain = at(&opened, 50) - at(seals, 50);
    tell(
        "open.encrypted",
        n,
        &opened,
        Some(("open without its seals", plain)),
    );
}

async fn save(app: &App, n: usize, raw: &[f64]) {
    let mut saves = Vec::new();
    for _ in 0..SAVES {
        app.begin_record("hoat_dong").await;
        app.browser.see("#save", "").await;
        app.browser.type_into("textarea", "Đo").await;
        app.draft_is_kept().await;
        saves.push(app.browser.js_later(SAVE, Vec::new()).await.unwrap());
    }
    beside("save", n, &sorted(&json!(saves)), raw);
}
