//! What a device asks before it trusts an address.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use records::wire::PROTOCOL;
use serde_json::json;

use crate::{Endpoint, http::problem::Problem, now_ms};

pub(super) async fn hello(State(endpoint): State<Endpoint>) -> Result<Response, Problem> {
    let identity = endpoint.store().identity().await?;
    let answer = json!({
        "protocol": PROTOCOL,
        "unit": endpoint.unit(),
        "epoch": identity.epoch,
        "now": now_ms(),
        "seal": endpoint.opener().public(),
    });
    Ok(Json(answer).into_response())
}
