//! A record while it is being written: what the person saw, and what they changed since.
//!
//! What was seen is captured when the form is opened and never refreshed behind it, so that a save can say
//! honestly which values it replaces.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    change::RecWrites,
    date,
    fold::{Life, Record},
    form::{Field, Form, Kind},
    id::{ChangeId, RecordId},
    json::{Object, Read, ReadError},
    order, path, position,
    table::Table,
    write::{Out, Write},
};

/// What was on the screen for one path when the form was opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The value.
    pub value: Value,
    /// The changes it came from.
    pub over: Vec<ChangeId>,
}

/// A record being written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Draft {
    /// The record it becomes or changes.
    pub rec: RecordId,
    /// Its form.
    pub form: String,
    /// The form version on the screen.
    pub ver: String,
    /// Nothing of this record was saved before.
    pub is_new: bool,
    /// When it was begun, ms.
    pub opened: u64,
    /// What the person saw.
    pub seen: Table<String, Seen>,
    /// What they changed.
    pub set: Table<String, Value>,
}

impl Read for Seen {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let seen = Object::read(raw)?;
        Ok(Self {
            value: seen.value_or_null("value")?,
            over: seen.item("over")?,
        })
    }
}

impl Read for Draft {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let draft = Object::read(raw)?;
        Ok(Self {
            rec: draft.item("rec")?,
            form: draft.text("form")?,
            ver: draft.text("ver")?,
            is_new: draft.flag("is_new")?,
            opened: draft.number("opened")?,
            seen: draft.item_or_default("seen")?,
            set: draft.item_or_default("set")?,
        })
    }
}

impl Write for Seen {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("value", &self.value);
            out.item("over", &self.over);
        });
    }
}

impl Write for Draft {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            out.item("rec", &self.rec);
            out.item("form", &self.form);
            out.item("ver", &self.ver);
            out.item("is_new", &self.is_new);
            out.item("opened", &self.opened);
            out.item("seen", &self.seen);
            out.item("set", &self.set);
        });
    }
}

/// What defaults may speak of.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// The person of this device.
    pub me: Value,
    /// The unit's name.
    pub unit: String,
}

/// Makes names for entries; the caller has the random bytes.
pub type EntryNames<'a> = &'a mut dyn FnMut() -> String;

impl Draft {
    /// An empty record of a form, with the form's defaults.
    pub fn new(rec: RecordId, form: &Form, around: &Surroundings, names: EntryNames<'_>) -> Self {
        let mut draft = Self {
            rec,
            form: form.id.clone(),
            ver: form.version.clone(),
            is_new: true,
            opened: around.now_ms,
            seen: Table::new(),
            set: Table::new(),
        };
        for field in form.fields() {
            draft.start(field, "", around, names);
        }
        draft
    }

    /// A record that exists, as it is shown now.
    #[must_use]
    pub fn edit(record: &Record, form: &Form, now_ms: u64) -> Self {
        let seen = record.cells.iter().map(|(path, cell)| {
            // An entry that an edit brought back is on the screen, though a deletion of it stands.
            let value = match path.strip_suffix("/@del").map(|entry| record.life(entry)) {
                Some(Life::Deleted) => Value::Object(Map::new()),
                Some(Life::Alive | Life::Revived) => Value::Null,
                None => cell.value().clone(),
            };
            (
                path.clone(),
                Seen {
                    value,
                    over: cell.seen(),
                },
            )
        });
        Self {
            rec: record.id,
            form: record.form.clone(),
            ver: form.version.clone(),
            is_new: false,
            opened: now_ms,
            seen: seen.collect(),
            set: Table::new(),
        }
    }

