//! Forms as data: what a kind of record is made of (`docs/FORMS.md`).

use serde::Serialize;
use serde_json::Value;

use crate::{
    change,
    deadline::DeadlineRule,
    json::{self, Object, Read, ReadError},
    path,
};

/// A kind of record in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What records of this kind name.
    pub id: String,
    /// This version.
    pub version: String,
    /// First day on which events are recorded with it.
    pub valid_from: String,
    /// Last day, or open.
    pub valid_to: Option<String>,
    /// Heading.
    pub label: String,
    /// For chips and tiles.
    pub short: String,
    /// What making one is called.
    pub verb: String,
    /// A symbol of the sprite.
    pub icon: String,
    /// Place in menus.
    pub order: u32,
    /// On the home screen.
    pub quick: bool,
    /// The acts it comes from.
    pub sources: Vec<String>,
    /// What a person should know about it.
    pub note: String,
    /// Candidates for the first line of a list row.
    pub title: Vec<Value>,
    /// Parts of the second line.
    pub subtitle: Vec<Value>,
    /// The field that dates the record.
    pub date: String,
    /// Where due dates stand.
    pub due: Option<String>,
    /// What closes each due date.
    pub due_done: Option<String>,
    /// Who must act by a due date.
    pub due_owner: Value,
    /// Whether what has no due date yet is open all the same.
    pub due_open: Value,
    /// What a person scrolls through.
    pub sections: Vec<Section>,
    /// What must hold beyond types.
    pub rules: Vec<Rule>,
    /// What must be done by when.
    pub deadlines: Vec<DeadlineRule>,
}

/// A heading and its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Heading.
    pub label: String,
    /// Hidden unless this holds.
    pub show_if: Option<Value>,
    /// In order.
    pub fields: Vec<Field>,
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What changes name.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
    /// True, or a condition.
    pub required: Value,
    /// Hidden unless this holds.
    pub show_if: Option<Value>,
    /// What a new record starts with.
    pub default: Value,
    /// One short line.
    pub help: String,
    /// An example inside the empty field.
    pub placeholder: String,
    /// Out of lists, search and readable export.
    pub secret: bool,
    /// Offer earlier values.
    pub suggest: bool,
    /// Of who did something: the field for who goes on with it.
    pub passes_to: String,
    /// Value and label.
    pub options: Vec<(String, String)>,
    /// Least number, or least entries.
    pub min: Option<i64>,
    /// Greatest number, characters, or entries.
    pub max: Option<i64>,
    /// Entries that a new record opens with.
    pub start: Option<usize>,
    /// What the number counts.
    pub unit: String,
    /// Forms a link may lead to: one id or a list.
    pub to: Value,
    /// Fields of an entry.
    pub fields: Vec<Self>,
    /// What one entry is called.
    pub item: String,
    /// What an entry is about, where it is named alone: an expression.
    pub title: Value,
    /// Of a computed field.
    pub value: Value,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The problem is there when this holds.
    pub condition: Value,
    /// Where the link leads; `group.field` is evaluated for each entry.
    pub field: String,
    /// Error or warning.
    pub level: Level,
    /// The sentence.
    pub say: String,
}

/// How grave a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Level {
    /// Keeps a record from being official.
    #[default]
    Error,
    /// Worth knowing.
    Warn,
}

/// The legal tables of a form, read from its file. They lie in no [`Form`]: its reader is in the first wasm, theirs is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Registers {
    /// Of which form.
    pub form: String,
    /// Of which version of it.
    pub version: String,
    /// In order.
    pub registers: Vec<Register>,
}

/// A table of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Its name in files.
    pub id: String,
    /// Heading.
    pub label: String,
    /// First day.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_to: Option<String>,
    /// A row for each entry of this group.
    pub per: Option<String>,
    /// In order.
    pub columns: Vec<Column>,
}

/// A column of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Heading.
    pub label: String,
    /// What stands in it.
    pub value: Value,
}

/// The deepest nesting of a form: fields in groups in groups in sections, and expressions of 16 levels in them.
const FORM_DEPTH_MAX: usize = 64;

