//! Gộp hai phiếu: which other record is about the same thing, what counts where they differ, one record out of two.

use std::sync::Arc;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    fold::Record,
    form::{Field, Form},
    id::RecordId,
    join::{self, Choice},
    order, search,
    summary::Summary,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found},
    parts::{icon::icon, values},
    state::undo,
    words,
    work::{Work, together},
};

/// What fits on a screen; the rest is found by typing.
const SHOWN: usize = 12;

pub(crate) fn page(work: Work, id: &str, other: Option<&str>) -> AnyView {
    let Some(record) = id.parse().ok().and_then(|id| work.book.record(id)) else {
        return not_found::page();
    };
    head("Gộp hai phiếu", Some(&format!("/phieu/{id}")));
    let Some(other) = other else {
        return choose(work, &record);
    };
    let other = other.parse().ok().and_then(|id| work.book.record(id));
    let form = work.book.catalogue().form(&record.form, &record.version);
    match (other, form) {
        (Some(other), Some(form)) if other.id != record.id && other.form == record.form => {
            compare(work, record, other, form)
        }
        _ => not_found::page(),
    }
}

/// Records of the same kind: those of the nearest days first.
fn choose(work: Work, record: &Record) -> AnyView {
    let id = record.id;
    let own = work.book.peek(|data| data.rows.get(&id).cloned());
    let Some(own) = own else {
        return not_found::page();
    };
    let typed = RwSignal::new(String::new());
    let list = move || {
        let query = search::Query::new(&typed.read());
        let mut rows = work
            .book
            .rows(|row| row.form == own.form && row.id != own.id && query.matches(&row.key));
        order::sort(&mut rows, &mut |a, b| distance(&own, a) < distance(&own, b));
        let one = |row: &Arc<Summary>| {
            view! {
                <a class="row plain-link" href=format!("#/phieu/{id}/gop/{}", row.id)>
                    <span class="row-main"><span class="row-title">{row.title.clone()}</span><span class="row-sub">{row.subtitle.clone()}</span></span>
                </a>
            }
        };
        let shown: Vec<AnyView> = rows.iter().take(SHOWN).map(one).collect();
        if shown.is_empty() {
            return view! { <p class="hint" role="status">"Không có phiếu nào cùng loại như vậy."</p> };
        }
        view! { <div class="card-list">{shown}</div> }
    };
    view! {
        <main class="page">
            <p>"Hai người cùng ghi một việc thì gộp thành một phiếu. Chọn phiếu kia; phiếu đang mở được giữ lại, phiếu kia nhập vào. Tách ra lại được."</p>
            <input type="search" aria-label="Tìm phiếu" placeholder="Tìm phiếu cùng loại" autocomplete="off" on:input=move |ev| typed.set(event_target_value(&ev)) />
            {list}
        </main>
    }
}

/// How many days two records lie apart, then by title.
fn distance(own: &Summary, other: &Summary) -> (i64, bool, RecordId) {
    let day = |row: &Summary| date::parse(&row.date).map_or(0, i64::from);
    let is_other = search::key(&own.title) != search::key(&other.title);
    ((day(own) - day(other)).abs(), is_other, other.id)
}

/// The decisions on the screen.
#[derive(Clone, Copy)]
struct Decided {
    theirs: RwSignal<Vec<String>>,
    entries: RwSignal<Vec<String>>,
}

/// Puts a name into a list, or takes it out.
fn choose_or_not(list: RwSignal<Vec<String>>, name: &str, is_in: bool) {
    list.update(|list| {
        list.retain(|known| known != name);
        if is_in {
            list.push(name.to_owned());
        }
    });
}

