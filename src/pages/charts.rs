//! Charts of a stretch of time: by month, by kind of matter, by handling, and how far the programmes are.

use crate::markup::view;
use leptos::prelude::*;
use records::{form::Form, id::RecordId};
use serde_json::Value;

use crate::{parts::bars::bars, state::Book};

pub(crate) fn charts(book: Book, from: &str, to: &str) -> AnyView {
    let reception = book.catalogue().newest("tiep_cong_dan");
    let visits: Vec<Value> = in_time(book, "tiep_cong_dan", from, to);
    let all = [
        bars("Phiếu theo tháng", &by_month(book, from, to)),
        reception.and_then(|form| {
            bars(
                "Nội dung tiếp dân theo loại",
                &by_option(form, &visits, "loai"),
            )
        }),
        reception.and_then(|form| {
            bars(
                "Nội dung tiếp dân theo hướng xử lý",
                &by_option(form, &visits, "huong_xu_ly"),
            )
        }),
        bars("Phiếu theo sổ", &by_kind(book, from, to)),
        bars("Chương trình: phần trăm nhiệm vụ đã xong", &progress(book)),
    ];
    let shown: Vec<AnyView> = all.into_iter().flatten().collect();
    if shown.is_empty() {
        return view! { <p class="hint">"Chưa có phiếu trong thời gian này."</p> };
    }
    view! { <div class="card">{shown}</div> }
}

fn in_time(book: Book, form: &str, from: &str, to: &str) -> Vec<Value> {
    let docs = book.docs(form).into_iter();
    let fits = docs.filter(|(row, _)| (from..=to).contains(&row.date.as_str()));
    fits.map(|(_, doc)| doc).collect()
}

/// Planning is no event.
fn is_event(form: &str) -> bool {
    !["nhiem_vu", "chuong_trinh", "bao_cao", "ke_hoach_giam_sat"].contains(&form)
}

fn by_month(book: Book, from: &str, to: &str) -> Vec<(String, usize)> {
    let mut months: Vec<(String, usize)> = Vec::new();
    let rows = book.rows(|row| is_event(&row.form) && (from..=to).contains(&row.date.as_str()));
    // Latest first: the chart reads from the first month on.
    for row in rows.iter().rev() {
        let Some((year, month)) = row.date.get(..4).zip(row.date.get(5..7)) else {
            continue;
        };
        let name = format!("{month}/{year}");
        match months.last_mut() {
            Some((last, count)) if *last == name => *count += 1,
            _ => months.push((name, 1)),
        }
    }
    months
}

fn by_option(form: &Form, visits: &[Value], field: &str) -> Vec<(String, usize)> {
    let options = form.field_at(&format!("noi_dung/*/{field}"));
    let options = options.map_or(&[][..], |field| &field.options);
    let entries = |visit: &Value| {
        visit
            .get("noi_dung")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let matters: Vec<Value> = visits.iter().flat_map(entries).collect();
    let count = |option: &str| {
        matters
            .iter()
            .filter(|matter| matter.get(field).is_some_and(|said| said == option))
            .count()
    };
    let counted = options
        .iter()
        .map(|(option, label)| (label.clone(), count(option)));
    counted.filter(|(_, count)| *count > 0).collect()
}

fn by_kind(book: Book, from: &str, to: &str) -> Vec<(String, usize)> {
    let kinds = book
        .catalogue()
        .kinds()
        .into_iter()
        .filter(|form| is_event(&form.id));
    let count = |form: &Form| {
        book.rows(|row| row.form == form.id && (from..=to).contains(&row.date.as_str()))
            .len()
    };
    let counted = kinds.map(|form| (form.label.clone(), count(form)));
    counted.filter(|(_, count)| *count > 0).collect()
}

fn progress(book: Book) -> Vec<(String, usize)> {
    let share = |id: RecordId| {
        let own = id.to_string();
        let tasks =
            book.rows(|row| row.form == "nhiem_vu" && row.parent.as_deref() == Some(own.as_str()));
        let done = tasks.iter().filter(|task| task.is_done).count();
        (done * 100).checked_div(tasks.len())
    };
    let programmes = book.rows(|row| row.form == "chuong_trinh");
    programmes
        .iter()
        .filter_map(|row| Some((row.title.clone(), share(row.id)?)))
        .collect()
}
