//! Chương trình: every programme with its progress, and the templates to start from.

use std::sync::Arc;

use crate::markup::view;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use records::{
    date,
    id::RecordId,
    programme::{Period, Template},
    summary::Summary,
};

use crate::{
    browser::{self, files as device},
    pages::frame::head,
    parts::{icon::icon, row::due_chip},
    words,
    work::{Work, programmes},
};

/// What was just chosen is on the screen after this.
const SHOWN_MS: u32 = 50;

pub(crate) fn page(work: Work) -> AnyView {
    let book = work.book;
    head("Chương trình", None);
    let today = date::today(browser::now_ms());
    let cards = move || {
        let programmes = book.rows(|row| row.form == "chuong_trinh");
        if programmes.is_empty() {
            return view! {
                <div class="empty">
                    {icon("list")}
                    <p class="empty-title">"Chưa có chương trình nào"</p>
                    <p>"Bắt đầu từ mẫu: nhiệm vụ, người chủ trì và mốc báo cáo có sẵn, sửa theo địa phương."</p>
                </div>
            };
        }
        programmes
            .iter()
            .map(|row| card(work, row, &today))
            .collect_view()
            .into_any()
    };
    view! {
        <main class="page">
            {cards}
            <a class="button primary" href="#/chuong-trinh/mau">"Bắt đầu từ mẫu"</a>
            <a class="button" href="#/ghi/chuong_trinh">"Tự lập chương trình"</a>
        </main>
    }
}

/// All tasks of a programme, and how many are done.
pub(crate) fn tasks(work: Work, programme: RecordId) -> (Vec<Arc<Summary>>, usize) {
    let id = programme.to_string();
    let mut tasks = work
        .book
        .rows(|row| row.form == "nhiem_vu" && row.parent.as_deref() == Some(id.as_str()));
    records::order::sort(&mut tasks, &mut |a, b| (&a.date, a.id) < (&b.date, b.id));
    let done = tasks.iter().filter(|task| task.is_done).count();
    (tasks, done)
}

fn card(work: Work, row: &Summary, today: &str) -> AnyView {
    let (tasks, done) = tasks(work, row.id);
    let due: Vec<&str> = tasks
        .iter()
        .filter_map(|task| task.due.first())
        .map(|due| due.date.as_str())
        .collect();
    let late = due.iter().filter(|due| **due < today).count();
    let late = if late > 0 {
        format!(" · {late} việc quá hạn")
    } else {
        String::new()
    };
    let next = due.iter().min().and_then(|due| due_chip(due, today));
    view! {
        <a class="card plain-link" href=format!("#/chuong-trinh/{}", row.id)>
            <span class="row-title">{row.title.clone()}</span>
            <span class="row-sub">{row.subtitle.clone()}</span>
            {meter(done, tasks.len())}
            <span class="row-sub">{format!("{done} trong {} việc đã xong{late}", tasks.len())}</span>
            <span class="chips">{next}</span>
        </a>
    }
}

pub(crate) fn meter(done: usize, all: usize) -> AnyView {
    let percent = (done * 100).checked_div(all).unwrap_or(0);
    view! {
        <div class="meter" role="progressbar" aria-label="Tiến độ" aria-valuemin="0" aria-valuenow=done.to_string() aria-valuemax=all.to_string()>
            <i style:width=format!("{percent}%")></i>
        </div>
    }
}

pub(crate) fn templates(work: Work) -> AnyView {
    head("Bắt đầu từ mẫu", Some("/chuong-trinh"));
    let chosen: RwSignal<Option<&'static Template>> = RwSignal::new(None);
    let choose = move |template| {
        chosen.set(Some(template));
        Timeout::new(SHOWN_MS, || browser::focus("starter")).forget();
    };
    let take = move |template: Template| choose(&*Box::leak(Box::new(template)));
    let one = move |template: &'static Template| {
        let number = if template.number.is_empty() {
            String::new()
        } else {
            format!("Số {}", template.number)
        };
        let pressed = move || {
            chosen
                .get()
                .is_some_and(|c| c.id == template.id)
                .to_string()
        };
        view! {
            <button class="row" data-template=template.id.as_str() aria-current=pressed on:click=move |_| choose(template)>
                <span class="row-main">
                    <span class="row-title">{template.label.as_str()}</span>
                    <span class="row-sub">{number}</span>
                    <span class="row-sub">{format!("{} nhiệm vụ trong văn bản", template.tasks.len())}</span>
                </span>
            </button>
        }
    };
    let all = work
        .book
        .catalogue()
        .programmes
        .iter()
        .map(one)
        .collect_view();
    view! {
        <main class="page">
            <p class="hint">"Mẫu lấy đúng nhiệm vụ nêu trong văn bản. Bắt đầu xong có thể thêm, sửa, giao việc."</p>
            <div class="card-list">{all}</div>
            {move || own(work, take)}
            {from_file(work, take)}
            {move || chosen.get().map(|template| starter(work, template))}
        </main>
    }
}

