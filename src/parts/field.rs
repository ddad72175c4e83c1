//! One field of a form: its label, its input, what helps and what is wrong.

use crate::markup::view;
use leptos::prelude::*;
use records::{
    expr,
    form::{Field, Kind, Level},
    path,
};

use crate::parts::{group, icon::small_icon, inputs, writer::Writer};

/// Choices up to here are buttons; longer ones are a list.
const BUTTONS_MAX: usize = 5;

/// A field below `prefix` (an entry, or the record when empty).
pub(crate) fn field(writer: Writer, field: &'static Field, prefix: String) -> AnyView {
    let shown = writer.is_shown(field, prefix.clone());
    view! { {move || shown.get().then(|| visible(writer, field, &prefix))} }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other kind has one input and one label"
)]
fn visible(writer: Writer, field: &'static Field, prefix: &str) -> AnyView {
    let place = path::under(prefix, &field.key);
    let id = format!("f-{place}");
    let required = writer.is_required(field, prefix.to_owned());
    let star = move || {
        required
            .get()
            .then(|| view! { <span class="required">" (cần ghi)"</span> })
    };
    let label = view! { {field.label.as_str()}{star} };
    let help = (!field.help.is_empty())
        .then(|| view! { <span class="field-help">{field.help.as_str()}</span> });
    let problem = problem(writer, place.clone());
    let input = match field.kind {
        Kind::Group => return group::group(writer, field, place),
        Kind::Computed => return computed(writer, field, prefix.to_owned()),
        Kind::Choice if field.options.len() <= BUTTONS_MAX => {
            inputs::buttons(writer, field, &place)
        }
        Kind::YesNo => inputs::yes_no(writer, &place),
        Kind::Choices => inputs::checks(writer, field, &place),
        Kind::Person => inputs::person(writer, field, &place),
        Kind::Identity => inputs::identity(writer, &place),
        Kind::DocRef => inputs::docref(writer, &place),
        _ => return labelled(writer, field, place, label, help),
    };
    fieldset(label, help, input, problem, id)
}

fn labelled(
    writer: Writer,
    field: &'static Field,
    place: String,
    label: AnyView,
    help: Option<AnyView>,
) -> AnyView {
    let id = format!("f-{place}");
    let problem = problem(writer, place.clone());
    let input = inputs::single(writer, field, place, id.clone());
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            {help}
            {input}
            {problem}
        </div>
    }
}

fn fieldset(
    label: AnyView,
    help: Option<AnyView>,
    input: AnyView,
    problem: AnyView,
    id: String,
) -> AnyView {
    view! {
        <fieldset class="field" id=id tabindex="-1">
            <legend class="field-label">{label}</legend>
            {help}
            {input}
            {problem}
        </fieldset>
    }
}

fn computed(writer: Writer, field: &'static Field, prefix: String) -> AnyView {
    let value = move || writer.in_scope(&prefix, |scope| expr::text(&field.value, scope));
    view! {
        <div class="field">
            <span class="field-label">{field.label.as_str()}</span>
            <output>{value}</output>
        </div>
    }
}

fn problem(writer: Writer, place: String) -> AnyView {
    let found = move || {
        let found = writer
            .problems
            .read()
            .iter()
            .find(|problem| problem.path == place)
            .cloned();
        found.map(|problem| {
            let class = if problem.level == Level::Error { "field-problem" } else { "field-problem warn" };
            view! { <span class=class role="alert">{small_icon("alert")}<span>{problem.say}</span></span> }
        })
    };
    view! { {found} }
}
