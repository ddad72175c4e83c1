//! Hôm nay: what is due, what to record, what was begun, what came last.

use std::sync::Arc;

use crate::markup::view;
use crate::state::undo;
use leptos::prelude::*;
use records::{
    date,
    draft::Draft,
    summary::{Due, Summary},
};

use crate::{
    browser,
    pages::frame::{self, head},
    parts::{
        icon::icon,
        row::{due_row, record_row},
    },
    state::Book,
    words,
    work::{Work, drafts, open},
};

/// What fits above the fold; the rest is one tap away.
const DUE_SHOWN: usize = 3;
const LATEST_SHOWN: usize = 5;
/// Records without a copy elsewhere after which a reminder is due.
const UNSAFE_RECORDS: usize = 20;

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    let unit = book.unit();
    head(
        if unit.is_empty() {
            "Hôm nay".to_owned()
        } else {
            unit
        },
        None,
    );
    let today = date::today(browser::now_ms());
    let tiles = book.catalogue().kinds().into_iter().filter(|form| form.quick).map(|form| {
        view! { <a class="tile" href=format!("#/ghi/{}", form.id)>{icon(&form.icon)}<span>{form.label.as_str()}</span></a> }
    });
    let tiles = tiles.collect_view();
    let (for_due, for_latest) = (today.clone(), today);
    view! {
        <main class="page">
            {move || banners(work)}
            {move || due_list(book, &for_due)}
            <h2 class="section-title">"Ghi nhanh"</h2>
            <div class="tiles">{tiles}</div>
            {move || draft_list(work)}
            {move || latest(book, &for_latest)}
        </main>
    }
}

fn banners(work: Work) -> AnyView {
    let book = work.book;
    let update = book.has_update.get().then(|| {
        let take = move |_| frame::take_update(work);
        view! {
            <div class="banner info">
                <p>"Có bản mới của sổ tay. Dữ liệu giữ nguyên."</p>
                <button class="button small" on:click=take>"Cập nhật bây giờ"</button>
            </div>
        }
    });
    let is_alone = book
        .me
        .with(|me| me.endpoint.is_empty() && me.backed_up_ms == 0);
    let many = book.read(|data| data.rows.len()) > UNSAFE_RECORDS;
    let reminder = (is_alone && many).then(|| {
        view! {
            <div class="banner warn">
                <p>"Mọi phiếu chỉ có trên máy này. Nên sao lưu ra tệp hoặc nối máy chủ của xã."</p>
                <a class="button small" href="#/dong-bo">"Sao lưu"</a>
            </div>
        }
    });
    let damaged = book.read(|data| data.damaged);
    let damaged = (damaged > 0).then(|| {
        view! { <div class="banner bad">{format!("{damaged} dòng dữ liệu trên máy không mở được và được để riêng, không bị xóa.")}</div> }
    });
    view! { {update}{reminder}{damaged} }
}

/// One date that is due, with the row it belongs to.
type DueRow = (Due, Arc<Summary>);

/// What is overdue (the latest first: it can still be mended), due today, due this week.
fn due_list(book: Book, today: &str) -> AnyView {
    let mut due: Vec<DueRow> = Vec::new();
    let mut open = 0;
    for row in book.rows(|row| !row.due.is_empty() || !row.undated.is_empty()) {
        let dated = row.due.iter().filter(|due| due.is_open_on(today));
        let before = due.len();
        due.extend(dated.map(|due| (due.clone(), Arc::clone(&row))));
        open += due.len() - before + row.undated.len();
    }
    let week = date::parse(today)
        .map(|day| date::format(day + 7))
        .unwrap_or_default();
    due.retain(|(due, _)| due.date <= week);
    let late = due
        .iter()
        .filter(|(due, _)| due.date.as_str() < today)
        .count();
    let now = due.iter().filter(|(due, _)| due.date == today).count();
    let ahead = due.len() - late - now;
    // The icon is seen by everybody: it counts nothing of the secret compartment.
    if !open::is_secret() {
        browser::badge(late + now);
    }
    records::order::sort(&mut due, &mut |a, b| {
        let (x, y) = (a.0.date.as_str(), b.0.date.as_str());
        match (x < today, y < today) {
            (true, true) => (y, a.1.id) < (x, b.1.id),
            (false, false) => (x, a.1.id) < (y, b.1.id),
            // What is due today and soon comes before what is late already.
            (is_late, _) => !is_late,
        }
    });
    let today = today.to_owned();
    let rows = due.iter().take(DUE_SHOWN);
    let rows = rows
        .map(|(due, row)| due_row(due, row, book.catalogue(), &today, None))
        .collect_view();
    let rows = if due.is_empty() {
        view! { <p class="hint">"Không có việc nào đến hạn trong 7 ngày tới."</p> }
    } else {
        view! { <div class="card-list">{rows}</div> }
    };
    let count = |count: usize, label: &'static str, kind: &'static str| {
        let class = if count > 0 { kind } else { "chip" };
        (count > 0).then(|| view! { <a class=class href="#/viec">{format!("{label} {count}")}</a> })
    };
    let all = (open > 0).then(|| {
        view! { <a class="button plain" href="#/viec">{format!("Mọi việc cần theo dõi ({open})")}</a> }
    });
    view! {
        <h2 class="section-title">"Việc đến hạn"</h2>
        <div class="chips">
            {count(late, "Quá hạn", "chip bad")}{count(now, "Hôm nay", "chip warn")}{count(ahead, "7 ngày tới", "chip")}
        </div>
        {rows}
        {all}
    }
}

