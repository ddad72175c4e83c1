//! What a device hands in, whether itself or by a carrier: read within bounds, judged, filed, and an answer to each.

use axum::extract::Request;
use records::{
    account::Action,
    change::{ChangeError, parse_change},
    id::{ChangeId, DeviceId},
    json::{Object, Read},
    path,
    wire::{Contact, Fate, OFFER_MAX, PROTOCOL, SyncRequest, Verdict},
};

use crate::{
    Endpoint,
    account::Visitor,
    arrival::{Judge, Rights},
    http::{
        body::{self, Packing},
        problem::Problem,
    },
    now_ms,
    store::{Delivery, Filed, Hold, Insider, Note, Place, StoreError},
};

/// More than five times what a device sends; beyond it, the answers alone would be large.
const CHANGES_MAX: usize = 1_000;
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

const TURNED_AWAY: Hold = Hold {
    code: "ngan_mat_tat",
    say: "Máy chủ không nhận hồ sơ tố cáo: đơn vị chưa bật, hoặc máy này chưa ghi danh bằng tài khoản riêng. Hồ sơ vẫn ở trên máy.",
};

/// Receives a body and reads it, where it keeps nobody else waiting.
pub(super) async fn read<T: Send + 'static>(
    endpoint: &Endpoint,
    request: Request,
    read: impl FnOnce(&Endpoint, &str) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
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
    let work = move || read(&reading, &body::unpack(bytes, packing)?);
    let asked = tokio::task::spawn_blocking(work).await;
    drop(coming);
    asked.unwrap_or(Err(Problem::Internal))
}

/// Reads the text of a request of this protocol.
pub(super) fn parse<T: Read>(text: &str, protocol: fn(&T) -> u32) -> Result<T, Problem> {
    match T::read(text) {
        Ok(request) if protocol(&request) == PROTOCOL => Ok(request),
        Ok(_) => Err(Problem::Protocol),
        Err(error) => {
            tracing::debug!(%error, "not a request");
            // Every protocol has a number; the rest may have another shape.
            let number = Object::read(text).and_then(|request| request.small("protocol"));
            let is_other = number.is_ok_and(|protocol| protocol != PROTOCOL);
            Err(if is_other {
                Problem::Protocol
            } else {
                Problem::BadJson
            })
        }
    }
}

/// Reads the text of a request that hands changes in.
pub(super) fn parse_request(text: &str) -> Result<SyncRequest, Problem> {
    let request: SyncRequest = parse(text, |request: &SyncRequest| request.protocol)?;
    if request.changes.len() > CHANGES_MAX || request.offer.len() > OFFER_MAX {
        return Err(Problem::TooLarge);
    }
    Ok(request)
}

/// For whose notebook changes are, and what their author may do in it.
#[derive(Debug, Clone)]
pub(super) struct Author {
    pub(super) unit: String,
    pub(super) rights: Rights,
    /// For what is of the secret compartment.
    pub(super) insider: Option<Insider>,
    /// As whom the log knows them.
    who: String,
}

impl Author {
    /// Whoever shows the key wrote them.
    pub(super) fn of(endpoint: &Endpoint, visitor: &Visitor) -> Self {
        Self {
            insider: visitor.insider(endpoint),
            who: visitor.name(),
            unit: visitor.unit.clone(),
            rights: Rights {
                is_shut_out: visitor.is_revoked(),
                may_write: visitor.may(Action::Write),
                may_review: visitor.may(Action::Review),
                may_erase: visitor.may(Action::Erase),
            },
        }
    }

    /// Somebody brings them for another, whose key nobody knows any more: they are set aside.
    pub(super) fn nobody(endpoint: &Endpoint, carrier: &Visitor) -> Self {
        let mut author = Self::unknown(endpoint, carrier);
        author.rights.is_shut_out = true;
        author
    }

    /// Somebody brings them for another, who is not known: they may write what the carrier may, and decide nothing.
    pub(super) fn unknown(endpoint: &Endpoint, carrier: &Visitor) -> Self {
        let mut author = Self::of(endpoint, carrier);
        author.insider = None;
        author.rights.may_review &= carrier.visit.is_none();
        author.rights.may_erase &= carrier.visit.is_none();
        author
    }
}

/// Changes that were read, and what is to be said of those that could not be.
pub(super) struct HandedIn {
    delivery: Delivery,
    /// One for each change sent; those that were delivered have none yet.
    verdicts: Vec<Option<Verdict>>,
    /// Orders to erase, and how much each names: the log is to have who gave them.
    orders: Vec<(ChangeId, usize)>,
    who: String,
}

/// The endpoint was restored since the device heard of it; nothing was stored.
pub(super) struct OtherEpoch(pub(super) String);

