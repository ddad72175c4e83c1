//! One register: search, filters, counts; on a desk with the open record beside it.

use std::{rc::Rc, sync::Arc};

use crate::markup::{keyed, view};
use leptos::prelude::*;
use records::{
    date,
    form::Form,
    id::RecordId,
    search::Query,
    summary::{Due, Summary},
};

use crate::{
    browser,
    pages::{frame::head, not_found, record},
    parts::{icon::icon, row::record_row, virtual_list::virtual_list},
    words,
    work::{Left, Work, files},
};

/// What narrows a register.
#[derive(Clone, Copy)]
struct Filter {
    typed: RwSignal<String>,
    period: RwSignal<&'static str>,
    state: RwSignal<&'static str>,
    scroll: RwSignal<usize>,
}

const PERIODS: [(&str, &str); 5] = [
    ("", "Mọi kỳ"),
    ("thang", "Tháng này"),
    ("quy", "Quý này"),
    ("nam", "Năm nay"),
    ("nam-truoc", "Năm trước"),
];
const STATES: [(&str, &str); 6] = [
    ("", "Mọi tình trạng"),
    ("qua-han", "Quá hạn"),
    ("con-viec", "Còn việc"),
    ("chinh-thuc", "Chính thức"),
    ("hai-gia-tri", "2 giá trị"),
    ("chua-gui", "Chưa gửi"),
];

/// The filter as it was left.
fn filter(work: Work, form: &'static Form) -> Filter {
    let left = work.left(&form.id);
    let filter = Filter {
        typed: RwSignal::new(left.typed),
        period: RwSignal::new(left.period),
        state: RwSignal::new(left.state),
        scroll: RwSignal::new(left.scroll),
    };
    on_cleanup(move || {
        let left = Left {
            typed: filter.typed.get_untracked(),
            period: filter.period.get_untracked(),
            state: filter.state.get_untracked(),
            scroll: filter.scroll.get_untracked(),
        };
        work.leave(&form.id, left);
    });
    filter
}

/// `/so/form` or `/so/form/record`: the list stays while one record after the other is opened.
pub(crate) fn page(work: Work, form: &str) -> AnyView {
    let book = work.book;
    let Some(form) = book.catalogue().newest(form) else {
        return not_found::page();
    };
    let filter = filter(work, form);
    let open = Memo::new(move |_| {
        let route = book.route.read();
        let id = route.split('/').nth(3).unwrap_or_default();
        let is_record = id.parse::<RecordId>().is_ok();
        if is_record {
            id.to_owned()
        } else {
            String::new()
        }
    });
    Effect::new(move |_| {
        if open.read().is_empty() {
            head(form.label.as_str(), Some("/so"));
        }
    });
    let today = date::today(browser::now_ms());
    let (day, shown_day) = (today.clone(), today);
    let rows: Memo<Vec<Arc<Summary>>> = Memo::new(move |_| {
        let query = Query::new(&filter.typed.read());
        let (from, to) = period(filter.period.get(), &day);
        let state = filter.state.get();
        book.rows(|row| {
            row.form == form.id
                && (from.as_str()..=to.as_str()).contains(&row.date.as_str())
                && is_in_state(row, state, &day, |id| book.is_unsent(id))
                && query.matches(&row.key)
        })
    });
    let opened = move || {
        let mut opened = vec![open.get()];
        opened.retain(|id| !id.is_empty());
        opened
    };
    let detail = move |id: String| {
        let detail = record::detail(work, &id, &format!("/so/{}", form.id));
        view! { <section class="pane-detail">{detail}</section> }
    };
    let detail = keyed(opened, detail);
    let is_large = book.is_large.get_untracked();
    let render = move |row: &Summary| {
        let is_unsent = untrack(|| book.is_unsent(row.id));
        let href = format!("#/so/{}/{}", row.form, row.id);
        let id = row.id.to_string();
        let is_current = move || *open.read() == id;
        let view = record_row(row, book.catalogue(), href, is_unsent, &shown_day);
        view! { <div class:current=is_current>{view}</div> }
    };
    let list = virtual_list(rows, is_large, filter.scroll, Rc::new(render));
    view! {
        <main class="split table" class:open=move || !open.read().is_empty()>
            <section class="pane-list">
                {tools(work, form, filter, rows)}
                {move || rows.read().is_empty().then(|| empty(form, filter))}
                {list}
            </section>
            {detail}
        </main>
    }
}

