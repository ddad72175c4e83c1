//! Ghi: which kind of record.

use crate::markup::view;
use leptos::prelude::*;

use crate::{pages::frame::head, parts::icon::icon, work::Work};

pub(crate) fn page(work: Work) -> AnyView {
    head("Ghi", Some("/"));
    let tile = |form: &&'static records::form::Form| {
        view! { <a class="tile" href=format!("#/ghi/{}", form.id)>{icon(&form.icon)}<span>{form.label.as_str()}</span></a> }
    };
    // Closures: more kinds come with the second part while this page is open.
    let tiles = move |quick: bool| {
        let kinds = work.book.catalogue().kinds().into_iter();
        kinds
            .filter(|form| form.quick == quick)
            .map(|form| tile(&form))
            .collect_view()
    };
    view! {
        <main class="page">
            <h2 class="section-title">"Việc với Nhân dân"</h2>
            <div class="tiles">{move || tiles(true)}</div>
            <h2 class="section-title">"Chương trình, nhiệm vụ"</h2>
            <div class="tiles">
                <a class="tile" href="#/chuong-trinh/mau">{icon("list")}<span>"Bắt đầu từ mẫu"</span></a>
                {move || tiles(false)}
            </div>
        </main>
    }
}
