//! The lock: setting it, and the page before a locked notebook.

use super::App;

impl App {
    /// Sets a lock, and is asked for it at once; the code for who forgets it.
    pub(crate) async fn set_lock(&self, words: &str) -> String {
        self.go("/khoa").await;
        self.browser.type_into("[name=new-words]", words).await;
        self.browser
            .type_into("[name=new-words-again]", words)
            .await;
        self.browser.click("#set-lock").await;
        let code = self.browser.see("#recovery", "-").await;
        self.browser.click("#recovery-kept").await;
        self.browser.see("#closed", "khóa").await;
        code.trim().to_owned()
    }

    /// Opens the notebook with the PIN.
    pub(crate) async fn unlock(&self, words: &str) {
        self.try_lock(words).await;
        self.is_open().await;
    }

    pub(crate) async fn try_lock(&self, words: &str) {
        self.browser.see("#closed", "khóa").await;
        self.browser.replace("[name=unlock]", words).await;
        self.browser.click("#unlock").await;
    }
}
