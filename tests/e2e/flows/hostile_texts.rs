//! Texts that want to be something else: through save, sync, export, import and print they stay what was typed, and do nothing.

use serde_json::{Value, json};

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{
        App,
        write::{CITIZEN, MATTER, Reception},
    },
};

/// Scripts, formulas, keys of objects, directions, what no eye sees.
const TEXTS: [&str; 7] = [
    "<script>window.owned=1</script><img src=x onerror='window.owned=1'>",
    "=HYPERLINK(\"http://example.invalid\";\"a\")",
    "__proto__ constructor toString",
    "a\u{202e}b\u{2066}c\u{200b}d\u{feff}e",
    "]]>\"';--{{x}}${window.owned=1}<!--",
    "\u{1}\u{7f} tab\tend",
    "javascript:window.owned=1",
];

impl App {
    /// Puts a text into a field as a paste does: keys cannot type all of these.
    async fn paste(&self, css: &str, text: &Value) {
        let put = "const input = document.querySelector(arguments[0]);
            const text = JSON.parse(arguments[1]);
            Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, text);
            input.dispatchEvent(new Event('input', {bubbles: true}));";
        let put = self.browser.js(put, vec![css.into(), text.clone()]);
        put.await.unwrap();
    }

    async fn is_not_owned(&self) {
        let owned = self.browser.js("return window.owned ?? null", Vec::new());
        assert_eq!(owned.await.unwrap(), Value::Null, "a text did something");
    }
}

fn all() -> String {
    TEXTS.join(" ")
}

/// What the first record of an export says.
fn matter(export: &crate::screens::files::Exported) -> String {
    let record = export.records.values().next().unwrap();
    let text = &record["fields"]["noi_dung"][0]["tom_tat"];
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn hostile_texts_stay_what_they_are_and_do_nothing() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let (one, two, three) = (
        Profile::new("hostile-1"),
        Profile::new("hostile-2"),
        Profile::new("hostile-3"),
    );
    let app = App::begin(&one, &endpoint.url()).await;
    app.enrol(&endpoint).await;
    app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Người thử", "x")).await;
    let text = json!(all()).to_string();
    app.paste(MATTER, &json!(text)).await;
    // Half of a pair becomes a sign that says so, at the door.
    app.paste(CITIZEN, &json!("\"Ly\\ud800 Thi\"")).await;
    app.draft_is_kept().await;
    let route = app.save().await;
    app.browser.see("main", "Ly\u{fffd} Thi").await;
    app.is_not_owned().await;
    app.is_all_sent().await;
    let file = app.export_file().await;
    let given = crate::screens::files::Exported::read(&file);
    assert_eq!(matter(&given), all());
    app.go(&format!("{}/in", route.trim_start_matches('#')))
        .await;
    app.browser.see("main", "").await;
    app.is_not_owned().await;
    app.go("/so/tiep_cong_dan/in").await;
    app.browser.see("table", "HYPERLINK").await;
    app.is_not_owned().await;
    app.browser.close().await;

    // By the endpoint, and by file.
    let other = App::begin(&two, &endpoint.url()).await;
    other.enrol(&endpoint).await;
    other.sync_now().await;
    assert_eq!(matter(&other.export().await), all());
    other.is_not_owned().await;
    other.browser.close().await;
    let third = App::begin(&three, &endpoint.url()).await;
    third.import(&file).await;
    assert_eq!(matter(&third.export().await), all());
    third.is_not_owned().await;

    // Too long for one save: a sentence, and every letter of it still there.
    third.begin_record("tiep_cong_dan").await;
    third
        .fill_reception(&Reception::new("Người thử", "x"))
        .await;
    let long = json!("a".repeat(1024 * 1024)).to_string();
    third.paste(MATTER, &json!(long)).await;
    third.browser.click("#save").await;
    third.browser.see(".actions-note", "quá dài").await;
    let length = third.browser.js(
        "return document.querySelector(arguments[0]).value.length",
        vec![MATTER.into()],
    );
    assert_eq!(length.await.unwrap(), json!(1024 * 1024));
    third.browser.close().await;
}
