//! `POST /v1/sync`: takes what a device hands in, answers each change, gives what it has not read.

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use records::{
    change::{ChangeError, ORDINARY, parse_change},
    id::ChangeId,
    json::{Object, Read},
    path,
    wire::{Fate, OFFER_MAX, PROTOCOL, Page, PageRow, SyncAnswer, SyncRequest, Verdict},
    write::to_json,
};
use serde_json::value::RawValue;

use crate::{
    Endpoint,
    arrival::Judge,
    http::{
        body::{self, Packing},
        problem::Problem,
    },
    now_ms,
    store::{Delivery, Filed, Hold, Place, Row, Run, Wanted},
};

/// More than five times what a device sends; beyond it, the answers alone would be large.
const CHANGES_MAX: usize = 1_000;
/// The bounds of a page (PROTOCOL.md).
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 16 * 1024..=1024 * 1024;
/// What a packed body is expected to need unpacked, as a multiple.
const PACKED_TIMES: usize = 8;

const UNREADABLE: Hold = Hold {
    code: "khong_doc_duoc",
    say: "Máy chủ không đọc được thay đổi này. Thay đổi vẫn ở trên máy.",
};
const TOO_LARGE: Hold = Hold {
    code: "qua_lon",
    say: "Thay đổi này lớn quá giới hạn của máy chủ. Thay đổi vẫn ở trên máy.",
};

pub(super) async fn sync(
    State(endpoint): State<Endpoint>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let packing = match body::packing(&parts.headers) {
        Ok(packing) => packing,
        Err(problem) => {
            body::drain(body).await;
            return Err(problem);
        }
    };
    let bytes = body::receive(body).await?;
    let times = if packing == Packing::Gzip {
        PACKED_TIMES
    } else {
        1
    };
    let _memory = endpoint.reserve(bytes.len() * times).await;
    let coming = endpoint.store().announce();
    let reading = endpoint.clone();
    let asked = tokio::task::spawn_blocking(move || Asked::read(&reading, bytes, packing)).await;
    let asked = asked.unwrap_or(Err(Problem::Internal))?;
    drop(coming);
    let answer = asked.answer(&endpoint).await?;
    for verdict in &answer.answers {
        endpoint.metrics().count_verdict(match verdict.is {
            Fate::Taken => "taken",
            Fate::Had => "had",
            Fate::Held => "held",
            Fate::Refused => "refused",
        });
    }
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, to_json(&answer)).into_response())
}

/// A request that was read, with the changes that could be.
struct Asked {
    request: SyncRequest,
    delivery: Delivery,
    /// One for each change sent; those that were delivered have none yet.
    verdicts: Vec<Option<Verdict>>,
}

impl Asked {
    fn read(endpoint: &Endpoint, bytes: Vec<u8>, packing: Packing) -> Result<Self, Problem> {
        let arrival_ms = now_ms();
        let mut request = parse_request(&body::unpack(bytes, packing)?)?;
        let unit = &endpoint.unit().code;
        let known = endpoint.known();
        let judge = Judge {
            mac_key: endpoint.mac_key(),
            unit,
            arrival_ms,
            books: &known.bundle.books,
        };
        let sent = u64::try_from(request.changes.len()).unwrap_or(u64::MAX);
        let mut delivery = Delivery {
            unit: unit.clone(),
            // What else waits on the device may say a number.
            is_last: request.waiting <= sent,
            epoch: request.epoch.clone(),
            arrival_ms,
            changes: Vec::with_capacity(request.changes.len()),
            hand: endpoint.hand(),
        };
        let mut verdicts = Vec::with_capacity(request.changes.len());
        for (at, raw) in std::mem::take(&mut request.changes).into_iter().enumerate() {
            match parse_change(raw.get().as_bytes()) {
                Ok(change) => {
                    let earlier = request.accs.get(&change.id);
                    delivery.changes.push(judge.arrive(&change, raw, earlier));
                    verdicts.push(None);
                }
                Err(error) => verdicts.push(Some(refuse(at, raw.get(), &error))),
            }
        }
        Ok(Self {
            request,
            delivery,
            verdicts,
        })
    }

