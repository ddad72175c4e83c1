//! Connecting a notebook to an endpoint.

use super::App;
use crate::harness::endpoint::Endpoint;

impl App {
    /// Opens the link that the endpoint printed, reads which host it is, and agrees.
    pub(crate) async fn enrol(&self, endpoint: &Endpoint) {
        self.go(&format!("/ket-noi?khoa={}", endpoint.key())).await;
        let url = endpoint.url();
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        self.browser.see("main", host).await;
        self.browser.click("#enrol").await;
        self.is_all_sent().await;
    }
}
