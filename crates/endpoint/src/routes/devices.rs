//! `GET /v1/devices`: what each device last said of itself; a new one asks whether its person had another.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{Endpoint, http::problem::Problem, store::Contact};

pub(super) async fn devices(State(endpoint): State<Endpoint>) -> Result<Response, Problem> {
    let devices = endpoint.store().devices(&endpoint.unit().code).await?;
    let devices: Vec<Value> = devices.iter().map(one).collect();
    Ok(Json(json!({"devices": devices})).into_response())
}

fn one(contact: &Contact) -> Value {
    json!({
        "device": contact.dev,
        "seen_at": contact.seen_at,
        "waiting": contact.waiting,
        "records": contact.records,
        "who": contact.who,
    })
}