    async fn answer(self, endpoint: &Endpoint) -> Result<SyncAnswer, Problem> {
        let Self {
            request,
            delivery,
            verdicts,
        } = self;
        let ids: Vec<ChangeId> = delivery.changes.iter().map(|arrived| arrived.id).collect();
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
        let filed = match ids.is_empty() {
            true => Filed::Here(Vec::new()),
            false => endpoint.store().file(delivery).await?,
        };
        let places = match filed {
            Filed::Here(places) => places,
            Filed::OtherEpoch(epoch) => {
                return Ok(SyncAnswer {
                    epoch,
                    now: now_ms(),
                    ..answer
                });
            }
        };
        let durable = ids
            .iter()
            .zip(&places)
            .filter(|(_, place)| !matches!(place, Place::Held(_)));
        let wanted = Wanted {
            unit: endpoint.unit().code.clone(),
            part: ORDINARY.to_owned(),
            cursors: request.cursors.into_iter().collect(),
            left_out: durable.map(|(id, _)| *id).collect(),
            bytes: page_bytes(request.page_bytes),
            offer: request.offer,
        };
        let found = endpoint.store().find(wanted).await?;
        answer.now = now_ms();
        endpoint.learn(found.catalogue.as_ref()).await?;
        answer.catalogue = found.catalogue;
        if request.epoch.is_none_or(|named| named == found.epoch) {
            answer.answers = fill(verdicts, ids, places);
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

fn parse_request(text: &str) -> Result<SyncRequest, Problem> {
    let request = match SyncRequest::read(text) {
        Ok(request) => request,
        Err(error) => {
            tracing::debug!(%error, "not a request");
            // Every protocol has a number; the rest may have another shape.
            let number = Object::read(text).and_then(|request| request.small("protocol"));
            let is_other = number.is_ok_and(|protocol| protocol != PROTOCOL);
            return Err(if is_other {
                Problem::Protocol
            } else {
                Problem::BadJson
            });
        }
    };
    if request.protocol != PROTOCOL {
        return Err(Problem::Protocol);
    }
    if request.changes.len() > CHANGES_MAX || request.offer.len() > OFFER_MAX {
        return Err(Problem::TooLarge);
    }
    Ok(request)
}

fn page_bytes(asked: u32) -> usize {
    let asked = usize::try_from(asked).unwrap_or(usize::MAX);
    asked.clamp(*PAGE_BYTES.start(), *PAGE_BYTES.end())
}

fn refuse(at: usize, raw: &str, error: &ChangeError) -> Verdict {
    let why = match error {
        ChangeError::TooLarge(_) | ChangeError::TooDeep | ChangeError::TooManyPaths(_) => TOO_LARGE,
        ChangeError::Path(path) if path.len() > path::PATH_BYTES_MAX => TOO_LARGE,
        ChangeError::Path(_) | ChangeError::Unreadable(_) | ChangeError::TwiceInOne(_) => {
            UNREADABLE
        }
    };
    // What can be told of a change that is not one. Everything else is skipped without recursion.
    let named = Object::read(raw).and_then(|change| change.item("id"));
    let id = named.ok(); // or it has none
    let at = if id.is_none() { Some(at) } else { None };
    Verdict {
        at,
        ..verdict(id, Fate::Refused, why)
    }
}

fn verdict(id: Option<ChangeId>, is: Fate, why: Hold) -> Verdict {
    let (code, say) = (Some(why.code.to_owned()), Some(why.say.to_owned()));
    Verdict {
        id,
        at: None,
        is,
        acc: None,
        code,
        say,
    }
}

/// Puts the places of the delivered changes where no verdict is yet.
fn fill(verdicts: Vec<Option<Verdict>>, ids: Vec<ChangeId>, places: Vec<Place>) -> Vec<Verdict> {
    let mut delivered = ids.into_iter().zip(places).map(|(id, place)| {
        let (is, acc) = match place {
            Place::Taken(acc) => (Fate::Taken, acc),
            Place::Had(acc) => (Fate::Had, acc),
            Place::Held(why) => return verdict(Some(id), Fate::Held, why),
        };
        Verdict {
            id: Some(id),
            at: None,
            is,
            acc: Some(acc),
            code: None,
            say: None,
        }
    });
    verdicts
        .into_iter()
        .filter_map(|verdict| verdict.or_else(|| delivered.next()))
        .collect()
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
