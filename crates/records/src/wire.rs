//! What goes over the wire and into files, version 1 (`docs/PROTOCOL.md`). Shapes only; no decisions.

use crate::json::Raw;
use serde::Serialize;

use crate::{
    account::{Role, Wipe, known_roles},
    id::{ChangeId, DeviceId},
    json::{self, Object, Read, ReadError},
    published::Mark,
    stamp::Stamp,
    table::Table,
    write::{Out, Write},
};

/// The protocol these shapes belong to.
pub const PROTOCOL: u32 = 1;
/// The most changes a device sends in one request.
pub const SEND_CHANGES_MAX: usize = 200;
/// The most bytes of changes a device sends in one request; a single larger change goes alone.
pub const SEND_BYTES_MAX: usize = 256 * 1024;
/// The most ids a device offers in one request.
pub const OFFER_MAX: usize = 5_000;
/// The page a device asks for: a second on a slow 3G line, compressed.
pub const PAGE_BYTES: u32 = 256 * 1024;

/// What an endpoint adds when it takes a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// Unit code `/` compartment.
    pub scope: String,
    /// Place in the scope, from 1, without gaps.
    pub seq: u64,
    /// The endpoint's life in which it was taken.
    pub epoch: String,
    /// The stamp, clamped to what the endpoint knows to be possible.
    pub eff: Stamp,
    /// Proof for a restored endpoint.
    pub mac: String,
}

/// How far a device has read a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cursor {
    /// Rises when what may be seen grows; then reading starts at 0.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The last row read.
    pub seq: u64,
}

/// A commune.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Unit {
    /// Five digits.
    pub code: String,
    /// As people call it; may be empty.
    pub name: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a device sends.
#[derive(Debug, Clone, Serialize)]
pub struct SyncRequest {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Who asks.
    pub device: DeviceId,
    /// The endpoint's life as the device knows it.
    pub epoch: Option<String>,
    /// The device's clock, ms.
    pub sent_at: u64,
    /// How many changes wait on the device.
    pub waiting: u64,
    /// How many records it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Which compartment is exchanged: the ordinary one when it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Scope → how far it was read.
    pub cursors: Table<String, Cursor>,
    /// Changes, as their authors' bytes.
    pub changes: Vec<Raw>,
    /// Of changes sent again after a restore: what an earlier life of the endpoint said of them.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub accs: Table<ChangeId, Acceptance>,
    /// Ids of changes the device holds, after the endpoint was restored.
    pub offer: Vec<ChangeId>,
    /// How large a page may be.
    pub page_bytes: u32,
    /// Under a seal, where nobody reads it on the way: by which key the endpoint knows whose changes these are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What the endpoint answers.
#[derive(Debug, Clone, Serialize)]
pub struct SyncAnswer {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The endpoint's life.
    pub epoch: String,
    /// The endpoint's clock, ms.
    pub now: u64,
    /// Whose notebook this is.
    pub unit: Unit,
    /// What the person may do there; none of those who share one key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// The device is shut out: what it hands in is set aside, and it reads nothing.
    #[serde(skip_serializing_if = "is_false")]
    pub revoked: bool,
    /// The person may record denunciations on this device, in the secret compartment.
    #[serde(skip_serializing_if = "is_false")]
    pub secret: bool,
    /// It is to delete everything, once nothing waits on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wipe: Option<Wipe>,
    /// One for each change sent, in order.
    pub answers: Vec<Verdict>,
    /// What the device had not read yet.
    pub pages: Vec<Page>,
    /// Of the ids offered, those the endpoint does not have.
    pub lacks: Vec<ChangeId>,
    /// Another request will bring more.
    pub more: bool,
    /// The newest catalogue that was published here; none while that is the built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Mark>,
}

/// What became of a change that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Durable now.
    Taken,
    /// Durable before.
    Had,
    /// Durable, but set aside.
    Held,
    /// Not stored.
    Refused,
}

