//! An address that leads nowhere.

use crate::markup::view;
use leptos::prelude::*;

use crate::pages::frame::head;

pub(crate) fn page() -> AnyView {
    head("Không có trang này", Some("/"));
    view! {
        <main class="page">
            <div class="empty">
                <p class="empty-title">"Không có trang này trên máy."</p>
                <p>"Có thể phiếu chưa về tới máy này, hoặc đường dẫn đã cũ."</p>
                <a class="button primary" href="#/">"Về Hôm nay"</a>
            </div>
        </main>
    }
}
