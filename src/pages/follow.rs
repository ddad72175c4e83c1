//! Việc cần theo dõi: everything that is open, whatever record it was born in, by whom and how late.

use std::sync::Arc;

use crate::markup::view;
use crate::state::undo;
use leptos::prelude::*;
use records::{
    date,
    id::RecordId,
    order, search,
    summary::{Due, Summary},
};
use serde_json::Value;

use crate::{
    browser,
    pages::frame::head,
    parts::{icon::icon, row::due_row},
    state::Book,
    words,
    work::{Work, save},
};

/// What fits on two screens; more on demand.
const SHOWN: usize = 40;

/// When something is due, seen from today.
const WHEN: [(&str, &str); 5] = [
    ("", "Tất cả"),
    ("qua-han", "Quá hạn"),
    ("hom-nay", "Hôm nay"),
    ("tuan", "7 ngày tới"),
    ("chua-han", "Chưa có hạn"),
];

type Open = (Due, Arc<Summary>);

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Việc cần theo dõi", Some("/"));
    let today = date::today(browser::now_ms());
    let (when, owner) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let shown = RwSignal::new(SHOWN);
    let day = today.clone();
    let open = Memo::new(move |_| all_open(book, &day));
    let day = today.clone();
    let chosen = move || -> Vec<Open> {
        let (when, owner) = (when.read(), owner.read());
        let open = open.read();
        let fits = |(due, _): &&Open| is_when(due, &when, &day) && is_owner(due, &owner);
        open.iter().filter(fits).cloned().collect()
    };
    let list = {
        let chosen = chosen.clone();
        let today = today.clone();
        move || rows(work, &chosen(), shown, &today)
    };
    let print = move || printed(book, &chosen());
    view! {
        <main class="page">
            {move || whens(&open.read(), when, &today)}
            {move || owners(&open.read(), owner)}
            {list}
            <div class="buttons no-print">
                <button class="button" on:click=|_| browser::print()>{icon("print")}"In danh sách"</button>
            </div>
            <div class="print-only">{print}</div>
        </main>
    }
}

/// What is overdue first, then by date, then what has none.
fn all_open(book: Book, today: &str) -> Vec<Open> {
    let mut open: Vec<Open> = Vec::new();
    for row in book.rows(|row| !row.due.is_empty() || !row.undated.is_empty()) {
        let dated = row.due.iter().filter(|due| due.is_open_on(today));
        open.extend(
            dated
                .chain(&row.undated)
                .map(|due| (due.clone(), Arc::clone(&row))),
        );
    }
    order::sort(&mut open, &mut |(a, x), (b, y)| {
        let place = |due: &Due, row: &Summary| (due.date.is_empty(), due.date.clone(), row.id);
        place(a, x) < place(b, y)
    });
    open
}

fn is_when(due: &Due, when: &str, today: &str) -> bool {
    let week = date::parse(today).map(|day| date::format(day + 7));
    let is_dated = !due.date.is_empty();
    match when {
        "qua-han" => is_dated && due.date.as_str() < today,
        "hom-nay" => due.date == today,
        "tuan" => {
            is_dated && due.date.as_str() > today && week.is_some_and(|week| due.date <= week)
        }
        "chua-han" => !is_dated,
        _ => true,
    }
}

/// One person however the name was typed.
fn is_owner(due: &Due, owner: &str) -> bool {
    owner.is_empty() || owner_key(due) == owner
}

fn owner_key(due: &Due) -> String {
    match search::key(&due.owner) {
        key if key.is_empty() => "-".to_owned(),
        key => key,
    }
}

fn whens(open: &[Open], when: RwSignal<String>, today: &str) -> AnyView {
    let one = |(key, label): (&'static str, &'static str)| {
        let count = open
            .iter()
            .filter(|(due, _)| is_when(due, key, today))
            .count();
        let choose = move |_| when.set(key.to_owned());
        view! {
            <button class="chip" aria-pressed=move || (*when.read() == key).to_string() on:click=choose>
                {format!("{label} {}", words::count(count))}
            </button>
        }
    };
    view! { <div class="chips strip no-print" role="group" aria-label="Lọc theo hạn">{WHEN.map(one)}</div> }
}

