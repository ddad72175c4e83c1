//! A register as the legal table of its period, ready for paper.

use std::sync::Arc;

use crate::markup::view;
use ::sheets::{Cell, Sheet};
use leptos::prelude::*;
use records::{
    date, expr,
    form::{Form, Register, Registers},
    order,
    summary::Summary,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, list, not_found},
    parts::icon::icon,
    words,
    work::{Work, audit, catalogue, sheets, together},
};

pub(crate) fn page(work: Work, form: &str) -> AnyView {
    let Some(form) = work.book.catalogue().newest(form) else {
        return not_found::page();
    };
    head("In sổ", Some(&format!("/so/{}", form.id)));
    let today = date::today(browser::now_ms());
    let (from, to) = list::period("nam", &today);
    let (from, to) = (RwSignal::new(from), RwSignal::new(to));
    let day = |label: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input type="date" prop:value=value.get_untracked() on:input=move |ev| value.set(event_target_value(&ev)) />
            </label>
        }
    };
    view! {
        <main class="page wide" data-form=form.id.as_str()>
            <div class="pair no-print">{day("Từ ngày", from)}{day("Đến ngày", to)}</div>
            <div class="buttons no-print">
                <button class="button primary" on:click=|_| browser::print()>{icon("print")}"In hoặc lưu PDF"</button>
                <button class="button" id="xlsx" on:click=move |_| give(work, form, &from.get_untracked(), &to.get_untracked(), true)>{icon("download")}"Excel (XLSX)"</button>
                <button class="button" id="csv" on:click=move |_| give(work, form, &from.get_untracked(), &to.get_untracked(), false)>{icon("download")}"CSV"</button>
            </div>
            {move || tables(work, form, &from.get(), &to.get())}
        </main>
    }
}

/// What a form calls the number that a person gave a record.
const NUMBERS: [&str; 2] = ["so_tt", "stt"];

/// The records of the period by date, then by the number that a person gave them, then as they were begun.
fn in_order(work: Work, form: &Form, from: &str, to: &str) -> Vec<(Arc<Summary>, Value)> {
    let rows = work
        .book
        .rows(|row| row.form == form.id && (from..=to).contains(&row.date.as_str()));
    let placed = rows.into_iter().filter_map(|row| {
        let record = work.book.record(row.id)?;
        let number = NUMBERS.iter().find_map(|key| record.get(key));
        let number = number.map(expr::to_text).unwrap_or_default();
        Some((row, record.to_doc(), number, record.created.0))
    });
    let mut placed: Vec<_> = placed.collect();
    order::sort(&mut placed, &mut |(a, _, m, x), (b, _, n, y)| {
        let by_number = || order::natural(m, n).then_with(|| x.cmp(y));
        a.date
            .cmp(&b.date)
            .then_with(by_number)
            .then_with(|| a.id.cmp(&b.id))
            .is_lt()
    });
    placed
        .into_iter()
        .map(|(row, doc, ..)| (row, doc))
        .collect()
}

/// A register with its lines.
type Lines = (&'static Register, Vec<Vec<Cell>>);

/// The legal tables of a form.
fn tables_of(form: &Form) -> &'static [Register] {
    let all = catalogue::all().map_or(&[][..], |all| &all.registers);
    let of_form = |of: &&Registers| of.form == form.id && of.version == form.version;
    all.iter().find(of_form).map_or(&[], |of| &of.registers)
}

/// Each register that was the legal one on some day of the period, with a line for each record or entry. A record
/// without entries stands in the first of its registers all the same.
fn registers(work: Work, form: &Form, from: &str, to: &str) -> Vec<Lines> {
    let records = in_order(work, form, from, to);
    let of_one = |register: &'static Register| -> Lines {
        let mut lines = Vec::new();
        for (row, doc) in &records {
            let mut valid = tables_of(form)
                .iter()
                .filter(|register| register.is_valid_on(&row.date));
            let is_first = valid.next().is_some_and(|first| first.id == register.id);
            if !is_first && !valid.any(|other| other.id == register.id) {
                continue;
            }
            let entries = register
                .per
                .as_ref()
                .and_then(|per| doc.get(per))
                .and_then(Value::as_array);
            match entries {
                Some(entries) => {
                    for entry in entries {
                        lines.push(line(form, register, doc, &[entry], lines.len() + 1));
                    }
                }
                None if is_first || register.per.is_none() => {
                    lines.push(line(form, register, doc, &[], lines.len() + 1));
                }
                None => {}
            }
        }
        (register, lines)
    };
    let all = tables_of(form).iter().map(of_one);
    all.filter(|(_, lines)| !lines.is_empty()).collect()
}

