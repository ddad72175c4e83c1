//! Phiếu: a record as it is read, its conflicts in place, its history, what can be done with it.

use std::cell::Cell;

use crate::markup::view;
use crate::state::undo;
use leptos::prelude::*;
use records::{
    date,
    deadline::{self, Deadline},
    expr::{self, Scope},
    fold::{Cell as Values, Head as Said, Life, Record},
    form::{Field, Form, Kind, Level},
    id::RecordId,
    path, validate,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame, not_found},
    parts::{
        icon::{icon, small_icon},
        row::due_chip,
        values,
    },
    words,
    work::{Work, drafts, files, save},
};

/// What else can be done with a record.
type Tools = fn(Work, &Record) -> AnyView;

thread_local! {
    /// Of the second wasm, once it is here.
    static TOOLS: Cell<Option<Tools>> = const { Cell::new(None) };
}

/// The second wasm is here.
pub(crate) fn take_tools(tools: Tools) {
    TOOLS.set(Some(tools));
}

/// What else can be done; nothing while that is on its way.
fn tools(work: Work, record: &Record) -> Option<AnyView> {
    work.book.catalogue();
    TOOLS.get().map(|tools| tools(work, record))
}

pub(crate) fn page(work: Work, id: &str) -> AnyView {
    view! { <main class="page">{detail(work, id, "/so")}</main> }
}

/// The record alone: a page on a phone, a pane on a desk.
pub(crate) fn detail(work: Work, id: &str, back: &str) -> AnyView {
    let Ok(id) = id.parse::<RecordId>() else {
        return not_found::page();
    };
    let Some(row) = work.book.peek(|data| data.rows.get(&id).cloned()) else {
        return not_found::page();
    };
    let label = work
        .book
        .catalogue()
        .newest(&row.form)
        .map_or(row.form.as_str(), |f| f.label.as_str());
    frame::head(label, Some(back));
    (move || work.book.record(id).map(|record| body(work, &record))).into_any()
}

fn body(work: Work, record: &Record) -> AnyView {
    if record.life("") == Life::Deleted {
        return deleted(work, record);
    }
    let Some(form) = work.book.catalogue().form(&record.form, &record.version) else {
        return view! {
            <div class="banner warn">"Phiếu này do bản ứng dụng mới hơn ghi. Dữ liệu giữ nguyên; hãy cập nhật ứng dụng để xem."</div>
        };
    };
    let doc = record.to_doc();
    let row = work.book.peek(|data| data.rows.get(&record.id).cloned());
    let title = row
        .as_ref()
        .map(|row| row.title.clone())
        .unwrap_or_default();
    let today = date::today(browser::now_ms());
    let dues = row.iter().flat_map(|row| &row.due);
    let dues = dues.filter(|due| due.is_open_on(&today)).take(3);
    let dues = dues
        .filter_map(|due| due_chip(&due.date, &today))
        .collect_view();
    let state = if row.as_ref().is_some_and(|row| row.is_official) {
        view! { <span class="chip ok">{small_icon("check")}"Chính thức"</span> }
    } else {
        view! { <span class="chip">"Chưa chính thức"</span> }
    };
    let unsent = work
        .book
        .is_unsent(record.id)
        .then(|| view! { <span class="chip warn">"Chưa gửi"</span> });
    view! {
        <h2 class="record-title">{title}</h2>
        <div class="chips">{state}{dues}{unsent}</div>
        {revived(record)}
        {conflicts(work, record, form)}
        {sections(work, record, form, &doc)}
        {deadlines(work, form, &doc, &today)}
        {official(work, record, form, &doc)}
        {tools(work, record)}
        {buttons(work, record)}
    }
}

