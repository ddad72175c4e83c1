//! A repeated group: its entries as cards, one after the other.

use crate::markup::{keyed, view};
use crate::state::undo;
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
    let entry_view = move |id: String| entry(writer, group, &entry_place, id, many);
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
            {keyed(move || ids.get(), entry_view)}
            {problem}
            <button type="button" class="button" data-add=place on:click=add>
                {icon("plus")} {format!("Thêm {}", lower_first(item))}
            </button>
        </div>
    }
}

fn entry(
    writer: Writer,
    group: &'static Field,
    place: &str,
    id: String,
    many: Memo<usize>,
) -> AnyView {
    let prefix = path::under(place, &id);
    let item = if group.item.is_empty() {
        &group.label
    } else {
        &group.item
    };
    let (group_place, own) = (place.to_owned(), id.clone());
    let title = move || {
        let at = writer
            .entries(&group_place)
            .iter()
            .position(|id| *id == own);
        match at {
            Some(at) if many.get() > 1 => format!("{item} {}", at + 1),
            _ => item.clone(),
        }
    };
    let place = place.to_owned();
    let remove = move |_| {
        let Some(before) = writer.try_draft() else {
            return;
        };
        writer.change(|draft| draft.remove_entry(&place, &id));
        let (place, id) = (place.clone(), id.clone());
        let undo = undo(move || {
            // Only the entry comes back: what was typed elsewhere since stays.
            if writer.try_draft().is_some() {
                writer.change(|draft| draft.bring_back(&before, &place, &id));
            }
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
                <span>{title}</span>
                <button type="button" class="icon-button" aria-label=format!("Bỏ {}", lower_first(item)) on:click=remove>
                    {icon("trash")}
                </button>
            </div>
            {fields}
        </div>
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|c| c.to_lowercase().to_string())
        .unwrap_or_default();
    first + letters.as_str()
}
