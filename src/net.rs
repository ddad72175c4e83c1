//! The only door to the network: one request of the protocol, one typed answer. No pace, no retries.

use js_sys::Uint8Array;
use records::{
    account::{EnrolRequest, Enrolled},
    json::{Object, Read, ReadError},
    parcel::{CarryRequest, Receipt},
    wire::{Contact, Contacts, Problem, SyncAnswer, SyncRequest, Unit},
    write::to_json,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, Response};

use crate::browser::{self, gzip};

/// How long an exchange may take; a page of 256 KiB needs 40 s at 50 kbit/s.
const TIMEOUT_MS: u32 = 60_000;
/// Smaller bodies cost more to pack than they save.
const PACK_BYTES_MIN: usize = 1_024;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NetError {
    /// No road to the endpoint, or none in time.
    #[error("the endpoint does not answer")]
    Silent,
    /// The endpoint answered with a problem, and perhaps for how many seconds it wants to be left alone.
    #[error("{0:?}")]
    Problem(Box<Problem>, u32),
    /// Something answered that is not an endpoint of this protocol.
    #[error("not an endpoint")]
    Foreign,
}

impl NetError {
    /// Whether trying again later cannot help.
    pub(crate) fn needs_a_person(&self) -> bool {
        match self {
            Self::Silent => false,
            Self::Foreign => true,
            Self::Problem(problem, _) => problem.status < 500 && problem.status != 429,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem, _) => Some(problem.status),
            Self::Silent | Self::Foreign => None,
        }
    }
}

/// Who an endpoint says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) unit: Unit,
    /// The public key that parcels are sealed to; empty when the endpoint is of an earlier release.
    pub(crate) seal: String,
}

impl Read for Hello {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let hello = Object::read(raw)?;
        Ok(Self {
            unit: hello.item("unit")?,
            seal: hello.text_or_empty("seal")?,
        })
    }
}

/// Asks an address who it is.
pub(crate) async fn hello(endpoint: &str, key: &str) -> Result<Hello, NetError> {
    let text = exchange(endpoint, "hello", key, None).await?;
    Hello::read(&text).or(Err(NetError::Foreign))
}

/// Asks to be let in with a code.
pub(crate) async fn enrol(endpoint: &str, request: &EnrolRequest) -> Result<Enrolled, NetError> {
    let body = to_json(request).into_bytes();
    let text = exchange(endpoint, "enrol", "", Some(body)).await?;
    Enrolled::read(&text).or(Err(NetError::Foreign))
}

/// What devices last said of themselves.
pub(crate) async fn devices(endpoint: &str, key: &str) -> Result<Vec<Contact>, NetError> {
    let text = exchange(endpoint, "devices", key, None).await?;
    let contacts = Contacts::read(&text).or(Err(NetError::Foreign))?;
    Ok(contacts.devices)
}

/// One round trip, both directions.
pub(crate) async fn sync(
    endpoint: &str,
    key: &str,
    request: &SyncRequest,
) -> Result<SyncAnswer, NetError> {
    let body = to_json(request).into_bytes();
    let text = exchange(endpoint, "sync", key, Some(body)).await?;
    SyncAnswer::read(&text).or(Err(NetError::Foreign))
}

/// Brings a parcel of another device.
pub(crate) async fn carry(
    endpoint: &str,
    key: &str,
    request: &CarryRequest,
) -> Result<Receipt, NetError> {
    let body = to_json(request).into_bytes();
    let text = exchange(endpoint, "carry", key, Some(body)).await?;
    Receipt::read(&text).or(Err(NetError::Foreign))
}

/// A published catalogue.
pub(crate) async fn catalogue(endpoint: &str, key: &str, number: u64) -> Result<String, NetError> {
    exchange(endpoint, &format!("catalogue/{number}"), key, None).await
}

/// Gives the unit's administrator the code that opens this device's lock.
pub(crate) async fn give_code(endpoint: &str, key: &str, code: &str) -> Result<(), NetError> {
    let body = format!("{{\"code\":\"{code}\"}}").into_bytes();
    exchange(endpoint, "recovery", key, Some(body)).await?;
    Ok(())
}

/// What an administrator asks: any verb, any shapes.
pub(crate) async fn ask<T: Read>(
    endpoint: &str,
    key: &str,
    verb: &str,
    body: Option<String>,
) -> Result<T, NetError> {
    let text = exchange(endpoint, verb, key, body.map(String::into_bytes)).await?;
    T::read(&text).or(Err(NetError::Foreign))
}

/// The text of a good answer.
async fn exchange(
    endpoint: &str,
    verb: &str,
    key: &str,
    body: Option<Vec<u8>>,
) -> Result<String, NetError> {
    let url = format!("{}/v1/{verb}", endpoint.trim_end_matches('/'));
    let request = request(&url, key, body).await.ok_or(NetError::Foreign)?;
    let controller = AbortController::new().ok();
    let init = RequestInit::new();
    init.set_signal(controller.as_ref().map(AbortController::signal).as_ref());
    let stop = gloo_timers::callback::Timeout::new(TIMEOUT_MS, move || {
        if let Some(controller) = controller {
            controller.abort();
        }
    });
    let window = browser::window().ok_or(NetError::Silent)?;
    let asked = JsFuture::from(window.fetch_with_request_and_init(&request, &init)).await;
    let response: Response = asked.or(Err(NetError::Silent))?.unchecked_into();
    let text = response.text().or(Err(NetError::Silent))?;
    let text = JsFuture::from(text)
        .await
        .or(Err(NetError::Silent))?
        .as_string();
    drop(stop);
    let text = text.unwrap_or_default();
    if response.ok() {
        return Ok(text);
    }
    match Problem::read(&text) {
        Ok(problem) => Err(NetError::Problem(Box::new(problem), wait_s(&response))),
        Err(_) if response.status() >= 500 => Err(NetError::Silent), // A proxy whose endpoint is away.
        Err(_) => Err(NetError::Foreign),
    }
}

/// How long the endpoint wants to be left alone.
fn wait_s(response: &Response) -> u32 {
    let said = response.headers().get("retry-after");
    said.ok()
        .flatten()
        .and_then(|said| said.parse().ok())
        .unwrap_or(0) // none, or a date: our own pace
}

async fn request(url: &str, key: &str, body: Option<Vec<u8>>) -> Option<Request> {
    let headers = Headers::new().ok()?;
    if !key.is_empty() {
        let bearer = format!("Bearer {key}");
        headers.set("authorization", &bearer).ok()?;
    }
    let init = RequestInit::new();
    init.set_cache(web_sys::RequestCache::NoStore);
    init.set_credentials(web_sys::RequestCredentials::Omit);
    if let Some(body) = body {
        init.set_method("POST");
        headers.set("content-type", "application/json").ok()?;
        let packed = if body.len() < PACK_BYTES_MIN {
            None
        } else {
            gzip::pack(&body).await
        };
        if packed.is_some() {
            headers.set("content-encoding", "gzip").ok()?;
        }
        let body: JsValue = packed.unwrap_or_else(|| Uint8Array::from(&body[..])).into();
        init.set_body(&body);
    }
    init.set_headers(&headers);
    Request::new_with_str_and_init(url, &init).ok()
}
