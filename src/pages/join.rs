//! Gộp hai phiếu: which other record is about the same thing, what counts where they differ, one record out of two.

use std::sync::Arc;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    expr::to_text,
    fold::{Life, Record},
    form::{Field, Form},
    id::RecordId,
    join::{Choice, Difference, Pair},
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
            match obstacle(work, &record, &other) {
                Some(say) => refused(record.id, say),
                None => compare(work, record, other, form),
            }
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

/// Why two records cannot be joined now: nothing is settled that nobody saw.
fn obstacle(work: Work, stays: &Record, goes: &Record) -> Option<&'static str> {
    let id = goes.id.to_string();
    let children = work
        .book
        .rows(|row| row.parent.as_deref() == Some(id.as_str()));
    match () {
        () if stays.life("") == Life::Deleted || goes.life("") == Life::Deleted => {
            Some("Một trong hai phiếu đã xóa. Lấy lại phiếu rồi gộp.")
        }
        () if !stays.conflicts().is_empty() || !goes.conflicts().is_empty() => Some(
            "Một trong hai phiếu có mục hai giá trị khác nhau. Chọn giá trị đúng ở phiếu ấy rồi gộp.",
        ),
        () if !children.is_empty() => Some(
            "Phiếu kia có nhiệm vụ, phiếu con đi theo. Chuyển chúng sang phiếu giữ lại rồi gộp.",
        ),
        () => None,
    }
}

