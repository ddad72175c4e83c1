//! The administration of a unit.

use super::App;

impl App {
    /// Opens a link with a code, reads which host it is, and agrees.
    pub(crate) async fn enrol_with(&self, link: &str) {
        self.go(link).await;
        self.browser.see("#enrol", "127.0.0.1").await;
        self.browser.click("#enrol").await;
        self.is_all_sent().await;
    }

    /// Adds a person with these roles, by their labels.
    pub(crate) async fn add_person(&self, name: &str, roles: &[&str]) {
        self.go("/quan-tri").await;
        self.browser.click("#person-new").await;
        self.browser.type_into("[name=person-name]", name).await;
        self.set_roles(roles).await;
        self.browser.click("#person-keep").await;
        self.browser.see("[data-person]", name).await;
    }

    /// Presses what is not as it should be.
    pub(crate) async fn set_roles(&self, roles: &[&str]) {
        let press = "for (const one of document.querySelectorAll('[data-role]')) {
                const wanted = arguments[0].includes(one.dataset.role);
                if (wanted !== (one.getAttribute('aria-pressed') === 'true')) { one.click(); }
            }";
        self.browser.js(press, vec![roles.into()]).await.unwrap();
    }

    /// The selector of what a person's card has.
    pub(crate) async fn on_card(&self, name: &str, css: &str) -> String {
        let find = "const cards = [...document.querySelectorAll('[data-person]')];
            return cards.find(card => card.querySelector('h3').textContent === arguments[0])?.dataset.person ?? null;";
        let id = self
            .browser
            .until(name, async || {
                let id = self.browser.js(find, vec![name.into()]).await?;
                id.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| "no such card".to_owned())
            })
            .await;
        format!("[data-person='{id}'] {css}")
    }

    /// Gives a person a code; the link that the other phone opens.
    pub(crate) async fn code_for(&self, name: &str) -> String {
        self.go("/quan-tri").await;
        let button = self.on_card(name, "[data-code]").await;
        self.browser.click(&button).await;
        let code = self.on_card(name, "[data-given-code]").await;
        let code = self.browser.see(&code, "-").await;
        format!("/ket-noi?ma={}", code.trim())
    }
}
