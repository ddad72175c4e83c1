//! Saves: plan, commit, and only then adopt.

use leptos::prelude::*;
use records::{
    change::{ChangeError, RecWrites},
    fold::Record,
    id::RecordId,
};
use serde_json::Value;

use crate::{
    browser::{self, prefs},
    store::StoreError,
    work::{Work, open, sync},
};

/// Another tab can save in between again and again, but not eight times within one save.
const TRIES: usize = 8;

/// Why nothing was saved. What was typed is still on the screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SaveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// Writes to records in one change, and drops the draft they came from. Returns when it is durable.
pub(crate) async fn save(
    work: Work,
    recs: Vec<RecWrites>,
    draft: Option<&str>,
) -> Result<u64, SaveError> {
    let tools = work.tools();
    let mut tries = 0;
    let known = draft.and_then(|name| tools.draft_rows.borrow().get(name).cloned());
    let mut dropped = draft;
    loop {
        let now = browser::now_ms();
        let who = work
            .book
            .me
            .with_untracked(|me| Some(me.name.clone()).filter(|name| !name.is_empty()));
        let plan = work.book.peek(|data| {
            data.replica
                .plan_save(now, browser::random(), who, recs.clone())
        })?;
        let seen = tools.counter_row.borrow().clone();
        let drop_draft = dropped.map(|name| (name, known.clone()));
        match tools.store.commit(&plan, &seen, drop_draft).await {
            Ok(committed) => {
                if let Some(row) = committed.counter_row {
                    *tools.counter_row.borrow_mut() = row;
                }
                work.book
                    .adopt(|data| data.replica.adopt(plan).records.into_iter().collect());
                if let Some(draft) = draft {
                    tools.unkept.borrow_mut().remove(draft);
                }
                if let Some(draft) = dropped {
                    tools.draft_rows.borrow_mut().remove(draft);
                    work.book.adopt_draft(|drafts| drop(drafts.remove(draft)));
                }
                // How many cases there are is nobody's to see.
                if !open::is_secret() {
                    let count = work.book.peek(|data| data.rows.len());
                    prefs::remember(&tools.name, count);
                }
                tools.tabs.call("saved");
                sync::soon(work);
                keep_storage();
                return Ok(now);
            }
            Err(StoreError::Moved) if tries < TRIES => {
                tries += 1;
                if let Some(name) = dropped
                    && tools.store.draft_row(name).await? != known
                {
                    dropped = None; // Another tab wrote more into it: that stays a draft.
                }
                let (counter, row) = tools.store.counter().await?;
                *tools.counter_row.borrow_mut() = row;
                work.book.adopt(|data| {
                    data.replica.counter = counter;
                    Vec::new()
                });
                open::catch_up(work).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Saves one value over what is shown.
pub(crate) async fn save_value(
    work: Work,
    record: &Record,
    path: &str,
    value: Value,
) -> Result<u64, SaveError> {
    save(
        work,
        vec![records::draft::single(record, path, value)],
        None,
    )
    .await
}

/// Deletes a record, all of it that this person has seen.
pub(crate) async fn delete(work: Work, record: &Record) -> Result<u64, SaveError> {
    save(work, vec![records::draft::deletion(record)], None).await
}

/// Brings a deleted record back.
pub(crate) async fn restore(work: Work, id: RecordId) -> Result<u64, SaveError> {
    let record = work.book.peek(|data| data.replica.notebook.fold(id));
    match record {
        Some(record) => save_value(work, &record, records::path::DELETED, Value::Null).await,
        None => Ok(browser::now_ms()),
    }
}

/// After the first save it is worth asking the browser to keep what is stored.
fn keep_storage() {
    wasm_bindgen_futures::spawn_local(async {
        if browser::is_storage_kept().await == Some(false) {
            browser::ask_to_keep_storage().await;
        }
    });
}