fn refused(id: RecordId, say: &'static str) -> AnyView {
    view! {
        <main class="page middle">
            <div class="banner warn" role="alert">{say}</div>
            <a class="button" href=format!("#/phieu/{id}")>"Về phiếu"</a>
        </main>
    }
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
    let own = together::own_fields(&stays.form);
    let pair = Pair {
        stays: &stays,
        goes: &goes,
        own: &own,
    };
    let differ: Vec<AnyView> = pair
        .differences()
        .iter()
        .map(|found| difference(work, decided, form.field_at(&found.path), found))
        .collect();
    let differ = if differ.is_empty() {
        view! { <p class="hint">"Không có mục nào hai phiếu ghi khác nhau."</p> }
    } else {
        view! { {differ} }
    };
    let groups: Vec<AnyView> = pair
        .entries()
        .into_iter()
        .map(|(group, ids)| entries(decided, form.field_at(group), pair, group, &ids))
        .collect();
    let both = both(work, stays.id, goes.id);
    let is_busy = RwSignal::new(false);
    let join = move |_| {
        is_busy.set(true);
        let (stays, goes, own) = (stays.clone(), goes.clone(), own.clone());
        let choice = Choice {
            theirs: decided.theirs.get_untracked().into_iter().collect(),
            entries: decided.entries.get_untracked().into_iter().collect(),
        };
        wasm_bindgen_futures::spawn_local(async move {
            let pair = Pair {
                stays: &stays,
                goes: &goes,
                own: &own,
            };
            let joined = together::join(work, pair, &choice).await;
            browser::let_go(is_busy.try_set(false));
            match joined {
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
            {both}
            <h2 class="section-title">"Mục ghi khác nhau"</h2>
            {differ}
            {groups}
            <p class="hint">"Mục chỉ phiếu kia có thì tự nhập vào. Lịch sử của cả hai phiếu giữ nguyên."</p>
            <div class="actions"><button class="button primary" id="join-now" disabled=move || is_busy.get() on:click=join>{icon("link")}"Gộp thành một phiếu"</button></div>
        </main>
    }
}

/// Which stays and which goes.
fn both(work: Work, stays: RecordId, goes: RecordId) -> AnyView {
    let title = |id: RecordId| {
        let row = work.book.peek(|data| data.rows.get(&id).cloned());
        row.map(|row| (row.title.clone(), row.subtitle.clone()))
            .unwrap_or_default()
    };
    let ((ours, ours_sub), (theirs, theirs_sub)) = (title(stays), title(goes));
    view! {
            <div class="card-list">
                <div class="row"><span class="row-main"><span class="row-sub">"Giữ lại"</span><span class="row-title">{ours}</span><span class="row-sub">{ours_sub}</span></span></div>
                <div class="row"><span class="row-main"><span class="row-sub">"Nhập vào"</span><span class="row-title">{theirs}</span><span class="row-sub">{theirs_sub}</span></span></div>
            </div>
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
fn difference(
    work: Work,
    decided: Decided,
    field: Option<&'static Field>,
    found: &Difference,
) -> AnyView {
    let said = |value: &Value| match field {
        Some(field) => values::shown(field, value, work.book),
        None => to_text(value).into_any(),
    };
    let label = field.map_or(found.path.as_str(), |field| field.label.as_str());
    let button = |value: &Value, is_theirs: bool, of: &'static str| {
        let (path, shown) = (found.path.clone(), found.path.clone());
        let pressed = move || (decided.theirs.read().contains(&shown) == is_theirs).to_string();
        let choose = move |_| choose_or_not(decided.theirs, &path, is_theirs);
        view! {
            <button aria-pressed=pressed data-theirs=is_theirs.to_string() data-path=found.path.clone() on:click=choose>
                {of}{said(value)}
            </button>
        }
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{label.to_owned()}</legend>
            {button(&found.ours, false, "Phiếu giữ lại: ")}
            {button(&found.theirs, true, "Phiếu nhập vào: ")}
        </fieldset>
    }
}

/// Entries that only the other has. One that says the same as one that is here stays behind unless it is chosen.
fn entries(
    decided: Decided,
    field: Option<&'static Field>,
    pair: Pair<'_>,
    group: &str,
    ids: &[&str],
) -> AnyView {
    let (here, there) = (whole(pair.stays, group), whole(pair.goes, group));
    let label = field.map_or(group, |field| field.label.as_str()).to_owned();
    let one = |id: &&str| {
        let entry = records::path::under(group, id);
        let own = there.iter().find(|(known, _)| known == id);
        let doc = own.map_or(&Value::Null, |(_, doc)| doc);
        let text = short(doc, field);
        // Word for word, with all that is in it.
        let is_new = !here.iter().any(|(_, other)| other == doc);
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
        <h2 class="section-title">{label}</h2>
        <p class="hint">"Chọn những mục của phiếu kia cần nhập vào."</p>
        <div class="card-list checks">{list}</div>
    }
}

/// The entries of a group with all that is in them, without the names that only tell them apart.
fn whole(record: &Record, group: &str) -> Vec<(String, Value)> {
    let doc = record.to_doc();
    let entries = doc.get(group).and_then(Value::as_array);
    let one = |entry: &Value| {
        let id = entry.get("@id").and_then(Value::as_str).unwrap_or_default();
        (id.to_owned(), nameless(entry))
    };
    entries.into_iter().flatten().map(one).collect()
}

fn nameless(value: &Value) -> Value {
    match value {
        Value::Object(parts) => {
            let own = parts.iter().filter(|(key, _)| !key.starts_with('@'));
            let own = own.map(|(key, value)| (key.clone(), nameless(value)));
            Value::Object(own.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(nameless).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// What an entry says, and how many entries lie in it.
fn short(entry: &Value, field: Option<&'static Field>) -> String {
    let parts = entry.as_object().into_iter().flatten();
    let texts = parts.map(|(key, value)| {
        let inner = field.and_then(|field| field.fields.iter().find(|inner| inner.key == *key));
        match (inner, value) {
            (Some(inner), Value::Array(items)) if !inner.fields.is_empty() => {
                format!("{} ({})", inner.label, items.len())
            }
            (Some(inner), _) => values::text(inner, value),
            (None, _) => to_text(value),
        }
    });
    texts.collect::<Vec<_>>().join(" · ")
}
