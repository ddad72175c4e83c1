//! What is kept about a person, and what the law lets them ask for: finding, a copy, restriction, erasure. And how long
//! records are kept, and what a citizen is told (`docs/SECURITY.md`, "Rights").

use serde_json::{Value, json};

use crate::{
    change::RecWrites,
    date,
    expr::to_text,
    fold::Record,
    form::{Form, Kind},
    json::{Object, Read, ReadError},
    notebook::Notebook,
    path, search,
    strip::{self, Stripped, strip},
};

/// Fewer digits find half of a notebook.
const DIGITS_MIN: usize = 6;
/// Fewer letters, too.
const LETTERS_MIN: usize = 3;
/// Says that a record is restricted: `{"tu": day, "ly_do": text}`.
pub const RESTRICTED: &str = "@han_che";

/// Who is looked for: by name, or by the number of a paper or a telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    words: String,
    digits: String,
}

impl Wanted {
    /// None when it is too short to mean somebody.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        let words = search::key(typed);
        let digits = digits(typed);
        let is_number = digits.len() >= DIGITS_MIN;
        let is_name = words.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS_MIN;
        (is_number || is_name).then(|| Self {
            words,
            digits: if is_number { digits } else { String::new() },
        })
    }

    fn is_in(&self, value: &Value) -> bool {
        let said = to_text(value);
        match self.digits.is_empty() {
            true => search::key(&said).contains(&self.words),
            // However it was grouped.
            false => digits(&said).contains(&self.digits),
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Where a record speaks of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path.
    pub path: String,
    /// What the field is called.
    pub label: String,
    /// What it says.
    pub said: String,
}

/// The places where a record speaks of somebody, also in fields that lists and search leave out, also in values that were
/// written over: those are kept as well.
#[must_use]
pub fn find(record: &Record, form: &Form, wanted: &Wanted) -> Vec<Place> {
    let mut places = Vec::new();
    for (path, cell) in &record.cells {
        let all = cell.heads.iter().chain(&cell.history);
        if let Some(head) = all.into_iter().find(|head| wanted.is_in(&head.value)) {
            let label = form
                .field_at(path)
                .map_or(path.clone(), |field| field.label.clone());
            places.push(Place {
                path: path.clone(),
                label,
                said: to_text(&head.value),
            });
        }
    }
    places
}

/// The entries of people who came that speak of somebody.
fn came(places: &[Place]) -> Vec<&str> {
    let people = places.iter().filter_map(|place| strip::person(&place.path));
    people.map(|(entry, _)| entry).collect()
}

/// Plans that nothing of somebody is left in a record: of an entry that speaks of them all words, elsewhere the field; all
/// words of a reception to which nobody else came. What is counted stays (a register keeps its number, day and kind).
#[must_use]
pub fn erasing(
    notebook: &Notebook,
    record: &Record,
    form: &Form,
    places: &[Place],
) -> Option<Stripped> {
    let entries: Vec<&str> = places
        .iter()
        .filter_map(|place| place.path.rsplit_once('/'))
        .map(|(entry, _)| entry)
        .collect();
    let came = came(places);
    let others = record.entries(strip::PEOPLE);
    let is_alone = !came.is_empty() && others.iter().all(|entry| came.contains(entry));
    let goes = |place: &str| {
        let is_named = places.iter().any(|named| named.path == place);
        if is_alone {
            return is_named || !strip::is_counted(form, place);
        }
        let is_beside = || {
            let mut entries = entries.iter();
            entries.any(|entry| path::below(entry, place).is_some())
        };
        is_named || (is_beside() && !strip::is_counted(form, place))
    };
    strip(notebook, record, &goes)
}

/// Plans that only what is counted is left of a record: it was kept as long as it is to be.
#[must_use]
pub fn expiring(notebook: &Notebook, record: &Record, form: &Form) -> Option<Stripped> {
    strip(notebook, record, &|place| !strip::is_counted(form, place))
}

/// Whether only what is counted is left of a record.
#[must_use]
pub fn is_bare(record: &Record, form: &Form) -> bool {
    let mut cells = record.cells.iter();
    !cells.any(|(place, cell)| {
        !cell.value().is_null() && record.is_shown(place) && !strip::is_counted(form, place)
    })
}

/// Restricts a record, or lets go: what is restricted goes into no file and is marked on its page.
#[must_use]
pub fn restrict(record: &Record, restriction: Option<(&str, &str)>) -> RecWrites {
    let value = match restriction {
        Some((day, reason)) => json!({"tu": day, "ly_do": reason}),
        None => Value::Null,
    };
    crate::draft::single(record, RESTRICTED, value)
}

/// Since when a record is restricted, and why.
#[must_use]
pub fn restriction(record: &Record) -> Option<(String, String)> {
    let value = record.get(RESTRICTED)?;
    let text = |key: &str| value.get(key).map(to_text).unwrap_or_default();
    (!value.is_null()).then(|| (text("tu"), text("ly_do")))
}

/// What is kept about somebody, as a table for them: every field of the entries that speak of them, and what a reception was
/// about to which they came, without others who came.
#[must_use]
pub fn copy(record: &Record, form: &Form, places: &[Place]) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let entries: Vec<&str> = places
        .iter()
        .filter_map(|place| place.path.rsplit_once('/'))
        .map(|(entry, _)| entry)
        .collect();
    let came = came(places);
    for (path, cell) in &record.cells {
        let is_others = strip::person(path).is_some_and(|(entry, _)| !came.contains(&entry));
        let is_their_matter = !came.is_empty() && !is_others;
        let is_of_them = is_their_matter
            || places.iter().any(|place| place.path == *path)
            || entries
                .iter()
                .any(|entry| path::below(entry, path).is_some());
        let field = form
            .field_at(path)
            .filter(|field| field.kind != Kind::Group);
        let Some(field) = field.filter(|_| is_of_them && record.is_shown(path)) else {
            continue;
        };
        let said = match cell.value().as_str() {
            Some(option) if field.kind == Kind::Choice => field.label_of(option).to_owned(),
            _ => to_text(cell.value()),
        };
        if said.is_empty() {
            continue;
        }
        lines.push((field.label.clone(), said));
    }
    lines
}

