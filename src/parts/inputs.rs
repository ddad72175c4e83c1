//! The inputs of the field types. Never controlled: an input method may be rewriting the word before the caret,
//! so a value goes from the input to the draft and never back.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    form::{Field, Kind},
    search,
    table::Table,
};
use serde_json::{Map, Value};

use crate::{parts::writer::Writer, state::Book};

/// A text, number, date, long choice, link or address.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other kind is one line of text"
)]
pub(crate) fn single(writer: Writer, field: &'static Field, place: String, id: String) -> AnyView {
    let now = writer.value(&place);
    let text = records::expr::to_text(&now);
    match field.kind {
        Kind::LongText => {
            let (path, rows) = (
                place.clone(),
                if text.chars().count() > 160 { "6" } else { "3" },
            );
            view! {
                <textarea id=id name=place rows=rows prop:value=text placeholder=field.placeholder.as_str()
                    on:input=move |ev| writer.put(&path, event_target_value(&ev).into())></textarea>
            }
        }
        Kind::Choice => long_choice(writer, field, place, id),
        Kind::Link => link(writer, field, place, id),
        Kind::Address => address(writer, place, id, &now),
        _ => line(writer, field, place, id, text),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other kind is one line of text"
)]
fn line(writer: Writer, field: &'static Field, place: String, id: String, text: String) -> AnyView {
    let (kind, mode) = match field.kind {
        Kind::Date => ("date", "none"),
        Kind::Time => ("time", "none"),
        Kind::Number => ("text", "numeric"),
        Kind::Decimal => ("text", "decimal"),
        Kind::Phone => ("tel", "tel"),
        _ => ("text", "text"),
    };
    let path = place.clone();
    let put = move |ev| writer.put(&path, read(field.kind, &event_target_value(&ev)));
    let list = field.suggest.then(|| format!("l-{place}"));
    let options = list
        .clone()
        .map(|list| suggestions(writer, &field.key, list));
    let unit = (!field.unit.is_empty())
        .then(|| view! { <span class="field-help">{format!("Đơn vị: {}", field.unit)}</span> });
    view! {
        <input id=id name=place type=kind inputmode=(mode != "none").then_some(mode) prop:value=text
            autocomplete="off" placeholder=field.placeholder.as_str() list=list on:input=put />
        {options}
        {unit}
    }
}

/// The place as written, and the commune it lies in today, found as it is typed. Only the code tells communes apart.
fn address(writer: Writer, place: String, id: String, now: &Value) -> AnyView {
    let chosen = RwSignal::new(part(now, "xa_ten"));
    let asked = RwSignal::new(String::new());
    let (path, written) = (place.clone(), part(now, "chi_tiet"));
    let choose = {
        let place = place.clone();
        move |code: &str, name: &str| {
            put_part(writer, &place, "xa", code.to_owned());
            put_part(writer, &place, "xa_ten", name.to_owned());
            asked.set(String::new());
            chosen.set(name.to_owned());
        }
    };
    let found = {
        let choose = choose.clone();
        move || {
            let find = writer.book.places.get()?;
            let text = asked.get();
            let rows = if text.trim().chars().count() > 1 {
                find(&text)
            } else {
                Vec::new()
            };
            let row = |(code, name): (String, String)| {
                let (choose, said) = (choose.clone(), name.clone());
                view! { <button type="button" class="row" on:click=move |_| choose(&code, &said)>{name}</button> }
            };
            let rows: Vec<AnyView> = rows.into_iter().map(row).collect();
            (!rows.is_empty()).then(|| view! { <div class="options">{rows}</div> })
        }
    };
    let commune = move || {
        let name = chosen.get();
        if name.is_empty() {
            let can_find = writer.book.places.get().is_some();
            return can_find.then(|| {
                view! { <input type="search" aria-label="Tìm xã, phường" placeholder="Tìm xã, phường hiện nay (không bắt buộc)" autocomplete="off" on:input=move |ev| asked.set(event_target_value(&ev)) /> }
            });
        }
        let choose = choose.clone();
        Some(
            view! { <button type="button" class="chip" aria-label=format!("Bỏ {name}") on:click=move |_| choose("", "")>{name}" ✕"</button> },
        )
    };
    let list = format!("l-{place}");
    let hamlets = suggestions(writer, "", list.clone());
    view! {
        <input id=id name=place prop:value=written autocomplete="off" placeholder="Thôn, xã, ghi như trên giấy tờ" list=list
            on:input=move |ev| put_part(writer, &path, "chi_tiet", event_target_value(&ev)) />
        {hamlets}
        {commune}
        {found}
    }
}

/// What was typed, as the type stores it. What is not a number stays as typed: it is shown as a problem, not lost.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other kind is one line of text"
)]
fn read(kind: Kind, text: &str) -> Value {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match kind {
        Kind::Number => {
            let digits = plain.replace('.', "");
            digits
                .parse::<i64>()
                .map_or_else(|_| Value::from(text), Value::from)
        }
        Kind::Decimal => Value::from(plain.replace(',', ".")),
        _ => Value::from(text),
    }
}

