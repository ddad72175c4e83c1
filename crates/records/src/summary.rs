//! One record as a row of a list: what is shown, found, sorted and counted without folding it again.

use serde_json::Value;

use crate::{
    calendar::Calendar,
    catalogue::Catalogue,
    deadline::{self, one_line},
    expr::{self, Scope},
    fold::{Life, Record},
    form::Form,
    id::RecordId,
    path, review, search, validate,
};

/// What is open and by when.
pub use crate::deadline::Deadline as Due;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The record.
    pub id: RecordId,
    /// Its form.
    pub form: String,
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// The date of the event, or of the first save.
    pub date: String,
    /// What is open, by date.
    pub due: Vec<Due>,
    /// What is open without a date.
    pub undated: Vec<Due>,
    /// Deleted, alive or back.
    pub life: Life,
    /// How many fields wait for a choice.
    pub conflicts: usize,
    /// How many problems keep it from being official.
    pub problems: usize,
    /// What it must do is done: its due date has the date that closes it.
    pub is_done: bool,
    /// Declared official, and without problems.
    pub is_official: bool,
    /// The programme it belongs to, or another record it links to first.
    pub parent: Option<String>,
    /// When it was last changed, ms by the author's clock.
    pub touched_ms: u64,
    /// Everything typed that is not secret, as [`search::key`] makes it.
    pub key: String,
}

/// Makes the row of a record.
#[must_use]
pub fn summarise(record: &Record, catalogue: &Catalogue) -> Summary {
    let doc = record.to_doc();
    let form = catalogue.form(&record.form, &record.version);
    let scope = Scope::of(&doc, form);
    let mut texts = String::new();
    // What a form that is not here keeps secret is not known: it is found once the form has come.
    if let Some(form) = form {
        typed(&form.without_secrets(&doc), &mut texts);
    }
    let problems = form
        .map(|form| validate::problems(form, &doc))
        .unwrap_or_default();
    let is_clean = validate::is_clean(&problems);
    let is_official = record.get(path::OFFICIAL) == Some(&Value::Bool(true)) && is_clean;
    let title = form.and_then(|form| first_text(&form.title, &scope));
    let date = form
        .and_then(|form| doc.get(&form.date))
        .and_then(Value::as_str);
    let date = date.map_or_else(
        || crate::date::today(record.created.0.ms),
        ToOwned::to_owned,
    );
    let (due, mut undated) = form
        .map(|form| dues(form, &doc, &catalogue.calendar))
        .unwrap_or_default();
    undated.extend(review::open(record));
    Summary {
        id: record.id,
        form: record.form.clone(),
        title: title.unwrap_or_else(|| form.map_or("Phiếu", |form| &form.label).to_owned()),
        subtitle: form.map(|form| subtitle(form, &scope)).unwrap_or_default(),
        date,
        due,
        undated,
        life: record.life(""),
        conflicts: record.conflicts().len(),
        problems: problems
            .iter()
            .filter(|p| p.level == crate::form::Level::Error)
            .count(),
        is_done: form.is_some_and(|form| is_done(form, &doc)),
        is_official,
        parent: doc
            .get("chuong_trinh")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned),
        touched_ms: record.touched.0.ms,
        key: search::key(&texts),
    }
}

fn first_text(candidates: &[Value], scope: &Scope<'_>) -> Option<String> {
    let texts = candidates.iter().map(|expr| expr::text(expr, scope));
    texts
        .filter(|text| !text.trim().is_empty())
        .map(|text| one_line(&text))
        .next()
}

fn subtitle(form: &Form, scope: &Scope<'_>) -> String {
    let parts = form
        .subtitle
        .iter()
        .map(|expr| crate::date::for_people(&expr::text(expr, scope)));
    let parts: Vec<String> = parts
        .filter(|text| !text.is_empty())
        .map(|t| one_line(&t))
        .collect();
    parts.join(" · ")
}

/// Whether the date that closes the record's own due date is there.
fn is_done(form: &Form, doc: &Value) -> bool {
    let done = form.due_done.as_deref().filter(|done| !done.contains('.'));
    done.and_then(|done| doc.get(done))
        .is_some_and(expr::is_filled)
}

/// The deadlines that are open.
fn dues(form: &Form, doc: &Value, calendar: &Calendar) -> (Vec<Due>, Vec<Due>) {
    let mut due = deadline::deadlines(form, doc, calendar);
    due.retain(|due| !due.is_done);
    let mut undated = Vec::new();
    // Without a date they come first.
    while due.first().is_some_and(|due| due.date.is_empty()) {
        undated.push(due.remove(0));
    }
    // An entry for which a law sets a date has one.
    let place = |path: &str| path.rsplit_once('/').map(|(entry, _)| entry.to_owned());
    undated.retain(|open| !due.iter().any(|due| place(&due.path) == place(&open.path)));
    (due, undated)
}

/// Everything a person typed, in one text.
fn typed(value: &Value, texts: &mut String) {
    match value {
        Value::String(text) => {
            texts.push_str(text);
            texts.push(' ');
        }
        Value::Number(n) => {
            texts.push_str(&n.to_string());
            texts.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| typed(item, texts)),
        Value::Object(parts) => {
            parts
                .iter()
                .filter(|(key, _)| !key.starts_with('@'))
                .for_each(|(_, v)| typed(v, texts));
        }
        Value::Bool(_) | Value::Null => {}
    }
}