impl HandedIn {
    /// Judges the changes of a request, which are taken out of it.
    pub(super) fn judge(
        endpoint: &Endpoint,
        request: &mut SyncRequest,
        author: &Author,
        carrier: Option<DeviceId>,
    ) -> Self {
        let arrival_ms = now_ms();
        let unit = &author.unit;
        let known = endpoint.known();
        let judge = Judge {
            mac_key: endpoint.mac_key(),
            unit,
            arrival_ms,
            books: &known.bundle.books,
            rights: author.rights,
            insider: author.insider.as_ref(),
        };
        let sent = u64::try_from(request.changes.len()).unwrap_or(u64::MAX);
        let mut delivery = Delivery {
            unit: unit.clone(),
            // What else waits on the device may say a number.
            is_last: request.waiting <= sent,
            epoch: request.epoch.clone(),
            arrival_ms,
            changes: Vec::with_capacity(request.changes.len()),
            carrier,
            contact: None,
            hand: endpoint.hand(),
            insider: author.insider.clone(),
        };
        let mut who = String::new();
        let mut orders = Vec::new();
        let mut verdicts = Vec::with_capacity(request.changes.len());
        for (at, raw) in std::mem::take(&mut request.changes).into_iter().enumerate() {
            match parse_change(raw.get().as_bytes()) {
                Ok(change) if judge.turns_away(&change) => {
                    verdicts.push(Some(verdict(Some(change.id), Fate::Refused, TURNED_AWAY)));
                }
                Ok(change) => {
                    if change.dev == request.device {
                        who = change.who.clone().unwrap_or_default();
                    }
                    if let Some(erase) = &change.erase {
                        orders.push((change.id, erase.ids.len()));
                    }
                    let earlier = request.accs.get(&change.id);
                    delivery.changes.push(judge.arrive(&change, raw, earlier));
                    verdicts.push(None);
                }
                Err(error) => verdicts.push(Some(refuse(at, raw.get(), &error))),
            }
        }
        // What lies in the secret compartment is not told of.
        if carrier.is_none() && request.part.is_none() {
            // What was refused stays on the device.
            let settled = u64::try_from(delivery.changes.len()).unwrap_or(sent);
            delivery.contact = Some(contact_of(request, settled, &who, arrival_ms));
        }
        Self {
            delivery,
            verdicts,
            orders,
            who: author.who.clone(),
        }
    }

    /// Files them, and notes what the device said of itself; one verdict for each change, in order.
    pub(super) async fn file(
        self,
        endpoint: &Endpoint,
    ) -> Result<Result<Vec<Verdict>, OtherEpoch>, StoreError> {
        let Self {
            delivery,
            verdicts,
            orders,
            who: author,
        } = self;
        let ids: Vec<ChangeId> = delivery.changes.iter().map(|arrived| arrived.id).collect();
        let contact = delivery.contact.clone();
        let unit = delivery.unit.clone();
        let filed = match ids.is_empty() {
            true => Filed::Here(Vec::new()),
            false => endpoint.store().file(delivery).await?,
        };
        let places = match filed {
            Filed::Here(places) => places,
            Filed::OtherEpoch(epoch) => return Ok(Err(OtherEpoch(epoch))),
        };
        if let Some(contact) = contact {
            endpoint.hear(unit.clone(), contact, !ids.is_empty());
        }
        let verdicts = fill(verdicts, ids, places);
        for (order, count) in orders {
            let is_it = |verdict: &&Verdict| verdict.id == Some(order) && verdict.is == Fate::Taken;
            if verdicts.iter().any(|verdict| is_it(&verdict)) {
                let note = Note {
                    place: unit.clone(),
                    who: author.clone(),
                    act: "xoa_theo_luat",
                    about: format!("{count} lần ghi, lệnh {order}"),
                    at: now_ms(),
                };
                endpoint.store().log(note).await?;
            }
        }
        for verdict in &verdicts {
            endpoint.metrics().count_verdict(match verdict.is {
                Fate::Taken => "taken",
                Fate::Had => "had",
                Fate::Held => "held",
                Fate::Refused => "refused",
            });
        }
        Ok(Ok(verdicts))
    }
}

/// A name that is longer is none.
const WHO_CHARS_MAX: usize = 100;

fn contact_of(request: &SyncRequest, settled: u64, who: &str, seen_at: u64) -> Contact {
    // A count that no device has is only kept as a large one.
    let bounded = |count: u64| count.min(u64::from(u32::MAX));
    Contact {
        device: request.device,
        seen_at,
        waiting: bounded(request.waiting.saturating_sub(settled)),
        records: bounded(request.records.unwrap_or(0)),
        // PostgreSQL keeps no NUL in text.
        who: who.replace('\0', "").chars().take(WHO_CHARS_MAX).collect(),
    }
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
