//! `POST /v1/carry`: takes a parcel that one device sealed and another brings. The carrier hears how many, never what.

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::{
    files::is_packed,
    hex,
    parcel::{CarryRequest, Receipt, content},
    write::to_json,
};
use sha2::{Digest, Sha256};

use super::handed::{self, HandedIn};
use crate::{
    Endpoint,
    http::{
        body::{self, Packing},
        problem::Problem,
    },
    now_ms, seal,
};

pub(super) async fn carry(
    State(endpoint): State<Endpoint>,
    request: Request,
) -> Result<Response, Problem> {
    let (handed, hash) = handed::read(&endpoint, request, open).await?;
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

fn open(endpoint: &Endpoint, text: &str) -> Result<(HandedIn, String), Problem> {
    let asked: CarryRequest = handed::parse(text, |asked: &CarryRequest| asked.protocol)?;
    let parcel = asked.parcel;
    let plain = endpoint.opener().open(&parcel).map_err(|why| match why {
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
    let handed = HandedIn::judge(endpoint, &mut content(request), Some(asked.carrier));
    let envelope = hex::decode(&parcel.sealed).unwrap_or_default(); // it opened: it is hexadecimal
    Ok((handed, hex::encode(&Sha256::digest(envelope))))
}