/// How long the records of a form are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The form.
    pub form: String,
    /// From the day of the record; none while the unit has not decided.
    pub years: Option<u32>,
    /// Which rule says so, or that none is known.
    pub source: String,
}

impl Retention {
    /// The last day on which a record of today's age or older is over its time, if there is a time.
    #[must_use]
    pub fn limit(&self, today: &str) -> Option<String> {
        let years = self.years?;
        let (year, month, day) = date::to_civil(date::parse(today)?);
        let earlier = year - i64::from(years);
        // The 29th of February of a year that has none is the 28th.
        let limit = format!("{earlier:04}-{month:02}-{day:02}");
        Some(match date::parse(&limit) {
            Some(_) => limit,
            None => format!("{earlier:04}-{month:02}-{:02}", day - 1),
        })
    }
}

/// What the unit tells a citizen whose words it writes down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// The heading.
    pub title: String,
    /// In order.
    pub paragraphs: Vec<String>,
    /// The laws that ask for it.
    pub sources: Vec<String>,
}

/// What a unit owes to people whose data it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Duties {
    /// What it tells them.
    pub notice: Notice,
    /// How long it keeps what.
    pub retention: Vec<Retention>,
}

impl Read for Retention {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let retention = Object::read(raw)?;
        Ok(Self {
            form: retention.text("form")?,
            years: retention.item_if("years")?,
            source: retention.text("source")?,
        })
    }
}

impl Read for Notice {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let notice = Object::read(raw)?;
        Ok(Self {
            title: notice.text("title")?,
            paragraphs: notice.item("paragraphs")?,
            sources: notice.item_or_default("sources")?,
        })
    }
}

impl Read for Duties {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let duties = Object::read(raw)?;
        Ok(Self {
            notice: duties.item("notice")?,
            retention: duties.item("retention")?,
        })
    }
}
