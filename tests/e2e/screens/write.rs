//! A form being written.

use super::App;

/// A reception with one citizen and one matter.
#[derive(Debug, Clone)]
pub(crate) struct Reception {
    pub(crate) citizen: String,
    pub(crate) matter: String,
}

impl Reception {
    pub(crate) fn new(citizen: &str, matter: &str) -> Self {
        Self {
            citizen: citizen.to_owned(),
            matter: matter.to_owned(),
        }
    }
}

/// The citizen's name, in the first entry of its group.
pub(crate) const CITIZEN: &str = "[name^='cong_dan/'][name$='/ho_ten']";
/// What the citizen came for.
pub(crate) const MATTER: &str = "[name$='/tom_tat']";
const KIND: &str = "[data-path$='/loai'][data-value='KIEN_NGHI']";

impl App {
    /// Begins a record of a kind; returns the route of its draft.
    pub(crate) async fn begin_record(&self, form: &str) -> String {
        self.go(&format!("/ghi/{form}")).await;
        let is_draft = |route: &str| route.starts_with("#/nhap/");
        let route = self.browser.see_route("a draft is open", is_draft).await;
        // What follows `?` helps a form that nobody has typed into yet.
        route.split('?').next().unwrap_or_default().to_owned()
    }

    /// Types a reception into the open form.
    pub(crate) async fn fill_reception(&self, reception: &Reception) {
        self.browser.click(KIND).await;
        self.browser.type_into(MATTER, &reception.matter).await;
        self.browser.type_into(CITIZEN, &reception.citizen).await;
    }

    /// Writes a reception from beginning to end; returns the route of the record.
    pub(crate) async fn record_reception(&self, reception: &Reception) -> String {
        self.begin_record("tiep_cong_dan").await;
        self.fill_reception(reception).await;
        self.save().await
    }

    /// Saves, and waits until the record is shown as saved; returns its route.
    pub(crate) async fn save(&self) -> String {
        self.browser.click("#save").await;
        self.is_saved().await
    }

    /// Waits for the record that a save leads to.
    pub(crate) async fn is_saved(&self) -> String {
        let route = self
            .browser
            .see_route("saved", |route| route.starts_with("#/phieu/"))
            .await;
        self.browser.see(".kv", "").await;
        route
    }

    /// Waits until the form says that what was typed is kept on this device.
    pub(crate) async fn draft_is_kept(&self) {
        self.browser.see(".actions-note", "Đã giữ bản nháp").await;
    }
}
