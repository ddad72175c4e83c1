//! `GET /v1/devices`: what each device last said of itself; a new one asks whether its person had another.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use records::wire::Contacts;

use crate::{Endpoint, http::problem::Problem};

pub(super) async fn devices(State(endpoint): State<Endpoint>) -> Result<Response, Problem> {
    let devices = endpoint.store().devices(&endpoint.unit().code).await?;
    Ok(Json(Contacts { devices }).into_response())
}