fn deleted(work: Work, record: &Record) -> AnyView {
    let id = record.id;
    // Into another record: that page knows the way back.
    let is_joined = |value: &Value| value.get("gop").is_some();
    if record.get(path::DELETED).is_some_and(is_joined) {
        return view! { {tools(work, record)} };
    }
    let restore = move |_| act(work, async move { save::restore(work, id).await });
    view! {
        <div class="empty">
            <p class="empty-title">"Phiếu này đã xóa."</p>
            <button class="button" id="restore-record" on:click=restore>{icon("undo")}"Lấy lại phiếu"</button>
        </div>
    }
}

/// Runs a save and says what became of it when it failed.
fn act(work: Work, saving: impl Future<Output = Result<u64, save::SaveError>> + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        match saving.await {
            Ok(ms) => work.book.say(words::saved_at(ms), None),
            Err(error) => work.book.say(words::save_error(&error), None),
        }
    });
}

fn revived(record: &Record) -> Option<AnyView> {
    (record.life("") == Life::Revived).then(|| {
        view! { <div class="banner warn">"Có người đã xóa phiếu này, có người khác sửa cùng lúc. Phiếu được giữ lại để đồng chí xem: xóa lại nếu đúng là cần xóa."</div> }
    })
}

/// Two values of one field: both, who and when; one tap chooses.
fn conflicts(work: Work, record: &Record, form: &'static Form) -> AnyView {
    let one = |place: &str| {
        let cell = record.cells.get(place)?;
        let field = form.field_at(place);
        let label = field.map_or(place.to_owned(), |field| field.label.clone());
        let count = cell.choices().len();
        let choices = cell
            .choices()
            .into_iter()
            .map(|head| choice(work, record, place, field, head))
            .collect_view();
        Some(view! {
            <section class="conflict" data-conflict=place.to_owned()>
                <h3>{format!("{label}: {count} giá trị khác nhau")}</h3>
                <p class="hint">"Mục này được sửa ở hai nơi cùng lúc. Chọn giá trị đúng; giá trị kia vẫn giữ trong lịch sử."</p>
                {choices}
            </section>
        })
    };
    record
        .conflicts()
        .into_iter()
        .filter_map(one)
        .collect_view()
        .into_any()
}

fn choice(
    work: Work,
    record: &Record,
    place: &str,
    field: Option<&'static Field>,
    head: &Said,
) -> AnyView {
    let said = match field {
        _ if head.is_erased => "(đã xóa theo luật)".to_owned(),
        _ if head.value.is_null() => "(để trống)".to_owned(),
        Some(field) => values::text(field, &head.value),
        None => expr::to_text(&head.value),
    };
    let (record, place, value) = (record.clone(), place.to_owned(), head.value.clone());
    let choose = move |_| {
        let (record, place, value) = (record.clone(), place.clone(), value.clone());
        act(work, async move {
            save::save_value(work, &record, &place, value).await
        });
    };
    view! {
        <div class="conflict-value">
            <p>{said}</p>
            <small>{who_when(head)}</small>
            <button class="button small" on:click=choose>"Chọn giá trị này"</button>
        </div>
    }
}

fn who_when(head: &Said) -> String {
    let who = head.who.as_deref().unwrap_or("Chưa ghi tên");
    format!("{who}, {}", words::moment(head.stamp.ms))
}

fn sections(work: Work, record: &Record, form: &'static Form, doc: &Value) -> AnyView {
    let mut unused = Vec::new();
    let scope = Scope::of(doc, Some(form));
    let one = |section: &'static records::form::Section| {
        let is_shown = section
            .show_if
            .as_ref()
            .is_none_or(|cond| expr::holds(cond, &scope));
        let mut filled = Filled {
            work,
            record,
            unused: Vec::new(),
        };
        let mut fields = filled.fields(&section.fields, &scope, doc, "");
        unused.append(&mut filled.unused);
        if !is_shown {
            unused.append(&mut fields);
        }
        (!fields.is_empty()).then(|| {
            view! {
                <section class="card">
                    <h3>{section.label.as_str()}</h3>
                    <dl class="kv">{fields}</dl>
                </section>
            }
        })
    };
    let shown = form.sections.iter().filter_map(one).collect_view();
    let unused = (!unused.is_empty()).then(|| {
        view! {
            <section class="card hint">
                <h3>"Mục không còn dùng với lựa chọn hiện tại"</h3>
                <dl class="kv">{unused}</dl>
            </section>
        }
    });
    view! { {shown}{unused} }
}