impl Read for Form {
    fn read(raw: &str) -> Result<Self, ReadError> {
        // Fields in fields are read by recursion.
        if change::depth(raw.as_bytes()) > FORM_DEPTH_MAX {
            return Err(ReadError::other("a form that is not nested too deeply"));
        }
        let form = Object::read(raw)?;
        Ok(Self {
            id: form.text("id")?,
            version: form.text("version")?,
            valid_from: form.text("valid_from")?,
            valid_to: form.text_if("valid_to")?,
            label: form.text("label")?,
            short: form.text("short")?,
            verb: form.text_or_empty("verb")?,
            icon: form.text_or_empty("icon")?,
            order: form.small_or("order", 0)?,
            quick: form.flag_or_false("quick")?,
            sources: form.item_or_default("sources")?,
            note: form.text_or_empty("note")?,
            title: form.item_or_default("title")?,
            subtitle: form.item_or_default("subtitle")?,
            date: form.text_or_empty("date")?,
            due: form.text_if("due")?,
            due_done: form.text_if("due_done")?,
            due_owner: form.value_or_null("due_owner")?,
            due_open: form.value_or_null("due_open")?,
            sections: form.item("sections")?,
            rules: form.item_or_default("rules")?,
            deadlines: form.item_or_default("deadlines")?,
        })
    }
}

impl Read for Section {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let section = Object::read(raw)?;
        Ok(Self {
            label: section.text("label")?,
            show_if: section.value_if("show_if")?,
            fields: section.item("fields")?,
        })
    }
}

impl Read for Kind {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Ok(match &*json::text(raw)? {
            "text" => Self::Text,
            "longtext" => Self::LongText,
            "number" => Self::Number,
            "decimal" => Self::Decimal,
            "date" => Self::Date,
            "time" => Self::Time,
            "choice" => Self::Choice,
            "choices" => Self::Choices,
            "yesno" => Self::YesNo,
            "person" => Self::Person,
            "identity" => Self::Identity,
            "phone" => Self::Phone,
            "address" => Self::Address,
            "docref" => Self::DocRef,
            "link" => Self::Link,
            "group" => Self::Group,
            "computed" => Self::Computed,
            _ => return Err(ReadError::other("a type of field")),
        })
    }
}

impl Read for Field {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let field = Object::read(raw)?;
        let mut options = Vec::new();
        for option in field.raws_or_none("options")? {
            let (value, label) = json::pair(option).map_err(|e| e.under("options"))?;
            options.push((String::read(value)?, String::read(label)?));
        }
        Ok(Self {
            key: field.text("key")?,
            label: field.text("label")?,
            kind: field.item("type")?,
            required: field.value_or_null("required")?,
            show_if: field.value_if("show_if")?,
            default: field.value_or_null("default")?,
            help: field.text_or_empty("help")?,
            placeholder: field.text_or_empty("placeholder")?,
            secret: field.flag_or_false("secret")?,
            suggest: field.flag_or_false("suggest")?,
            passes_to: field.text_or_empty("passes_to")?,
            options,
            min: field.item_if("min")?,
            max: field.item_if("max")?,
            start: field.item_if("start")?,
            unit: field.text_or_empty("unit")?,
            to: field.value_or_null("to")?,
            fields: field.item_or_default("fields")?,
            item: field.text_or_empty("item")?,
            title: field.value_or_null("title")?,
            value: field.value_or_null("value")?,
        })
    }
}

impl Read for Rule {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let rule = Object::read(raw)?;
        Ok(Self {
            condition: rule.item("if")?,
            field: rule.text_or_empty("field")?,
            level: rule.item_or_default("level")?,
            say: rule.text("say")?,
        })
    }
}

impl Read for Level {
    fn read(raw: &str) -> Result<Self, ReadError> {
        match &*json::text(raw)? {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            _ => Err(ReadError::other("error or warn")),
        }
    }
}

impl Read for Registers {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let all = Object::read(raw)?;
        Ok(Self {
            form: all.text("id")?,
            version: all.text("version")?,
            registers: all.item_or_default("registers")?,
        })
    }
}

impl Read for Register {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let register = Object::read(raw)?;
        Ok(Self {
            id: register.text("id")?,
            label: register.text("label")?,
            valid_from: register.text_if("valid_from")?,
            valid_to: register.text_if("valid_to")?,
            per: register.text_if("per")?,
            columns: register.item("columns")?,
        })
    }
}

impl Read for Column {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let column = Object::read(raw)?;
        Ok(Self {
            label: column.text("label")?,
            value: column.item("value")?,
        })
    }
}

impl Form {
    /// All fields at the top, section by section.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The field a path means (entry ids and options are passed over).
    #[must_use]
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        let names = path::field_names(path);
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
