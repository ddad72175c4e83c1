//! Dân chủ cơ sở: the fourteen contents to be disclosed, what people decided and were asked, the year-end conferences.

use std::sync::Arc;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    expr::{self, Scope},
    form::Form,
    summary::Summary,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found},
    parts::{
        icon::icon,
        row::{due_chip, record_row},
    },
    state::Book,
    work::Work,
};

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Dân chủ ở cơ sở", Some("/so"));
    let Some(form) = book.catalogue().newest("cong_khai") else {
        return not_found::page();
    };
    let today = date::today(browser::now_ms());
    let this_year: u32 = today
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(2026);
    let year = RwSignal::new(this_year.to_string());
    let years = (0..6).map(|back| {
        let year = this_year.saturating_sub(back).to_string();
        view! { <option value=year.clone()>{format!("Năm {year}")}</option> }
    });
    let day = today.clone();
    let items = move || disclosure(book, form, &year.read(), &day);
    let rest = move || {
        let year = year.read();
        let kinds = ["hop_thon", "lay_y_kien", "hoi_nghi_thon"];
        kinds.map(|kind| held(book, kind, &year, &today))
    };
    view! {
        <main class="page">
            <select aria-label="Năm" class="no-print" on:change=move |ev| year.set(event_target_value(&ev))>{years.collect::<Vec<_>>()}</select>
            {items}
            {rest}
        </main>
    }
}

/// The contents of Điều 11, Luật 10/2022/QH15: what was disclosed in the year, what waits.
fn disclosure(book: Book, form: &'static Form, year: &str, today: &str) -> AnyView {
    let docs = book.docs(&form.id);
    let of_year: Vec<&(Arc<Summary>, Value)> = docs
        .iter()
        .filter(|(row, _)| row.date.starts_with(year))
        .collect();
    let Some(field) = form.field_at("ma") else {
        return ().into_any();
    };
    let done = |doc: &Value| doc.get("ngay_cong_khai").is_some_and(expr::is_filled);
    let mut covered = 0;
    let mut lines = Vec::new();
    for (code, label) in &field.options {
        let those: Vec<_> = of_year
            .iter()
            .filter(|(_, doc)| doc.get("ma").is_some_and(|ma| ma == code.as_str()))
            .collect();
        let open: Vec<_> = those.iter().filter(|(_, doc)| !done(doc)).collect();
        covered += usize::from(!those.is_empty() && open.is_empty());
        let due = open
            .iter()
            .flat_map(|(row, _)| &row.due)
            .filter(|due| due.is_open_on(today));
        let first = due.map(|due| due.date.as_str()).min();
        let say = match (those.len(), open.len()) {
            (0, _) => "Chưa có mục nào trong năm".to_owned(),
            (all, 0) => format!("{all} mục, đã công khai"),
            (all, open) => format!("{all} mục, {open} chưa công khai"),
        };
        let link = match those.as_slice() {
            [] => format!("#/ghi/cong_khai?ma={code}"),
            [(row, _)] => format!("#/phieu/{}", row.id),
            _ => "#/so/cong_khai".to_owned(),
        };
        let mark = (!those.is_empty() && open.is_empty()).then(|| icon("check"));
        lines.push(view! {
            <a class="row" href=link>
                <span class="row-main">
                    <span class="row-title">{label.as_str()}</span>
                    <span class="row-sub">{say}</span>
                    <span class="chips">{first.and_then(|day| due_chip(day, today))}</span>
                </span>
                {mark}
            </a>
        });
    }
    let all = field.options.len();
    view! {
        <h2 class="section-title">"Công khai (Điều 11)"<small>{format!("{covered}/{all} nội dung")}</small></h2>
        <p class="hint">"Công khai chậm nhất 05 ngày làm việc từ ngày có văn bản; niêm yết ít nhất 30 ngày (Điều 12, 13)."</p>
        <div class="card-list">{lines}</div>
        <div class="buttons no-print">
            <a class="button" href="#/ghi/cong_khai">{icon("plus")}"Thêm mục công khai"</a>
            <a class="button" href="#/so/cong_khai/in">{icon("print")}"In danh mục"</a>
        </div>
    }
}

/// What was held in the year, with the computed result of each content.
fn held(book: Book, kind: &str, year: &str, today: &str) -> Option<AnyView> {
    let form = book.catalogue().newest(kind)?;
    let docs = book.docs(kind);
    let of_year = docs.iter().filter(|(row, _)| row.date.starts_with(year));
    let rows: Vec<AnyView> = of_year
        .map(|(row, doc)| {
            let results = results(form, doc);
            let results = results
                .into_iter()
                .map(|said| view! { <p class="hint">{said}</p> });
            let link = format!("#/phieu/{}", row.id);
            let row = record_row(row, book.catalogue(), link, book.is_unsent(row.id), today);
            view! { <div>{row}{results.collect::<Vec<_>>()}</div> }
        })
        .collect();
    let count = rows.len();
    let list = if rows.is_empty() {
        view! { <p class="hint">"Chưa có trong năm."</p> }
    } else {
        view! { <div class="card-list">{rows}</div> }
    };
    Some(view! {
        <h2 class="section-title">{form.label.as_str()}<small>{format!("{count} phiếu")}</small></h2>
        {list}
        <div class="buttons no-print"><a class="button" href=format!("#/ghi/{}", form.id)>{icon("plus")}{form.verb.as_str()}</a></div>
    })
}

/// The result of each content that was voted on.
fn results(form: &Form, doc: &Value) -> Vec<String> {
    let Some(result) = form.field_at("noi_dung/*/ket_qua") else {
        return Vec::new();
    };
    let entries = doc
        .get("noi_dung")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let said = entries.iter().map(|entry| {
        let around = [entry];
        let scope = Scope {
            entries: &around,
            ..Scope::of(doc, Some(form))
        };
        let what = expr::to_text(entry.get("tom_tat").unwrap_or(&Value::Null));
        let result = expr::text(&result.value, &scope);
        if what.is_empty() {
            result
        } else {
            format!("{what}: {result}")
        }
    });
    said.filter(|said| !said.is_empty()).collect()
}