/// The answer to one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The change; null when it could not be read.
    pub id: Option<ChangeId>,
    /// Its place in the request, when it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// What became of it.
    pub is: Fate,
    /// Of `taken` and `had`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acc: Option<Acceptance>,
    /// Of `held` and `refused`: why, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of `held` and `refused`: why, for people, in Vietnamese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

/// A run of rows of one scope.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Which.
    pub scope: String,
    /// Its generation.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The cursor this page follows.
    pub from: u64,
    /// The cursor after it.
    pub to: u64,
    /// In order of `seq`.
    pub rows: Vec<PageRow>,
}

/// An accepted change.
#[derive(Debug, Clone, Serialize)]
pub struct PageRow {
    /// The acceptance.
    pub acc: Acceptance,
    /// The author's bytes.
    pub change: Raw,
}

/// What a device last said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Which.
    pub device: DeviceId,
    /// The endpoint's clock, ms.
    pub seen_at: u64,
    /// Changes that it had not sent yet.
    pub waiting: u64,
    /// Records that it held.
    pub records: u64,
    /// The name in its newest change; empty when it sent none.
    pub who: String,
}

/// What devices last said of themselves, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contacts {
    /// One each.
    pub devices: Vec<Contact>,
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Always `about:blank`: the code tells more.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// For programs.
    pub code: String,
    /// For people.
    pub detail: String,
}

impl Read for Acceptance {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let acc = Object::read(raw)?;
        Ok(Self {
            scope: acc.text("scope")?,
            seq: acc.number("seq")?,
            epoch: acc.text("epoch")?,
            eff: acc.item("eff")?,
            mac: acc.text("mac")?,
        })
    }
}

impl Read for Contact {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let contact = Object::read(raw)?;
        Ok(Self {
            device: contact.item("device")?,
            seen_at: contact.number("seen_at")?,
            waiting: contact.number("waiting")?,
            records: contact.number("records")?,
            who: contact.text("who")?,
        })
    }
}

impl Read for Contacts {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let devices = Object::read(raw)?.item("devices")?;
        Ok(Self { devices })
    }
}

impl Read for Cursor {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let cursor = Object::read(raw)?;
        Ok(Self {
            generation: cursor.number_or_zero("gen")?,
            seq: cursor.number("seq")?,
        })
    }
}

impl Read for Unit {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let unit = Object::read(raw)?;
        Ok(Self {
            code: unit.text("code")?,
            name: unit.text_or_empty("name")?,
        })
    }
}

impl Read for SyncRequest {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let request = Object::read(raw)?;
        let changes = request.raws_or_none("changes")?.into_iter();
        Ok(Self {
            protocol: request.small("protocol")?,
            device: request.item("device")?,
            epoch: request.text_if("epoch")?,
            sent_at: request.number_or_zero("sent_at")?,
            waiting: request.number_or_zero("waiting")?,
            records: request.item_if("records")?,
            part: request.text_if("part")?,
            cursors: request.item_or_default("cursors")?,
            changes: changes.map(Raw::lexed).collect(),
            accs: request.item_or_default("accs")?,
            offer: request.item_or_default("offer")?,
            page_bytes: request.small_or("page_bytes", PAGE_BYTES)?,
            key: request.text_if("key")?,
        })
    }
}

impl Read for SyncAnswer {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let answer = Object::read(raw)?;
        let roles: Option<Vec<String>> = answer.item_if("roles")?;
        Ok(Self {
            protocol: answer.small("protocol")?,
            epoch: answer.text("epoch")?,
            now: answer.number("now")?,
            unit: answer.item("unit")?,
            roles: roles.map(|names| known_roles(&names)),
            revoked: answer.flag_or_false("revoked")?,
            secret: answer.flag_or_false("secret")?,
            wipe: answer.item_if("wipe")?,
            answers: answer.item_or_default("answers")?,
            pages: answer.item_or_default("pages")?,
            lacks: answer.item_or_default("lacks")?,
            more: answer.flag_or_false("more")?,
            catalogue: answer.item_if("catalogue")?,
        })
    }
}