/// The programmes of this notebook: the next period or year of one starts from it.
fn own(work: Work, take: impl Fn(Template) + Copy + 'static) -> AnyView {
    let one = move |row: &Arc<Summary>| {
        let id = row.id;
        let renew = move |_| {
            if let Some(template) = programmes::template(work, id) {
                take(template.next());
            }
        };
        view! {
            <button class="row" data-renew=id.to_string() on:click=renew>
                <span class="row-main">
                    <span class="row-title">{row.title.clone()}</span>
                    <span class="row-sub">{row.subtitle.clone()}</span>
                </span>
            </button>
        }
    };
    let rows = work.book.rows(|row| row.form == "chuong_trinh");
    let rows: Vec<AnyView> = rows.iter().map(one).collect();
    let all = (!rows.is_empty()).then(|| {
        view! {
            <h2 class="section-title">"Từ chương trình đã có: lập giai đoạn, năm tiếp theo"</h2>
            <div class="card-list">{rows}</div>
        }
    });
    view! { {all} }
}

/// A template that another commune gave.
fn from_file(work: Work, take: impl Fn(Template) + Copy + 'static) -> AnyView {
    let read = move |event| {
        let file = device::chosen(&event);
        wasm_bindgen_futures::spawn_local(async move {
            let Some(bytes) = file.await else {
                return;
            };
            match programmes::read(&bytes) {
                Ok(template) => take(template),
                Err(error) => work.book.say(words::files_error(&error), None),
            }
        });
    };
    view! {
        <label class="field">
            <span class="field-label">"Tệp mẫu của nơi khác (JSON)"</span>
            <input id="template-file" type="file" accept=".json,application/json" on:change=read />
        </label>
    }
}

fn starter(work: Work, template: &'static Template) -> AnyView {
    let (from, to) = (
        RwSignal::new(template.period.from.clone()),
        RwSignal::new(template.period.to.clone()),
    );
    let period = move || Period {
        from: from.get(),
        to: to.get(),
    };
    let is_whole = move || {
        let (from, to) = (date::parse(&from.get()), date::parse(&to.get()));
        from.zip(to).is_some_and(|(from, to)| from <= to)
    };
    let count = move || {
        if !is_whole() {
            return "Ghi từ ngày và đến ngày; đến ngày không trước từ ngày.".to_owned();
        }
        let period = period();
        let all: usize = template
            .tasks
            .iter()
            .map(|task| task.dates(&period).len())
            .sum();
        format!("Sẽ lập {all} việc có ngày cụ thể trong giai đoạn này.")
    };
    let today = date::today(browser::now_ms());
    let over = move || {
        (is_whole() && to.get() < today).then(|| {
            view! { <p class="banner warn" role="status">"Giai đoạn này đã qua; sửa lại thời gian nếu tiếp tục thực hiện."</p> }
        })
    };
    let start = move |_| start(work, template, untrack(period));
    let day = |label: &'static str, name: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input type="date" name=name prop:value=value.get_untracked() on:input=move |ev| value.set(event_target_value(&ev)) />
            </label>
        }
    };
    view! {
        <section class="card" id="starter" tabindex="-1">
            <h2>{template.label.as_str()}</h2>
            {over}
            <p class="hint">{template.note.as_str()}</p>
            <div class="pair">{day("Từ ngày", "from", from)}{day("Đến ngày", "to", to)}</div>
            <p role="status">{count}</p>
            <button class="button primary" id="start" disabled=move || !is_whole() on:click=start>"Bắt đầu chương trình"</button>
        </section>
    }
}

fn start(work: Work, template: &'static Template, period: Period) {
    wasm_bindgen_futures::spawn_local(async move {
        match programmes::start(work, template, &period).await {
            Ok(Some((id, ms))) => {
                work.book.say(words::saved_at(ms), None);
                browser::go_instead(&format!("/chuong-trinh/{id}"));
            }
            Ok(None) => {} // The templates of this page come with both forms.
            Err(error) => work.book.say(words::save_error(&error), None),
        }
    });
}
