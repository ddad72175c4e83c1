//! Files: readable export with the changes behind it, and what an import makes of a file (`docs/FILES.md`).

use serde::Serialize;
use serde_json::{Map, Value};

use crate::json::Raw;

use crate::{
    catalogue::Catalogue,
    change::{Change, ORDINARY, RecWrites, SECRET, parse_change},
    fold::Record,
    id::{ChangeId, DeviceId, RecordId},
    json::{self, Flaw, Object, Read, ReadError},
    notebook::Known,
    path, position,
    stamp::Stamp,
    validate,
    wire::{Acceptance, Unit},
    write::{self, Out, Write},
};

/// What an export names itself.
pub const EXPORT_KIND: &str = "so-tay-dan-van/xuat";
/// The version of the export's shape.
pub const EXPORT_VERSION: u32 = 1;

/// How a packed text begins (RFC 1952); JSON begins otherwise.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Whether the content of a file or parcel is packed with gzip.
#[must_use]
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP)
}

/// A record for readers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadableRecord {
    /// Its name; an import makes one up from the content when it is missing.
    pub id: Option<RecordId>,
    /// Its form.
    pub form: String,
    /// Its form version.
    pub version: String,
    /// `official` or `draft`.
    pub state: String,
    /// Fields by name; groups as lists, entries with `@id`; many choices as lists of options.
    pub fields: Map<String, Value>,
    /// Problems, warnings too.
    pub problems: usize,
    /// Fields with two values; the file shows one, the changes have both.
    pub conflicts: Vec<String>,
}

/// A change as it lies in a file.
#[derive(Debug, Clone, Serialize)]
pub struct FiledChange {
    /// The author's bytes.
    pub change: Raw,
    /// The last acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acc: Option<Acceptance>,
}

/// The whole file.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// [`EXPORT_KIND`].
    pub kind: String,
    /// [`EXPORT_VERSION`].
    pub version: u32,
    /// ms.
    pub exported_at: u64,
    /// The app's release.
    pub app: String,
    /// Whose notebook.
    pub unit: Unit,
    /// For readers.
    pub records: Vec<ReadableRecord>,
    /// For programs.
    pub changes: Vec<FiledChange>,
}

impl Export {
    /// The file as people read it; the changes stand in their authors' bytes.
    #[must_use]
    pub fn into_text(mut self) -> String {
        let changes = core::mem::take(&mut self.changes);
        let mut text = String::new();
        json::indent(&write::to_json(&self), 0, &mut text);
        // `changes` is the last key, and empty.
        if !changes.is_empty() && text.ends_with("[]\n}") {
            text.truncate(text.len() - "]\n}".len());
            let mut between = "\n    {\n      \"change\": ";
            for filed in changes {
                text.push_str(between);
                text.push_str(filed.change.get());
                if let Some(acc) = filed.acc {
                    text.push_str(",\n      \"acc\": ");
                    json::indent(&write::to_json(&acc), 3, &mut text);
                }
                text.push_str("\n    }");
                between = ",\n    {\n      \"change\": ";
            }
            text.push_str("\n  ]\n}");
        }
        text
    }
}

impl Write for ReadableRecord {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("id", &self.id);
            out.item("form", &self.form);
            out.item("version", &self.version);
            out.item("state", &self.state);
            out.item("fields", &self.fields);
            out.item("problems", &self.problems);
            out.item("conflicts", &self.conflicts);
        });
    }
}

impl Write for FiledChange {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("change", &self.change);
            out.item_if("acc", self.acc.as_ref());
        });
    }
}

impl Write for Export {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("kind", &self.kind);
            out.item("version", &self.version);
            out.item("exported_at", &self.exported_at);
            out.item("app", &self.app);
            out.item("unit", &self.unit);
            out.item("records", &self.records);
            out.item("changes", &self.changes);
        });
    }
}

