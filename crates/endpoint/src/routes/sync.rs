//! `POST /v1/sync`: takes what a device hands in, answers each change, gives what it has not read.

use axum::{
    Extension,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::json::Raw;
use records::{
    account::{Action, Wipe},
    change::{ORDINARY, SECRET},
    wire::{PROTOCOL, Page, PageRow, SyncAnswer, SyncRequest},
    write::to_json,
};

use super::handed::{self, Author, HandedIn, OtherEpoch};
use crate::{
    Endpoint,
    account::{self, Visitor},
    http::problem::Problem,
    now_ms,
    store::{Found, Row, Run, Wanted},
    vault::{self, Vault},
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
        let author = Author::of(endpoint, &visitor);
        let handed = HandedIn::judge(endpoint, &mut request, &author, None);
        Ok(Self {
            visitor,
            request,
            handed,
        })
    }

    /// Whether the secret compartment is exchanged.
    fn is_secret(&self, endpoint: &Endpoint) -> Result<bool, Problem> {
        let is_secret = self.request.part.as_deref() == Some(SECRET);
        if is_secret && self.visitor.insider(endpoint).is_none() {
            // An empty answer would have the device delete its cases: this machine only lacks the key.
            return Err(Problem::Forbidden);
        }
        Ok(is_secret)
    }

    async fn answer(self, endpoint: &Endpoint) -> Result<SyncAnswer, Problem> {
        let is_secret = self.is_secret(endpoint)?;
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
            secret: false,
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
        // The secret compartment's notebook is another device of the same phone.
        let renamed = account::renamed(&visitor, request.device);
        if let Some(token) = renamed.filter(|_| request.part.is_none()) {
            endpoint
                .store()
                .rename_device(token, request.device)
                .await?;
        }
        let writes = visitor.may(Action::Write);
        let insider = visitor.insider(endpoint).filter(|_| writes);
        let left_out = durable.filter_map(|verdict| verdict.id).collect();
        let epoch = request.epoch.clone();
        let wanted = Wanted {
            insider: insider.clone().filter(|_| is_secret),
            left_out,
            ..wanted(&visitor, request)
        };
        let found = endpoint.store().find(wanted).await?;
        answer.now = now_ms();
        answer.secret = insider.is_some() && found.has_secrets;
        if is_secret {
            note_given(endpoint, &visitor, &found).await?;
        }
        endpoint.learn(found.catalogue.as_ref()).await?;
        answer.catalogue = found.catalogue;
        if epoch.is_none_or(|named| named == found.epoch) {
            answer.answers = verdicts;
            let vault = endpoint.vault();
            let runs = found.runs.into_iter();
            answer.pages = runs.map(|run| page(run, vault)).collect();
            answer.lacks = found.lacks;
            answer.more = found.more;
        }
        Ok(SyncAnswer {
            epoch: found.epoch,
            ..answer
        })
    }
}

/// What a device asks to be given, of the ordinary compartment.
fn wanted(visitor: &Visitor, request: SyncRequest) -> Wanted {
    let may_read = visitor.may(Action::Read);
    let part = may_read && request.part.is_none();
    Wanted {
        unit: visitor.unit.clone(),
        parts: part.then(|| ORDINARY.to_owned()).into_iter().collect(),
        cursors: request.cursors.into_iter().collect(),
        bytes: page_bytes(request.page_bytes),
        offer: if may_read { request.offer } else { Vec::new() },
        ..Wanted::default()
    }
}

/// The log says whom a case was given to, when they had nothing of it before.
async fn note_given(endpoint: &Endpoint, visitor: &Visitor, found: &Found) -> Result<(), Problem> {
    for run in &found.runs {
        if run.from == 0 && !run.rows.is_empty() {
            let case = run.scope.rsplit('/').next().unwrap_or_default();
            let note = visitor.note("nhan_mat", case.to_owned());
            endpoint.store().log(note).await?;
        }
    }
    Ok(())
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

fn page(run: Run, vault: Option<&Vault>) -> Page {
    let open = |body: String| match vault {
        Some(vault) if vault::is_sealed(&body) => vault.open(&body).unwrap_or(body),
        _ => body,
    };
    let row = |row: Row| match Raw::new(&open(row.body)) {
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