/// The registers as files, one after the other.
fn give(work: Work, form: &'static Form, from: &str, to: &str, is_workbook: bool) {
    let period = format!("Từ {} đến {}", date::for_people(from), date::for_people(to));
    let made: Vec<Sheet> = registers(work, form, from, to)
        .into_iter()
        .map(|(register, lines)| {
            let heads: Vec<String> = register
                .columns
                .iter()
                .map(|column| column.label.clone())
                .collect();
            Sheet {
                name: form.short.clone(),
                title: register.label.clone(),
                lines: vec![work.book.unit(), period.clone()],
                numbers: true,
                ..sheets::table(&heads, lines)
            }
        })
        .collect();
    if made.is_empty() {
        return work.book.say("Không có phiếu trong kỳ này để xuất.", None);
    }
    wasm_bindgen_futures::spawn_local(async move {
        let mut all = Vec::new();
        if is_workbook {
            match sheets::xlsx(&form.label, &made).await {
                Ok(ready) => all.push(ready),
                Err(error) => return work.book.say(words::files_error(&error), None),
            }
        } else {
            all.extend(made.iter().map(sheets::csv));
        }
        for ready in &all {
            audit::exported(work, ready.mime);
            ready.download();
            work.book.say(format!("Đã xuất tệp {}.", ready.name), None);
        }
    });
}

fn tables(work: Work, form: &'static Form, from: &str, to: &str) -> AnyView {
    let by_register = registers(work, form, from, to);
    if by_register.is_empty() {
        return view! { <div class="empty"><p class="empty-title">"Không có phiếu trong kỳ này"</p><p>"Chọn khoảng ngày khác."</p></div> };
    }
    let twice = twice(work, form, from, to).map(|say| {
        view! { <div class="banner warn no-print" role="alert">{say}</div> }
    });
    let period = format!("Từ {} đến {}", date::for_people(from), date::for_people(to));
    let all = by_register
        .into_iter()
        .map(|(register, lines)| table(work, register, lines, &period))
        .collect_view();
    view! { {twice}{all} }
}

/// Numbers of a book that two records of one year have: typed by hand, or kept when a date was corrected.
fn twice(work: Work, form: &Form, from: &str, to: &str) -> Option<String> {
    let own = together::own_fields(&form.id);
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut twice: Vec<String> = Vec::new();
    for (row, doc) in in_order(work, form, from, to) {
        let number = own
            .iter()
            .find_map(|field| doc.get(field))
            .map(expr::to_text);
        let year = row.date.get(..4).unwrap_or_default().to_owned();
        let Some(number) = number.map(|number| (year, number)) else {
            continue;
        };
        if seen.contains(&number) {
            twice.push(format!("{} (năm {})", number.1, number.0));
        }
        seen.push(number);
    }
    (!twice.is_empty()).then(|| {
        format!(
            "Số thứ tự có ở hai phiếu: {}. Mở phiếu ghi sai và sửa số trước khi in.",
            twice.join(", ")
        )
    })
}

fn line(
    form: &Form,
    register: &Register,
    doc: &Value,
    entries: &[&Value],
    row: usize,
) -> Vec<Cell> {
    let scope = expr::Scope {
        doc,
        entries,
        form: Some(form),
        row,
    };
    register
        .columns
        .iter()
        .map(|column| cell(&column.value, &scope))
        .collect()
}

/// A number stays a number and a day a day, for whoever calculates with the file.
fn cell(value: &Value, scope: &expr::Scope<'_>) -> Cell {
    let day = value
        .get(0)
        .filter(|name| *name == "date")
        .and(value.get(1));
    let day = day.map(|inner| expr::eval(inner, scope));
    if let Some(day) = day.as_ref().and_then(Value::as_str) {
        return Cell::Date(day.to_owned());
    }
    match expr::eval(value, scope) {
        Value::Number(number) if number.is_i64() => {
            Cell::Number(number.as_i64().unwrap_or_default())
        }
        Value::Null => Cell::Empty,
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => Cell::Text(expr::text(value, scope)),
    }
}

fn said(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(day) => date::for_people(day),
        Cell::Empty => String::new(),
    }
}

/// Whose register, and of which days.
fn under(unit: &str, period: &str) -> String {
    if unit.is_empty() {
        period.to_owned()
    } else {
        format!("{unit} · {period}")
    }
}

fn table(work: Work, register: &Register, lines: Vec<Vec<Cell>>, period: &str) -> AnyView {
    let heads = register
        .columns
        .iter()
        .map(|column| view! { <th scope="col">{column.label.clone()}</th> })
        .collect_view();
    let numbers = (1..=register.columns.len())
        .map(|n| view! { <th>{n}</th> })
        .collect_view();
    let body = lines.into_iter().map(|line| {
        let cells = line
            .into_iter()
            .map(|cell| view! { <td>{said(&cell)}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    });
    view! {
        <section class="lying">
            <h2 class="section-title">{register.label.clone()}</h2>
            <p class="hint">{under(&work.book.unit(), period)}</p>
            <div class="table-wrap" tabindex="0" role="region" aria-label=register.label.clone()>
                <table class="register">
                    <thead><tr>{heads}</tr><tr>{numbers}</tr></thead>
                    <tbody>{body.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
