//! Values as people read them: option labels, dates as written here, links as the title they lead to.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date, expr,
    form::{Field, Kind},
    id::RecordId,
};
use serde_json::Value;

use crate::state::Book;

/// A value of a field in words.
pub(crate) fn text(field: &Field, value: &Value) -> String {
    let label = |value: &Value| {
        value.as_str().map_or_else(
            || expr::to_text(value),
            |option| field.label_of(option).to_owned(),
        )
    };
    let text = match (field.kind, value) {
        (Kind::Choice | Kind::Choices, Value::Array(options)) => {
            options.iter().map(label).collect::<Vec<_>>().join("; ")
        }
        (Kind::Choice | Kind::Choices, one) => label(one),
        (Kind::Date, Value::String(day)) => date::for_people(day),
        (_, value) => expr::to_text(value),
    };
    if field.unit.is_empty() || text.is_empty() {
        text
    } else {
        format!("{text} {}", field.unit)
    }
}

/// A value of a field as it stands in a read view.
pub(crate) fn shown(field: &Field, value: &Value, book: Book) -> AnyView {
    if field.kind == Kind::Link
        && let Some(id) = value.as_str()
    {
        let id = id.split('#').next().unwrap_or(id).to_owned();
        let row = id
            .parse::<RecordId>()
            .ok()
            .and_then(|id| book.read(|data| data.rows.get(&id).cloned()));
        let title = row.map_or_else(
            || "Phiếu chưa có trên máy này".to_owned(),
            |row| row.title.clone(),
        );
        return view! { <a href=format!("#/phieu/{id}")>{title}</a> };
    }
    text(field, value).into_any()
}
