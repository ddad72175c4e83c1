//! What goes over the wire and into files, version 1 (`docs/PROTOCOL.md`). Shapes only; no decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    id::{ChangeId, DeviceId},
    stamp::Stamp,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// Rises when what may be seen grows; then reading starts at 0.
    #[serde(rename = "gen", default)]
    pub generation: u64,
    /// The last row read.
    pub seq: u64,
}

/// A commune.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unit {
    /// Five digits.
    pub code: String,
    /// As people call it; may be empty.
    #[serde(default)]
    pub name: String,
}

/// What a device sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncRequest {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Who asks.
    pub device: DeviceId,
    /// The endpoint's life as the device knows it.
    #[serde(default)]
    pub epoch: Option<String>,
    /// The device's clock, ms.
    #[serde(default)]
    pub sent_at: u64,
    /// How many changes wait on the device.
    #[serde(default)]
    pub waiting: u64,
    /// Scope → how far it was read.
    #[serde(default)]
    pub cursors: BTreeMap<String, Cursor>,
    /// Changes, as their authors' bytes.
    #[serde(default)]
    pub changes: Vec<Box<RawValue>>,
    /// Of changes sent again after a restore: what an earlier life of the endpoint said of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accs: BTreeMap<ChangeId, Acceptance>,
    /// Ids of changes the device holds, after the endpoint was restored.
    #[serde(default)]
    pub offer: Vec<ChangeId>,
    /// How large a page may be.
    #[serde(default = "page_bytes")]
    pub page_bytes: u32,
}

fn page_bytes() -> u32 {
    PAGE_BYTES
}

/// What the endpoint answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The endpoint's life.
    pub epoch: String,
    /// The endpoint's clock, ms.
    pub now: u64,
    /// Whose notebook this is.
    pub unit: Unit,
    /// One for each change sent, in order.
    #[serde(default)]
    pub answers: Vec<Verdict>,
    /// What the device had not read yet.
    #[serde(default)]
    pub pages: Vec<Page>,
    /// Of the ids offered, those the endpoint does not have.
    #[serde(default)]
    pub lacks: Vec<ChangeId>,
    /// Another request will bring more.
    #[serde(default)]
    pub more: bool,
}

/// What became of a change that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The change; null when it could not be read.
    pub id: Option<ChangeId>,
    /// Its place in the request, when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// What became of it.
    pub is: Fate,
    /// Of `taken` and `had`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acc: Option<Acceptance>,
    /// Of `held` and `refused`: why, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of `held` and `refused`: why, for people, in Vietnamese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

/// A run of rows of one scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageRow {
    /// The acceptance.
    pub acc: Acceptance,
    /// The author's bytes.
    pub change: Box<RawValue>,
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
