//! Ghi: one scroll of sections, kept while typing, saved with one tap.

use crate::browser::let_go;
use std::rc::Rc;

use crate::markup::view;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use records::{
    draft::Draft,
    expr,
    form::{Form, Level, Section},
    validate,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame, not_found},
    parts::{
        field::field,
        icon::small_icon,
        inputs,
        writer::{Ambient, Writer},
    },
    words,
    work::{Work, drafts, save},
};

/// How long after a letter the draft is kept, at the latest.
const KEEP_MS: u32 = 250;
/// How often a save looks whether the draft on its way has arrived.
const KEEPING_MS: u32 = 5;

/// Begins a record and goes to it, so that "back" does not begin another one. The address keeps the form: a
/// reload before the first letter opens an empty form again.
pub(crate) fn begin(work: Work, form: &str) -> AnyView {
    let today = records::date::today(browser::now_ms());
    let Some(form) = work.book.catalogue().form_on(form, &today) else {
        return not_found::page();
    };
    let query = work.book.route.with_untracked(|route| {
        route
            .split_once('?')
            .map(|(_, query)| query.to_owned())
            .unwrap_or_default()
    });
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let given: Vec<(&str, &str)> = pairs.filter(|(key, _)| *key != "mau").collect();
    let values: Vec<(String, Value)> = given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
        .collect();
    let name = drafts::begin(work, form, &values);
    let rest: String = given
        .iter()
        .map(|(key, value)| format!("&{key}={value}"))
        .collect();
    browser::go_instead(&format!("/nhap/{name}?mau={}{rest}", form.id));
    view! { <main class="page"></main> }
}

/// The draft of this address is gone: saved, thrown away, or reloaded before the first letter.
fn gone(work: Work) -> AnyView {
    let route = work.book.route.get_untracked();
    let query = route
        .split_once('?')
        .map(|(_, query)| query)
        .unwrap_or_default();
    let named = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name))
            .map(ToOwned::to_owned)
    };
    if let Some(form) = named("mau=") {
        return begin(work, &form);
    }
    if let Some(record) = named("phieu=") {
        browser::go_instead(&format!("/phieu/{record}"));
    }
    not_found::page()
}

pub(crate) fn page(work: Work, name: &str) -> AnyView {
    let draft = work.book.peek(|data| data.drafts.get(name).cloned());
    let Some(draft) = draft else {
        return gone(work);
    };
    let Some(form) = work.book.catalogue().form(&draft.form, &draft.ver) else {
        return not_found::page();
    };
    let back = if draft.is_new {
        "/".to_owned()
    } else {
        format!("/phieu/{}", draft.rec)
    };
    frame::head(form.label.as_str(), Some(&back));
    frame::bare();
    let keeper = Keeper::new(work, name);
    let on_edit = Callback::new(move |()| keeper.edited());
    let ambient = Ambient {
        now_ms: browser::now_ms,
        entry_id: drafts::name,
    };
    let writer = Writer::new(work.book, form, draft, on_edit, ambient);
    keeper.writer.set_value(Some(writer));
    writer
        .earlier
        .set_value(inputs::earlier_values(work.book, form));
    keeper.watch_leaving();
    let sections = form
        .sections
        .iter()
        .map(|part| section(writer, part))
        .collect_view();
    let note = (!form.note.is_empty()).then(|| view! { <p class="hint">{form.note.as_str()}</p> });
    view! {
        <main class="page">
            <form class="form" on:submit=move |ev| ev.prevent_default() novalidate=true autocomplete="off">
                {note}
                {version_choice(keeper, form)}
                {sections}
                {move || problem_list(writer)}
                {actions(keeper)}
            </form>
        </main>
    }
}

/// An event of before a law came into force is recorded in the form of its day.
fn version_choice(keeper: Keeper, form: &'static Form) -> AnyView {
    let other = move || {
        let writer = keeper.writer.get_value()?;
        let day = writer
            .doc
            .read()
            .get(&form.date)
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)?;
        let fit = writer.book.catalogue().form_on(&form.id, &day)?;
        (writer.draft().is_new && fit.version != form.version).then(|| {
            let label = fit.sources.last().cloned().unwrap_or_else(|| fit.version.clone());
            let change = move |_| keeper.change_version(&fit.version);
            view! {
                <div class="banner info">
                    <p>{format!("Ngày này theo mẫu của {label}.")}</p>
                    <button type="button" class="button small" on:click=change>"Đổi sang mẫu đó"</button>
                </div>
            }
        })
    };
    view! { {other} }
}

fn section(writer: Writer, section: &'static Section) -> AnyView {
    let shown = Memo::new(move |_| {
        let cond = section.show_if.as_ref();
        cond.is_none_or(|cond| writer.in_scope("", |scope| expr::holds(cond, scope)))
    });
    let body = move || {
        shown.get().then(|| {
            let fields = section
                .fields
                .iter()
                .map(|inner| field(writer, inner, String::new()))
                .collect_view();
            view! { <h2 class="section-title">{section.label.as_str()}</h2> {fields} }
        })
    };
    view! { {body} }
}