/// A record as the file shows it: fields marked `secret` stay in the changes only.
#[must_use]
pub fn readable(record: &Record, catalogue: &Catalogue) -> ReadableRecord {
    let doc = record.to_doc();
    let form = catalogue.form(&record.form, &record.version);
    let problems = form
        .map(|form| validate::problems(form, &doc))
        .unwrap_or_default();
    let is_official = record.get(path::OFFICIAL) == Some(&Value::Bool(true));
    let state = if is_official && validate::is_clean(&problems) {
        "official"
    } else {
        "draft"
    };
    // What a form that is not here keeps secret is not known: its fields stay in the changes.
    let open = form.map_or(Value::Null, |form| form.without_secrets(&doc));
    ReadableRecord {
        id: Some(record.id),
        form: record.form.clone(),
        version: record.version.clone(),
        state: state.to_owned(),
        problems: problems.len(),
        conflicts: record
            .conflicts()
            .into_iter()
            .map(ToOwned::to_owned)
            .collect(),
        fields: open.as_object().cloned().unwrap_or_default(),
    }
}

/// A change as it goes into a file.
#[must_use]
pub fn filed(known: &Known) -> Option<FiledChange> {
    let change = Raw::lexed(&known.raw);
    Some(FiledChange {
        change,
        acc: known.acc.clone(),
    })
}

/// Why a file is not taken at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not JSON in UTF-8.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// Not one of ours.
    #[error("not an export of this notebook")]
    Foreign,
    /// Written by a newer app.
    #[error("version {0} is newer than this app")]
    Newer(u64),
}

/// What a file holds, once it is known to be one of ours.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Changes, ready to be planned.
    pub changes: Vec<(Raw, Option<Acceptance>)>,
    /// Entries that could not be read: place in the file and why.
    pub damaged: Vec<String>,
    /// How many records the file shows.
    pub records: usize,
}

impl Read for ReadableRecord {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let record = Object::read(raw)?;
        let Value::Object(fields) = record.item("fields")? else {
            return Err(ReadError::other("an object").under("fields"));
        };
        Ok(Self {
            id: record.item_if("id")?,
            form: record.text("form")?,
            version: record.text_or_empty("version")?,
            state: record.text_or_empty("state")?,
            fields,
            problems: record.item_or_default("problems")?,
            conflicts: record.item_or_default("conflicts")?,
        })
    }
}

impl Read for FiledChange {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let filed = Object::read(raw)?;
        Ok(Self {
            change: filed.item("change")?,
            acc: filed.item_if("acc")?,
        })
    }
}

/// The outer shape, with every entry still unread: one damaged entry must not spoil the file.
struct Outer<'a> {
    kind: Value,
    version: Value,
    records: Vec<&'a str>,
    changes: Vec<&'a str>,
}

impl<'a> Outer<'a> {
    fn read(text: &'a str) -> Result<Self, ReadError> {
        let file = Object::read(text)?;
        Ok(Self {
            kind: file.value_or_null("kind")?,
            version: file.value_or_null("version")?,
            records: file.raws_or_none("records")?,
            changes: file.raws_or_none("changes")?,
        })
    }
}