fn tools(
    work: Work,
    form: &'static Form,
    filter: Filter,
    rows: Memo<Vec<Arc<Summary>>>,
) -> AnyView {
    let export = move |_| {
        let ids: Vec<RecordId> = rows.read_untracked().iter().map(|row| row.id).collect();
        wasm_bindgen_futures::spawn_local(async move {
            match files::export(work, Some(&ids)).await {
                Ok(ready) => drop(ready.download()),
                Err(error) => work.book.say(words::files_error(&error), None),
            }
        });
    };
    view! {
        <label class="search">
            {icon("search")}
            <input type="search" aria-label="Tìm trong sổ này" placeholder="Tìm, không cần gõ dấu" autocomplete="off"
                prop:value=filter.typed.get_untracked() on:input=move |ev| filter.typed.set(event_target_value(&ev)) />
        </label>
        <div class="chips strip" role="group" aria-label="Lọc">
            {menu("Kỳ", &PERIODS, filter.period)}
            {menu("Tình trạng", &STATES, filter.state)}
        </div>
        <div class="chips">
            <span class="row-sub" role="status">{move || format!("{} phiếu", words::count(rows.read().len()))}</span>
            <a class="button small" href=format!("#/ghi/{}", form.id)>{icon("plus")}"Ghi"</a>
            <a class="button small" href=format!("#/so/{}/in", form.id)>{icon("print")}"In sổ"</a>
            <button class="button small" on:click=export>{icon("download")}"Xuất"</button>
        </div>
    }
}

fn menu(
    label: &'static str,
    options: &'static [(&'static str, &'static str)],
    chosen: RwSignal<&'static str>,
) -> AnyView {
    let choose = move |ev| {
        let value = event_target_value(&ev);
        let found = options.iter().find(|(option, _)| *option == value);
        chosen.set(found.map_or("", |(option, _)| option));
    };
    let all = options
        .iter()
        .map(|(value, text)| {
            let is_chosen = *value == chosen.get_untracked();
            view! { <option value=*value selected=is_chosen>{*text}</option> }
        })
        .collect_view();
    view! { <select class="chip-select" aria-label=label on:change=choose>{all}</select> }
}

/// First and last day of a period; the widest when none is chosen.
pub(crate) fn period(chosen: &str, today: &str) -> (String, String) {
    let (year, month, _) = date::parse(today)
        .map(date::to_civil)
        .unwrap_or((2026, 1, 1));
    let span = |from: (i64, i64), months: i64| {
        let first = date::from_civil(from.0, from.1, 1);
        (
            date::format(first),
            date::format(date::add_months(first, months) - 1),
        )
    };
    match chosen {
        "thang" => span((year, month), 1),
        "quy" => span((year, (month - 1) / 3 * 3 + 1), 3),
        "nam" => span((year, 1), 12),
        "nam-truoc" => span((year - 1, 1), 12),
        _ => ("0000-01-01".to_owned(), "9999-12-31".to_owned()),
    }
}

fn is_in_state(
    row: &Summary,
    state: &str,
    today: &str,
    is_unsent: impl Fn(RecordId) -> bool,
) -> bool {
    match state {
        "qua-han" => {
            let is_late = |due: &Due| due.date.as_str() < today && due.is_open_on(today);
            row.due.iter().any(is_late)
        }
        "con-viec" => !row.undated.is_empty() || row.due.iter().any(|due| due.is_open_on(today)),
        "chinh-thuc" => row.is_official,
        "hai-gia-tri" => row.conflicts > 0,
        "chua-gui" => is_unsent(row.id),
        _ => true,
    }
}

fn empty(form: &'static Form, filter: Filter) -> AnyView {
    let is_narrowed = !filter.typed.read().is_empty()
        || !filter.period.read().is_empty()
        || !filter.state.read().is_empty();
    if is_narrowed {
        return view! { <div class="empty"><p class="empty-title">"Không có phiếu nào như vậy"</p><p>"Bỏ bớt điều kiện lọc, hoặc tìm bằng ít chữ hơn."</p></div> };
    }
    view! {
        <div class="empty">
            <p class="empty-title">"Chưa có phiếu nào trong sổ này"</p>
            <p>"Phiếu ghi xong nằm ngay trên máy này, theo ngày."</p>
            <a class="button" href=format!("#/ghi/{}", form.id)>{if form.verb.is_empty() { "Ghi phiếu mới" } else { form.verb.as_str() }}</a>
        </div>
    }
}
