//! The only door to the browser, apart from the store's and the network's own: one call, one typed answer.
//! No decisions live here.

pub(crate) mod cache;
pub(crate) mod camera;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod gzip;
pub(crate) mod passkey;
pub(crate) mod prefs;
pub(crate) mod seal;
pub(crate) mod tabs;
pub(crate) mod worker;

use std::cell::{Cell, RefCell};

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

/// Lets a refusal of the browser go: said at each place, why nothing hangs on it.
pub(crate) fn let_go<T>(_: T) {}

/// The window; there always is one, the app runs nowhere else.
pub(crate) fn window() -> Option<web_sys::Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<web_sys::Document> {
    window()?.document()
}

/// Milliseconds since 1970, by this device's clock.
pub(crate) fn now_ms() -> u64 {
    whole(js_sys::Date::now())
}

/// A number of JavaScript's as a whole one; a clock before 1970 counts as 0.
fn whole(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers below 2^53"
    )]
    let whole = number.max(0.0) as u64;
    whole
}

/// Random bytes for names and keys.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let crypto = window().and_then(|window| window.crypto().ok());
    if let Some(crypto) = crypto {
        // Fails only above 65,536 bytes.
        let_go(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    bytes
}

/// `#/…` of the address, without the `#`.
pub(crate) fn route() -> String {
    let hash = window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default();
    let route = hash.strip_prefix('#').unwrap_or_default().to_owned();
    js_sys::decode_uri(&route)
        .map(String::from)
        .unwrap_or(route)
}

/// A part of an address as it was before it was encoded; `None` when it never was one.
pub(crate) fn decoded(text: &str) -> Option<String> {
    js_sys::decode_uri_component(text).ok().map(String::from)
}

/// Goes to a route.
pub(crate) fn go(route: &str) {
    if let Some(window) = window() {
        // Fails only on an address that is not one; routes are made by the app.
        let_go(window.location().set_hash(route));
    }
}

/// Puts a route in the place of the present one: what "back" must not come to again. A route that lies right
/// behind is gone back to, or it would lie there twice.
pub(crate) fn go_instead(route: &str) {
    if self::route() == route {
        return; // No other page is made, and no event would come.
    }
    let (here, is_instead) = HERE.get();
    let is_behind = here.checked_sub(1).is_some_and(|behind| {
        WAY.with_borrow(|way| way.get(behind).is_some_and(|before| before == route))
    });
    if is_behind && !is_instead {
        return go_back();
    }
    if let Some(window) = window() {
        HERE.set((here, true));
        let_go(window.location().replace(&format!("#{route}")));
    }
}

fn history() -> Option<JsValue> {
    get(window()?.as_ref(), "history")
}

/// Back to where the person came from.
pub(crate) fn go_back() {
    if let Some(history) = history() {
        call(&history, "back", &[]);
    }
}

thread_local! {
    /// The app's own entries of the history, as far as this page has seen them.
    static WAY: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// The place of the present one, and whether the next takes that place.
    static HERE: Cell<(usize, bool)> = const { Cell::new((0, true)) };
}

/// Whether "back" stays in the app.
pub(crate) fn has_way_back() -> bool {
    HERE.get().0 > 0
}

/// Numbers the present entry of the history, or learns the number it has: it was here before.
pub(crate) fn number_entry() {
    let Some(history) = history() else { return };
    let (before, is_instead) = HERE.get();
    let known = get(&history, "state").and_then(|state| state.as_f64());
    let here = match known {
        Some(known) => usize::try_from(whole(known)).unwrap_or_default(),
        None => before + usize::from(!is_instead),
    };
    HERE.set((here, false));
    WAY.with_borrow_mut(|way| {
        way.resize(here + 1, String::new());
        if let Some(entry) = way.last_mut() {
            *entry = route();
        }
    });
    if known.is_none() {
        let number = u32::try_from(here).unwrap_or_default();
        call(&history, "replaceState", &[&number.into(), &"".into()]);
    }
}

/// Scheme, host and port the app came from.
pub(crate) fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// The folder the app lies in: several apps may share one origin.
pub(crate) fn folder() -> String {
    let path = window()
        .and_then(|window| window.location().pathname().ok())
        .unwrap_or_default();
    path.rsplit_once('/')
        .map(|(folder, _)| folder.to_owned())
        .unwrap_or_default()
}

/// What a person would call this device: what the browser says it runs on.
pub(crate) fn device_name() -> String {
    let agent = window().and_then(|window| window.navigator().user_agent().ok());
    let agent = agent.unwrap_or_default();
    let names = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux"];
    let found = names.into_iter().find(|name| agent.contains(name));
    found.unwrap_or("Máy khác").to_owned()
}

/// The window's title.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Sets or removes an attribute of the root element: theme and text size.
pub(crate) fn set_root(attribute: &str, value: Option<&str>) {
    let Some(root) = document().and_then(|document| document.document_element()) else {
        return;
    };
    // Fails only on a name that is not an attribute's.
    let_go(match value {
        Some(value) => root.set_attribute(attribute, value),
        None => root.remove_attribute(attribute),
    });
}

/// The number on the icon of the installed app, where the browser has such a thing (W3C Badging API); 0 takes it away.
pub(crate) fn badge(count: usize) {
    let Some(navigator) = window().map(|window| window.navigator()) else {
        return;
    };
    let count = JsValue::from(u32::try_from(count).unwrap_or(u32::MAX));
    let asked = call(&navigator, "setAppBadge", &[&count]);
    if let Some(Ok(asked)) = asked.map(JsCast::dyn_into::<js_sys::Promise>) {
        // A browser may refuse; nothing depends on it.
        wasm_bindgen_futures::spawn_local(async move {
            let_go(wasm_bindgen_futures::JsFuture::from(asked).await);
        });
    }
}

/// Brings an element under the eye and the keyboard.
pub(crate) fn focus(id: &str) {
    let Some(element) = document().and_then(|document| document.get_element_by_id(id)) else {
        return;
    };
    element.scroll_into_view();
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let_go(element.focus());
    }
}

