//! The first opening.

use super::App;

impl App {
    /// Begins without an account.
    pub(crate) async fn use_here(&self) {
        self.browser
            .type_into("[name='me-name']", "Nguyễn Văn Ghi")
            .await;
        self.browser.click("#use-here").await;
        self.browser.see_count("#use-here", 0).await;
    }
}
