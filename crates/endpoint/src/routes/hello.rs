//! What a device asks before it trusts an address.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use records::wire::PROTOCOL;
use serde_json::json;

use crate::{Endpoint, account::Visitor, http::problem::Problem, now_ms};

pub(super) async fn hello(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Problem> {
    let identity = endpoint.store().identity().await?;
    let mut answer = json!({
        "protocol": PROTOCOL,
        "unit": endpoint.unit_named(&visitor.unit),
        "epoch": identity.epoch,
        "now": now_ms(),
        "seal": endpoint.opener().public(),
    });
    if let (Some(roles), Some(answer)) = (visitor.roles(), answer.as_object_mut()) {
        answer.insert("person".to_owned(), visitor.name().into());
        answer.insert("roles".to_owned(), json!(roles));
    }
    Ok(Json(answer).into_response())
}
