//! Edits of index.html as text. Nothing here touches files.

use anyhow::{Context as _, Result, ensure};

/// How the element that carries the build's id begins.
pub(super) const BUILD_META: &str = r#"<meta name="so-tay-build""#;
const ICONS_MARKER: &str = "<!--ICONS-->";

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

/// Our content security policy forbids inline scripts: one in the page is an error rather than something the browser
/// drops in silence.
pub(super) fn refuse_inline_scripts(page: &str) -> Result<()> {
    let mut rest = page;
    while let Some((_, element)) = rest.split_once("<script") {
        let (attributes, after_tag) = element
            .split_once('>')
            .context("index.html has a <script that never ends")?;
        let (body, after) = after_tag
            .split_once("</script>")
            .context("index.html has no </script> for a script")?;
        let is_data = attributes.contains(" src=") || attributes.contains("json\"");
        ensure!(
            is_data,
            "index.html has an inline script, which the content security policy forbids: move it into a file of its own. \
             It begins: {}",
            body.trim().lines().next().unwrap_or_default()
        );
        rest = after;
    }
    Ok(())
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

    #[test]
    fn an_inline_script_is_refused_and_a_file_is_not() {
        refuse_inline_scripts("<script src=\"./start.js\"></script><p></p>").unwrap();
        let error =
            refuse_inline_scripts("<script src=\"a.js\"></script><script>alert(1)</script>")
                .unwrap_err();
        assert!(error.to_string().contains("alert(1)"), "{error}");
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
