//! Ghi: one scroll of sections, kept while typing, saved with one tap.

use crate::markup::view;
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
    pages::{frame, keeper::Keeper, not_found},
    parts::{
        field::field,
        icon::small_icon,
        inputs,
        writer::{Ambient, Writer},
    },
    work::{Work, drafts},
};

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
    let keeper = Keeper::new(work, name, after);
    let on_edit = Callback::new(move |()| keeper.edited());
    let ambient = Ambient {
        now_ms: browser::now_ms,
        entry_id: drafts::name,
    };
    let writer = Writer::new(work.book, form, draft, on_edit, ambient);
    keeper.open(writer);
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
        let writer = keeper.writer()?;
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

/// Where a save leads.
fn after(draft: &Draft, is_next: bool) -> String {
    if is_next {
        format!("/ghi/{}", draft.form)
    } else {
        format!("/phieu/{}", draft.rec)
    }
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