fn suggestions(writer: Writer, key: &str, list: String) -> AnyView {
    let mut earlier = writer
        .earlier
        .with_value(|earlier| earlier.get(key).cloned().unwrap_or_default());
    earlier.extend(writer.book.offered.get_untracked());
    let options = earlier
        .into_iter()
        .map(|text| view! { <option value=text></option> })
        .collect_view();
    view! { <datalist id=list>{options}</datalist> }
}

/// Up to five options: buttons.
pub(crate) fn buttons(writer: Writer, field: &'static Field, place: &str) -> AnyView {
    let now = RwSignal::new(writer.value(place));
    let one = |(option, label): &'static (String, String)| {
        let (path, shown) = (place.to_owned(), place.to_owned());
        let pressed = move || (*now.read() == option.as_str()).to_string();
        let choose = move |_| {
            let next = if *now.read_untracked() == option.as_str() {
                Value::Null
            } else {
                option.as_str().into()
            };
            now.set(next.clone());
            writer.put(&path, next);
        };
        view! {
            <button type="button" data-path=shown data-value=option.as_str() aria-pressed=pressed on:click=choose>
                {label.as_str()}
            </button>
        }
    };
    let all = field.options.iter().map(one).collect_view();
    view! { <div class="segmented">{all}</div> }
}

pub(crate) fn yes_no(writer: Writer, place: &str) -> AnyView {
    let now = RwSignal::new(writer.value(place));
    let one = |(value, label): (bool, &'static str)| {
        let (path, shown) = (place.to_owned(), place.to_owned());
        let choose = move |_| {
            let next = if *now.read_untracked() == value {
                Value::Null
            } else {
                value.into()
            };
            now.set(next.clone());
            writer.put(&path, next);
        };
        view! {
            <button type="button" data-path=shown data-value=value.to_string()
                aria-pressed=move || (*now.read() == value).to_string() on:click=choose>{label}</button>
        }
    };
    let all = [(true, "Có"), (false, "Không")]
        .into_iter()
        .map(one)
        .collect_view();
    view! { <div class="segmented yesno">{all}</div> }
}

fn long_choice(writer: Writer, field: &'static Field, place: String, id: String) -> AnyView {
    let now = writer.value(&place);
    let chosen = now.as_str().unwrap_or_default().to_owned();
    let known = field.options.iter().any(|(option, _)| *option == chosen) || chosen.is_empty();
    let stray = (!known)
        .then(|| view! { <option value=chosen.clone() selected=true>{chosen.clone()}</option> });
    let options = field.options.iter().map(|(option, label)| {
        let is_chosen = *option == chosen;
        view! { <option value=option.as_str() selected=is_chosen>{label.as_str()}</option> }
    });
    let options = options.collect_view();
    let path = place.clone();
    view! {
        <select id=id name=place on:change=move |ev| writer.put(&path, event_target_value(&ev).into())>
            <option value="" selected=chosen.is_empty()>"Chọn…"</option>
            {stray}
            {options}
        </select>
    }
}

/// Many choices: one field for each option.
pub(crate) fn checks(writer: Writer, field: &'static Field, place: &str) -> AnyView {
    let one = |(option, label): &'static (String, String)| {
        let path = format!("{place}#{option}");
        let (is_on, name) = (writer.value(&path) == Value::Bool(true), path.clone());
        view! {
            <label>
                <input type="checkbox" name=name prop:checked=is_on
                    on:change=move |ev| writer.put(&path, event_target_checked(&ev).into()) />
                {label.as_str()}
            </label>
        }
    };
    let all = field.options.iter().map(one).collect_view();
    view! { <div class="checks">{all}</div> }
}

/// The records a link may lead to, latest first.
fn link(writer: Writer, field: &'static Field, place: String, id: String) -> AnyView {
    let now = writer.value(&place).as_str().unwrap_or_default().to_owned();
    let targets = field.targets();
    let own = writer.draft().rec;
    let rows = untrack(|| {
        writer
            .book
            .rows(|row| targets.contains(&row.form.as_str()) && row.id != own)
    });
    let is_listed = rows
        .iter()
        .take(LINKS_MAX)
        .any(|row| row.id.to_string() == now)
        || now.is_empty();
    let stray = (!is_listed).then(|| {
        view! { <option value=now.clone() selected=true>{title_of(writer.book, &now)}</option> }
    });
    let options = rows.iter().take(LINKS_MAX).map(|row| {
        let id = row.id.to_string();
        let (is_chosen, title) = (id == now, title_line(row));
        view! { <option value=id selected=is_chosen>{title}</option> }
    });
    let options = options.collect_view();
    let path = place.clone();
    let put = move |ev| {
        let chosen = event_target_value(&ev);
        writer.put(
            &path,
            if chosen.is_empty() {
                Value::Null
            } else {
                chosen.into()
            },
        );
    };
    view! {
        <select id=id name=place on:change=put>
            <option value="" selected=now.is_empty()>"Không liên kết"</option>
            {stray}
            {options}
        </select>
    }
}

