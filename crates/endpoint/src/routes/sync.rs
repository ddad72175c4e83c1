//! `POST /v1/sync`: takes what a device hands in, answers each change, gives what it has not read.

use axum::{
    Extension,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::{
    account::{Action, Wipe},
    change::ORDINARY,
    wire::{PROTOCOL, Page, PageRow, SyncAnswer, SyncRequest},
    write::to_json,
};
use serde_json::value::RawValue;

use super::handed::{self, Author, HandedIn, OtherEpoch};
use crate::{
    Endpoint,
    account::{self, Visitor},
    http::problem::Problem,
    now_ms,
    store::{Row, Run, Wanted},
};

/// The bounds of a page (PROTOCOL.md).
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 16 * 1024..=1024 * 1024;

pub(super) async fn sync(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let read = move |endpoint: &Endpoint, text: &str| Asked::read(endpoint, visitor, text);
    let asked = handed::read(&endpoint, request, read).await?;
    let answer = asked.answer(&endpoint).await?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, to_json(&answer)).into_response())
}

/// A request that was read, with the changes that could be.
struct Asked {
    visitor: Visitor,
    request: SyncRequest,
    handed: HandedIn,
}

impl Asked {
    fn read(endpoint: &Endpoint, visitor: Visitor, text: &str) -> Result<Self, Problem> {
        let mut request = handed::parse_request(text)?;
        let author = Author::of(&visitor);
        let handed = HandedIn::judge(endpoint, &mut request, &author, None);
        Ok(Self {
            visitor,
            request,
            handed,
        })
    }

    async fn answer(self, endpoint: &Endpoint) -> Result<SyncAnswer, Problem> {
        let Self {
            visitor,
            request,
            handed,
        } = self;
        let mut answer = SyncAnswer {
            protocol: PROTOCOL,
            epoch: String::new(),
            now: 0,
            unit: endpoint.unit_named(&visitor.unit),
            roles: visitor.roles().map(<[_]>::to_vec),
            revoked: visitor.is_revoked(),
            wipe: wipe_of(endpoint, &visitor),
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
        if let Some(token) = account::renamed(&visitor, request.device) {
            endpoint
                .store()
                .rename_device(token, request.device)
                .await?;
        }
        let may_read = visitor.may(Action::Read);
        let wanted = Wanted {
            unit: visitor.unit,
            parts: if may_read {
                vec![ORDINARY.to_owned()]
            } else {
                Vec::new()
            },
            cursors: request.cursors.into_iter().collect(),
            left_out: durable.filter_map(|verdict| verdict.id).collect(),
            bytes: page_bytes(request.page_bytes),
            offer: if may_read { request.offer } else { Vec::new() },
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

/// The order that this device is to delete everything.
fn wipe_of(endpoint: &Endpoint, visitor: &Visitor) -> Option<Wipe> {
    let visit = visitor.visit.as_ref().filter(|visit| visit.wipe)?;
    Some(Wipe {
        id: visit.token,
        word: endpoint.wipe_word(visit.token),
    })
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
