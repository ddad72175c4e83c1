//! gzip by the browser's own streams, where it has them.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Packs bytes; `None` where the browser cannot (they are sent as they are then).
pub(crate) async fn pack(bytes: &[u8]) -> Option<Uint8Array> {
    through("CompressionStream", bytes).await
}

/// Bytes packed, or as they are where the browser cannot.
pub(crate) async fn packed(bytes: Vec<u8>) -> Vec<u8> {
    match pack(&bytes).await {
        Some(packed) => packed.to_vec(),
        None => bytes,
    }
}

/// Unpacks bytes.
pub(crate) async fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    through("DecompressionStream", bytes)
        .await
        .map(|bytes| bytes.to_vec())
}

async fn through(stream: &str, bytes: &[u8]) -> Option<Uint8Array> {
    // By name and not by web-sys's type: the browsers of the floor do not all have it.
    let maker = super::get(&js_sys::global(), stream)?
        .dyn_into::<js_sys::Function>()
        .ok()?;
    let gzip = js_sys::Reflect::construct(&maker, &Array::of1(&"gzip".into())).ok()?;
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = web_sys::Blob::new_with_u8_array_sequence(&parts).ok()?;
    let source = super::call(&blob, "stream", &[])?;
    let packed = super::call(&source, "pipeThrough", &[&gzip])?;
    let response =
        web_sys::Response::new_with_opt_readable_stream(Some(packed.unchecked_ref())).ok()?;
    let buffer: JsValue = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer))
}