    fn start(&mut self, field: &Field, prefix: &str, around: &Surroundings, names: EntryNames<'_>) {
        let place = path::under(prefix, &field.key);
        if field.kind == Kind::Group {
            let least = field
                .min
                .and_then(|min| usize::try_from(min).ok())
                .unwrap_or(0);
            for _ in 0..field.start.unwrap_or(least) {
                self.add_entry(field, &place, around, names);
            }
            return;
        }
        let value = match (&field.default, field.default.as_str()) {
            (Value::Null, _) => return,
            (_, Some("today")) => Value::from(date::today(around.now_ms)),
            (_, Some("now")) => Value::from(date::clock(around.now_ms)),
            (_, Some("me")) => around.me.clone(),
            (_, Some("unit")) => Value::from(around.unit.as_str()),
            (literal, _) => literal.clone(),
        };
        if let (Kind::Choices, Value::Array(options)) = (field.kind, &value) {
            for option in options.iter().filter_map(Value::as_str) {
                self.set
                    .insert(format!("{place}#{option}"), Value::Bool(true));
            }
        } else if !says_nothing(&value) {
            self.set.insert(place, value);
        }
    }

    /// What is on the screen at a path.
    #[must_use]
    pub fn value(&self, path: &str) -> &Value {
        let seen = || self.seen.get(path).map(|seen| &seen.value);
        self.set.get(path).or_else(seen).unwrap_or(&Value::Null)
    }

    /// The person changed a value. Putting back what was there is no change.
    pub fn put(&mut self, path: &str, value: Value) {
        let before = self.seen.get(path).map_or(&Value::Null, |seen| &seen.value);
        if *before == value || (before.is_null() && says_nothing(&value)) {
            self.set.remove(path);
        } else {
            self.set.insert(path.to_owned(), value);
        }
    }

    /// Adds an entry after the last one on the screen; returns its id.
    pub fn add_entry(
        &mut self,
        group: &Field,
        place: &str,
        around: &Surroundings,
        names: EntryNames<'_>,
    ) -> String {
        let last = self
            .entries(place)
            .last()
            .map(|id| self.position(place, id));
        let id = names();
        let prefix = path::under(place, &id);
        let position = position::after(last.as_deref());
        self.set
            .insert(path::under(&prefix, path::POSITION), Value::from(position));
        for field in &group.fields {
            self.start(field, &prefix, around, names);
        }
        id
    }

    /// Takes an entry away: one of this draft vanishes, one that was seen is deleted by the save.
    pub fn remove_entry(&mut self, place: &str, id: &str) {
        let prefix = path::under(place, id);
        self.set
            .retain(&mut |path, _| path::below(&prefix, path).is_none());
        if self
            .seen
            .keys()
            .any(|path| path::below(&prefix, path).is_some())
        {
            let deletion = Value::Object(Map::new());
            self.set
                .insert(path::under(&prefix, path::DELETED), deletion);
        }
    }

    /// Brings an entry back as it was before it was removed; nothing else changes.
    pub fn bring_back(&mut self, before: &Self, place: &str, id: &str) {
        let prefix = path::under(place, id);
        let is_below = |path: &str| path::below(&prefix, path).is_some();
        self.set.retain(&mut |path, _| !is_below(path));
        for (path, value) in before.set.iter().filter(|(path, _)| is_below(path)) {
            self.set.insert(path.clone(), value.clone());
        }
    }

    /// The entries on the screen, in order.
    #[must_use]
    pub fn entries(&self, place: &str) -> Vec<String> {
        let mut ids: Vec<&str> = self
            .set
            .keys()
            .chain(self.seen.keys())
            .filter_map(|path| path::below(place, path)?.split('/').next())
            .collect();
        order::sort(&mut ids, &mut |a, b| a < b);
        ids.dedup();
        ids.retain(|id| {
            self.value(&path::under(&path::under(place, id), path::DELETED))
                .is_null()
        });
        let mut placed: Vec<(String, &str)> = ids
            .into_iter()
            .map(|id| (self.position(place, id), id))
            .collect();
        order::sort(&mut placed, &mut |a, b| a < b);
        placed.into_iter().map(|(_, id)| id.to_owned()).collect()
    }

