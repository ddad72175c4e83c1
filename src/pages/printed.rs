//! A register as the legal table of its period, ready for paper.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date, expr,
    form::{Form, Register},
    table::Table,
};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, list, not_found},
    parts::icon::icon,
    work::Work,
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
        <main class="page wide">
            <div class="pair no-print">{day("Từ ngày", from)}{day("Đến ngày", to)}</div>
            <div class="buttons no-print">
                <button class="button primary" on:click=|_| browser::print()>{icon("print")}"In hoặc lưu PDF"</button>
            </div>
            {move || tables(work, form, &from.get(), &to.get())}
        </main>
    }
}

/// One table for each register that was the legal one on some day of the period.
fn tables(work: Work, form: &'static Form, from: &str, to: &str) -> AnyView {
    let mut by_register: Table<&str, (&Register, Vec<Vec<String>>)> = Table::new();
    let mut rows = work
        .book
        .rows(|row| row.form == form.id && (from..=to).contains(&row.date.as_str()));
    rows.reverse();
    for row in rows {
        let Some(register) = form
            .registers
            .iter()
            .find(|register| register.is_valid_on(&row.date))
        else {
            continue;
        };
        let Some(record) = work.book.record(row.id) else {
            continue;
        };
        let doc = record.to_doc();
        let (_, lines) = by_register.get_or_insert(register.id.as_str(), (register, Vec::new()));
        let entries = register
            .per
            .as_ref()
            .and_then(|per| doc.get(per))
            .and_then(Value::as_array);
        match entries {
            Some(entries) => {
                for entry in entries {
                    lines.push(line(form, register, &doc, &[entry], lines.len() + 1));
                }
            }
            None => lines.push(line(form, register, &doc, &[], lines.len() + 1)),
        }
    }
    if by_register.is_empty() {
        return view! { <div class="empty"><p class="empty-title">"Không có phiếu trong kỳ này"</p><p>"Chọn khoảng ngày khác."</p></div> };
    }
    let period = format!("Từ {} đến {}", date::for_people(from), date::for_people(to));
    let all = by_register
        .into_values()
        .map(|(register, lines)| table(work, register, lines, &period))
        .collect_view();
    view! { {all} }
}

fn line(
    form: &Form,
    register: &Register,
    doc: &Value,
    entries: &[&Value],
    row: usize,
) -> Vec<String> {
    let scope = expr::Scope {
        doc,
        entries,
        form: Some(form),
        row,
    };
    register
        .columns
        .iter()
        .map(|column| expr::text(&column.value, &scope))
        .collect()
}

fn table(work: Work, register: &Register, lines: Vec<Vec<String>>, period: &str) -> AnyView {
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
            .map(|text| view! { <td>{text}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    });
    view! {
        <section>
            <h2 class="section-title">{register.label.clone()}</h2>
            <p class="hint">{work.book.unit()}" · "{period.to_owned()}</p>
            <div class="table-wrap">
                <table class="register">
                    <thead><tr>{heads}</tr><tr>{numbers}</tr></thead>
                    <tbody>{body.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
