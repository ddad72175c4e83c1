//! The finishing touches on a small build, written as Trunk 0.21 writes it.

use super::*;

const INDEX: &str = r#"<!DOCTYPE html><html lang="vi"><head>
<!-- a comment with a <script> in it -->
<link rel="manifest" href="./manifest.webmanifest">
<link rel="stylesheet" href="./main-1.css" integrity="sha384-x"/>
</head><body><!--ICONS--><script src="./start.js" defer></script></body></html>"#;

/// A folder that is removed again, with a build by Trunk in `dist` and our files beside it.
struct Fixture {
    root: PathBuf,
}

impl Fixture {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        let fixture = Self { root };
        for (path, text) in [
            ("dist/index.html", INDEX),
            (
                "dist/app.js",
                "import * as a from \"./split.js\"; ({\"./split.js\": a}); new URL('app_bg.wasm', import.meta.url); import './snippets/a/inline0.js'",
            ),
            (
                "dist/split.js",
                "import './app.js'; fetch(new URL(\"./extras/split_later.wasm\", import.meta.url))",
            ),
            ("dist/app_bg.wasm", "wasm"),
            ("dist/extras/split_later.wasm", "later"),
            ("dist/snippets/a/inline0.js", "export {}"),
            ("dist/main-1.css", "body{background:url(./paper.png)}"),
            ("dist/start.js", "import('./boot.js')"),
            (
                "dist/sw.js",
                "\"use strict\";\nconst BUILD = {\"id\":\"dev\",\"core\":[],\"extras\":[]};\n",
            ),
            (
                "dist/manifest.webmanifest",
                r#"{"start_url":"./","icons":[{"src":"icon-192.png"}]}"#,
            ),
            ("dist/icon-192.png", "png"),
            ("dist/icon-unused.png", "png"),
            ("dist/paper.png", "png"),
            ("dist/LICENSE.txt", "MIT"),
            ("dist/extras/units.json", "[]"),
            (
                "boot.template.js",
                "import init from './__JS__';\ninit('./__WASM__');",
            ),
            ("icons.svg", "<svg><symbol id=\"a\"/></svg>"),
        ] {
            fixture.write(path, text);
        }
        fixture
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    fn finish(&self) -> Result<Finished> {
        let sources = Sources {
            boot_template: self.root.join("boot.template.js"),
            icons: self.root.join("icons.svg"),
        };
        finish(&self.root.join("dist"), &sources)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.root).unwrap();
    }
}

fn names(list: &[(String, String)]) -> Vec<&str> {
    list.iter().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn the_page_has_no_inline_script_and_names_what_exists() {
    let fixture = Fixture::new("page");
    fixture.finish().unwrap();
    let page = fixture.read("dist/index.html");
    for gone in ["nonce", "integrity", "<!--"] {
        assert!(!page.contains(gone), "{gone} is still in {page}");
    }
    assert!(page.contains("<div hidden aria-hidden=\"true\"><svg><symbol id=\"a\"/></svg></div>"));
    for (_, after) in page
        .match_indices("href=\"./")
        .map(|(idx, _)| page.split_at(idx))
    {
        let path = after
            .trim_start_matches("href=\"./")
            .split('"')
            .next()
            .unwrap();
        assert!(
            fixture.root.join("dist").join(path).is_file(),
            "{path} is not there"
        );
    }
}

#[test]
fn each_name_leads_to_the_next_by_hash() {
    let fixture = Fixture::new("names");
    let finished = fixture.finish().unwrap();
    let core = names(&finished.core);
    let one = |begin: &str, end: &str| {
        core.iter()
            .find(|path| path.starts_with(begin) && path.ends_with(end))
            .unwrap()
            .to_string()
    };
    let (boot, wasm, js) = (
        one("boot-", ".js"),
        one("app-", ".wasm"),
        one("app-", ".js"),
    );
    assert_eq!(wasm, format!("app-{}_bg.wasm", short_hash(b"wasm")));
    let (app, split) = (fixture.read(&format!("dist/{js}")), one("split-", ".js"));
    assert!(app.contains(&wasm) && app.contains(&split));
    assert!(app.contains("{\"./split.js\": a}"), "{app}");
    let link = fixture.read(&format!("dist/{split}"));
    let later = format!("extras/split_later-{}.wasm", short_hash(b"later"));
    assert!(link.contains(&js) && link.contains(&later), "{link}");
    assert!(names(&finished.extras).contains(&later.as_str()));
    assert_eq!(
        fixture.read(&format!("dist/{boot}")),
        format!("import init from './{js}';\ninit('./{wasm}');")
    );
    assert_eq!(fixture.read("dist/start.js"), format!("import('./{boot}')"));
}

#[test]
fn the_worker_lists_what_is_published() {
    let fixture = Fixture::new("worker");
    let finished = fixture.finish().unwrap();
    let worker = fixture.read("dist/sw.js");
    let (_, list) = worker.split_once("const BUILD = ").unwrap();
    let list: Value = serde_json::from_str(list.trim().trim_end_matches(';')).unwrap();
    assert_eq!(list["id"], finished.id.as_str());
    for (path, sum) in &finished.core {
        assert_eq!(
            hash(&read_bytes(&fixture.root.join("dist").join(path)).unwrap()),
            *sum
        );
    }
    assert_eq!(list["core"].as_array().unwrap().len(), finished.core.len());
    assert!(names(&finished.extras).contains(&"extras/units.json"));
    assert_eq!(finished.uncached, ["LICENSE.txt", "icon-unused.png"]);
    let core = names(&finished.core);
    for listed in [
        "index.html",
        "icon-192.png",
        "paper.png",
        "snippets/a/inline0.js",
        "main-1.css",
        "start.js",
    ] {
        assert!(core.contains(&listed), "{listed} is not in {core:?}");
    }
    assert!(!core.contains(&"sw.js"));
}

#[test]
fn the_id_is_the_same_for_the_same_files_and_stands_in_the_page() {
    let (first, second, third) = (
        Fixture::new("id1"),
        Fixture::new("id2"),
        Fixture::new("id3"),
    );
    third.write("dist/extras/units.json", "[1]");
    let id = first.finish().unwrap().id;
    assert_eq!(id.len(), 16);
    assert_eq!(second.finish().unwrap().id, id);
    assert_ne!(third.finish().unwrap().id, id);
    assert!(
        first
            .read("dist/index.html")
            .contains(&format!("<meta name=\"so-tay-build\" content=\"{id}\">"))
    );
}

#[test]
fn a_missing_marker_is_an_error_that_says_so() {
    for (path, text, says) in [
        ("dist/sw.js", "", "public/sw.js must contain"),
        ("dist/start.js", "", "public/start.js must contain"),
        ("boot.template.js", "", "__WASM__"),
        ("dist/manifest.webmanifest", r#"{"start_url":"/"}"#, "start"),
        ("dist/main-1.css", "a{background:url(/x.png)}", "main-1.css"),
    ] {
        let fixture = Fixture::new("missing");
        fixture.write(path, text);
        let error = format!("{:#}", fixture.finish().unwrap_err());
        assert!(
            error.contains(says) || error.contains("relative"),
            "{path}: {error}"
        );
    }
}
