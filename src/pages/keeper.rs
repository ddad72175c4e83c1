//! Keeps the draft of an open form while somebody types, and saves it.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use records::draft::Draft;

use crate::{
    browser::{self, let_go},
    parts::writer::Writer,
    words,
    work::{Work, drafts, save},
};

/// How long after a letter the draft is kept, at the latest.
const KEEP_MS: u32 = 250;
/// How often a save looks whether the draft on its way has arrived.
const KEEPING_MS: u32 = 5;

/// Keeps the draft of an open form, and saves it.
#[derive(Clone, Copy)]
pub(crate) struct Keeper {
    work: Work,
    name: StoredValue<String>,
    writer: StoredValue<Option<Writer>>,
    /// The form opened with a new record.
    is_begun: StoredValue<bool>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    pub(crate) note: RwSignal<String>,
    pub(crate) is_saving: RwSignal<bool>,
    /// Something was typed that is not kept yet.
    is_pending: StoredValue<bool>,
    /// Where a save leads: after it, or to the next record.
    after: fn(&Draft, bool) -> String,
    /// Drafts on their way into the store: a save waits for them, or one could come after it.
    keeping: StoredValue<u32>,
}

impl Keeper {
    pub(crate) fn new(work: Work, name: &str, after: fn(&Draft, bool) -> String) -> Self {
        Self {
            work,
            name: StoredValue::new(name.to_owned()),
            writer: StoredValue::new(None),
            is_begun: StoredValue::new(false),
            timer: StoredValue::new_local(None),
            note: RwSignal::new(String::new()),
            is_saving: RwSignal::new(false),
            is_pending: StoredValue::new(false),
            after,
            keeping: StoredValue::new(0),
        }
    }

    /// The form is on the screen.
    pub(crate) fn open(self, writer: Writer) {
        self.writer.set_value(Some(writer));
        let name = self.name.get_value();
        let is_fresh = self.work.tools().fresh.borrow().contains(&name);
        self.is_begun.set_value(is_fresh && writer.draft().is_new);
        if drafts::is_unkept(self.work, &name) {
            self.keep(None); // There may be room by now.
        }
    }

    pub(crate) fn writer(self) -> Option<Writer> {
        self.writer.get_value()
    }

    fn draft(&self) -> Option<Draft> {
        self.writer.get_value().map(|writer| writer.draft())
    }

    pub(crate) fn edited(self) {
        self.work.book.is_writing.set(true);
        self.note.set(words::KEEPING.to_owned());
        // Counted from the first letter that is not kept: someone who types without a pause is kept too.
        if !self.is_pending.get_value() {
            self.is_pending.set_value(true);
            let timer = Timeout::new(KEEP_MS, move || self.keep(None));
            self.timer.set_value(Some(timer));
        }
    }

    /// Keeps the draft. The note says so, or what is graver.
    fn keep(self, graver: Option<String>) {
        if self.is_saving.get_untracked() {
            return;
        }
        let Some(draft) = self.draft() else { return };
        self.is_pending.set_value(false);
        let name = self.name.get_value();
        let note = self.note;
        let work = self.work;
        self.keeping.update_value(|keeping| *keeping += 1);
        wasm_bindgen_futures::spawn_local(async move {
            let kept = drafts::keep(work, &name, draft).await;
            let_go(
                self.keeping
                    .try_update_value(|keeping| *keeping = keeping.saturating_sub(1)),
            );
            let said = match kept {
                Ok(kept) => {
                    self.renamed(&name, &kept.name);
                    let is_behind = self.is_behind();
                    if !is_behind {
                        work.book.is_writing.set(false);
                    }
                    match graver {
                        Some(graver) => graver,
                        None if is_behind => return, // More was typed since, and is not kept yet.
                        None => words::draft_kept_at(kept.ms),
                    }
                }
                Err(error) => {
                    let said = format!("{} {}", words::NOT_KEPT, words::store_error(&error));
                    // The form may be gone by now, and what it had to say is not.
                    if note.try_set(said).is_some() {
                        work.book.say(words::NOT_KEPT, None);
                    }
                    return;
                }
            };
            let_go(note.try_set(said));
        });
    }

    /// Whether a draft is on its way into the store.
    fn is_keeping(self) -> bool {
        let keeping = self.keeping.try_get_value();
        keeping.is_some_and(|keeping| keeping > 0)
    }

    /// Whether something that was typed is still on its way to the device.
    fn is_behind(self) -> bool {
        self.is_keeping() || self.is_pending.try_get_value() == Some(true)
    }