/// Presses a button of the page, when it is there.
pub(crate) fn press(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(Ok(element)) = element.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        element.click();
    }
}

/// Prints what is on the screen.
pub(crate) fn print() {
    if let Some(window) = window() {
        let_go(window.print());
    }
}

/// Puts a text where it can be pasted from; whether the browser let it.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = window().and_then(|window| get(window.navigator().as_ref(), "clipboard"));
    let asked = clipboard.and_then(|clipboard| call(&clipboard, "writeText", &[&text.into()]));
    let Some(Ok(asked)) = asked.map(JsCast::dyn_into::<js_sys::Promise>) else {
        return false;
    };
    wasm_bindgen_futures::JsFuture::from(asked).await.is_ok()
}

/// Reloads the app.
pub(crate) fn reload() {
    if let Some(window) = window() {
        let_go(window.location().reload());
    }
}

/// Whether the browser promised to keep what is stored.
pub(crate) async fn is_storage_kept() -> Option<bool> {
    let storage = window()?.navigator().storage();
    let kept = wasm_bindgen_futures::JsFuture::from(storage.persisted().ok()?)
        .await
        .ok()?;
    kept.as_bool()
}

/// Asks the browser to keep what is stored.
pub(crate) async fn ask_to_keep_storage() -> bool {
    let Some(window) = window() else { return false };
    let Ok(asked) = window.navigator().storage().persist() else {
        return false;
    };
    let answer = wasm_bindgen_futures::JsFuture::from(asked).await;
    answer.is_ok_and(|answer| answer.as_bool() == Some(true))
}

/// Bytes used and bytes allowed.
pub(crate) async fn storage_use() -> Option<(u64, u64)> {
    let asked = window()?.navigator().storage().estimate().ok()?;
    let estimate = wasm_bindgen_futures::JsFuture::from(asked).await.ok()?;
    let number = |name| get(&estimate, name)?.as_f64().map(whole);
    Some((number("usage")?, number("quota")?))
}

/// A property, when there is one.
pub(crate) fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// An object of JavaScript's with these properties.
pub(crate) fn object(parts: &[(&str, JsValue)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (name, value) in parts {
        // A plain object takes any property.
        let_go(Reflect::set(&object, &JsValue::from_str(name), value));
    }
    object
}

/// Calls a method, when there is one.
pub(crate) fn call(object: &JsValue, name: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method = get(object, name)?.dyn_into::<js_sys::Function>().ok()?;
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(argument);
    }
    method.apply(object, &list).ok()
}

/// The name and message of whatever JavaScript threw.
pub(crate) fn describe(error: &JsValue) -> (String, String) {
    let text = |name| get(error, name).and_then(|value| value.as_string());
    let message = text("message")
        .or_else(|| error.as_string())
        .unwrap_or_default();
    (text("name").unwrap_or_default(), message)
}
