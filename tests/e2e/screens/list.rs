//! A register as a list: rows and search.

use super::App;

impl App {
    /// Opens the list of a kind.
    pub(crate) async fn open_list(&self, form: &str) {
        self.go(&format!("/so/{form}")).await;
        self.browser.see_count("[type=search]", 1).await;
    }

    /// Types into the search field and waits for the row it must leave.
    pub(crate) async fn finds(&self, typed: &str, shown: &str) {
        self.browser.replace("[type=search]", typed).await;
        self.browser.see("a.row", shown).await;
    }

    /// Types into the search field and waits until nothing is left.
    pub(crate) async fn finds_nothing(&self, typed: &str) {
        self.browser.replace("[type=search]", typed).await;
        self.browser.see_count("a.row", 0).await;
    }

    /// Opens the row with these words.
    pub(crate) async fn open_row(&self, words: &str) {
        self.browser.click_words("a.row", words).await;
        self.browser.see(".kv", "").await;
    }
}