/// Reads an export. Nothing is changed by reading; what is damaged is named, the rest is found.
///
/// # Errors
/// When the file as a whole is not an export of this notebook.
pub fn read(bytes: &[u8], catalogue: &Catalogue) -> Result<Found, FileError> {
    let not_json = |e: &dyn core::fmt::Display| FileError::NotJson(e.to_string());
    if crate::change::depth(bytes) > crate::change::CHANGE_DEPTH_MAX + 8 {
        return Err(FileError::Foreign);
    }
    let text = core::str::from_utf8(bytes).map_err(|e| not_json(&e))?;
    let text = text.trim_start_matches('\u{feff}');
    let outer = match Outer::read(text) {
        Ok(outer) => outer,
        Err(e) if e.flaw == Flaw::NotJson => return Err(not_json(&e)),
        Err(_) => return Err(FileError::Foreign), // JSON, and not one of ours
    };
    if outer.kind != EXPORT_KIND {
        return Err(FileError::Foreign);
    }
    match outer.version.as_u64() {
        Some(version) if version > u64::from(EXPORT_VERSION) => {
            return Err(FileError::Newer(version));
        }
        Some(_) => {}
        None => return Err(FileError::Foreign),
    }
    let mut found = Found {
        records: outer.records.len(),
        ..Found::default()
    };
    for (at, raw) in outer.changes.iter().enumerate() {
        match FiledChange::read(raw) {
            Ok(filed) => match parse_change(filed.change.get().as_bytes()) {
                // Files carry nothing of another compartment; one that does was made by hand.
                Ok(change) if change.part == SECRET => {
                    found.damaged.push(format!("changes[{at}]: part {SECRET}"));
                }
                Ok(_) => found.changes.push((filed.change, filed.acc)),
                Err(e) => found.damaged.push(format!("changes[{at}]: {e}")),
            },
            Err(e) => found.damaged.push(format!("changes[{at}]: {e}")),
        }
    }
    if outer.changes.is_empty() {
        for (at, raw) in outer.records.iter().enumerate() {
            match record_change(raw, catalogue) {
                Ok(change) => found.changes.push((change, None)),
                Err(e) => found.damaged.push(format!("records[{at}]: {e}")),
            }
        }
    }
    Ok(found)
}

/// A record without changes becomes one change whose names are derived from its content: reading the same file
/// twice gives the same change.
fn record_change(raw: &str, catalogue: &Catalogue) -> Result<Raw, String> {
    let record = ReadableRecord::read(raw).map_err(|e| e.to_string())?;
    let hash = digest(raw.as_bytes());
    let form = catalogue.form(&record.form, &record.version);
    let version = match (record.version.as_str(), form) {
        ("", Some(form)) => form.version.clone(),
        (version, _) => version.to_owned(),
    };
    let rec = record.id.unwrap_or_else(|| RecordId::derived(hash));
    let mut writes = RecWrites::new(rec, &record.form, &version);
    flatten("", &record.fields, &mut writes);
    if record.state == "official" {
        writes
            .set
            .insert(path::OFFICIAL.to_owned(), Value::Bool(true));
    }
    let change = Change {
        id: ChangeId::derived(hash),
        dev: DeviceId::derived(digest(b"file")),
        n: 1,
        stamp: Stamp::default(),
        lo: 0,
        part: ORDINARY.to_owned(),
        who: None,
        app: None,
        recs: vec![writes],
        auto: false,
        erase: None,
        stub: None,
    };
    let json = change.to_json();
    parse_change(json.as_bytes()).map_err(|e| e.to_string())?;
    Raw::new(&json).map_err(|e| e.to_string())
}

/// Nested fields as paths.
fn flatten(prefix: &str, fields: &Map<String, Value>, writes: &mut RecWrites) {
    for (key, value) in fields.iter().filter(|(key, _)| !key.starts_with('@')) {
        let place = path::under(prefix, key);
        match value {
            Value::Array(items) if items.iter().all(Value::is_object) && !items.is_empty() => {
                let mut last = None;
                for (at, entry) in items.iter().enumerate() {
                    let Value::Object(entry) = entry else {
                        continue;
                    };
                    let id = entry.get("@id").and_then(Value::as_str);
                    let id = id.map_or_else(|| format!("e{at}"), ToOwned::to_owned);
                    let inner = path::under(&place, &id);
                    last = Some(position::after(last.as_deref()));
                    let position = last.clone().map_or(Value::Null, Value::String);
                    writes
                        .set
                        .insert(path::under(&inner, path::POSITION), position);
                    flatten(&inner, entry, writes);
                }
            }
            Value::Array(options) => {
                for option in options.iter().filter_map(Value::as_str) {
                    writes
                        .set
                        .insert(format!("{place}#{option}"), Value::Bool(true));
                }
            }
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                writes.set.insert(place, value.clone());
            }
        }
    }
}