    fn position(&self, place: &str, id: &str) -> String {
        let path = path::under(&path::under(place, id), path::POSITION);
        self.value(&path).as_str().unwrap_or_default().to_owned()
    }

    /// The record on the screen as nested JSON, as conditions and rules read it.
    #[must_use]
    pub fn to_doc(&self, form: &Form) -> Value {
        Value::Object(self.doc_of(&mut form.fields(), ""))
    }

    fn doc_of(&self, fields: &mut dyn Iterator<Item = &Field>, prefix: &str) -> Map<String, Value> {
        let mut doc = Map::new();
        for field in fields {
            let place = path::under(prefix, &field.key);
            let value = match field.kind {
                Kind::Group => {
                    let entries = self.entries(&place).into_iter().map(|id| {
                        let inner = path::under(&place, &id);
                        let mut entry = self.doc_of(&mut field.fields.iter(), &inner);
                        entry.insert("@id".to_owned(), Value::String(id));
                        Value::Object(entry)
                    });
                    Value::Array(entries.collect())
                }
                Kind::Choices => {
                    let is_chosen = |option: &&str| {
                        self.value(&format!("{place}#{option}")) == &Value::Bool(true)
                    };
                    let options = field.options.iter().map(|(option, _)| option.as_str());
                    let mut chosen: Vec<&str> = options.filter(is_chosen).collect();
                    // As the saved record lists them: it knows no order of the form's.
                    order::sort(&mut chosen, &mut |a, b| a < b);
                    Value::from(chosen)
                }
                Kind::Text
                | Kind::LongText
                | Kind::Number
                | Kind::Decimal
                | Kind::Date
                | Kind::Time
                | Kind::Choice
                | Kind::YesNo
                | Kind::Person
                | Kind::Identity
                | Kind::Phone
                | Kind::Address
                | Kind::DocRef
                | Kind::Link
                | Kind::Computed => self.value(&place).clone(),
            };
            if !value.is_null() {
                doc.insert(field.key.clone(), value);
            }
        }
        doc
    }

    /// Whether a save would write anything.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.set.is_empty()
    }

    /// Whether nothing was done since the draft was as `begun`. Defaults are accepted with whatever else is
    /// typed; alone they are nobody's words.
    #[must_use]
    pub fn is_as(&self, begun: &Self) -> bool {
        self.set == begun.set
    }

    /// What a save writes: the changed paths, each over what was seen there. An entry that is deleted
    /// covers everything that was seen below it.
    #[must_use]
    pub fn writes(&self) -> RecWrites {
        let mut writes = RecWrites::new(self.rec, &self.form, &self.ver);
        let over = |path: &String| {
            self.seen
                .get(path)
                .map(|seen| (path.clone(), seen.over.clone()))
        };
        for (path, value) in &self.set {
            // An emptied text is a cleared field: two ways to say nothing must not be a conflict.
            let value = if value.as_str() == Some("") {
                Value::Null
            } else {
                value.clone()
            };
            writes.set.insert(path.clone(), value);
            writes.over.extend(over(path));
            if let Some(prefix) = path.strip_suffix("/@del") {
                let below = self
                    .seen
                    .keys()
                    .filter(|p| path::below(prefix, p).is_some());
                writes.over.extend(below.filter_map(over));
            }
        }
        writes
    }
}

/// An empty input and none at all are the same.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// What deletes a record: `@del` over every head of every path that its author saw.
#[must_use]
pub fn deletion(record: &Record) -> RecWrites {
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    writes
        .set
        .insert(path::DELETED.to_owned(), Value::Object(Map::new()));
    let seen = record
        .cells
        .iter()
        .map(|(path, cell)| (path.clone(), cell.seen()));
    writes.over = seen.collect();
    writes
}

