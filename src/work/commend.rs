//! Commendations are collected from what was recorded. Of the second wasm.

use std::sync::Arc;

use records::{draft::Draft, id::RecordId, summary::Summary};
use serde_json::Value;

use crate::{
    browser,
    work::{
        Work, drafts,
        save::{self, SaveError},
    },
};

/// The form of a round of commendations.
pub(crate) const FORM: &str = "khen_thuong";

/// Somebody who could be proposed: the record it comes from, who, and what for.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) row: Arc<Summary>,
    pub(crate) who: String,
    pub(crate) what: String,
}

/// Puts candidates into a round: one that is there, or a new one of that name. Returns its record.
pub(crate) async fn propose(
    work: Work,
    round: Option<RecordId>,
    (name, year): (&str, i64),
    candidates: &[Candidate],
) -> Result<Option<RecordId>, SaveError> {
    let Some(form) = work.book.catalogue().newest(FORM) else {
        return Ok(None);
    };
    let now = browser::now_ms();
    let around = work.book.surroundings(now);
    let known = round.and_then(|id| work.book.peek(|data| data.replica.notebook.fold(id)));
    let mut draft = match &known {
        Some(record) => Draft::edit(record, form, now),
        None => {
            let id = RecordId::new(now, browser::random());
            let mut draft = Draft::new(id, form, &around, &mut drafts::name);
            draft.put("ten", Value::from(name));
            draft.put("nam", Value::from(year));
            draft
        }
    };
    let Some(group) = form.field_at("de_nghi") else {
        return Ok(None);
    };
    for candidate in candidates {
        let entry = draft.add_entry(group, "de_nghi", &around, &mut drafts::name);
        let mut put = |field: &str, value: Value| {
            draft.put(&format!("de_nghi/{entry}/{field}"), value);
        };
        put("doi_tuong", Value::from(candidate.who.as_str()));
        put("phieu", Value::from(candidate.row.id.to_string()));
        put("thanh_tich", Value::from(candidate.what.as_str()));
    }
    let id = draft.rec;
    save::save(work, vec![draft.writes()], None).await?;
    Ok(Some(id))
}
