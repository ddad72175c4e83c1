//! Cache Storage as a place for bytes under names, beside IndexedDB: browsers have lost the one and kept the other. Files
//! of the app lie in caches of their own (`public/sw.js`).

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{call, get, let_go, window};

async fn settle(asked: Option<JsValue>) -> Option<JsValue> {
    let promise: Promise = asked?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

fn caches() -> Option<JsValue> {
    get(window()?.as_ref(), "caches")
}

/// The name of a notebook's cache; no build of the app has one that begins so.
fn place(notebook: &str) -> JsValue {
    format!("ban-doi/{notebook}").into()
}

async fn open(notebook: &str) -> Option<JsValue> {
    settle(call(&caches()?, "open", &[&place(notebook)])).await
}

/// Keeps bytes under a name. Without such a place nothing is kept, and nothing is said: it is the second one.
pub(crate) async fn put(notebook: &str, name: &str, bytes: &JsValue) {
    let body = web_sys::Response::new_with_opt_buffer_source(bytes.dyn_ref());
    if let (Some(cache), Ok(body)) = (open(notebook).await, body) {
        let url = format!("ban-doi/{name}");
        settle(call(&cache, "put", &[&url.into(), &body])).await;
    }
}

/// Whether something is kept under a name, or there is no such place at all.
pub(crate) async fn has(notebook: &str, name: &str) -> bool {
    let Some(cache) = open(notebook).await else {
        return true;
    };
    let url = format!("ban-doi/{name}");
    let found = settle(call(&cache, "match", &[&url.into()])).await;
    found.is_some_and(|found| found.is_object())
}

/// Everything that is kept, by name.
pub(crate) async fn all(notebook: &str) -> Option<Vec<(String, Uint8Array)>> {
    let has = settle(call(&caches()?, "has", &[&place(notebook)])).await?;
    if has.as_bool() != Some(true) {
        return None;
    }
    let cache = open(notebook).await?;
    let mut found = Vec::new();
    for request in Array::from(&settle(call(&cache, "keys", &[])).await?).iter() {
        let url = get(&request, "url").and_then(|url| url.as_string())?;
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        let kept = settle(call(&cache, "match", &[&request])).await?;
        let bytes = settle(call(&kept, "arrayBuffer", &[])).await?;
        found.push((name, Uint8Array::new(&bytes)));
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(found)
}

/// Lets go of what is kept under a name.
pub(crate) async fn drop_one(notebook: &str, name: &str) {
    if let Some(cache) = open(notebook).await {
        let url = format!("ban-doi/{name}");
        settle(call(&cache, "delete", &[&url.into()])).await;
    }
}

/// Lets go of what is kept under names for which this holds.
pub(crate) async fn drop_where(notebook: &str, is_over: impl Fn(&str) -> bool) {
    let Some(cache) = open(notebook).await else {
        return;
    };
    let Some(keys) = settle(call(&cache, "keys", &[])).await else {
        return;
    };
    for request in Array::from(&keys).iter() {
        let url = get(&request, "url").and_then(|url| url.as_string());
        let name = url.as_deref().and_then(|url| url.rsplit('/').next());
        if name.is_some_and(&is_over) {
            settle(call(&cache, "delete", &[&request])).await;
        }
    }
}

/// Lets go of all of it.
pub(crate) async fn erase(notebook: &str) {
    if let Some(caches) = caches() {
        let_go(settle(call(&caches, "delete", &[&place(notebook)])).await);
    }
}