/// What was filled in, field by field; entries of groups as cards inside.
struct Filled<'a> {
    work: Work,
    record: &'a Record,
    /// What the choices of now do not ask for: no fact of this record, and not hidden either.
    unused: Vec<AnyView>,
}

impl Filled<'_> {
    fn fields(
        &mut self,
        fields: &'static [Field],
        scope: &Scope<'_>,
        owner: &Value,
        prefix: &str,
    ) -> Vec<AnyView> {
        let mut views = Vec::new();
        for field in fields {
            let is_shown = validate::is_shown(field, scope);
            if field.kind == Kind::Computed && is_shown {
                let said = expr::text(&field.value, scope);
                if !said.is_empty() {
                    views.push(view! { <div><dt>{field.label.as_str()}</dt><dd>{said}</dd></div> });
                }
                continue;
            }
            let Some(value) = owner.get(&field.key).filter(|value| expr::is_filled(value)) else {
                continue;
            };
            let mut filled = self.field(field, value, scope, &path::under(prefix, &field.key));
            if is_shown {
                views.append(&mut filled);
            } else {
                self.unused.append(&mut filled);
            }
        }
        views
    }

    fn field(
        &mut self,
        field: &'static Field,
        value: &Value,
        scope: &Scope<'_>,
        place: &str,
    ) -> Vec<AnyView> {
        if field.kind != Kind::Group {
            let cell = self.record.cells.get(place);
            let is_waiting = cell.is_some_and(|cell: &Values| cell.is_waiting);
            let waiting = is_waiting.then(|| view! { <span class="chip">"đang chờ"</span> });
            let shown = values::shown(field, value, self.work.book);
            return vec![
                view! { <div><dt>{field.label.as_str()}</dt><dd>{shown}{waiting}</dd></div> },
            ];
        }
        let entries = value.as_array().map_or(&[][..], Vec::as_slice);
        let item = if field.item.is_empty() {
            &field.label
        } else {
            &field.item
        };
        let mut views = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let id = entry.get("@id").and_then(Value::as_str).unwrap_or_default();
            let mut around = vec![entry];
            around.extend_from_slice(scope.entries);
            let scope = Scope {
                entries: &around,
                ..*scope
            };
            let inner = self.fields(&field.fields, &scope, entry, &path::under(place, id));
            let title = if entries.len() > 1 {
                format!("{item} {}", at + 1)
            } else {
                item.clone()
            };
            views.push(view! { <div class="kv-entry"><dt>{title}</dt><dd><dl class="kv">{inner}</dl></dd></div> });
        }
        views
    }
}

/// What must be done by when, who must, and the article that says so.
fn deadlines(work: Work, form: &'static Form, doc: &Value, today: &str) -> Option<AnyView> {
    let all = deadline::deadlines(form, doc, &work.book.catalogue().calendar);
    let is_shown = |due: &Deadline| due.is_done || due.is_open_on(today);
    let one = |due: Deadline| {
        let state = match (due.is_done, due.is_late_done, due.date.as_str()) {
            (true, true, _) => Some(view! { <span class="chip warn">"Xong, sau hạn"</span> }),
            (true, false, _) => {
                Some(view! { <span class="chip ok">{small_icon("check")}"Xong"</span> })
            }
            (false, _, "") => Some(view! { <span class="chip">"Chưa có hạn"</span> }),
            (false, _, date) => due_chip(date, today),
        };
        let doubt = due
            .is_provisional
            .then(|| view! { <span class="chip">"tạm tính, lịch nghỉ chưa công bố đủ"</span> });
        let mut lines = vec![due.what, due.owner, due.source];
        lines.retain(|line| !line.is_empty() && *line != form.label);
        let day = if due.date.is_empty() {
            String::new()
        } else {
            format!(": {}", date::for_people(&due.date))
        };
        view! {
            <li>
                <strong>{due.label}</strong>{day}
                <span class="chips">{state}{doubt}</span>
                <small>{lines.join(" · ")}</small>
            </li>
        }
    };
    let list: Vec<AnyView> = all.into_iter().filter(is_shown).map(one).collect();
    (!list.is_empty()).then(|| view! { <section class="card"><h3>"Thời hạn"</h3><ul class="timeline">{list}</ul></section> })
}

