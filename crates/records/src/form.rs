//! Forms as data: what a kind of record is made of (`docs/FORMS.md`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deadline::DeadlineRule;

/// A kind of record in one version.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Form {
    /// What records of this kind name.
    pub id: String,
    /// This version.
    pub version: String,
    /// First day on which events are recorded with it.
    pub valid_from: String,
    /// Last day, or open.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// Heading.
    pub label: String,
    /// For chips and tiles.
    pub short: String,
    /// What making one is called.
    #[serde(default)]
    pub verb: String,
    /// A symbol of the sprite.
    #[serde(default)]
    pub icon: String,
    /// Place in menus.
    #[serde(default)]
    pub order: u32,
    /// On the home screen.
    #[serde(default)]
    pub quick: bool,
    /// The acts it comes from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What a person should know about it.
    #[serde(default)]
    pub note: String,
    /// Candidates for the first line of a list row.
    #[serde(default)]
    pub title: Vec<Value>,
    /// Parts of the second line.
    #[serde(default)]
    pub subtitle: Vec<Value>,
    /// The field that dates the record.
    #[serde(default)]
    pub date: String,
    /// Where due dates stand.
    #[serde(default)]
    pub due: Option<String>,
    /// What closes each due date.
    #[serde(default)]
    pub due_done: Option<String>,
    /// What a person scrolls through.
    pub sections: Vec<Section>,
    /// What must hold beyond types.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What must be done by when.
    #[serde(default)]
    pub deadlines: Vec<DeadlineRule>,
    /// Legal tables.
    #[serde(default)]
    pub registers: Vec<Register>,
}

/// A heading and its fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Section {
    /// Heading.
    pub label: String,
    /// Hidden unless this holds.
    #[serde(default)]
    pub show_if: Option<Value>,
    /// In order.
    pub fields: Vec<Field>,
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// Whole number.
    Number,
    /// Decimal number as text.
    Decimal,
    /// ISO date.
    Date,
    /// `08:30`.
    Time,
    /// One option.
    Choice,
    /// Many options.
    Choices,
    /// True or false.
    YesNo,
    /// Name and position.
    Person,
    /// Paper of identity.
    Identity,
    /// As typed.
    Phone,
    /// Free text, a commune code later.
    Address,
    /// Number and date of a document, as typed.
    DocRef,
    /// Another record or an entry of it.
    Link,
    /// Repeated entries.
    Group,
    /// Never stored.
    Computed,
}

/// One field: one line of the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Field {
    /// What changes name.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// True, or a condition.
    #[serde(default)]
    pub required: Value,
    /// Hidden unless this holds.
    #[serde(default)]
    pub show_if: Option<Value>,
    /// What a new record starts with.
    #[serde(default)]
    pub default: Value,
    /// One short line.
    #[serde(default)]
    pub help: String,
    /// An example inside the empty field.
    #[serde(default)]
    pub placeholder: String,
    /// Out of lists, search and readable export.
    #[serde(default)]
    pub secret: bool,
    /// Offer earlier values.
    #[serde(default)]
    pub suggest: bool,
    /// Value and label.
    #[serde(default)]
    pub options: Vec<(String, String)>,
    /// Least number, or least entries.
    #[serde(default)]
    pub min: Option<i64>,
    /// Greatest number, characters, or entries.
    #[serde(default)]
    pub max: Option<i64>,
    /// Entries that a new record opens with.
    #[serde(default)]
    pub start: Option<usize>,
    /// What the number counts.
    #[serde(default)]
    pub unit: String,
    /// Forms a link may lead to: one id or a list.
    #[serde(default)]
    pub to: Value,
    /// Fields of an entry.
    #[serde(default)]
    pub fields: Vec<Self>,
    /// What one entry is called.
    #[serde(default)]
    pub item: String,
    /// What an entry is about, where it is named alone: an expression.
    #[serde(default)]
    pub title: Value,
    /// Of a computed field.
    #[serde(default)]
    pub value: Value,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    /// The problem is there when this holds.
    #[serde(rename = "if")]
    pub condition: Value,
    /// Where the link leads; `group.field` is evaluated for each entry.
    #[serde(default)]
    pub field: String,
    /// Error or warning.
    #[serde(default)]
    pub level: Level,
    /// The sentence.
    pub say: String,
}

/// How grave a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Keeps a record from being official.
    #[default]
    Error,
    /// Worth knowing.
    Warn,
}

/// A table of records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Register {
    /// Its name in files.
    pub id: String,
    /// Heading.
    pub label: String,
    /// First day.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Last day.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// A row for each entry of this group.
    #[serde(default)]
    pub per: Option<String>,
    /// In order.
    pub columns: Vec<Column>,
}

/// A column of a register.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Column {
    /// Heading.
    pub label: String,
    /// What stands in it.
    pub value: Value,
}

impl Form {
    /// All fields at the top, section by section.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The field a path means (entry ids and options are passed over).
    #[must_use]
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        let names = crate::path::field_names(path);
        let (first, rest) = names.split_first()?;
        let top = self.fields().find(|field| field.key == *first)?;
        rest.iter().try_fold(top, |field, name| {
            field.fields.iter().find(|f| f.key == *name)
        })
    }

    /// The label of an option of the field of that name, wherever it is defined.
    #[must_use]
    pub fn option_label(&self, field: &str, option: &str) -> String {
        fn find<'a>(fields: &mut dyn Iterator<Item = &'a Field>, key: &str) -> Option<&'a Field> {
            for field in fields {
                if field.key == key && !field.options.is_empty() {
                    return Some(field);
                }
                if let Some(inner) = find(&mut field.fields.iter(), key) {
                    return Some(inner);
                }
            }
            None
        }
        let label = find(&mut self.fields(), field).map(|found| found.label_of(option));
        label.unwrap_or(option).to_owned()
    }

    /// A record without what is marked `secret`, in entries too: for search and for files that people read.
    #[must_use]
    pub fn without_secrets(&self, doc: &Value) -> Value {
        let mut doc = doc.clone();
        self.fields().for_each(|field| field.take_secrets(&mut doc));
        doc
    }

    /// Whether an event of that day is recorded with this version.
    #[must_use]
    pub fn is_valid_on(&self, day: &str) -> bool {
        self.valid_from.as_str() <= day && self.valid_to.as_deref().is_none_or(|to| day <= to)
    }
}

impl Field {
    fn take_secrets(&self, owner: &mut Value) {
        let Some(parts) = owner.as_object_mut() else {
            return;
        };
        if self.secret {
            parts.remove(&self.key);
        } else if let Some(Value::Array(entries)) = parts.get_mut(&self.key) {
            for entry in entries {
                self.fields
                    .iter()
                    .for_each(|field| field.take_secrets(entry));
            }
        }
    }

    /// The label of an option; an unknown one is shown as it is.
    #[must_use]
    pub fn label_of<'a>(&'a self, option: &'a str) -> &'a str {
        let found = self.options.iter().find(|(value, _)| value == option);
        found.map_or(option, |(_, label)| label.as_str())
    }

    /// The forms that a link may lead to.
    #[must_use]
    pub fn targets(&self) -> Vec<&str> {
        match &self.to {
            Value::String(one) => vec![one.as_str()],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        }
    }
}

impl Register {
    /// Whether it is the table of that day.
    #[must_use]
    pub fn is_valid_on(&self, day: &str) -> bool {
        self.valid_from.as_deref().is_none_or(|from| from <= day)
            && self.valid_to.as_deref().is_none_or(|to| day <= to)
    }
}
