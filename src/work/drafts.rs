//! Drafts: begun, kept while typing, thrown away.

use records::{
    draft::Draft,
    form::Form,
    id::{RecordId, entry_id},
};
use serde_json::Value;

use futures_channel::oneshot;
use gloo_timers::future::TimeoutFuture;

use crate::{
    browser::{self, let_go},
    store::StoreError,
    work::Work,
};

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
    adopt(work, name, draft);
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
    let form = work.book.catalogue().form(&record.form, &record.version)?;
    let draft = Draft::edit(&record, form, browser::now_ms());
    let name = name();
    open_fresh(work, &name, draft);
    Some(name)
}

/// A draft that was kept: when, and under which name. The name is another one when a second tab writes the
/// same draft: both stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) ms: u64,
    pub(crate) name: String,
}

/// The end of one's turn, which the next waits for.
struct Turn {
    _ends: oneshot::Sender<()>,
}

/// Waits for everybody who came before.
async fn turn(work: Work) -> Turn {
    let (ends, end) = oneshot::channel();
    let before = work.tools().last_turn.borrow_mut().replace(end);
    if let Some(before) = before {
        // It ends by being dropped, always.
        let_go(before.await);
    }
    Turn { _ends: ends }
}

/// Before a page goes: what was typed is kept; whether all of it is.
pub(crate) async fn all_kept(work: Work) -> bool {
    let leaving = work.tools().leaving.borrow().clone();
    if let Some(leaving) = leaving {
        leaving();
    }
    // What was just asked to be kept takes its turn before this one.
    TimeoutFuture::new(0).await;
    drop(turn(work).await);
    keep_held(work).await
}

/// Keeps a draft on the device. One that the store does not take stays in memory: nothing typed is lost by leaving
/// the form, and a backup has it.
pub(crate) async fn keep(work: Work, name: &str, draft: Draft) -> Result<Kept, StoreError> {
    let tools = work.tools();
    tools.fresh.borrow_mut().remove(name);
    // In memory at once: whoever leaves the form and comes back finds what was typed, on its way or not.
    hold(work, name, draft.clone());
    let renamed = tools.renamed.borrow().len();
    let _turn = turn(work).await;
    // While it waited, a second window may have made its name another one.
    let mut now = name.to_owned();
    for (from, to) in tools.renamed.borrow().iter().skip(renamed) {
        if *from == now {
            now.clone_from(to);
        }
    }
    let seen = tools.draft_rows.borrow().get(&now).cloned();
    let mut put = tools.store.put_draft(&now, &draft, seen).await;
    if put == Err(StoreError::Moved) {
        let fresh = self::name();
        put = tools.store.put_draft(&fresh, &draft, None).await;
        if put.is_ok() {
            let renaming = (now.clone(), fresh.clone());
            tools.renamed.borrow_mut().push(renaming);
            now = fresh;
        }
    }
    let row = put?;
    tools.draft_rows.borrow_mut().insert(now.clone(), row);
    settle(work, name, &now, draft);
    if now != name {
        // Under the old name lies what the second window wrote.
        catch_up(work).await;
    }
    Ok(Kept {
        ms: browser::now_ms(),
        name: now,
    })
}

/// A draft is on the device. What was typed since is on its way, and stays what memory has.
fn settle(work: Work, name: &str, now: &str, draft: Draft) {
    let is_newest = work
        .book
        .peek(|data| data.drafts.get(name).is_none_or(|held| *held == draft));
    let tools = work.tools();
    if is_newest {
        tools.unkept.borrow_mut().remove(name);
        adopt(work, now, draft);
    }
    if now != name {
        tools.unkept.borrow_mut().remove(name);
        tools.draft_rows.borrow_mut().remove(name);
        work.book.adopt_draft(|drafts| drop(drafts.remove(name)));
    }
}

fn adopt(work: Work, name: &str, draft: Draft) {
    work.book
        .adopt_draft(|drafts| drop(drafts.insert(name.to_owned(), draft)));
}

/// Holds a draft in memory that is not on the device.
pub(crate) fn hold(work: Work, name: &str, draft: Draft) {
    work.tools().unkept.borrow_mut().insert(name.to_owned());
    adopt(work, name, draft);
}

/// Tries again to keep what the store refused; whether everything is kept now.
pub(crate) async fn keep_held(work: Work) -> bool {
    let names = work.tools().unkept.borrow().clone();
    for name in names.iter() {
        let draft = work.book.peek(|data| data.drafts.get(name).cloned());
        if let Some(draft) = draft
            && keep(work, name, draft).await.is_err()
        {
            return false;
        }
    }
    true
}

/// Whether a draft is in memory only.
pub(crate) fn is_unkept(work: Work, name: &str) -> bool {
    work.tools().unkept.borrow().contains(name)
}

/// Throws a draft away.
pub(crate) async fn discard(work: Work, name: &str) -> Result<(), StoreError> {
    let tools = work.tools();
    let _turn = turn(work).await;
    tools.store.drop_draft(name).await?;
    tools.draft_rows.borrow_mut().remove(name);
    tools.unkept.borrow_mut().remove(name);
    work.book.adopt_draft(|drafts| drop(drafts.remove(name)));
    tools.tabs.call("saved");
    Ok(())
}

/// Reads what other tabs did to drafts, but for the one on the screen and those not kept yet.
pub(crate) async fn catch_up(work: Work) {
    let tools = work.tools();
    let Ok((kept, _)) = tools.store.drafts().await else {
        return;
    };
    let open = tools.open_draft.borrow().clone();
    let fresh = tools.fresh.borrow().clone();
    let unkept = tools.unkept.borrow().clone();
    let is_own = |name: &String| {
        open.as_ref() == Some(name) || fresh.contains(name) || unkept.contains(name)
    };
    let mut rows = tools.draft_rows.borrow_mut();
    rows.retain(&mut |name, _| is_own(name));
    work.book.adopt_draft(|drafts| {
        drafts.retain(&mut |name, _| is_own(name));
        for one in kept.into_iter().filter(|one| !is_own(&one.name)) {
            rows.insert(one.name.clone(), one.row);
            drafts.insert(one.name, one.draft);
        }
    });
}
