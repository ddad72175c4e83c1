//! A figure of a report: its value, the year before, the records behind it, a value typed instead.

use crate::markup::view;
use leptos::prelude::*;
use records::report::{Indicator, Origin, figure::Figure, fixed, keep};
use serde_json::Value;

use super::Open;
use crate::words;

/// A figure: its value, the year before, and on demand the records behind it and a value typed instead.
pub(super) fn figure(open: Open, indicator: &'static Indicator) -> AnyView {
    let of = move |look: &dyn Fn(&Figure) -> String| {
        let computed = open.computed.read();
        computed.figure(&indicator.id).map(look).unwrap_or_default()
    };
    let value = move || of(&|figure| said(figure.value, indicator));
    let beside = move || of(&|figure| compared(figure, indicator));
    let is_shown = RwSignal::new(false);
    let toggle = move |_| is_shown.update(|shown| *shown = !*shown);
    let behind = move || is_shown.get().then(|| behind(open, indicator));
    let is_typed_only = indicator.origin == Origin::Typed;
    let input = is_typed_only.then(|| typed_input(open, indicator, "gia_tri", "Ghi số"));
    let shown = (!is_typed_only).then(|| view! { <output>{value}</output> });
    let can_open = !matches!(indicator.origin, Origin::Share { .. });
    let more = can_open.then(|| {
        view! { <button type="button" class="button plain small" aria-expanded=move || is_shown.get().to_string() data-figure=indicator.id.as_str() on:click=toggle>"Xem"</button> }
    });
    view! {
        <div class="figure">
            <span><span>{indicator.label.as_str()}</span><small>{indicator.unit.as_str()}</small></span>
            {shown}{input}
            <small>{beside}</small>
            {more}
            {behind}
        </div>
    }
}

pub(super) fn said(value: Option<i64>, indicator: &Indicator) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| fixed::shown(value, indicator.places),
    )
}

fn compared(figure: &Figure, indicator: &Indicator) -> String {
    let Some(last) = figure.last else {
        return String::new();
    };
    let last = format!("Cùng kỳ: {}", fixed::shown(last, indicator.places));
    match figure.change {
        None => last,
        Some(0) => format!("{last} (bằng cùng kỳ)"),
        Some(change) if change > 0 => format!("{last} (tăng {}%)", fixed::shown(change, 1)),
        Some(change) => format!("{last} (giảm {}%)", fixed::shown(-change, 1)),
    }
}

fn typed_input(
    open: Open,
    indicator: &'static Indicator,
    field: &'static str,
    label: &'static str,
) -> AnyView {
    let writer = open.writer;
    let now = open.kept.with_untracked(|kept| {
        let entry = kept.typed.iter().find(|entry| entry.id == indicator.id);
        let value = entry.map(|entry| {
            if field == "gia_tri" {
                entry.value.clone()
            } else {
                entry.last.clone()
            }
        });
        records::expr::to_text(&value.unwrap_or(Value::Null)).replace('.', ",")
    });
    let put = move |ev| {
        let text: String = event_target_value(&ev);
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '.')
            .collect();
        let value = if plain.is_empty() {
            Value::Null
        } else {
            Value::from(plain.replace(',', "."))
        };
        writer.change(|draft| keep::put_typed(draft, &indicator.id, field, value.clone()));
    };
    let is_frozen = move || open.kept.read().is_frozen();
    let name = format!("{} {}", label, indicator.label);
    view! { <input type="text" inputmode="decimal" prop:value=now aria-label=name name=format!("{field}-{}", indicator.id) disabled=is_frozen on:change=put /> }
}

fn behind(open: Open, indicator: &'static Indicator) -> AnyView {
    let book = open.work.book;
    let records = open.computed.with_untracked(|computed| {
        let figure = computed.figure(&indicator.id);
        figure
            .map(|figure| (figure.records.clone(), figure.counted, figure.is_typed))
            .unwrap_or_default()
    });
    let (records, counted, is_typed) = records;
    let rows: Vec<AnyView> = records
        .iter()
        .take(200)
        .filter_map(|id| book.peek(|data| data.rows.get(id).cloned()))
        .map(|row| {
            view! { <a class="row" href=format!("#/phieu/{}", row.id)><span class="row-main"><span class="row-title">{row.title.clone()}</span><span class="row-sub">{row.subtitle.clone()}</span></span></a> }
        })
        .collect();
    let count = match rows.len() {
        0 => "Không có phiếu nào đứng sau con số này.".to_owned(),
        _ => format!("{} phiếu đứng sau con số này", words::count(records.len())),
    };
    let instead = indicator.query().is_some().then(|| {
        let machine = counted.filter(|_| is_typed).map(|counted| format!(" (máy đếm được {})", fixed::shown(counted, indicator.places)));
        view! { <label class="field"><span class="field-help">{format!("Ghi số khác, khi sổ chưa đủ phiếu{}", machine.unwrap_or_default())}</span>{typed_input(open, indicator, "gia_tri", "Ghi số khác")}</label> }
    });
    let last = (!matches!(indicator.origin, Origin::Formula(_))).then(|| {
        view! { <label class="field"><span class="field-help">"Cùng kỳ năm trước, khi sổ chưa có"</span>{typed_input(open, indicator, "cung_ky", "Cùng kỳ")}</label> }
    });
    view! { <div class="figure-behind"><p class="hint">{count}</p><div class="card-list">{rows}</div>{instead}{last}</div> }
}
