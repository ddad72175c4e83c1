//! Connecting a notebook to an endpoint.

use super::App;
use crate::harness::endpoint::Endpoint;

impl App {
    /// Opens the link that the endpoint printed, reads which host it is, and agrees.
    pub(crate) async fn enrol(&self, endpoint: &Endpoint) {
        self.enrol_at(&endpoint.url(), endpoint.key()).await;
    }

    /// The same, where the way to the endpoint is another.
    pub(crate) async fn enrol_at(&self, url: &str, key: &str) {
        self.go(&format!("/ket-noi?khoa={key}")).await;
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        self.browser.see("main", host).await;
        self.browser.click("#enrol").await;
        self.is_all_sent().await;
    }

    /// Waits until this device can seal for the endpoint.
    pub(crate) async fn knows_the_key(&self) {
        self.go("/chuyen-ho").await;
        let nothing = "Không có lần ghi nào chờ gửi";
        self.browser.see("section.card", nothing).await;
    }
}