fn compare(work: Work, stays: Record, goes: Record, form: &'static Form) -> AnyView {
    let decided = Decided {
        theirs: RwSignal::new(Vec::new()),
        entries: RwSignal::new(Vec::new()),
    };
    let differ: Vec<AnyView> = join::differences(&stays, &goes)
        .into_iter()
        .filter_map(|found| Some(difference(decided, form.field_at(&found.path)?, &found)))
        .collect();
    let differ = if differ.is_empty() {
        view! { <p class="hint">"Không có mục nào hai phiếu ghi khác nhau."</p> }
    } else {
        view! { {differ} }
    };
    let groups: Vec<AnyView> = join::entries(&stays, &goes)
        .into_iter()
        .filter_map(|(group, ids)| {
            let field = form.field_at(group)?;
            Some(entries(decided, field, (&stays, &goes), group, &ids))
        })
        .collect();
    let title = |id: RecordId| {
        let row = work.book.peek(|data| data.rows.get(&id).cloned());
        row.map(|row| (row.title.clone(), row.subtitle.clone()))
            .unwrap_or_default()
    };
    let ((ours, ours_sub), (theirs, theirs_sub)) = (title(stays.id), title(goes.id));
    let join = move |_| {
        let (stays, goes) = (stays.clone(), goes.clone());
        let choice = Choice {
            theirs: decided.theirs.get_untracked().into_iter().collect(),
            entries: decided.entries.get_untracked().into_iter().collect(),
        };
        wasm_bindgen_futures::spawn_local(async move {
            match together::join(work, (&stays, &goes), &choice).await {
                Ok(_) => {
                    let gone = goes.id;
                    work.book.say(
                        "Đã gộp hai phiếu.",
                        Some(undo(move || take_apart(work, gone))),
                    );
                    browser::go_instead(&format!("/phieu/{}", stays.id));
                }
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    view! {
        <main class="page">
            <div class="card-list">
                <div class="row"><span class="row-main"><span class="row-sub">"Giữ lại"</span><span class="row-title">{ours}</span><span class="row-sub">{ours_sub}</span></span></div>
                <div class="row"><span class="row-main"><span class="row-sub">"Nhập vào"</span><span class="row-title">{theirs}</span><span class="row-sub">{theirs_sub}</span></span></div>
            </div>
            <h2 class="section-title">"Mục ghi khác nhau"</h2>
            {differ}
            {groups}
            <p class="hint">"Mục chỉ phiếu kia có thì tự nhập vào. Lịch sử của cả hai phiếu giữ nguyên."</p>
            <div class="actions"><button class="button primary" id="join-now" on:click=join>{icon("link")}"Gộp thành một phiếu"</button></div>
        </main>
    }
}

fn take_apart(work: Work, gone: RecordId) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = together::split(work, gone).await {
            work.book.say(words::save_error(&error), None);
        }
    });
}

/// Two values, one tap each; the one of the record that stays counts until the other is chosen.
fn difference(decided: Decided, field: &'static Field, found: &join::Difference) -> AnyView {
    let button = |value: &Value, is_theirs: bool, of: &'static str| {
        let (path, shown) = (found.path.clone(), found.path.clone());
        let pressed = move || (decided.theirs.read().contains(&shown) == is_theirs).to_string();
        let choose = move |_| choose_or_not(decided.theirs, &path, is_theirs);
        view! {
            <button aria-pressed=pressed data-theirs=is_theirs.to_string() data-path=found.path.clone() on:click=choose>
                {of}{values::text(field, value)}
            </button>
        }
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{field.label.as_str()}</legend>
            {button(&found.ours, false, "Phiếu giữ lại: ")}
            {button(&found.theirs, true, "Phiếu nhập vào: ")}
        </fieldset>
    }
}

/// Entries that only the other has. One that says the same as one that is here stays behind unless it is chosen.
fn entries(
    decided: Decided,
    field: &'static Field,
    (stays, goes): (&Record, &Record),
    group: &str,
    ids: &[&str],
) -> AnyView {
    let said = |record: &Record, id: &str| {
        let prefix = records::path::under(group, id);
        let values = field.fields.iter().filter_map(|inner| {
            let value = record.get(&records::path::under(&prefix, &inner.key))?;
            Some(values::text(inner, value))
        });
        values.collect::<Vec<_>>().join(" · ")
    };
    let here: Vec<String> = stays
        .entries(group)
        .into_iter()
        .map(|id| search::key(&said(stays, id)))
        .collect();
    let one = |id: &&str| {
        let (entry, text) = (records::path::under(group, id), said(goes, id));
        let is_new = !here.contains(&search::key(&text));
        if is_new {
            choose_or_not(decided.entries, &entry, true);
        }
        let mark = entry.clone();
        let toggle = move |ev| choose_or_not(decided.entries, &entry, event_target_checked(&ev));
        let twin = (!is_new).then(|| view! { <small>"Giống một mục đã có"</small> });
        view! { <label class="row"><input type="checkbox" data-entry=mark prop:checked=is_new on:change=toggle /><span class="row-main">{text}{twin}</span></label> }
    };
    let list: Vec<AnyView> = ids.iter().map(one).collect();
    view! {
        <h2 class="section-title">{field.label.as_str()}</h2>
        <p class="hint">"Chọn những mục của phiếu kia cần nhập vào."</p>
        <div class="card-list checks">{list}</div>
    }
}
