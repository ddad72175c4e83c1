//! The built app as browsers get it, and what pages of other origins may do.

use std::fs;

use axum::http::HeaderValue;
use endpoint::Config;
use tempfile::TempDir;

use crate::world::{World, ask, request};

async fn world_with_app() -> (TempDir, World) {
    let app = tempfile::tempdir().unwrap();
    fs::create_dir(app.path().join(".git")).unwrap();
    for (name, text) in [
        ("index.html", "<!doctype html><title>Sổ tay</title>"),
        ("sw.js", "self.skipWaiting()"),
        ("start.js", "1"),
        ("manifest.webmanifest", "{}"),
        ("app-0a1b2c3d4e5f6a7b_bg.wasm", "\0asm"),
        ("app-0a1b2c3d4e5f6a7b.js", "2"),
        (".git/config", "secret"),
    ] {
        fs::write(app.path().join(name), text).unwrap();
    }
    let config = Config {
        app: Some(app.path().to_owned()),
        ..Config::default()
    };
    (app, World::start_with(config).await)
}

#[tokio::test]
async fn files_have_their_types_and_are_kept_as_long_as_they_may() {
    let (_app, world) = world_with_app().await;
    for (path, kind, keep) in [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/start.js", "text/javascript", "no-cache"),
        (
            "/manifest.webmanifest",
            "application/manifest+json",
            "no-cache",
        ),
        ("/app-0a1b2c3d4e5f6a7b.js", "text/javascript", "immutable"),
        (
            "/app-0a1b2c3d4e5f6a7b_bg.wasm",
            "application/wasm",
            "immutable",
        ),
    ] {
        let answer = ask(world.address, "GET", path, &[], Vec::new()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").starts_with(kind), "{path}");
        assert!(answer.header("cache-control").contains(keep), "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let since = answer.header("last-modified").to_owned();
        let again = [("if-modified-since", &*since)];
        assert_eq!(
            ask(world.address, "GET", path, &again, Vec::new())
                .await
                .status,
            304
        );
    }
}

#[tokio::test]
async fn nothing_but_the_app_is_served() {
    let (_app, world) = world_with_app().await;
    for path in [
        "/no.js",
        "/.git/config",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/a%00b",
    ] {
        let answer = ask(world.address, "GET", path, &[], Vec::new()).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (404, "khong_co"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let answer = ask(world.address, "POST", "/index.html", &[], b"x".to_vec()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
    assert_eq!(
        ask(world.address, "HEAD", "/", &[], Vec::new())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn only_named_origins_may_ask() {
    let preflight = |origin: &'static str| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "authorization,content-type,content-encoding",
            ),
        ]
    };
    let world = World::start().await;
    let closed = ask(
        world.address,
        "OPTIONS",
        "/v1/sync",
        &preflight("https://a.vn"),
        vec![],
    )
    .await;
    assert_eq!(
        (closed.status, closed.header("access-control-allow-origin")),
        (405, "")
    );
    let origins = vec![HeaderValue::from_static("https://a.vn")];
    let world = World::start_with(Config {
        origins,
        ..Config::default()
    })
    .await;
    let open = ask(
        world.address,
        "OPTIONS",
        "/v1/sync",
        &preflight("https://a.vn"),
        vec![],
    )
    .await;
    assert_eq!(open.header("access-control-allow-origin"), "https://a.vn");
    assert!(
        open.header("access-control-allow-headers")
            .contains("content-encoding")
    );
    assert_eq!(open.header("access-control-max-age"), "86400");
    let other = ask(
        world.address,
        "OPTIONS",
        "/v1/sync",
        &preflight("https://b.vn"),
        vec![],
    )
    .await;
    assert_eq!(other.header("access-control-allow-origin"), "");
    let refused = [
        ("origin", "https://a.vn"),
        ("content-type", "application/json"),
    ];
    let body = request(&[], 0).into_bytes();
    let answer = ask(world.address, "POST", "/v1/sync", &refused, body).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://a.vn",
        "the page may read why"
    );
}
