//! `POST /v1/sync`: takes what a device hands in, answers each change, gives what it has not read.

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::{
    change::ORDINARY,
    wire::{PROTOCOL, Page, PageRow, SyncAnswer, SyncRequest},
    write::to_json,
};
use serde_json::value::RawValue;

use super::handed::{self, HandedIn, OtherEpoch};
use crate::{
    Endpoint,
    http::problem::Problem,
    now_ms,
    store::{Row, Run, Wanted},
};

/// The bounds of a page (PROTOCOL.md).
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 16 * 1024..=1024 * 1024;

pub(super) async fn sync(
    State(endpoint): State<Endpoint>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = handed::read(&endpoint, request, Asked::read).await?;
    let answer = asked.answer(&endpoint).await?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, to_json(&answer)).into_response())
}

/// A request that was read, with the changes that could be.
struct Asked {
    request: SyncRequest,
    handed: HandedIn,
}

impl Asked {
    fn read(endpoint: &Endpoint, text: &str) -> Result<Self, Problem> {
        let mut request = handed::parse_request(text)?;
        let handed = HandedIn::judge(endpoint, &mut request, None);
        Ok(Self { request, handed })
    }

    async fn answer(self, endpoint: &Endpoint) -> Result<SyncAnswer, Problem> {
        let Self { request, handed } = self;
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: String::new(),
            now: 0,
            unit: endpoint.unit().clone(),
            answers: Vec::new(),
            pages: Vec::new(),
            lacks: Vec::new(),
            catalogue: None,
            more: true, // under another epoch the device has to come again
        };
        let verdicts = match handed.file(endpoint).await? {
            Ok(verdicts) => verdicts,
            Err(OtherEpoch(epoch)) => {
                return Ok(SyncAnswer {
                    epoch,
                    now: now_ms(),
                    ..answer
                });
            }
        };
        let durable = verdicts.iter().filter(|verdict| verdict.acc.is_some());
        let wanted = Wanted {
            unit: endpoint.unit().code.clone(),
            part: ORDINARY.to_owned(),
            cursors: request.cursors.into_iter().collect(),
            left_out: durable.filter_map(|verdict| verdict.id).collect(),
            bytes: page_bytes(request.page_bytes),
            offer: request.offer,
        };
        let found = endpoint.store().find(wanted).await?;
        answer.now = now_ms();
        endpoint.learn(found.catalogue.as_ref()).await?;
        answer.catalogue = found.catalogue;
        if request.epoch.is_none_or(|named| named == found.epoch) {
            answer.answers = verdicts;
            answer.pages = found.runs.into_iter().map(page).collect();
            answer.lacks = found.lacks;
            answer.more = found.more;
        }
        Ok(SyncAnswer {
            epoch: found.epoch,
            ..answer
        })
    }
}

fn page_bytes(asked: u32) -> usize {
    let asked = usize::try_from(asked).unwrap_or(usize::MAX);
    asked.clamp(*PAGE_BYTES.start(), *PAGE_BYTES.end())
}

fn page(run: Run) -> Page {
    let row = |row: Row| match RawValue::from_string(row.body) {
        Ok(change) => Some(PageRow {
            acc: row.acc,
            change,
        }),
        Err(error) => {
            // One bad row must not stop everybody.
            tracing::error!(id = %row.id, %error, "the body of a stored change is damaged");
            None
        }
    };
    Page {
        scope: run.scope,
        generation: run.generation,
        from: run.from,
        to: run.to,
        rows: run.rows.into_iter().filter_map(row).collect(),
    }
}
