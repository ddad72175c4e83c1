//! What a device keeps on its disk: its count, what it knows of the endpoint, the lines of its log.

use crate::json::Raw;
use serde::Serialize;

use crate::{
    account::{Action, Role, known_roles, may},
    id::{ChangeId, DeviceId},
    json::{Object, Read, ReadError},
    stamp::Stamp,
    table::{Set, Table},
    wire::{Acceptance, Cursor, Unit, Verdict, is_false},
    write::{Out, Write},
};

/// The device's own count and clock: checked and bumped in the transaction that stores a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counter {
    /// This profile.
    pub dev: DeviceId,
    /// The last number given.
    pub n: u64,
    /// The last stamp given.
    pub stamp: Stamp,
}

/// What a device knows of its endpoint.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SyncState {
    /// The endpoint's life.
    pub epoch: Option<String>,
    /// Scope → how far it was read.
    pub cursors: Table<String, Cursor>,
    /// The last server time seen, ms.
    pub server_ms: u64,
    /// The device's clock when that answer came, ms.
    pub heard_ms: u64,
    /// Whose notebook this is.
    pub unit: Unit,
    /// The endpoint was restored: ids up to here were offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offering: Option<Option<ChangeId>>,
    /// Accepted once, but the restored endpoint lacks them.
    pub resend: Set<ChangeId>,
    /// What the person may do, as the endpoint last said; none where all share one key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// The endpoint lets this device in no more.
    #[serde(skip_serializing_if = "is_false")]
    pub is_revoked: bool,
    /// The person may record denunciations here, in the secret compartment.
    #[serde(skip_serializing_if = "is_false")]
    pub has_secrets: bool,
}

impl SyncState {
    /// Whether the endpoint would let this be done; before it said anything, and where all share one key, it would.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        match &self.roles {
            Some(roles) => !self.is_revoked && may(roles, action),
            None => action != Action::Administer,
        }
    }
}

impl Read for Counter {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let counter = Object::read(raw)?;
        Ok(Self {
            dev: counter.item("dev")?,
            n: counter.number("n")?,
            stamp: counter.item("stamp")?,
        })
    }
}

impl Read for SyncState {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let state = Object::read(raw)?;
        // `null` is "offering, and nothing was offered yet"; only a missing key is "not offering".
        let is_offering = state.raw_or_none("offering")?.is_some();
        let offered = state.item_if("offering")?;
        let roles: Option<Vec<String>> = state.item_if("roles")?;
        Ok(Self {
            epoch: state.text_if("epoch")?,
            cursors: state.item_or_default("cursors")?,
            server_ms: state.number_or_zero("server_ms")?,
            heard_ms: state.number_or_zero("heard_ms")?,
            unit: state.item_or_default("unit")?,
            offering: is_offering.then_some(offered),
            resend: state.item_or_default("resend")?,
            roles: roles.map(|names| known_roles(&names)),
            is_revoked: state.flag_or_false("is_revoked")?,
            has_secrets: state.flag_or_false("has_secrets")?,
        })
    }
}

impl Write for Counter {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("dev", &self.dev);
            out.item("n", &self.n);
            out.item("stamp", &self.stamp);
        });
    }
}

impl Write for SyncState {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("epoch", &self.epoch);
            out.item("cursors", &self.cursors);
            out.item("server_ms", &self.server_ms);
            out.item("heard_ms", &self.heard_ms);
            out.item("unit", &self.unit);
            out.item_if("offering", self.offering.as_ref());
            out.item("resend", &self.resend);
            out.item_if("roles", self.roles.as_ref());
            if self.is_revoked {
                out.item("is_revoked", &true);
            }
            if self.has_secrets {
                out.item("has_secrets", &true);
            }
        });
    }
}

/// One line of a device's log.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Entry {
    /// A change, as its author's bytes.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub change: Option<Raw>,
    /// Which change the rest is about, when it is not in this line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ChangeId>,
    /// An acceptance.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub acc: Option<Acceptance>,
    /// Held or refused, and why.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Something that could not be read, kept as it came.
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub aside: Option<Raw>,
}

impl Read for Entry {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let entry = Object::read(raw)?;
        Ok(Self {
            change: entry.item_if("c")?,
            id: entry.item_if("id")?,
            acc: entry.item_if("a")?,
            verdict: entry.item_if("v")?,
            aside: entry.item_if("q")?,
        })
    }
}

impl Write for Entry {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item_if("c", self.change.as_ref());
            out.item_if("id", self.id.as_ref());
            out.item_if("a", self.acc.as_ref());
            out.item_if("v", self.verdict.as_ref());
            out.item_if("q", self.aside.as_ref());
        });
    }
}