/// 128 bits of FNV-1a: tells contents apart, proves nothing.
fn digest(bytes: &[u8]) -> [u8; 16] {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let start: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mix = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(start, mix).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue::builtin, notebook::Notebook};

    fn file(records: &str, changes: &str) -> String {
        format!(
            r#"{{"kind":"{EXPORT_KIND}","version":1,"exported_at":0,"records":[{records}],"changes":[{changes}]}}"#
        )
    }

    #[test]
    fn a_file_of_records_only_becomes_the_same_changes_each_time() {
        let catalogue = builtin().unwrap();
        let record = r#"{"form":"hoat_dong","fields":{"ten":"Họp thôn 5","ngay":"2026-11-22","x":["A","B"],"g":[{"ten":"b"},{"ten":"a"}]}}"#;
        let text = file(record, "");
        let (a, b) = (
            read(text.as_bytes(), &catalogue).unwrap(),
            read(text.as_bytes(), &catalogue).unwrap(),
        );
        assert_eq!(a.changes[0].0.get(), b.changes[0].0.get());
        let mut notebook = Notebook::default();
        notebook.insert(a.changes[0].0.get()).unwrap();
        let id = notebook.records().next().unwrap();
        let doc = notebook.fold(id).unwrap().to_doc();
        assert_eq!(doc["ten"], "Họp thôn 5");
        assert_eq!(doc["x"], serde_json::json!(["A", "B"]));
        assert_eq!(
            doc["g"][0]["ten"], "b",
            "entries keep the order of the file"
        );
    }

    #[test]
    fn an_export_is_written_as_the_library_would_write_it() {
        let raw = |text: &str| Raw::new(text).unwrap();
        let acc = Acceptance {
            scope: "00000/\"\\".to_owned(),
            seq: 1,
            epoch: String::new(),
            eff: Stamp::default(),
            mac: "}]".to_owned(),
        };
        let record = ReadableRecord {
            id: None,
            form: "a\"{[,:\\".to_owned(),
            version: String::new(),
            state: "draft".to_owned(),
            fields: Map::from_iter([("a".to_owned(), serde_json::json!({"b":[[],{}]}))]),
            problems: 0,
            conflicts: vec!["x".to_owned(), "y\n".to_owned()],
        };
        let filed = |acc| FiledChange {
            change: raw(r#"{ "a":[1,{"b":"{"}] }"#),
            acc,
        };
        for (records, changes) in [
            (vec![], vec![]),
            (vec![], vec![filed(None)]),
            (
                vec![record.clone(), record],
                vec![filed(Some(acc)), filed(None)],
            ),
        ] {
            let export = Export {
                kind: EXPORT_KIND.to_owned(),
                version: EXPORT_VERSION,
                exported_at: 7,
                app: String::new(),
                unit: Unit::default(),
                records,
                changes,
            };
            let expected = serde_json::to_string_pretty(&export).unwrap();
            assert_eq!(export.into_text(), expected);
        }
    }

    #[test]
    fn one_damaged_entry_is_named_and_the_rest_is_found() {
        let catalogue = builtin().unwrap();
        let text = file(
            r#"{"form":"hoat_dong","fields":{"ten":"a"}},{"fields":3},7"#,
            "",
        );
        let found = read(text.as_bytes(), &catalogue).unwrap();
        assert_eq!((found.changes.len(), found.damaged.len()), (1, 2));
    }

    #[test]
    fn a_foreign_newer_or_broken_file_is_refused_as_a_whole() {
        let catalogue = builtin().unwrap();
        let newer = file("", "").replace("\"version\":1", "\"version\":9");
        assert!(matches!(
            read(newer.as_bytes(), &catalogue),
            Err(FileError::Newer(9))
        ));
        for (bytes, foreign) in [
            (&b"{\"kind\":\"x\"}"[..], true),
            (b"[]", true),
            (b"{", false),
            (b"\xff", false),
        ] {
            let got = read(bytes, &catalogue).unwrap_err();
            assert_eq!(got == FileError::Foreign, foreign, "{got:?}");
        }
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(read(deep.as_bytes(), &catalogue).is_err());
    }
}
