//! `POST /v1/enrol`: a device that was given a code gets a way in. Nobody learns whether a code was ever one.

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use records::{
    account::{EnrolRequest, Enrolled},
    hex,
    id::TokenId,
};

use super::handed;
use crate::{
    Endpoint,
    account::{code_hash, new_name},
    http::problem::Problem,
    now_ms,
    plain::plain,
    store::Enrolment,
};

/// A longer name of a device is cut.
const LABEL_CHARS_MAX: usize = 60;

pub(super) async fn enrol(
    State(endpoint): State<Endpoint>,
    request: Request,
) -> Result<Response, Problem> {
    let wish = handed::read(&endpoint, request, read).await?;
    let visit = endpoint.store().enrol(wish).await?;
    let Some(visit) = visit.filter(|visit| !visit.is_revoked) else {
        return Err(Problem::WrongCode);
    };
    let answer = Enrolled {
        id: visit.token,
        wipe: endpoint.wipe_hash(visit.token),
        unit: endpoint.unit_named(&visit.place),
        person: visit.name,
        roles: visit.roles,
    };
    Ok(Json(answer).into_response())
}

fn read(_: &Endpoint, text: &str) -> Result<Enrolment, Problem> {
    let asked: EnrolRequest = handed::parse(text, |asked: &EnrolRequest| asked.protocol)?;
    let token = hex::decode(&asked.token).and_then(|bytes| bytes.try_into().ok());
    let random = new_name().map_err(|error| {
        tracing::error!(%error, "no random bytes");
        Problem::Internal
    })?;
    let now_ms = now_ms();
    Ok(Enrolment {
        code: code_hash(&asked.code),
        id: TokenId::new(now_ms, random),
        token: token.ok_or(Problem::BadJson)?,
        device: asked.device,
        label: plain(&asked.label, LABEL_CHARS_MAX),
        now_ms,
    })
}
