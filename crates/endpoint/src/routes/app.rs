//! The built app's files. Knows how long each may be kept, nothing of what is in them.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;

use crate::{
    Endpoint,
    http::{body, problem::Problem},
};

/// The shortest run of hex digits in a file's name that is a hash of its content (Trunk writes 16,
/// fewer when they begin with zeros).
const HASH_LENGTH_MIN: usize = 12;

pub(super) async fn file(State(endpoint): State<Endpoint>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_hidden = path
        .split('/')
        .any(|part| part.starts_with('.') && part != ".well-known");
    let is_ours = path.starts_with("/v1/") || is_hidden;
    let Some(files) = endpoint.app().filter(|_| !is_ours) else {
        body::drain(request.into_body()).await;
        return Problem::NotFound.into_response();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        body::drain(request.into_body()).await;
        let allow = [(header::ALLOW, HeaderValue::from_static("GET,HEAD"))];
        return (allow, Problem::Method).into_response();
    }
    let mut response = match files.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    match response.status() {
        status if status.is_success() || status == StatusCode::NOT_MODIFIED => {
            let keep = HeaderValue::from_static(cache_control(&path));
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, keep);
            headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
            if let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(in_utf8) {
                headers.insert(header::CONTENT_TYPE, kind);
            }
            response
        }
        status if status.is_redirection() || status == StatusCode::RANGE_NOT_SATISFIABLE => {
            response
        }
        status if status.is_client_error() => Problem::NotFound.into_response(),
        _ => Problem::Internal.into_response(),
    }
}

/// What the page says of itself (`public/index.html`), and what it cannot.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' https: http://127.0.0.1:* http://localhost:*; \
     img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
);

/// Our texts are UTF-8, and say so.
fn in_utf8(kind: &HeaderValue) -> Option<HeaderValue> {
    let kind = kind.to_str().ok()?;
    let is_text = kind.starts_with("text/") && !kind.contains("charset");
    let kind = is_text.then(|| HeaderValue::from_str(&format!("{kind}; charset=utf-8")));
    kind?.ok()
}

/// A file whose name has the hash of its content never changes; any other is asked for each time.
fn cache_control(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_hash = |part: &str| {
        part.len() >= HASH_LENGTH_MIN
            && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && part.bytes().any(|b| b.is_ascii_digit())
    };
    if name.split(['-', '_', '.']).any(is_hash) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_pages_own() {
        let page = include_str!("../../../../public/index.html");
        let (_, rest) = page
            .split_once("Content-Security-Policy\" content=\"")
            .unwrap();
        let own = rest.split('"').next().unwrap();
        assert_eq!(
            POLICY.to_str().unwrap(),
            format!("{own}; frame-ancestors 'none'")
        );
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for name in [
            "/",
            "/index.html",
            "/sw.js",
            "/start.js",
            "/icons/icon-192.png",
            "/deadbeef.js",
        ] {
            assert_eq!(cache_control(name), "no-cache", "{name}");
        }
        for name in [
            "/app-0a1b2c3d4e5f6a7b.js",
            "/a/app-0a1b2c3d4e5f6a7b_bg.wasm",
        ] {
            assert!(cache_control(name).ends_with("immutable"), "{name}");
        }
    }
}
