//! `POST /v1/carry`: takes a parcel that one device sealed and another brings. The carrier hears how many, never what.

use axum::{
    Extension,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::{
    files::is_packed,
    hex,
    parcel::{CarryRequest, Receipt, content},
    wire::SyncRequest,
    write::to_json,
};
use sha2::{Digest, Sha256};

use super::handed::{self, Author, HandedIn};
use crate::{
    Endpoint,
    account::Visitor,
    http::{
        body::{self, Packing},
        problem::Problem,
    },
    now_ms, seal,
};

pub(super) async fn carry(
    State(endpoint): State<Endpoint>,
    Extension(carrier): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let (asked, content) = handed::read(&endpoint, request, open).await?;
    let author = author(&endpoint, &carrier, content.key.as_deref()).await?;
    let envelope = hex::decode(&asked.parcel.sealed).unwrap_or_default(); // it opened: it is hexadecimal
    let hash = hex::encode(&Sha256::digest(envelope));
    let judging = endpoint.clone();
    // Signatures and hashes: not on a thread that answers others.
    let handed = tokio::task::spawn_blocking(move || {
        HandedIn::judge(&judging, &mut { content }, &author, Some(asked.carrier))
    });
    let handed = handed.await.or(Err(Problem::Internal))?;
    // A parcel names no life of the endpoint.
    let Ok(verdicts) = handed.file(&endpoint).await? else {
        return Err(Problem::Internal);
    };
    let receipt = Receipt {
        now: now_ms(),
        epoch: endpoint.store().identity().await?.epoch,
        hash,
        ..Receipt::of(&verdicts)
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, to_json(&receipt)).into_response())
}

/// Whose changes these are: of whose key lies under the seal, or else of nobody in particular.
async fn author(
    endpoint: &Endpoint,
    carrier: &Visitor,
    key: Option<&str>,
) -> Result<Author, Problem> {
    let Some(key) = key else {
        return Ok(Author::unknown(endpoint, carrier));
    };
    let author = endpoint.visitor(key).await?;
    Ok(author.map_or_else(
        || Author::nobody(endpoint, carrier),
        |author| Author::of(endpoint, &author),
    ))
}

fn open(endpoint: &Endpoint, text: &str) -> Result<(CarryRequest, SyncRequest), Problem> {
    let asked: CarryRequest = handed::parse(text, |asked: &CarryRequest| asked.protocol)?;
    let parcel = &asked.parcel;
    let plain = endpoint.opener().open(parcel).map_err(|why| match why {
        seal::OpenError::Elsewhere => Problem::SealedElsewhere,
        seal::OpenError::Damaged => Problem::SealBroken,
    })?;
    let packing = if is_packed(&plain) {
        Packing::Gzip
    } else {
        Packing::Plain
    };
    let request = handed::parse_request(&body::unpack(plain, packing)?)?;
    let is_as_said = request.device == parcel.device
        && u64::try_from(request.changes.len()).is_ok_and(|count| count == parcel.count);
    if !is_as_said {
        return Err(Problem::SealBroken); // no phone seals such a thing
    }
    Ok((asked, content(request)))
}