impl Read for Fate {
    fn read(raw: &str) -> Result<Self, ReadError> {
        match &*json::text(raw)? {
            "taken" => Ok(Self::Taken),
            "had" => Ok(Self::Had),
            "held" => Ok(Self::Held),
            "refused" => Ok(Self::Refused),
            _ => Err(ReadError::other("taken, had, held or refused")),
        }
    }
}

impl Read for Verdict {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let verdict = Object::read(raw)?;
        Ok(Self {
            id: verdict.item_if("id")?,
            at: verdict.item_if("at")?,
            is: verdict.item("is")?,
            acc: verdict.item_if("acc")?,
            code: verdict.text_if("code")?,
            say: verdict.text_if("say")?,
        })
    }
}

impl Read for Page {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let page = Object::read(raw)?;
        Ok(Self {
            scope: page.text("scope")?,
            generation: page.number("gen")?,
            from: page.number("from")?,
            to: page.number("to")?,
            rows: page.item("rows")?,
        })
    }
}

impl Read for PageRow {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let row = Object::read(raw)?;
        Ok(Self {
            acc: row.item("acc")?,
            change: row.item("change")?,
        })
    }
}

impl Read for Problem {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let problem = Object::read(raw)?;
        Ok(Self {
            kind: problem.text("type")?,
            title: problem.text("title")?,
            status: problem.item("status")?,
            code: problem.text("code")?,
            detail: problem.text("detail")?,
        })
    }
}

impl Write for Acceptance {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("scope", &self.scope);
            out.item("seq", &self.seq);
            out.item("epoch", &self.epoch);
            out.item("eff", &self.eff);
            out.item("mac", &self.mac);
        });
    }
}

impl Write for Cursor {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("gen", &self.generation);
            out.item("seq", &self.seq);
        });
    }
}

impl Write for Unit {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("code", &self.code);
            out.item("name", &self.name);
        });
    }
}

impl Write for SyncRequest {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("protocol", &self.protocol);
            out.item("device", &self.device);
            out.item("epoch", &self.epoch);
            out.item("sent_at", &self.sent_at);
            out.item("waiting", &self.waiting);
            out.item_if("records", self.records.as_ref());
            out.item_if("part", self.part.as_ref());
            out.item("cursors", &self.cursors);
            out.item("changes", &self.changes);
            if !self.accs.is_empty() {
                out.item("accs", &self.accs);
            }
            out.item("offer", &self.offer);
            out.item("page_bytes", &self.page_bytes);
            out.item_if("key", self.key.as_ref());
        });
    }
}

impl Write for SyncAnswer {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("protocol", &self.protocol);
            out.item("epoch", &self.epoch);
            out.item("now", &self.now);
            out.item("unit", &self.unit);
            out.item_if("roles", self.roles.as_ref());
            if self.revoked {
                out.item("revoked", &true);
            }
            if self.secret {
                out.item("secret", &true);
            }
            out.item_if("wipe", self.wipe.as_ref());
            out.item("answers", &self.answers);
            out.item("pages", &self.pages);
            out.item("lacks", &self.lacks);
            out.item("more", &self.more);
            out.item_if("catalogue", self.catalogue.as_ref());
        });
    }
}

impl Write for Fate {
    fn write(&self, out: &mut Out) {
        out.text(match self {
            Self::Taken => "taken",
            Self::Had => "had",
            Self::Held => "held",
            Self::Refused => "refused",
        });
    }
}

impl Write for Verdict {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item_if("at", self.at.as_ref());
            out.item("is", &self.is);
            out.item_if("acc", self.acc.as_ref());
            out.item_if("code", self.code.as_ref());
            out.item_if("say", self.say.as_ref());
        });
    }
}

impl Write for Page {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("scope", &self.scope);
            out.item("gen", &self.generation);
            out.item("from", &self.from);
            out.item("to", &self.to);
            out.item("rows", &self.rows);
        });
    }
}

impl Write for PageRow {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("acc", &self.acc);
            out.item("change", &self.change);
        });
    }
}

impl Write for Problem {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("type", &self.kind);
            out.item("title", &self.title);
            out.item("status", &self.status);
            out.item("code", &self.code);
            out.item("detail", &self.detail);
        });
    }
}