/// Every problem with a way to its field. They never keep a record from being saved.
fn problem_list(writer: Writer) -> Option<AnyView> {
    let problems = writer.problems.get();
    if problems.is_empty() {
        return None;
    }
    let one = |problem: &validate::Problem| {
        let place = format!("f-{}", problem.path);
        let class = if problem.level == Level::Error {
            "field-problem"
        } else {
            "field-problem warn"
        };
        view! {
            <li><button type="button" class="row" on:click=move |_| browser::focus(&place)>
                <span class=class>{small_icon("alert")}<span>{problem.say.clone()}</span></span>
            </button></li>
        }
    };
    let list = problems.iter().map(one).collect_view();
    Some(view! { <div class="card-list" id="problems" tabindex="-1"><ul>{list}</ul></div> })
}

fn actions(keeper: Keeper) -> AnyView {
    view! {
        <div class="actions">
            <p class="actions-note" role="status">{move || keeper.note.get()}</p>
            <button type="button" class="button" id="save-more" disabled=move || keeper.is_saving.get()
                on:click=move |_| keeper.save(true)>"Lưu và ghi tiếp"</button>
            <button type="button" class="button primary" id="save" disabled=move || keeper.is_saving.get()
                on:click=move |_| keeper.save(false)>"Lưu"</button>
        </div>
    }
}

/// Keeps the draft of an open form, and saves it.
#[derive(Clone, Copy)]
struct Keeper {
    work: Work,
    name: StoredValue<String>,
    writer: StoredValue<Option<Writer>>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    note: RwSignal<String>,
    is_saving: RwSignal<bool>,
    /// Something was typed that is not kept yet.
    is_pending: StoredValue<bool>,
    /// Drafts on their way into the store: a save waits for them, or one could come after it.
    keeping: StoredValue<u32>,
}

impl Keeper {
    fn new(work: Work, name: &str) -> Self {
        Self {
            work,
            name: StoredValue::new(name.to_owned()),
            writer: StoredValue::new(None),
            timer: StoredValue::new_local(None),
            note: RwSignal::new(String::new()),
            is_saving: RwSignal::new(false),
            is_pending: StoredValue::new(false),
            keeping: StoredValue::new(0),
        }
    }

    fn draft(&self) -> Option<Draft> {
        self.writer.get_value().map(|writer| writer.draft())
    }

    fn edited(self) {
        self.work.book.is_writing.set(true);
        self.note.set(words::KEEPING.to_owned());
        // Counted from the first letter that is not kept: someone who types without a pause is kept too.
        if !self.is_pending.get_value() {
            self.is_pending.set_value(true);
            let timer = Timeout::new(KEEP_MS, move || self.keep());
            self.timer.set_value(Some(timer));
        }
    }

    fn keep(self) {
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
                    work.book.is_writing.set(false);
                    self.renamed(&name, &kept.name);
                    words::draft_kept_at(kept.ms)
                }
                Err(error) => words::store_error(&error),
            };
            // The form may be gone by now.
            let_go(note.try_set(said));
        });
    }

    /// The page may go at any moment: what was typed is kept before that.
    fn watch_leaving(self) {
        let tools = self.work.tools();
        let leave: Rc<dyn Fn()> = Rc::new(move || {
            if self.is_pending.try_get_value() == Some(true) {
                self.keep();
            }
        });
        *tools.leaving.borrow_mut() = Some(Rc::clone(&leave));
        *tools.open_draft.borrow_mut() = Some(self.name.get_value());
        let (on_gone, name, work) = (send_wrapper(leave), self.name.get_value(), self.work);
        on_cleanup(move || {
            on_gone.with_value(|leave| leave());
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

    fn change_version(self, version: &str) {
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

    fn save(self, and_go_on: bool) {
        let Some(writer) = self.writer.get_value() else {
            return;
        };
        let draft = writer.draft();
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
                    let next = if and_go_on {
                        format!("/ghi/{}", draft.form)
                    } else {
                        format!("/phieu/{}", draft.rec)
                    };
                    browser::go_instead(&next);
                }
                Err(error) => {
                    let_go(self.is_saving.try_set(false));
                    let_go(self.note.try_set(words::save_error(&error)));
                }
            }
        });
    }
}

impl Keeper {
    /// Waits for drafts on their way into the store.
    async fn settle(self) {
        while self
            .keeping
            .try_get_value()
            .is_some_and(|keeping| keeping > 0)
        {
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
        browser::go_instead(&format!("/nhap/{name}?phieu={}", saved.rec));
    }
}

/// A handle that is dropped on this thread only, as everything in a browser's page is.
fn send_wrapper(leave: Rc<dyn Fn()>) -> StoredValue<Rc<dyn Fn()>, LocalStorage> {
    StoredValue::new_local(leave)
}
