//! Đơn vị: the unit's own hamlets, people and steering committees.

use crate::markup::view;
use leptos::prelude::*;

use crate::{
    browser,
    pages::frame::head,
    parts::{icon::icon, row::record_row},
    work::Work,
};

pub(crate) fn page(work: Work) -> AnyView {
    head("Đơn vị", Some("/cai-dat"));
    let today = records::date::today(browser::now_ms());
    let list = move |form: &'static str, empty: &'static str, add: &'static str| {
        let today = today.clone();
        move || {
            let rows = work.book.rows(|row| row.form == form);
            let shown = rows.iter().map(|row| {
                let is_unsent = work.book.is_unsent(row.id);
                record_row(
                    row,
                    work.book.catalogue(),
                    format!("#/phieu/{}", row.id),
                    is_unsent,
                    &today,
                )
            });
            let shown: Vec<AnyView> = shown.collect();
            let shown = if shown.is_empty() {
                view! { <p class="hint">{empty}</p> }
            } else {
                view! { <div class="card-list">{shown}</div> }
            };
            // One list of hamlets for a unit is enough.
            let more = (rows.is_empty() || form != "don_vi").then(|| {
                view! { <a class="button" data-add=form href=format!("#/ghi/{form}")>{icon("plus")}{add}</a> }
            });
            view! { {shown}{more} }
        }
    };
    view! {
        <main class="page">
            <p>"Tên thôn, tổ và cán bộ ghi ở đây được gợi ý khi ghi phiếu, giao việc; ban chỉ đạo in trong báo cáo chương trình."</p>
            <h2 class="section-title">"Thôn, tổ dân phố, cán bộ"</h2>
            {list.clone()("don_vi", "Chưa ghi danh sách thôn, tổ và cán bộ.", "Ghi danh sách")}
            <h2 class="section-title">"Ban chỉ đạo, tổ công tác"</h2>
            {list("ban_chi_dao", "Chưa có ban chỉ đạo nào.", "Thêm ban chỉ đạo")}
        </main>
    }
}
