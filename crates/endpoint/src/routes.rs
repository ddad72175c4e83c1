//! The table of routes. Everything that is not in it is the built app.

mod app;
mod carry;
mod catalogue;
mod devices;
mod handed;
mod hello;
mod show_record;
mod sync;
mod watch;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};

use crate::{
    Endpoint,
    http::{guard, problem::Problem},
};

/// How long a browser may remember what another origin is allowed.
const CORS_SECONDS: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

struct Route {
    method: &'static str,
    path: &'static str,
    needs_key: bool,
    serve: fn() -> MethodRouter<Endpoint>,
}

const TABLE: [Route; 10] = [
    open("/healthz", || get(watch::health)),
    open("/readyz", || get(watch::ready)),
    open("/metrics", || get(watch::metrics)),
    open("/v1/openapi.json", || get(watch::openapi)),
    keyed("GET", "/v1/hello", || get(hello::hello)),
    keyed("POST", "/v1/sync", || post(sync::sync)),
    keyed("POST", "/v1/carry", || post(carry::carry)),
    keyed("GET", "/v1/devices", || get(devices::devices)),
    keyed("GET", "/v1/catalogue/{number}", || {
        get(catalogue::catalogue)
    }),
    keyed("GET", "/v1/records/{id}", || get(show_record::show_record)),
];

const fn open(path: &'static str, serve: fn() -> MethodRouter<Endpoint>) -> Route {
    Route {
        method: "GET",
        path,
        needs_key: false,
        serve,
    }
}

const fn keyed(
    method: &'static str,
    path: &'static str,
    serve: fn() -> MethodRouter<Endpoint>,
) -> Route {
    Route {
        method,
        path,
        needs_key: true,
        serve,
    }
}

/// Every route of the table, as (method, path).
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|route| (route.method, route.path))
}

/// The whole service.
pub fn router(endpoint: Endpoint) -> Router {
    let (mut open, mut keyed) = (Router::new(), Router::new());
    for route in &TABLE {
        let to = if route.needs_key {
            &mut keyed
        } else {
            &mut open
        };
        *to = std::mem::take(to).route(route.path, (route.serve)());
    }
    // The key is asked for first: strangers take no place from those who have it.
    let keyed = keyed
        .route_layer(from_fn_with_state(endpoint.clone(), guard::crowd))
        .route_layer(from_fn_with_state(endpoint.clone(), guard::key));
    let router = open
        .merge(keyed)
        .fallback(app::file)
        .method_not_allowed_fallback(async || Problem::Method);
    wrap(router, &endpoint).with_state(endpoint)
}

/// What is around every route; the last layer is the outermost.
fn wrap(router: Router<Endpoint>, endpoint: &Endpoint) -> Router<Endpoint> {
    // Level 4 of brotli and gzip: a page of 256 KiB in a few milliseconds.
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    let mut router = router
        .layer(from_fn_with_state(endpoint.clone(), guard::patience))
        .layer(compression)
        .layer(CatchPanicLayer::custom(guard::after_panic));
    if !endpoint.origins().is_empty() {
        router = router.layer(cors(endpoint.origins().to_vec()));
    }
    router.layer(from_fn_with_state(endpoint.clone(), guard::observe))
}

fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    const HEADERS: [HeaderName; 3] = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(HEADERS)
        .expose_headers([header::RETRY_AFTER])
        .max_age(CORS_SECONDS)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_document_and_the_next_request_is_served() {
        let (_folder, endpoint) = Endpoint::for_test().await;
        let router: Router<Endpoint> =
            Router::new().route("/boom", get(async || -> &'static str { panic!("boom") }));
        let router = wrap(router, &endpoint).with_state(endpoint);
        for _ in 0..2 {
            let request = Request::get("/boom").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
    }
}