/// A list longer than this is no help on a phone.
const LINKS_MAX: usize = 200;

fn title_line(row: &records::summary::Summary) -> String {
    let line = format!("{} · {}", row.title, records::date::for_people(&row.date));
    line.chars().take(90).collect()
}

fn title_of(book: Book, id: &str) -> String {
    let row = id
        .parse()
        .ok()
        .and_then(|id| book.peek(|data| data.rows.get(&id).cloned()));
    row.map_or_else(
        || "Phiếu chưa có trên máy này".to_owned(),
        |row| title_line(&row),
    )
}

fn part(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Changes one part of a value that is one whole.
fn put_part(writer: Writer, place: &str, key: &str, text: String) {
    let mut parts = match writer.value(place) {
        Value::Object(parts) => parts,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    if text.is_empty() {
        parts.remove(key);
    } else {
        parts.insert(key.to_owned(), text.into());
    }
    writer.put(
        place,
        if parts.is_empty() {
            Value::Null
        } else {
            Value::Object(parts)
        },
    );
}

/// One part of a composite value as an input.
fn part_input(
    writer: Writer,
    place: &str,
    key: &'static str,
    label: &'static str,
    kind: &'static str,
) -> AnyView {
    let value = part(&writer.value(place), key);
    let path = place.to_owned();
    let list = (key == "ho_ten").then(|| format!("l-{place}"));
    view! {
        <label class="field">
            <span class="row-sub">{label}</span>
            <input name=format!("{place}.{key}") type=kind autocomplete="off" prop:value=value list=list
                on:input=move |ev| put_part(writer, &path, key, event_target_value(&ev)) />
        </label>
    }
}

pub(crate) fn person(writer: Writer, field: &'static Field, place: &str) -> AnyView {
    let options = suggestions(writer, &field.key, format!("l-{place}"));
    view! {
        <div class="pair">
            {part_input(writer, place, "ho_ten", "Họ và tên", "text")}
            {part_input(writer, place, "chuc_vu", "Chức vụ", "text")}
        </div>
        {options}
    }
}

pub(crate) fn docref(writer: Writer, place: &str) -> AnyView {
    view! {
        <div class="pair">
            {part_input(writer, place, "so", "Số, ký hiệu", "text")}
            {part_input(writer, place, "ngay", "Ngày", "date")}
        </div>
    }
}

pub(crate) fn identity(writer: Writer, place: &str) -> AnyView {
    let kind = part(&writer.value(place), "loai");
    let path = place.to_owned();
    let papers = [
        ("", "Chọn…"),
        ("CCCD", "Căn cước"),
        ("CMND", "CMND cũ"),
        ("HO_CHIEU", "Hộ chiếu"),
        ("KHAC", "Giấy tờ khác"),
    ];
    let options = papers.map(|(value, label)| {
        let is_chosen = value == kind;
        view! { <option value=value selected=is_chosen>{label}</option> }
    });
    view! {
        <div class="pair">
            <label class="field">
                <span class="row-sub">"Loại giấy tờ"</span>
                <select name=format!("{place}.loai")
                    on:change=move |ev| put_part(writer, &path, "loai", event_target_value(&ev))>{options}</select>
            </label>
            {part_input(writer, place, "so", "Số", "text")}
        </div>
        <details>
            <summary>"Ngày cấp, nơi cấp"</summary>
            <div class="pair">
                {part_input(writer, place, "ngay_cap", "Ngày cấp", "date")}
                {part_input(writer, place, "noi_cap", "Nơi cấp", "text")}
            </div>
        </details>
    }
}

/// Earlier values of the fields that offer them, from the latest records of a kind.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other kind is one line of text"
)]
pub(crate) fn earlier_values(
    book: Book,
    form: &'static records::form::Form,
) -> Table<String, Vec<String>> {
    let mut found = Table::new();
    let rows = untrack(|| book.rows(|row| row.form == form.id));
    for row in rows.iter().take(100) {
        let Some(record) = book.peek(|data| data.replica.notebook.fold(row.id)) else {
            continue;
        };
        for (path, cell) in &record.cells {
            let Some(field) = form
                .field_at(path)
                .filter(|field| field.suggest && !field.secret)
            else {
                continue;
            };
            let text = match field.kind {
                Kind::Person => part(cell.value(), "ho_ten"),
                _ => cell.value().as_str().unwrap_or_default().to_owned(),
            };
            let known: &mut Vec<String> = found.get_or_insert(field.key.clone(), Vec::new());
            if !text.is_empty()
                && known.len() < 30
                && !known.iter().any(|k| search::key(k) == search::key(&text))
            {
                known.push(text);
            }
        }
    }
    found
}
