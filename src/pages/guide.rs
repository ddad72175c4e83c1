//! Hướng dẫn: a short text, always there.

use crate::markup::view;
use leptos::prelude::*;

use crate::{pages::frame::head, work::Work};

pub(crate) fn page(work: Work) -> AnyView {
    head("Hướng dẫn", Some("/cai-dat"));
    let sections = work.book.catalogue().guide.sections.iter().map(|section| {
        let texts = section
            .paragraphs
            .iter()
            .map(|text| view! { <p>{text.as_str()}</p> })
            .collect_view();
        view! { <section class="card"><h2>{section.title.as_str()}</h2>{texts}</section> }
    });
    view! { <main class="page" tabindex="0">{sections.collect_view()}</main> }
}
