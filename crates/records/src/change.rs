//! A change: what one save on one device did. The unit that is stored, sent and merged.
//!
//! Whoever holds a change holds the bytes its author wrote; the types here are how those bytes are read.

use serde::Serialize;
use serde_json::Value;

use crate::{
    id::{ChangeId, DeviceId, RecordId},
    json::{self, Object, Read, ReadError},
    path,
    stamp::Stamp,
    table::{Set, Table},
    write::{self, Out, Write},
};

/// The largest change: a long dialogue with 100 opinions is about 60 KB.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
/// The deepest nesting of a change's JSON; real ones have 6 levels.
pub const CHANGE_DEPTH_MAX: usize = 64;
/// The most paths a change may name: starting a programme of 150 tasks writes about 1,500.
pub const CHANGE_PATHS_MAX: usize = 4_000;

/// The ordinary compartment.
pub const ORDINARY: &str = "thuong";
/// The compartment of denunciations (tố cáo): each record in it is a scope of its own, with readers of its own.
pub const SECRET: &str = "mat";
/// The reason of an order that leaves nothing of a matter here, because it is a denunciation and was moved to the secret
/// compartment.
pub const MOVED: &str = "chuyen_ngan_mat";

/// What one save did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The only unique thing.
    pub id: ChangeId,
    /// Who wrote it down: a profile of a browser.
    pub dev: DeviceId,
    /// The device's own count, from 1.
    pub n: u64,
    /// When, by the device's clock.
    pub stamp: Stamp,
    /// The last server time (ms) the device had seen.
    pub lo: u64,
    /// Compartment: `thuong` or `mat`.
    pub part: String,
    /// The person's name as given on the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The app's release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Written by a machine: nobody's words, so a deletion that has not seen it stands.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub auto: bool,
    /// What was written, record by record.
    pub recs: Vec<RecWrites>,
    /// Changes whose bodies are to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase: Option<Erase>,
    /// This is what an erasure left of a change; the change that erased it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stub: Option<ChangeId>,
}

/// The writes of one change to one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecWrites {
    /// The record.
    pub rec: RecordId,
    /// Its form.
    pub form: String,
    /// The form version the author saw.
    pub ver: String,
    /// Path → new value.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub set: Table<String, Value>,
    /// Path → the changes whose values the author had seen and replaces.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub over: Table<String, Vec<ChangeId>>,
    /// In a stub: the paths that `set` had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

/// The removal of bodies by law.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Erase {
    /// The changes that become stubs.
    pub ids: Vec<ChangeId>,
    /// The law that asks for it.
    pub law: String,
    /// Why.
    pub reason: String,
}

impl Read for Change {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let change = Object::read(raw)?;
        Ok(Self {
            id: change.item("id")?,
            dev: change.item("dev")?,
            n: change.number("n")?,
            stamp: change.item("stamp")?,
            lo: change.number_or_zero("lo")?,
            part: change.text("part")?,
            who: change.text_if("who")?,
            app: change.text_if("app")?,
            auto: change.flag_or_false("auto")?,
            recs: change.item_or_default("recs")?,
            erase: change.item_if("erase")?,
            stub: change.item_if("stub")?,
        })
    }
}

impl Read for RecWrites {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let writes = Object::read(raw)?;
        Ok(Self {
            rec: writes.item("rec")?,
            form: writes.text("form")?,
            ver: writes.text("ver")?,
            set: writes.item_or_default("set")?,
            over: writes.item_or_default("over")?,
            keys: writes.item_or_default("keys")?,
        })
    }
}

impl Read for Erase {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let erase = Object::read(raw)?;
        Ok(Self {
            ids: erase.item("ids")?,
            law: erase.text("law")?,
            reason: erase.text("reason")?,
        })
    }
}

impl Write for Change {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item("dev", &self.dev);
            out.item("n", &self.n);
            out.item("stamp", &self.stamp);
            out.item("lo", &self.lo);
            out.item("part", &self.part);
            out.item_if("who", self.who.as_ref());
            out.item_if("app", self.app.as_ref());
            if self.auto {
                out.item("auto", &true);
            }
            out.item("recs", &self.recs);
            out.item_if("erase", self.erase.as_ref());
            out.item_if("stub", self.stub.as_ref());
        });
    }
}

impl Write for RecWrites {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("rec", &self.rec);
            out.item("form", &self.form);
            out.item("ver", &self.ver);
            if !self.set.is_empty() {
                out.item("set", &self.set);
            }
            if !self.over.is_empty() {
                out.item("over", &self.over);
            }
            if !self.keys.is_empty() {
                out.item("keys", &self.keys);
            }
        });
    }
}

impl Write for Erase {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("ids", &self.ids);
            out.item("law", &self.law);
            out.item("reason", &self.reason);
        });
    }
}

/// Why bytes are not a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Longer than [`CHANGE_BYTES_MAX`].
    #[error("the change has {0} bytes")]
    TooLarge(usize),
    /// Nested deeper than [`CHANGE_DEPTH_MAX`].
    #[error("the change is nested too deeply")]
    TooDeep,
    /// More paths than [`CHANGE_PATHS_MAX`].
    #[error("the change names {0} paths")]
    TooManyPaths(usize),
    /// Not JSON, or not of a change's shape.
    #[error("not a change: {0}")]
    Unreadable(String),
    /// A path nobody may write.
    #[error("not a path: {0}")]
    Path(String),
    /// One record twice in one change.
    #[error("record {0} twice")]
    TwiceInOne(RecordId),
}

