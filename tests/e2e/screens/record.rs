//! A record being read.

use super::App;

impl App {
    /// Everything a reader sees of a record, field by field.
    pub(crate) async fn values(&self) -> Vec<String> {
        self.browser.see(".kv", "").await;
        self.browser.texts(".kv dt, .kv dd").await
    }

    /// Opens the record for writing.
    pub(crate) async fn edit(&self) {
        self.browser.click("#edit").await;
        self.browser
            .see_route("a draft is open", |route| route.starts_with("#/nhap/"))
            .await;
    }

    /// Replaces one value of the record on the screen, and saves.
    pub(crate) async fn change(&self, field: &str, text: &str) {
        self.edit().await;
        self.browser.replace(field, text).await;
        self.save().await;
    }
}

impl App {
    /// Resolves a conflict: presses the button beside the value with these words.
    pub(crate) async fn choose_value(&self, words: &str) {
        let mark = "[...document.querySelectorAll('.conflict-value')]
            .find(value => value.innerText.includes(arguments[0]))
            .querySelector('button').dataset.e2e = ''";
        self.browser.js(mark, vec![words.into()]).await.unwrap();
        self.browser.click("[data-e2e]").await;
    }
}
