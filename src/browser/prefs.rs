//! Small settings that may be lost: theme and text size (`public/start.js` reads them before the first paint).

use crate::browser::let_go;
use gloo_storage::{LocalStorage, Storage};

pub(crate) const THEME: &str = "so-tay.theme";
pub(crate) const TEXT: &str = "so-tay.text";

/// A setting, or nothing.
pub(crate) fn read(name: &str) -> String {
    LocalStorage::get(name).unwrap_or_default()
}

/// Keeps a setting and shows it.
pub(crate) fn write(name: &str, value: &str) {
    // A private window may forbid it; then the setting lasts as long as the page.
    let_go(LocalStorage::set(name, value));
    let attribute = if name == THEME {
        "data-theme"
    } else {
        "data-text"
    };
    super::set_root(attribute, Some(value));
}
