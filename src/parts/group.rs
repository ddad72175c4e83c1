//! A repeated group: its entries as cards, one after the other.

use crate::parts::live::{live, press};
use leptos::prelude::*;
use records::{form::Field, path};

use crate::parts::{field::field, icon::icon, writer::Writer};

pub(crate) fn group(writer: Writer, group: &'static Field, place: String) -> AnyView {
    let (listed, adding, counted) = (place.clone(), place.clone(), place.clone());
    let add = move |_| writer.add_entry(group, &adding);
    let ids = Memo::new(move |_| writer.entries(&listed));
    let item = if group.item.is_empty() {
        &group.label
    } else {
        &group.item
    };
    let many = Memo::new(move |_| writer.entries(&counted).len());
    let entry_place = place.clone();
    let entry_view =
        move |(id, at): (String, usize)| entry(writer, group, &entry_place, id, at, many);
    let numbered = move || {
        ids.get()
            .into_iter()
            .enumerate()
            .map(|(at, id)| (id, at))
            .collect::<Vec<_>>()
    };
    let help = (!group.help.is_empty())
        .then(|| view! { <span class="field-help">{group.help.as_str()}</span> });
    let id = format!("f-{place}");
    let problem_place = place.clone();
    let problem = move || {
        let found = writer
            .problems
            .read()
            .iter()
            .find(|p| p.path == problem_place)
            .map(|p| p.say.clone());
        found.map(|say| view! { <span class="field-problem" role="alert">{say}</span> })
    };
    view! {
        <div class="group" id=id tabindex="-1">
            {help}
            <For each=numbered key=|(id, _)| id.clone() children=entry_view />
            {live(problem)}
            <button type="button" class="button" data-add=place on:click=press(add)>
                {icon("plus")} {format!("Thêm {}", lower_first(item))}
            </button>
        </div>
    }
    .into_any()
}

fn entry(
    writer: Writer,
    group: &'static Field,
    place: &str,
    id: String,
    at: usize,
    many: Memo<usize>,
) -> AnyView {
    let prefix = path::under(place, &id);
    let item = if group.item.is_empty() {
        &group.label
    } else {
        &group.item
    };
    let title = move || {
        if many.get() > 1 {
            format!("{item} {}", at + 1)
        } else {
            item.clone()
        }
    };
    let place = place.to_owned();
    let remove = move |_| {
        let before = writer.draft();
        writer.change(|draft| draft.remove_entry(&place, &id));
        let undo = Callback::new(move |()| {
            let before = before.clone();
            writer.change(|draft| *draft = before);
        });
        writer.book.say(format!("Đã bỏ “{item}”."), Some(undo));
    };
    let fields = group
        .fields
        .iter()
        .map(|inner| field(writer, inner, prefix.clone()))
        .collect_view();
    view! {
        <div class="group-entry">
            <div class="group-head">
                <span>{live(title)}</span>
                <button type="button" class="icon-button" aria-label=format!("Bỏ {}", lower_first(item)) on:click=press(remove)>
                    {icon("trash")}
                </button>
            </div>
            {fields}
        </div>
    }
    .into_any()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|c| c.to_lowercase().to_string())
        .unwrap_or_default();
    first + letters.as_str()
}
