//! For whoever watches the process: is it up, does its database answer, how much did it do, what can it do.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{Endpoint, http::problem::Problem};

/// The machine-readable contract; a test compares it with the table of routes.
const OPENAPI: &str = include_str!("../../openapi.json");

pub(super) async fn health() -> Response {
    Json(json!({"ok": true})).into_response()
}

pub(super) async fn ready(State(endpoint): State<Endpoint>) -> Result<Response, Problem> {
    match endpoint.store().check().await {
        Ok(()) => Ok(Json(json!({"ok": true})).into_response()),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(Problem::Busy)
        }
    }
}

pub(super) async fn metrics(State(endpoint): State<Endpoint>) -> Response {
    let text = endpoint.metrics().to_text(endpoint.store().group_figures());
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
        .into_response()
}

pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
