//! Reports: begun for a period, and frozen with their figures when they are sent.

use records::{
    date,
    draft::Draft,
    id::RecordId,
    report::{Report, figure::Computed, keep, period::Period},
};
use serde_json::Value;

use crate::{
    browser,
    work::{
        Work, drafts,
        save::{self, SaveError},
    },
};

/// Begins the report of a period. Nothing when this catalogue has no form for it.
pub(crate) async fn begin(
    work: Work,
    report: &Report,
    period: &Period,
) -> Result<Option<RecordId>, SaveError> {
    let Some(form) = work.book.catalogue().newest(keep::FORM) else {
        return Ok(None);
    };
    let now = browser::now_ms();
    let rec = RecordId::new(now, browser::random());
    let around = work.book.surroundings(now);
    let mut draft = Draft::new(rec, form, &around, &mut drafts::name);
    keep::start(report, period, &mut draft);
    save::save(work, vec![draft.writes()], None).await?;
    Ok(Some(rec))
}

/// Marks a step of the report with today's date: handed in, approved.
pub(crate) async fn step(work: Work, id: RecordId, field: &str) -> Result<u64, SaveError> {
    change(work, id, &mut |draft, today| {
        draft.put(field, Value::from(today))
    })
    .await
}

/// Sends it: its figures are kept as they are now, in the same save as the day.
pub(crate) async fn send(
    work: Work,
    id: RecordId,
    report: &Report,
    computed: &Computed,
) -> Result<u64, SaveError> {
    change(work, id, &mut |draft, today| {
        keep::snapshot(report, computed, draft);
        draft.put("ngay_gui", Value::from(today));
    })
    .await
}

async fn change(
    work: Work,
    id: RecordId,
    write: &mut dyn FnMut(&mut Draft, &str),
) -> Result<u64, SaveError> {
    let now = browser::now_ms();
    let record = work.book.peek(|data| data.replica.notebook.fold(id));
    let catalogue = work.book.catalogue();
    let opened = record.and_then(|record| {
        let form = catalogue.form(&record.form, &record.version)?;
        Some(Draft::edit(&record, form, now))
    });
    let Some(mut draft) = opened else {
        return Ok(now);
    };
    write(&mut draft, &date::today(now));
    save::save(work, vec![draft.writes()], None).await
}