/// Who has how many; whoever has most comes first.
fn owners(open: &[Open], owner: RwSignal<String>) -> AnyView {
    let mut all: Vec<(String, String, usize)> = Vec::new();
    for (due, _) in open {
        let key = owner_key(due);
        match all.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., count)) => *count += 1,
            None if due.owner.is_empty() => all.push((key, "Chưa giao cho ai".to_owned(), 1)),
            None => all.push((key, due.owner.clone(), 1)),
        }
    }
    order::sort(&mut all, &mut |a, b| (b.2, &a.1) < (a.2, &b.1));
    let now = owner.get_untracked();
    let options = all.into_iter().map(|(key, name, count)| {
        let is_chosen = key == now;
        view! { <option value=key selected=is_chosen>{format!("{name} ({count})")}</option> }
    });
    view! {
        <label class="field no-print">
            <span class="field-label">"Người, cơ quan phải làm"</span>
            <select id="owner" on:change=move |ev| owner.set(event_target_value(&ev))>
                <option value="">"Tất cả"</option>
                {options.collect::<Vec<_>>()}
            </select>
        </label>
    }
}

fn rows(work: Work, open: &[Open], shown: RwSignal<usize>, today: &str) -> AnyView {
    if open.is_empty() {
        return view! {
            <div class="empty">
                <p class="empty-title">"Không còn việc nào"</p>
                <p>"Ý kiến, kiến nghị, nội dung tiếp dân, nhiệm vụ chưa xong hiện ở đây với người phải làm và hạn."</p>
            </div>
        };
    }
    let some = open.iter().take(shown.get());
    let some = some
        .map(|(due, row)| {
            let done = done_button(work, due, row.id);
            due_row(due, row, work.book.catalogue(), today, done)
        })
        .collect_view();
    let left = open.len().saturating_sub(shown.get());
    let more = (left > 0).then(|| {
        view! { <button class="button plain" on:click=move |_| shown.update(|shown| *shown += SHOWN)>{format!("Xem thêm {left} việc")}</button> }
    });
    view! {
        <p class="hint no-print" role="status">{format!("{} việc", words::count(open.len()))}</p>
        <div class="card-list no-print">{some}</div>
        {more}
    }
}

/// Where a date is all that closes it, one tap does; ten seconds to take it back.
fn done_button(work: Work, due: &Due, id: RecordId) -> Option<AnyView> {
    let path = due.done_path.clone();
    if path.is_empty() {
        return None;
    }
    let close = move |_| {
        let path = path.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let day = Value::from(date::today(browser::now_ms()));
            match put(work, id, &path, day).await {
                Ok(_) => {
                    let undo = undo(move || {
                        let path = path.clone();
                        wasm_bindgen_futures::spawn_local(async move {
                            if let Err(error) = put(work, id, &path, Value::Null).await {
                                work.book.say(words::save_error(&error), None);
                            }
                        });
                    });
                    work.book.say("Đã ghi xong hôm nay.", Some(undo));
                }
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    Some(view! { <button class="button small" on:click=close>{icon("check")}"Xong"</button> })
}

async fn put(work: Work, id: RecordId, path: &str, value: Value) -> Result<u64, save::SaveError> {
    match work.book.peek(|data| data.replica.notebook.fold(id)) {
        Some(record) => save::save_value(work, &record, path, value).await,
        None => Ok(browser::now_ms()),
    }
}

/// The same as a table for paper.
fn printed(book: Book, open: &[Open]) -> AnyView {
    let line = |(at, (due, row)): (usize, &Open)| {
        let kind = book
            .catalogue()
            .newest(&row.form)
            .map_or("", |form| form.short.as_str());
        let what = if due.what.is_empty() {
            &row.title
        } else {
            &due.what
        };
        view! {
            <tr><td>{at + 1}</td><td>{what.clone()}</td><td>{format!("{kind}: {}", row.title)}</td>
                <td>{due.owner.clone()}</td><td>{date::for_people(&due.date)}</td><td>{due.source.clone()}</td></tr>
        }
    };
    let lines: Vec<AnyView> = open.iter().enumerate().map(line).collect();
    view! {
        <section class="lying">
            <h2 class="section-title">{format!("Việc cần theo dõi · {}", book.unit())}</h2>
            <table class="register">
                <thead><tr><th>"STT"</th><th>"Việc"</th><th>"Phiếu"</th><th>"Người, cơ quan phải làm"</th><th>"Hạn"</th><th>"Căn cứ"</th></tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </section>
    }
}
