//! Review of a record: handed in, then approved or sent back with a reason. Each step is an entry that stays; where the
//! record stands follows from the last one.
//!
//! A step says nothing of the record's own fields: whoever approves makes it official in the same save, and only when it
//! has no problems.

use serde_json::{Value, json};

use crate::{
    change::RecWrites, deadline::Deadline, expr::to_text, fold::Record, path, position,
    stamp::Stamp,
};

/// The group of the steps. No field of a form begins with `@`.
pub const GROUP: &str = "@duyet";

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Trình: handed in for review.
    HandedIn,
    /// Duyệt.
    Approved,
    /// Trả lại, with a reason.
    SentBack,
}

impl Step {
    fn named(name: &str) -> Option<Self> {
        match name {
            "TRINH" => Some(Self::HandedIn),
            "DUYET" => Some(Self::Approved),
            "TRA_LAI" => Some(Self::SentBack),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::HandedIn => "TRINH",
            Self::Approved => "DUYET",
            Self::SentBack => "TRA_LAI",
        }
    }

    /// What people read.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::HandedIn => "Trình duyệt",
            Self::Approved => "Duyệt",
            Self::SentBack => "Trả lại",
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// On which day.
    pub day: String,
    /// By whom: name and position.
    pub who: String,
    /// Why it was sent back, or a word with it.
    pub reason: String,
    /// When it was written down.
    pub stamp: Stamp,
}

/// The steps, first to last. A step of a newer app is passed over.
#[must_use]
pub fn steps(record: &Record) -> Vec<Taken> {
    let step = |id: &str| {
        let prefix = path::under(GROUP, id);
        let get = |field: &str| record.get(&path::under(&prefix, field));
        let cell = record.cells.get(&path::under(&prefix, "buoc"))?;
        Some(Taken {
            step: Step::named(cell.value().as_str()?)?,
            day: get("ngay").map(to_text).unwrap_or_default(),
            who: get("nguoi").map(to_text).unwrap_or_default(),
            reason: get("ly_do").map(to_text).unwrap_or_default(),
            stamp: cell.heads.first()?.stamp,
        })
    };
    record.entries(GROUP).into_iter().filter_map(step).collect()
}

/// What the last step leaves to do: the one who reviews must look, or the author must mend. Nothing before a review was
/// asked for, and nothing after an approval.
#[must_use]
pub fn open(record: &Record) -> Option<Deadline> {
    let last = record.entries(GROUP).pop()?.to_owned();
    let prefix = path::under(GROUP, &last);
    let text = |field: &str| {
        let value = record.get(&path::under(&prefix, field));
        value.map(to_text).unwrap_or_default()
    };
    let (label, owner) = match Step::named(&text("buoc"))? {
        Step::HandedIn => ("Chờ duyệt".to_owned(), "Người duyệt".to_owned()),
        Step::SentBack => {
            let author = record.created.1.clone().unwrap_or_default();
            (format!("Trả lại: {}", text("ly_do")), author)
        }
        Step::Approved => return None,
    };
    Some(Deadline {
        id: GROUP.to_owned(),
        date: String::new(),
        label,
        what: String::new(),
        path: String::new(),
        done_path: String::new(),
        owner,
        source: String::new(),
        event: String::new(),
        is_done: false,
        is_late_done: false,
        is_provisional: false,
    })
}

/// Whether writes take a step that only who reviews may take, or touch one that was taken. A step of a newer app is one,
/// too: nobody here knows better. To delete a record with all that is in it decides nothing of its review.
#[must_use]
pub fn decides(writes: &RecWrites) -> bool {
    let deleted = writes.set.get(path::DELETED);
    let is_deletion = deleted.is_some_and(|deleted| !deleted.is_null());
    writes.paths().any(|place| {
        if is_deletion && !writes.set.contains_key(place) {
            return false; // covered, with everything else
        }
        let Some(rest) = place
            .strip_prefix(GROUP)
            .filter(|rest| rest.starts_with('/'))
        else {
            return false;
        };
        let value = writes.set.get(place);
        let is_other_step = rest.ends_with("/buoc")
            && value.and_then(Value::as_str).and_then(Step::named) != Some(Step::HandedIn);
        is_other_step || rest.ends_with("/@del") || !writes.over(place).is_empty()
    })
}

/// What is written down of a step.
#[derive(Debug, Clone)]
pub struct Word {
    /// Which.
    pub step: Step,
    /// ISO date.
    pub day: String,
    /// The person, as a value of a person field.
    pub who: Value,
    /// Why.
    pub reason: String,
}

/// Takes a step. An approval makes the record official; a record that is sent back is not.
#[must_use]
pub fn take(record: &Record, word: &Word, entry: &str) -> RecWrites {
    let mut writes = RecWrites::new(record.id, &record.form, &record.version);
    let last = record.entries(GROUP).pop().map(|id| {
        let place = path::under(&path::under(GROUP, id), path::POSITION);
        record.get(&place).map(to_text).unwrap_or_default()
    });
    let prefix = path::under(GROUP, entry);
    let mut put = |field: &str, value: Value| {
        writes.set.insert(path::under(&prefix, field), value);
    };
    put(path::POSITION, json!(position::after(last.as_deref())));
    put("buoc", json!(word.step.name()));
    put("ngay", json!(word.day));
    if !word.who.is_null() {
        put("nguoi", word.who.clone());
    }
    if !word.reason.is_empty() {
        put("ly_do", json!(word.reason));
    }
    // Said each time: an approval and a refusal that did not see each other are then a conflict, not an official record.
    let becomes = match word.step {
        Step::HandedIn => return writes,
        Step::Approved => true,
        Step::SentBack => false,
    };
    writes
        .set
        .insert(path::OFFICIAL.to_owned(), Value::Bool(becomes));
    if let Some(cell) = record.cells.get(path::OFFICIAL) {
        writes.over.insert(path::OFFICIAL.to_owned(), cell.seen());
    }
    writes
}
