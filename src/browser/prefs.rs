//! What may be lost: theme and text size, and a note of how much there was (`public/start.js` reads them before the first paint).

use crate::browser::let_go;
use gloo_storage::{LocalStorage, SessionStorage, Storage};

pub(crate) const THEME: &str = "so-tay.theme";
pub(crate) const TEXT: &str = "so-tay.text";
/// When a person last touched a page of any tab, ms.
pub(crate) const TOUCHED: &str = "so-tay.touched";

/// Of a tab alone: which compartment of the notebook is open in it.
pub(crate) const PART: &str = "so-tay.ngan";

/// What a tab remembers for as long as it lives, or nothing.
pub(crate) fn of_tab(name: &str) -> String {
    SessionStorage::get(name).unwrap_or_default()
}

/// Remembers something in this tab.
pub(crate) fn keep_in_tab(name: &str, value: &str) {
    let_go(SessionStorage::set(name, value));
}

/// A setting, or nothing.
pub(crate) fn read(name: &str) -> String {
    LocalStorage::get(name).unwrap_or_default()
}

/// Notes, outside the notebook's database, how many records it had: whoever finds it empty learns that it was not.
pub(crate) fn remember(notebook: &str, records: usize) {
    let_go(LocalStorage::set(had(notebook), records.to_string()));
}

/// How many records a notebook had when that was last noted; empty when none.
pub(crate) fn remembered(notebook: &str) -> String {
    let text = read(&had(notebook));
    if text == "0" { String::new() } else { text }
}

fn had(notebook: &str) -> String {
    format!("{notebook}.had")
}

/// Keeps a setting.
pub(crate) fn keep(name: &str, value: &str) {
    // A private window may forbid it; then the setting lasts as long as the page.
    let_go(LocalStorage::set(name, value));
}

/// Keeps a setting and shows it.
pub(crate) fn write(name: &str, value: &str) {
    keep(name, value);
    let attribute = if name == THEME {
        "data-theme"
    } else {
        "data-text"
    };
    super::set_root(attribute, Some(value));
}
