//! The table of routes. Everything that is not in it is the built app.

mod app;
mod carry;
mod catalogue;
mod devices;
mod enrol;
mod handed;
mod hello;
mod people;
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
    http::{
        guard::{self, Needs},
        problem::Problem,
    },
};
use records::account::Action;

/// How long a browser may remember what another origin is allowed.
const CORS_SECONDS: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

struct Route {
    method: &'static str,
    path: &'static str,
    door: Door,
    serve: fn() -> MethodRouter<Endpoint>,
}

/// Who comes in.
#[derive(Clone, Copy)]
enum Door {
    /// Anybody.
    Open,
    /// Anybody, not often.
    Strangers,
    /// Who shows a key.
    Keyed(Needs),
}

const TABLE: [Route; 21] = [
    get_of("/healthz", Door::Open, || get(watch::health)),
    get_of("/readyz", Door::Open, || get(watch::ready)),
    get_of("/metrics", Door::Open, || get(watch::metrics)),
    get_of("/v1/openapi.json", Door::Open, || get(watch::openapi)),
    post_of("/v1/enrol", Door::Strangers, || post(enrol::enrol)),
    get_of("/v1/hello", ANYBODY, || get(hello::hello)),
    post_of("/v1/sync", Door::Keyed(Needs::AnyKey), || post(sync::sync)),
    post_of("/v1/carry", WRITER, || post(carry::carry)),
    get_of("/v1/devices", ANYBODY, || get(devices::devices)),
    get_of("/v1/catalogue/{number}", ANYBODY, || {
        get(catalogue::catalogue)
    }),
    get_of("/v1/records/{id}", READER, || get(show_record::show_record)),
    get_of("/v1/colleagues", WRITER, || get(people::colleagues)),
    get_of("/v1/people", ADMINISTRATOR, || get(people::list)),
    post_of("/v1/people", ADMINISTRATOR, || post(people::add)),
    post_of("/v1/people/{id}", ADMINISTRATOR, || post(people::change)),
    post_of("/v1/people/{id}/codes", ADMINISTRATOR, || {
        post(people::code)
    }),
    post_of("/v1/tokens/{id}/revoke", ADMINISTRATOR, || {
        post(people::revoke)
    }),
    get_of("/v1/tokens/{id}/recovery", ADMINISTRATOR, || {
        get(people::recovery)
    }),
    post_of("/v1/recovery", ANYBODY, || post(people::put_recovery)),
    get_of("/v1/audit", ADMINISTRATOR, || get(people::audit)),
    post_of("/v1/audit", WRITER, || post(people::say)),
];

const ANYBODY: Door = Door::Keyed(Needs::Key);
const READER: Door = Door::Keyed(Needs::May(Action::Read));
const WRITER: Door = Door::Keyed(Needs::May(Action::Write));
const ADMINISTRATOR: Door = Door::Keyed(Needs::May(Action::Administer));

const fn get_of(path: &'static str, door: Door, serve: fn() -> MethodRouter<Endpoint>) -> Route {
    Route {
        method: "GET",
        path,
        door,
        serve,
    }
}

const fn post_of(path: &'static str, door: Door, serve: fn() -> MethodRouter<Endpoint>) -> Route {
    Route {
        method: "POST",
        path,
        door,
        serve,
    }
}

/// Every route of the table, as (method, path).
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|route| (route.method, route.path))
}

/// The whole service.
pub fn router(endpoint: Endpoint) -> Router {
    let mut router = Router::new();
    for route in &TABLE {
        let serve = (route.serve)();
        let crowd = || from_fn_with_state(endpoint.clone(), guard::crowd);
        // The key is asked for first: strangers take no place from those who have it.
        let serve = match route.door {
            Door::Open => serve,
            Door::Strangers => serve
                .route_layer(crowd())
                .route_layer(from_fn_with_state(endpoint.clone(), guard::strangers)),
            Door::Keyed(needs) => serve
                .route_layer(crowd())
                .route_layer(from_fn_with_state((endpoint.clone(), needs), guard::door)),
        };
        router = router.route(route.path, serve);
    }
    let router = router
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
