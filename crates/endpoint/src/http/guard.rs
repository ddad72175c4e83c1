//! What every request passes: the key, the limits of how many and how long, the log line.

use std::time::Instant;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use records::account::Action;

use super::{body, problem::Problem};
use crate::{Endpoint, account::Visitor, metrics};

/// Finds out who asks, and lets in who may do this. The body is not read before.
pub(crate) async fn door(
    State((endpoint, needs)): State<(Endpoint, Needs)>,
    mut request: Request,
    next: Next,
) -> Response {
    let problem = match admit(&endpoint, needs, request.headers()).await {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            return next.run(request).await;
        }
        Err(problem) => problem,
    };
    body::drain(request.into_body()).await;
    problem.into_response()
}

/// What a route asks of who comes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    /// A key of any kind; also one that was taken back, which may only hand in.
    AnyKey,
    /// A key that is let in.
    Key,
    /// A key of somebody who may do this.
    May(Action),
}

async fn admit(endpoint: &Endpoint, needs: Needs, headers: &HeaderMap) -> Result<Visitor, Problem> {
    let key = bearer(headers).ok_or(Problem::WrongKey)?;
    let visitor = endpoint.visitor(key).await?.ok_or(Problem::WrongKey)?;
    if !endpoint.pace().may_come(&visitor) {
        return Err(Problem::TooOften);
    }
    match needs {
        Needs::AnyKey => Ok(visitor),
        _ if visitor.is_revoked() => Err(Problem::ShutOut),
        Needs::May(action) if !visitor.may(action) => Err(Problem::Forbidden),
        Needs::Key | Needs::May(_) => Ok(visitor),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Who has no key yet comes no faster than codes are typed.
pub(crate) async fn strangers(
    State(endpoint): State<Endpoint>,
    request: Request,
    next: Next,
) -> Response {
    if endpoint.pace().may_a_stranger_come() {
        return next.run(request).await;
    }
    body::drain(request.into_body()).await;
    Problem::TooOften.into_response()
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
    match status {
        401 | 403 | 413 | 429 => tracing::warn!(%method, route, status, "refused"),
        _ => tracing::debug!(%method, route, status, took = ?start.elapsed(), "answered"),
    }
    secure(response.headers_mut());
    if endpoint.is_tls() {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

/// For two years.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// What is not the app is no page.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

/// What a page cannot say of itself in a `meta` element, or must hold for every answer.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(NO_PAGE));
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
