//! Edits of index.html as text. Nothing here touches files.

use anyhow::{Context as _, Result, bail};

/// How the element that carries the build's id begins.
pub(super) const BUILD_META: &str = r#"<meta name="so-tay-build""#;
const ICONS_MARKER: &str = "<!--ICONS-->";

/// The two files that Trunk's start script named, without `./`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StartScript {
    pub(super) js: String,
    pub(super) wasm: String,
}

pub(super) fn has_icons_marker(page: &str) -> bool {
    page.contains(ICONS_MARKER)
}

pub(super) fn put_icons(page: &str, svg: &str) -> String {
    let svg = svg.split_once("?>").map_or(svg, |(_, after)| after).trim();
    page.replace(
        ICONS_MARKER,
        &format!("<div hidden aria-hidden=\"true\">{svg}</div>"),
    )
}

pub(super) fn without_comments(page: &str) -> Result<String> {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        let (_, after) = comment
            .split_once("-->")
            .context("index.html has a comment that never ends")?;
        rest = after;
    }
    kept.push_str(rest);
    Ok(kept)
}

/// Takes out the start script that Trunk wrote: our content security policy forbids inline
/// scripts. An inline script of our own is an error rather than something to drop in silence.
pub(super) fn take_start_script(page: &str) -> Result<(String, StartScript)> {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    let mut found = None;
    while let Some((before, element)) = rest.split_once("<script") {
        let (attributes, after_tag) = element
            .split_once('>')
            .context("index.html has a <script that never ends")?;
        let (body, after) = after_tag
            .split_once("</script>")
            .context("index.html has no </script> for a script")?;
        kept.push_str(before);
        if body.contains("TrunkApplicationStarted") {
            found = Some(parse_start_script(body)?);
        } else if attributes.contains(" src=") || attributes.contains("json\"") {
            kept.push_str("<script");
            kept.push_str(attributes);
            kept.push('>');
            kept.push_str(body);
            kept.push_str("</script>");
        } else {
            bail!(
                "index.html has an inline script, which the content security policy forbids: \
                 move it into a file of its own. It begins: {}",
                body.trim().lines().next().unwrap_or_default()
            );
        }
        rest = after;
    }
    kept.push_str(rest);
    let script = found.context(
        "Trunk wrote no start script into index.html; it needs `<link data-trunk rel=\"rust\">` \
         there, and Trunk 0.21",
    )?;
    Ok((kept, script))
}

fn parse_start_script(script: &str) -> Result<StartScript> {
    let quoted = || script.split(['\'', '"']).skip(1).step_by(2);
    let named = |end: &str| {
        quoted()
            .find(|word| word.ends_with(end))
            .map(|word| word.trim_start_matches("./").to_owned())
            .with_context(|| format!("Trunk's start script names no file that ends in {end}"))
    };
    Ok(StartScript {
        js: named(".js")?,
        wasm: named(".wasm")?,
    })
}

/// Takes `name="…"` out of every element: file contents change after Trunk wrote their
/// `integrity`, and a `nonce` that never changes protects nothing.
pub(super) fn without_attribute(page: &str, name: &str) -> String {
    let opening = format!(" {name}=\"");
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, value)) = rest.split_once(&opening) {
        kept.push_str(before);
        rest = value.split_once('"').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// Writes the build's id into the page, in place of the one that is there if there is one.
pub(super) fn with_build_id(page: &str, id: &str) -> Result<String> {
    let meta = format!("{BUILD_META} content=\"{id}\">");
    if let Some((before, element)) = page.split_once(BUILD_META) {
        let (_, after) = element
            .split_once('>')
            .context("the so-tay-build meta never ends")?;
        return Ok(format!("{before}{meta}{after}"));
    }
    let (before, after) = page
        .split_once("</head>")
        .context("index.html has no </head>")?;
    Ok(format!("{before}{meta}\n</head>{after}"))
}

/// The first address in the page that would leave the folder the app is served from.
pub(super) fn first_rooted_address(page: &str) -> Option<&str> {
    ["href", "src", "srcset", "action", "content"]
        .iter()
        .find_map(|attribute| {
            ["=\"/", "='/", "=/"].iter().find_map(|sign| {
                let (_, after) = page.split_once(&format!(" {attribute}{sign}"))?;
                after.split(['"', '\'', '>']).next()
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = r#"<body><script type="module" nonce="x">
import init, * as bindings from './app-1.js';
const wasm = await init({ module_or_path: './app-1_bg.wasm' });
window.wasmBindings = bindings;
dispatchEvent(new CustomEvent("TrunkApplicationStarted", {detail: {wasm}}));
</script><script src="./start.js" defer></script></body>"#;

    #[test]
    fn the_start_script_is_taken_out_and_read() {
        let (page, script) = take_start_script(TRUNK).unwrap();
        assert_eq!(
            page,
            r#"<body><script src="./start.js" defer></script></body>"#
        );
        assert_eq!(
            script,
            StartScript {
                js: "app-1.js".to_owned(),
                wasm: "app-1_bg.wasm".to_owned()
            }
        );
    }

    #[test]
    fn an_inline_script_of_our_own_is_refused() {
        let page = format!("<script>alert(1)</script>{TRUNK}");
        let error = take_start_script(&page).unwrap_err().to_string();
        assert!(error.contains("alert(1)"), "{error}");
    }

    #[test]
    fn a_page_without_start_script_is_refused() {
        assert!(take_start_script("<body></body>").is_err());
    }

    #[test]
    fn comments_and_attributes_go() {
        assert_eq!(
            without_comments("a<!-- <script> -->b<!--c-->").unwrap(),
            "ab"
        );
        assert_eq!(
            without_attribute(r#"<a x="1" nonce="2">"#, "nonce"),
            r#"<a x="1">"#
        );
    }

    #[test]
    fn icons_come_hidden_and_without_prolog() {
        let page = put_icons(
            "<body><!--ICONS--></body>",
            "<?xml version=\"1.0\"?>\n<svg></svg>\n",
        );
        assert_eq!(
            page,
            "<body><div hidden aria-hidden=\"true\"><svg></svg></div></body>"
        );
    }

    #[test]
    fn the_build_id_replaces_the_one_before() {
        let once = with_build_id("<head></head>", "1").unwrap();
        assert_eq!(
            once,
            "<head><meta name=\"so-tay-build\" content=\"1\">\n</head>"
        );
        let twice = with_build_id(&once, "2").unwrap();
        assert_eq!(
            twice,
            "<head><meta name=\"so-tay-build\" content=\"2\">\n</head>"
        );
    }

    #[test]
    fn an_address_from_the_root_is_found() {
        assert_eq!(first_rooted_address("<a href=\"./x\"></a>"), None);
        assert_eq!(first_rooted_address("<img src=\"/x.png\">"), Some("x.png"));
    }
}