/// Making it official lists every problem with a link to the field.
fn official(work: Work, record: &Record, form: &'static Form, doc: &Value) -> AnyView {
    let problems = validate::problems(form, doc);
    let is_marked = record.get(path::OFFICIAL) == Some(&Value::Bool(true));
    let (rec, id) = (record.clone(), record.id);
    let one = |problem: &validate::Problem| {
        let class = if problem.level == Level::Error {
            "field-problem"
        } else {
            "field-problem warn"
        };
        let place = format!("f-{}", problem.path);
        let go = move |_| {
            if let Some(name) = drafts::edit(work, id) {
                browser::go(&format!("/nhap/{name}?phieu={id}"));
                let place = place.clone();
                gloo_timers::callback::Timeout::new(100, move || browser::focus(&place)).forget();
            }
        };
        view! { <li><button class="row" on:click=go><span class=class>{small_icon("alert")}<span>{problem.say.clone()}</span></span></button></li> }
    };
    let list = problems.iter().map(one).collect_view();
    let is_clean = validate::is_clean(&problems);
    let mark = move |_| {
        let rec = rec.clone();
        act(work, async move {
            save::save_value(work, &rec, path::OFFICIAL, Value::Bool(!is_marked)).await
        });
    };
    let head = (!problems.is_empty()).then(|| {
        let errors = problems.iter().filter(|p| p.level == Level::Error).count();
        let say = if errors > 0 { format!("Còn {errors} chỗ cần bổ sung trước khi chính thức") } else { "Nên xem lại".to_owned() };
        view! { <h2 class="section-title">{say}</h2><div class="card-list" id="problems"><ul>{list}</ul></div> }
    });
    let label = if is_marked {
        "Đưa về chưa chính thức"
    } else {
        "Ghi vào sổ chính thức"
    };
    let button = (is_clean || is_marked)
        .then(|| view! { <button class="button" id="official" on:click=mark>{label}</button> });
    view! { {head}{button} }
}

fn buttons(work: Work, record: &Record) -> AnyView {
    let (id, rec) = (record.id, record.clone());
    let edit = move |_| match drafts::edit(work, id) {
        Some(name) => browser::go(&format!("/nhap/{name}?phieu={id}")),
        None => work.book.say("Chưa mở được phiếu để sửa.", None),
    };
    let delete = move |_| {
        let rec = rec.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match save::delete(work, &rec).await {
                Ok(_) => {
                    let undo =
                        undo(move || act(work, async move { save::restore(work, id).await }));
                    work.book.say("Đã xóa phiếu.", Some(undo));
                }
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    let share = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match files::export(work, Some(&[id])).await {
                Ok(ready) => drop(ready.share().await || ready.download()),
                Err(error) => work.book.say(words::files_error(&error), None),
            }
        });
    };
    view! {
        <div class="buttons no-print">
            <button class="button primary" id="edit" on:click=edit>{icon("pen")}"Sửa, bổ sung"</button>
            <button class="button" on:click=share>{icon("share")}"Gửi tệp"</button>
            <button class="button" on:click=|_| browser::print()>{icon("print")}"In phiếu"</button>
            <a class="button" href=format!("#/phieu/{id}/in")>{icon("print")}"In giấy tờ"</a>
            <button class="button danger" id="delete" on:click=delete>{icon("trash")}"Xóa"</button>
        </div>
    }
}
