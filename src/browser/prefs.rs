//! What may be lost: theme and text size, and a note of how much there was (`public/start.js` reads them before the first paint).

use crate::browser::let_go;
use gloo_storage::{LocalStorage, SessionStorage, Storage};
use records::{json::Read, write::to_json};

pub(crate) const THEME: &str = "so-tay.theme";
pub(crate) const TEXT: &str = "so-tay.text";

/// Of a tab alone: which compartment of the notebook is open in it.
pub(crate) const PART: &str = "so-tay.ngan";

/// Whose notebook is open on a phone that several share: in this tab, and the last in any. Empty: the first one.
pub(crate) const WHOSE: &str = "so-tay.cua";
/// The other notebooks on this phone: a line for each, its name for the machine, a tab, whose it is.
pub(crate) const OTHERS: &str = "so-tay.nguoi";

/// What a tab remembers for as long as it lives, or nothing.
pub(crate) fn of_tab(name: &str) -> String {
    get(&SessionStorage::raw(), name)
}

/// Remembers something in this tab.
pub(crate) fn keep_in_tab(name: &str, value: &str) {
    set(&SessionStorage::raw(), name, value);
}

/// A text as it lies there: in JSON, and read as the notebook is read (`gloo_storage`'s own way brings a second reader).
fn get(storage: &web_sys::Storage, name: &str) -> String {
    let raw = storage.get_item(name).ok().flatten();
    let text = raw.and_then(|raw| String::read(&raw).ok());
    text.unwrap_or_default()
}

fn set(storage: &web_sys::Storage, name: &str, value: &str) {
    // A private window may forbid it; then the setting lasts as long as the page.
    let_go(storage.set_item(name, &to_json(&value.to_owned())));
}

/// A setting, or nothing.
pub(crate) fn read(name: &str) -> String {
    get(&LocalStorage::raw(), name)
}

/// Notes, outside the notebook's database, how many records it had: whoever finds it empty learns that it was not.
pub(crate) fn remember(notebook: &str, records: usize) {
    keep(&had(notebook), &records.to_string());
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
    set(&LocalStorage::raw(), name, value);
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