/// Reads a change from the bytes its author wrote. The bytes are hostile until this says otherwise.
///
/// # Errors
/// When they are not a change, or exceed a limit.
pub fn parse_change(bytes: &[u8]) -> Result<Change, ChangeError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChangeError::TooLarge(bytes.len()));
    }
    if depth(bytes) > CHANGE_DEPTH_MAX {
        return Err(ChangeError::TooDeep);
    }
    let change: Change =
        json::from_bytes(bytes).map_err(|e| ChangeError::Unreadable(e.to_string()))?;
    check(&change)?;
    Ok(change)
}

fn check(change: &Change) -> Result<(), ChangeError> {
    let mut seen = Set::new();
    let mut paths = 0;
    for writes in &change.recs {
        if !seen.insert(writes.rec) {
            return Err(ChangeError::TwiceInOne(writes.rec));
        }
        for path in writes
            .set
            .keys()
            .chain(writes.over.keys())
            .chain(&writes.keys)
        {
            paths += 1;
            if !path::is_valid(path) {
                return Err(ChangeError::Path(path.clone()));
            }
        }
    }
    if paths > CHANGE_PATHS_MAX {
        return Err(ChangeError::TooManyPaths(paths));
    }
    Ok(())
}

/// The nesting of a JSON text, counted without recursion, so that hostile bytes cannot reach the stack.
#[must_use]
pub fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => {}
            (false, b'"') => in_text = true,
            (false, b'[' | b'{') => {
                now += 1;
                most = most.max(now);
            }
            (false, b']' | b'}') => now = now.saturating_sub(1),
            (false, _) => {}
        }
    }
    most
}

impl Change {
    /// The bytes to store and send: written once, by the author, and kept for ever.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::to_json(self)
    }

    /// What an erasure leaves: the header without values and names.
    #[must_use]
    pub fn stubbed(&self, by: ChangeId) -> Self {
        let bare = |writes: &RecWrites| RecWrites {
            rec: writes.rec,
            form: writes.form.clone(),
            ver: writes.ver.clone(),
            set: Table::new(),
            over: writes.over.clone(),
            keys: writes.paths().map(ToOwned::to_owned).collect(),
        };
        Self {
            who: None,
            app: None,
            recs: self.recs.iter().map(bare).collect(),
            erase: self.erase.clone(),
            stub: Some(by),
            part: self.part.clone(),
            ..*self
        }
    }
}

impl RecWrites {
    /// An empty set of writes to a record.
    #[must_use]
    pub fn new(rec: RecordId, form: &str, ver: &str) -> Self {
        Self {
            rec,
            form: form.to_owned(),
            ver: ver.to_owned(),
            set: Table::new(),
            over: Table::new(),
            keys: Vec::new(),
        }
    }

    /// The paths that were written, whether their values are still here or not.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.set.keys().chain(&self.keys).map(String::as_str)
    }

    /// What the author had seen of a path.
    #[must_use]
    pub fn over(&self, path: &str) -> &[ChangeId] {
        self.over.get(path).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_bytes_are_an_answer_and_not_a_crash() {
        let deep = "[".repeat(100_000);
        for bytes in [
            &b""[..],
            b"null",
            b"{",
            b"\xff\xfe",
            b"[]",
            b"{\"id\":1}",
            deep.as_bytes(),
        ] {
            assert!(parse_change(bytes).is_err());
        }
        assert_eq!(parse_change(deep.as_bytes()), Err(ChangeError::TooDeep));
    }

    #[test]
    fn a_key_of_the_shape_stands_once_and_of_a_field_the_last_value_counts() {
        let id = "019ab3c0-7e10-7a52-8f00-0d5c1f3a9b01";
        let change = |head: &str, set: &str| {
            let rec = format!(r#"{{"rec":"{id}","form":"f","ver":"1","set":{{{set}}}}}"#);
            let text = format!(
                r#"{{"id":"{id}","dev":"{id}","n":1,"stamp":"1763800000000-0000-0000000a","part":"p",{head}"recs":[{rec}]}}"#
            );
            parse_change(text.as_bytes())
        };
        let good = change(r#""new":{"deep":[[1]]},"new":2,"#, r#""b":1,"a":2,"b":[3]"#).unwrap();
        let set = &good.recs[0].set;
        assert_eq!(
            (set.len(), &set["a"], &set["b"]),
            (2, &2.into(), &serde_json::json!([3]))
        );
        let wrong = |head: &str| change(head, "").unwrap_err().to_string();
        assert!(wrong(r#""n":2,"#).ends_with("twice: n"));
        assert!(wrong(r#""lo":null,"#).contains(": lo"));
        assert!(wrong(r#""who":7,"#).contains(": who"));
        assert!(wrong(r#""erase":{"ids":[3]},"#).contains(": erase.ids"));
        assert!(wrong(r#""erase":{"ids":[]},"#).ends_with("missing: erase.law"));
    }

    #[test]
    fn brackets_inside_texts_are_not_nesting() {
        assert_eq!(depth(br#"{"a":"[[[[\"[","b":[1]}"#), 2);
    }
}
