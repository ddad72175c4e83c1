//! Files out of the app (share sheet or download) and into it.

use crate::browser::let_go;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

fn blob(bytes: &[u8], mime: &str) -> Option<Blob> {
    let bag = BlobPropertyBag::new();
    bag.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence_and_options(&parts, &bag).ok()
}

/// Offers bytes as a file to keep.
pub(crate) fn download(name: &str, mime: &str, bytes: &[u8]) -> bool {
    let Some(blob) = blob(bytes, mime) else {
        return false;
    };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else {
        return false;
    };
    let anchor = super::document()
        .and_then(|document| document.create_element("a").ok())
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok());
    let Some(anchor) = anchor else { return false };
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser reads the address after this turn of the loop, so it is let go a minute later.
    gloo_timers::callback::Timeout::new(60_000, move || {
        let_go(Url::revoke_object_url(&url));
    })
    .forget();
    true
}

/// Whether this browser can hand a file to another app.
pub(crate) fn can_share() -> bool {
    share_data("x.json", "application/json", b"{}").is_some_and(|data| {
        let navigator = super::window().map(|window| window.navigator());
        navigator
            .and_then(|navigator| super::call(&navigator, "canShare", &[&data]))
            .is_some_and(|can| can.as_bool() == Some(true))
    })
}

fn share_data(name: &str, mime: &str, bytes: &[u8]) -> Option<JsValue> {
    let bag = web_sys::FilePropertyBag::new();
    bag.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let file = web_sys::File::new_with_u8_array_sequence_and_options(&parts, name, &bag).ok()?;
    let data = Object::new();
    Reflect::set(&data, &"files".into(), &Array::of1(&file)).ok()?;
    Some(data.into())
}

/// Opens the share sheet with a file; false when the person closed it or there is none.
pub(crate) async fn share(name: &str, mime: &str, bytes: &[u8]) -> bool {
    let Some(data) = share_data(name, mime, bytes) else {
        return false;
    };
    let navigator = super::window().map(|window| window.navigator());
    let asked = navigator.and_then(|navigator| super::call(&navigator, "share", &[&data]));
    let Some(Ok(promise)) = asked.map(JsCast::dyn_into::<js_sys::Promise>) else {
        return false;
    };
    JsFuture::from(promise).await.is_ok()
}

/// The input that an event came from.
fn input_of(event: &web_sys::Event) -> Option<web_sys::HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// The bytes of the file that was chosen in a file input, which is empty again afterwards: the same file may be chosen twice.
pub(crate) fn chosen(event: &web_sys::Event) -> impl Future<Output = Option<Vec<u8>>> + 'static {
    let input = input_of(event);
    async move {
        let input = input?;
        let file = input.files()?.get(0)?;
        let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
        input.set_value("");
        Some(Uint8Array::new(&buffer).to_vec())
    }
}
