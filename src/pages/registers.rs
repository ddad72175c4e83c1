//! Sổ: every kind with its count, and search over all of them.

use std::{rc::Rc, sync::Arc};

use crate::markup::view;
use leptos::prelude::*;
use records::{date, search::Query, summary::Summary};

use crate::{
    browser,
    pages::frame::head,
    parts::{icon::icon, row::record_row, virtual_list::virtual_list},
    words,
    work::{Left, Work},
};

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Sổ", None);
    let left = work.left("");
    let (typed, scroll) = (RwSignal::new(left.typed), RwSignal::new(left.scroll));
    on_cleanup(move || {
        let left = Left {
            typed: typed.get_untracked(),
            scroll: scroll.get_untracked(),
            ..Left::default()
        };
        work.leave("", left);
    });
    let rows: Memo<Vec<Arc<Summary>>> = Memo::new(move |_| {
        let query = Query::new(&typed.read());
        if query.is_empty() {
            Vec::new()
        } else {
            book.rows(|row| query.matches(&row.key))
        }
    });
    if book.route.with_untracked(|route| route.contains('?')) {
        gloo_timers::callback::Timeout::new(50, || browser::focus("find")).forget();
    }
    let today = date::today(browser::now_ms());
    let is_large = book.is_large.get_untracked();
    let found = move || {
        let today = today.clone();
        let is_asking = !typed.read().trim().is_empty();
        if !is_asking {
            return kinds(work);
        }
        let count = move || match rows.read().len() {
            0 => "Không thấy phiếu nào. Thử ít chữ hơn; không cần gõ dấu.".to_owned(),
            n => format!("Thấy {} phiếu", words::count(n)),
        };
        let render = move |row: &Summary| {
            let is_unsent = untrack(|| book.is_unsent(row.id));
            record_row(
                row,
                book.catalogue(),
                format!("#/phieu/{}", row.id),
                is_unsent,
                &today,
            )
        };
        let list = virtual_list(rows, is_large, scroll, Rc::new(render));
        view! { <p class="hint" role="status">{count}</p> {list} }
    };
    let is_asking = Memo::new(move |_| !typed.read().trim().is_empty());
    let shown = move || {
        if !is_asking.get() {
            // The next search begins at its first row.
            scroll.set(0);
        }
        untrack(&found)
    };
    view! {
        <main class="page">
            <label class="search">
                {icon("search")}
                <input type="search" id="find" aria-label="Tìm trong mọi sổ" placeholder="Tìm: tên, nội dung, số văn bản…"
                    autocomplete="off" prop:value=typed.get_untracked() on:input=move |ev| typed.set(event_target_value(&ev)) />
            </label>
            {shown}
        </main>
    }
}

fn kinds(work: Work) -> AnyView {
    let book = work.book;
    let one = move |form: &'static records::form::Form| {
        let count = move || {
            let count = book.rows(|row| row.form == form.id).len();
            words::count(count)
        };
        view! {
            <a class="row" href=format!("#/so/{}", form.id)>
                {icon(&form.icon)}
                <span class="row-main"><span class="row-title">{form.label.as_str()}</span></span>
                <span class="row-side">{count}" phiếu"</span>
            </a>
        }
    };
    let rows = move || {
        let kinds = book.catalogue().kinds().into_iter();
        kinds.map(one).collect_view()
    };
    let whole = |route: &'static str, symbol: &'static str, label: &'static str| {
        view! { <a class="row" href=route>{icon(symbol)}<span class="row-main"><span class="row-title">{label}</span></span></a> }
    };
    view! {
        <div class="card-list">
            {whole("#/viec", "check", "Việc cần theo dõi")}
            {whole("#/dan-van-kheo", "sun", "Dân vận khéo: giai đoạn, tổng hợp")}
            {whole("#/dan-chu", "home", "Dân chủ ở cơ sở: công khai, bàn, lấy ý kiến")}
        </div>
        <h2 class="section-title">"Các sổ"</h2>
        <div class="card-list">{rows}</div>
    }
}
