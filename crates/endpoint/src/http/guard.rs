//! What every request passes: the key, the limits of how many and how long, the log line.

use std::time::Instant;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq;

use super::{body, problem::Problem};
use crate::{Endpoint, device_key, metrics};

/// Lets in who shows the device key. The body is not read before.
pub(crate) async fn key(
    State(endpoint): State<Endpoint>,
    request: Request,
    next: Next,
) -> Response {
    if shows_key(request.headers(), endpoint.device_key_hash()) {
        return next.run(request).await;
    }
    body::drain(request.into_body()).await;
    Problem::WrongKey.into_response()
}

fn shows_key(headers: &HeaderMap, expected: &[u8; 32]) -> bool {
    let text = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let Some((scheme, key)) = text.and_then(|text| text.split_once(' ')) else {
        return false;
    };
    let is_same = device_key::hash(key.trim()).ct_eq(expected);
    scheme.eq_ignore_ascii_case("bearer") && bool::from(is_same)
}

/// Bounds how many are served at once: the rest wait outside, not in memory.
pub(crate) async fn crowd(
    State(endpoint): State<Endpoint>,
    request: Request,
    next: Next,
) -> Response {
    match endpoint.enter() {
        Some(_place) => next.run(request).await,
        None => {
            body::drain(request.into_body()).await;
            Problem::Busy.into_response()
        }
    }
}

/// Bounds how long one request may take, slow networks included.
pub(crate) async fn patience(
    State(endpoint): State<Endpoint>,
    request: Request,
    next: Next,
) -> Response {
    let answer = tokio::time::timeout(endpoint.limits().request, next.run(request)).await;
    answer.unwrap_or_else(|_elapsed| Problem::Busy.into_response())
}

/// Counts and logs: route, status and time, never an address, an id or a body.
pub(crate) async fn observe(
    State(endpoint): State<Endpoint>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    let route = path.as_ref().map_or(metrics::APP, MatchedPath::as_str);
    let status = response.status().as_u16();
    endpoint.metrics().count_request(route, status);
    tracing::debug!(%method, route, status, took = ?start.elapsed(), "answered");
    secure(response.headers_mut());
    response
}

/// What a page cannot say of itself in a `meta` element, or must hold for every answer.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// The answer when our own code panicked; the panic itself is in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer calls it so")]
pub(crate) fn after_panic(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("?");
    tracing::error!(text, "a request panicked");
    Problem::Internal.into_response()
}
