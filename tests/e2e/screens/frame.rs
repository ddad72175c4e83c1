//! What stands around every page: the status line and the message with its undo.

use super::App;
use crate::harness::patience::{LONG_PATIENCE, PATIENCE};

impl App {
    /// Waits until the status line says that nothing waits.
    pub(crate) async fn is_all_sent(&self) {
        self.browser
            .see_within(PATIENCE, ".status", "Đã gửi hết lúc")
            .await;
    }

    /// The same, where the app must find out by itself that the endpoint is back.
    pub(crate) async fn is_all_sent_in_the_end(&self) {
        self.browser
            .see_within(LONG_PATIENCE, ".status", "Đã gửi hết lúc")
            .await;
    }

    /// Waits until the status line says that something waits to be sent.
    pub(crate) async fn waits_to_send(&self) {
        self.browser.see(".status", "Chờ gửi").await;
    }
}

impl App {
    /// Presses "Gửi ngay" and waits until everything is sent and everything new is here.
    pub(crate) async fn sync_now(&self) {
        self.go("/dong-bo").await;
        let before = self.exchanges().await;
        self.browser.click("#sync-now").await;
        self.browser
            .until("an exchange is done", async || {
                let after = self.exchanges().await;
                if after > before {
                    Ok(())
                } else {
                    Err(format!("{after} exchanges"))
                }
            })
            .await;
        self.is_all_sent().await;
    }

    /// How many answers of an endpoint this page has had.
    async fn exchanges(&self) -> u64 {
        // WebKit notes no status, and only what was answered.
        let count = "return performance.getEntriesByType('resource').filter(entry =>
            entry.name.endsWith('/v1/sync') && (entry.responseStatus ?? 200) === 200).length";
        self.browser
            .js(count, Vec::new())
            .await
            .unwrap()
            .as_u64()
            .unwrap()
    }
}

impl App {
    /// What this page asked of anybody else than where it came from.
    pub(crate) async fn asked_elsewhere(&self) -> Vec<String> {
        let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)
            .filter((name) => !name.startsWith(location.origin + '/') && !/^(blob|data):/.test(name))";
        let names = self.browser.js(script, Vec::new()).await.unwrap();
        serde_json::from_value(names).unwrap()
    }

    /// An id that is there twice shows the wrong icon, or leads a label to the wrong field.
    pub(crate) async fn ids_there_twice(&self) -> Vec<String> {
        let script =
            "const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
            return ids.filter((id, place) => ids.indexOf(id) !== place)";
        let ids = self.browser.js(script, Vec::new()).await.unwrap();
        serde_json::from_value(ids).unwrap()
    }
}
