//! Drafts: begun, kept while typing, thrown away.

use records::{
    draft::Draft,
    form::Form,
    id::{RecordId, entry_id},
};
use serde_json::Value;

use crate::{browser, store::StoreError, work::Work};

/// A name for a draft or an entry, from the browser's random bytes.
pub(crate) fn name() -> String {
    entry_id(browser::random())
}

/// Begins a new record. `given` are values that the place it was begun from brings along.
pub(crate) fn begin(work: Work, form: &Form, given: &[(String, Value)]) -> String {
    let now = browser::now_ms();
    let rec = RecordId::new(now, browser::random());
    let around = work.book.surroundings(now);
    let mut draft = Draft::new(rec, form, &around, &mut name);
    for (path, value) in given {
        draft.put(path, value.clone());
    }
    let name = name();
    open_fresh(work, &name, draft);
    name
}

/// A form is on the screen, and nothing was typed yet.
fn open_fresh(work: Work, name: &str, draft: Draft) {
    work.tools().fresh.borrow_mut().insert(name.to_owned());
    work.book
        .adopt_draft(|drafts| drop(drafts.insert(name.to_owned(), draft)));
}

/// The form was left: a draft in which nothing was typed is nobody's work.
pub(crate) fn leave(work: Work, name: &str) {
    if work.tools().fresh.borrow_mut().remove(name) {
        work.book.adopt_draft(|drafts| drop(drafts.remove(name)));
    }
}

/// Opens a record for writing: what is on the screen now is what the save will say it saw.
pub(crate) fn edit(work: Work, id: RecordId) -> Option<String> {
    let open = work.book.peek(|data| {
        let same = data.drafts.iter().find(|(_, draft)| draft.rec == id);
        same.map(|(name, _)| name.clone())
    });
    if open.is_some() {
        return open; // The person goes on where they stopped.
    }
    let record = work.book.peek(|data| data.replica.notebook.fold(id))?;
    let form = work.book.catalogue.form(&record.form, &record.version)?;
    let draft = Draft::edit(&record, form, browser::now_ms());
    let name = name();
    open_fresh(work, &name, draft);
    Some(name)
}

/// Keeps a draft on the device.
pub(crate) async fn keep(work: Work, name: &str, draft: Draft) -> Result<u64, StoreError> {
    let tools = work.tools();
    tools.fresh.borrow_mut().remove(name);
    tools.store.put_draft(name, &draft).await?;
    work.book
        .adopt_draft(|drafts| drop(drafts.insert(name.to_owned(), draft)));
    Ok(browser::now_ms())
}

/// Throws a draft away.
pub(crate) async fn discard(work: Work, name: &str) -> Result<(), StoreError> {
    work.tools().store.drop_draft(name).await?;
    work.book.adopt_draft(|drafts| drop(drafts.remove(name)));
    Ok(())
}
