//! Programmes: started from a template, tasks ticked.

use super::App;

const TICK: &str = "button.tick[role=checkbox]";

impl App {
    /// Starts a programme from a template; returns its route.
    pub(crate) async fn start_programme(&self, template: &str) -> String {
        self.go("/chuong-trinh/mau").await;
        self.browser
            .click(&format!("[data-template='{template}']"))
            .await;
        self.start_chosen().await
    }

    /// Starts what was chosen; returns its route.
    pub(crate) async fn start_chosen(&self) -> String {
        self.browser.click("#start").await;
        let is_one = |route: &str| {
            let id = route.strip_prefix("#/chuong-trinh/");
            id.is_some_and(|id| !id.is_empty() && id != "mau")
        };
        let route = self.browser.see_route("a programme is open", is_one).await;
        self.browser.see(TICK, "").await;
        route
    }

    /// Ticks the first open task; returns what the ticks are afterwards.
    pub(crate) async fn tick_a_task(&self) -> Vec<bool> {
        let before = self.ticks().await;
        self.browser
            .click(&format!("{TICK}[aria-checked='false']"))
            .await;
        let count = before.iter().filter(|is_done| **is_done).count() + 1;
        self.browser
            .see_count(&format!("{TICK}[aria-checked='true']"), count)
            .await;
        self.ticks().await
    }

    /// Which tasks are done, in the order shown, of all tasks there are.
    pub(crate) async fn ticks(&self) -> Vec<bool> {
        self.browser.click_words("button.chip", "Tất cả").await;
        self.browser.see(TICK, "").await;
        let script = "return [...document.querySelectorAll(arguments[0])]
            .map(tick => tick.getAttribute('aria-checked') === 'true')";
        let ticks = self.browser.js(script, vec![TICK.into()]).await.unwrap();
        serde_json::from_value(ticks).unwrap()
    }
}