/// What writes one value over what is shown: a tick, a choice between two values, an undone deletion.
#[must_use]
pub fn single(record: &Record, path: &str, value: Value) -> RecWrites {
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    writes.set.insert(path.to_owned(), value);
    if let Some(cell) = record.cells.get(path) {
        writes.over.insert(path.to_owned(), cell.seen());
    }
    writes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> Form {
        let form = json!({
            "id":"f","version":"1","valid_from":"2026-01-01","label":"F","short":"F",
            "sections":[{"label":"S","fields":[
                {"key":"ngay","label":"Ngày","type":"date","default":"today"},
                {"key":"ten","label":"Tên","type":"text"},
                {"key":"hinh_thuc","label":"HT","type":"choices","options":[["A","a"],["B","b"]],"default":["A"]},
                {"key":"y_kien","label":"Ý kiến","type":"group","min":1,"fields":[{"key":"noi_dung","label":"ND","type":"text"}]}
            ]}]
        });
        Form::read(&form.to_string()).unwrap()
    }

    fn names() -> impl FnMut() -> String {
        let mut n = 0;
        move || {
            n += 1;
            format!("e{n}")
        }
    }

    fn draft() -> Draft {
        let around = Surroundings {
            now_ms: 1_763_800_000_000,
            ..Surroundings::default()
        };
        Draft::new(RecordId::new(1, [0; 10]), &form(), &around, &mut names())
    }

    #[test]
    fn a_new_record_opens_with_defaults_and_the_least_entries() {
        let draft = draft();
        let doc = draft.to_doc(&form());
        assert_eq!(doc["ngay"], "2025-11-22");
        assert_eq!(doc["hinh_thuc"], json!(["A"]));
        assert_eq!(doc["y_kien"], json!([{"@id":"e1"}]));
    }

    #[test]
    fn defaults_alone_are_nobodys_words() {
        let begun = draft();
        let mut draft = begun.clone();
        assert!(draft.is_dirty() && draft.is_as(&begun));
        draft.put("ten", json!("A"));
        assert!(!draft.is_as(&begun));
        assert_eq!(draft.writes().set["ngay"], "2025-11-22");
        draft.put("ten", json!(""));
        assert!(draft.is_as(&begun));
        draft.put("ngay", json!(null));
        assert!(!draft.is_as(&begun), "a default taken away is a decision");
    }

    #[test]
    fn putting_back_what_was_seen_writes_nothing() {
        let mut draft = draft();
        draft.set.clear();
        draft.is_new = false;
        draft.seen.insert(
            "ten".into(),
            Seen {
                value: json!("A"),
                over: vec![],
            },
        );
        draft.put("ten", json!("B"));
        draft.put("ten", json!("A"));
        assert!(!draft.is_dirty());
        draft.put("ten", json!(""));
        assert_eq!(draft.writes().set["ten"], json!(null));
    }

    #[test]
    fn an_entry_that_comes_back_takes_nothing_else_with_it() {
        let mut draft = draft();
        draft.put("y_kien/e1/noi_dung", json!("đường"));
        let before = draft.clone();
        draft.remove_entry("y_kien", "e1");
        draft.put("ten", json!("gõ sau khi xóa"));
        draft.bring_back(&before, "y_kien", "e1");
        assert_eq!(draft.entries("y_kien"), ["e1"]);
        assert_eq!(draft.value("y_kien/e1/noi_dung"), "đường");
        assert_eq!(draft.value("ten"), "gõ sau khi xóa");
    }

    #[test]
    fn entries_keep_their_order_and_a_new_one_vanishes_without_a_trace() {
        let mut draft = draft();
        let form = form();
        let group = form.fields().nth(3).unwrap();
        let mut names = || "e0".to_owned();
        let id = draft.add_entry(group, "y_kien", &Surroundings::default(), &mut names);
        assert_eq!(draft.entries("y_kien"), ["e1", "e0"]);
        draft.remove_entry("y_kien", &id);
        assert_eq!(draft.entries("y_kien"), ["e1"]);
        assert!(!draft.writes().set.keys().any(|path| path.contains("e0")));
    }
}
