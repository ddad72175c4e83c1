//! Ghi: which kind of record.

use crate::markup::view;
use leptos::prelude::*;

use crate::{pages::frame::head, parts::icon::icon, work::Work};

pub(crate) fn page(work: Work) -> AnyView {
    head("Ghi", Some("/"));
    let tile = |form: &&'static records::form::Form| {
        view! { <a class="tile" href=format!("#/ghi/{}", form.id)>{icon(&form.icon)}<span>{form.label.as_str()}</span></a> }
    };
    let kinds = work.book.catalogue().kinds();
    let (quick, other): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|form| form.quick);
    view! {
        <main class="page">
            <h2 class="section-title">"Việc với Nhân dân"</h2>
            <div class="tiles">{quick.iter().map(tile).collect_view()}</div>
            <h2 class="section-title">"Chương trình, nhiệm vụ"</h2>
            <div class="tiles">
                <a class="tile" href="#/chuong-trinh/mau">{icon("list")}<span>"Bắt đầu từ mẫu"</span></a>
                {other.iter().map(tile).collect_view()}
            </div>
        </main>
    }
}
