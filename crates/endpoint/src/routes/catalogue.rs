//! `GET /v1/catalogue/{number}`: a published catalogue, in the bytes in which it was published.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
};

use crate::{Endpoint, http::problem::Problem};

pub(super) async fn catalogue(
    State(endpoint): State<Endpoint>,
    number: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(number)) = number else {
        return Err(Problem::NotFound); // what is no number counts nothing
    };
    let text = endpoint.store().catalogue_text(number).await?;
    let text = text.ok_or(Problem::NotFound)?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, text).into_response())
}