fn draft_list(work: Work) -> AnyView {
    let all = work.book.drafts();
    if all.is_empty() {
        return ().into_any();
    }
    let rows = all
        .into_iter()
        .map(|(name, draft)| draft_row(work, &name, &draft))
        .collect_view();
    view! {
        <h2 class="section-title">"Đang ghi dở"</h2>
        <div class="card-list">{rows}</div>
    }
}

fn draft_row(work: Work, name: &str, draft: &Draft) -> AnyView {
    let form = work.book.catalogue().form(&draft.form, &draft.ver);
    let label = form.map_or(draft.form.clone(), |form| form.label.clone());
    let doc = form.map(|form| draft.to_doc(form)).unwrap_or_default();
    let scope = records::expr::Scope::of(&doc, form);
    let titles = form.map(|form| {
        form.title
            .iter()
            .map(|t| records::expr::text(t, &scope))
            .collect::<Vec<_>>()
    });
    let title = titles
        .into_iter()
        .flatten()
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| label.clone());
    let begun = format!(
        "{label} · bắt đầu {} {}",
        words::at_clock(draft.opened),
        date::for_people(&date::today(draft.opened))
    );
    let (kept, dropped) = (draft.clone(), name.to_owned());
    let drop_it = move |_| {
        let (name, draft) = (dropped.clone(), kept.clone());
        wasm_bindgen_futures::spawn_local(async move {
            if drafts::discard(work, &name).await.is_ok() {
                let undo = undo(move || {
                    let (name, draft) = (name.clone(), draft.clone());
                    wasm_bindgen_futures::spawn_local(async move {
                        if let Err(error) = drafts::keep(work, &name, draft).await {
                            work.book.say(words::store_error(&error), None);
                        }
                    });
                });
                work.book.say("Đã bỏ bản nháp.", Some(undo));
            }
        });
    };
    view! {
        <div class="row">
            <a class="row-main plain-link" href=format!("#/nhap/{name}")>
                <span class="row-title">{title}</span>
                <span class="row-sub">{begun}</span>
            </a>
            <button class="icon-button" aria-label="Bỏ bản nháp" on:click=drop_it>{icon("trash")}</button>
        </div>
    }
}

fn latest(book: Book, today: &str) -> AnyView {
    let mut rows = book.rows(|row| row.form != "nhiem_vu" && row.form != "chuong_trinh");
    records::order::sort(&mut rows, &mut |a, b| {
        (a.touched_ms, a.id) > (b.touched_ms, b.id)
    });
    if rows.is_empty() {
        if !book.rows(|_| true).is_empty() {
            return ().into_any();
        }
        return view! {
            <div class="empty">
                <p class="empty-title">"Chưa có phiếu nào"</p>
                <p>"Bấm một ô ở trên để ghi phiếu đầu tiên. Ghi xong là nằm ngay trên máy này."</p>
                <a class="button" href="#/huong-dan">"Xem hướng dẫn"</a>
            </div>
        };
    }
    let one = |row: &Arc<Summary>| {
        let is_unsent = book.is_unsent(row.id);
        record_row(
            row,
            book.catalogue(),
            format!("#/phieu/{}", row.id),
            is_unsent,
            today,
        )
    };
    let rows = rows.iter().take(LATEST_SHOWN).map(one).collect_view();
    view! {
        <h2 class="section-title">"Mới ghi"</h2>
        <div class="card-list">{rows}</div>
    }
}