    /// The page may go at any moment: what was typed is kept before that.
    pub(crate) fn watch_leaving(self) {
        let tools = self.work.tools();
        let leave: Rc<dyn Fn()> = Rc::new(move || {
            let name = self.name.try_get_value();
            let is_unkept = name.is_some_and(|name| drafts::is_unkept(self.work, &name));
            if is_unkept || self.is_pending.try_get_value() == Some(true) {
                self.keep(None);
            }
        });
        *tools.leaving.borrow_mut() = Some(Rc::clone(&leave));
        *tools.open_draft.borrow_mut() = Some(self.name.get_value());
        let (on_gone, name, work) = (send_wrapper(leave), self.name.get_value(), self.work);
        let said = work.book.said();
        on_cleanup(move || {
            on_gone.with_value(|leave| leave());
            work.book.is_writing.set(false);
            work.book.take_undo_since(said);
            drafts::leave(work, &name);
            let tools = work.tools();
            let is_own = tools.open_draft.borrow().as_deref() == Some(name.as_str());
            if is_own {
                *tools.open_draft.borrow_mut() = None;
            }
        });
    }

    /// A second window writes the same draft: this one goes on under a name of its own.
    fn renamed(self, from: &str, to: &str) {
        if from != to {
            let_go(self.name.try_set_value(to.to_owned()));
            *self.work.tools().open_draft.borrow_mut() = Some(to.to_owned());
            self.work.book.say(words::TWO_DRAFTS, None);
        }
    }

    pub(crate) fn change_version(self, version: &str) {
        let Some(mut draft) = self.draft() else {
            return;
        };
        draft.ver = version.to_owned();
        let name = self.name.get_value();
        let work = self.work;
        self.timer.set_value(None);
        self.is_pending.set_value(false);
        wasm_bindgen_futures::spawn_local(async move {
            self.settle().await;
            match drafts::keep(work, &name, draft).await {
                Ok(_) => work.book.reopened.update(|count| *count += 1),
                Err(error) => work.book.say(words::store_error(&error), None),
            }
        });
    }

    pub(crate) fn save(self, and_go_on: bool) {
        let Some(writer) = self.writer.get_value() else {
            return;
        };
        let draft = writer.draft();
        if self.is_begun.get_value() && writer.is_as_begun() {
            self.note.set("Chưa có gì để lưu.".to_owned());
            return;
        }
        if !draft.is_dirty() {
            self.note.set("Chưa có gì thay đổi để lưu.".to_owned());
            return;
        }
        self.timer.set_value(None);
        self.is_pending.set_value(false);
        self.is_saving.set(true);
        let name = self.name.get_value();
        let work = self.work;
        wasm_bindgen_futures::spawn_local(async move {
            self.settle().await;
            match save::save(work, vec![draft.writes()], Some(&name)).await {
                Ok(ms) => {
                    work.book.is_writing.set(false);
                    work.book.say(words::saved_at(ms), None);
                    if let Some(later) = self.typed_since(&draft) {
                        return self.go_on(&draft, &later).await;
                    }
                    browser::go_instead(&(self.after)(&draft, and_go_on));
                }
                Err(error) => {
                    let said = words::save_error(&error);
                    // The form may be gone by now: then nobody holds what it had but this.
                    if self.is_saving.try_set(false).is_some() {
                        drafts::hold(work, &name, draft);
                        return work.book.say(said, None);
                    }
                    // Typed while the save was on its way, and no timer is set for that.
                    self.is_pending.set_value(false);
                    self.keep(Some(said));
                }
            }
        });
    }
}

impl Keeper {
    /// Waits for drafts on their way into the store.
    async fn settle(self) {
        while self.is_keeping() {
            gloo_timers::future::TimeoutFuture::new(KEEPING_MS).await;
        }
    }

    /// What was typed while the save was on its way.
    fn typed_since(self, saved: &Draft) -> Option<Draft> {
        let now = self.writer.try_get_value().flatten()?.try_draft()?;
        (now.set != saved.set).then_some(now)
    }

    /// Goes on in a draft of what the save did not have.
    async fn go_on(self, saved: &Draft, later: &Draft) {
        let work = self.work;
        let Some(name) = drafts::edit(work, saved.rec) else {
            return;
        };
        let draft = work.book.peek(|data| data.drafts.get(&name).cloned());
        if let Some(mut draft) = draft {
            for (path, value) in &later.set {
                draft.put(path, value.clone());
            }
            if let Err(error) = drafts::keep(work, &name, draft).await {
                work.book.say(words::store_error(&error), None);
            }
        }
        let route = format!("/nhap/{name}?phieu={}", saved.rec);
        if browser::route() == route {
            // The form is made anew with what was typed.
            work.book.reopened.update(|count| *count += 1);
        }
        browser::go_instead(&route);
    }
}

/// A handle that is dropped on this thread only, as everything in a browser's page is.
fn send_wrapper(leave: Rc<dyn Fn()>) -> StoredValue<Rc<dyn Fn()>, LocalStorage> {
    StoredValue::new_local(leave)
}
