//! Báo cáo: which report for which period, those that were begun or sent, and the charts of the year.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date, expr, order,
    report::{
        Report, keep,
        period::{self, Period},
    },
};
use serde_json::Value;

use crate::{
    browser,
    pages::{charts, frame::head},
    parts::row::due_chip,
    state::Book,
    words,
    work::{Work, catalogue, reports},
};

/// Every version of every report. They live as long as the page.
pub(crate) fn all() -> &'static [Report] {
    catalogue::all().map_or(&[], |all| &all.reports)
}

/// The newest version of each.
fn kinds() -> Vec<&'static Report> {
    let mut kinds: Vec<&'static Report> = Vec::new();
    for report in all() {
        kinds.retain(|known| known.id != report.id);
        kinds.push(report);
    }
    kinds
}

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Báo cáo", None);
    let today = date::today(browser::now_ms());
    let this_year: i64 = today
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(2026);
    let year = RwSignal::new(this_year);
    let years = (0..6).map(|back| {
        let year = this_year - back;
        view! { <option value=year.to_string()>{format!("Năm {year}")}</option> }
    });
    let choose = move |ev| {
        if let Ok(chosen) = event_target_value(&ev).parse() {
            year.set(chosen);
        }
    };
    let starters = move || {
        let year = year.get();
        kinds()
            .into_iter()
            .map(|report| starter(work, report, year))
            .collect::<Vec<_>>()
    };
    let made = move || made(book, &today);
    let drawn = move || {
        charts::charts(
            book,
            &format!("{}-01-01", year.get()),
            &format!("{}-12-31", year.get()),
        )
    };
    view! {
        <main class="page">
            {made}
            <h2 class="section-title">"Lập báo cáo mới"</h2>
            <select aria-label="Năm" on:change=choose>{years.collect::<Vec<_>>()}</select>
            {starters}
            <h2 class="section-title">"Biểu đồ trong năm"</h2>
            {drawn}
        </main>
    }
}

/// Reports that were begun, the latest first.
fn made(book: Book, today: &str) -> AnyView {
    let mut reports = book.docs(keep::FORM);
    order::sort(&mut reports, &mut |(a, _), (b, _)| {
        (a.touched_ms, a.id) > (b.touched_ms, b.id)
    });
    if reports.is_empty() {
        return ().into_any();
    }
    let rows = reports.iter().map(|(row, _)| {
        let due = row.due.iter().find(|due| due.is_open_on(today));
        let chip = due.and_then(|due| due_chip(&due.date, today));
        view! {
            <a class="row" href=format!("#/bao-cao/{}", row.id)>
                <span class="row-main">
                    <span class="row-title">{row.title.clone()}</span>
                    <span class="row-sub">{row.subtitle.clone()}</span>
                    <span class="chips">{chip}</span>
                </span>
            </a>
        }
    });
    view! {
        <h2 class="section-title">"Báo cáo đã lập"</h2>
        <div class="card-list">{rows.collect::<Vec<_>>()}</div>
    }
}

fn starter(work: Work, report: &'static Report, year: i64) -> AnyView {
    let one = |period: Period| {
        let label = period.label.clone();
        let begin = move |_| begin(work, report, &period);
        view! { <button class="chip" data-report=report.id.as_str() data-period=label.clone() on:click=begin>{label}</button> }
    };
    let periods: Vec<AnyView> = period::periods(report, year).into_iter().map(one).collect();
    view! {
        <section class="card">
            <h3>{report.label.as_str()}</h3>
            <div class="chips">{periods}</div>
            <details><summary>"Căn cứ, cách tính"</summary><p class="hint">{report.sources.join("; ")}</p><p class="hint">{report.note.as_str()}</p></details>
        </section>
    }
}

/// Opens the report of a period: the one that was begun, or a new one.
fn begin(work: Work, report: &'static Report, period: &Period) {
    let there = work
        .book
        .docs(keep::FORM)
        .into_iter()
        .find(|(_, doc)| is_of(doc, &report.id, &period.id, period.year));
    if let Some((row, _)) = there {
        return browser::go(&format!("/bao-cao/{}", row.id));
    }
    let period = period.clone();
    wasm_bindgen_futures::spawn_local(async move {
        match reports::begin(work, report, &period).await {
            Ok(Some(id)) => browser::go(&format!("/bao-cao/{id}")),
            Ok(None) => work.book.say(words::PART_MISSING, None),
            Err(error) => work.book.say(words::save_error(&error), None),
        }
    });
}

/// Whether a record is the report of a period of a year.
pub(crate) fn is_of(doc: &Value, report: &str, period: &str, year: i64) -> bool {
    let is =
        |key: &str, wanted: &str| expr::to_text(doc.get(key).unwrap_or(&Value::Null)) == wanted;
    is("loai_bao_cao", report)
        && is("ky", period)
        && doc.get("nam").and_then(Value::as_i64) == Some(year)
}
