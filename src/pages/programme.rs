//! One programme: its tasks by group, one tap to tick, a result and the record that proves it.

use std::sync::Arc;

use crate::markup::view;
use crate::state::undo;
use leptos::prelude::*;
use records::{date, draft, id::RecordId, summary::Summary, table::Table};
use serde_json::Value;

use crate::{
    browser,
    pages::{frame::head, not_found, programmes},
    parts::{icon::icon, row::due_chip},
    words,
    work::{self, Work, drafts, files::Ready, save},
};

const SHOW: [(&str, &str); 4] = [
    ("mo", "Chưa xong"),
    ("toi", "Của tôi"),
    ("han", "Đến hạn"),
    ("tat", "Tất cả"),
];

pub(crate) fn page(work: Work, id: &str) -> AnyView {
    let Ok(id) = id.parse::<RecordId>() else {
        return not_found::page();
    };
    let Some(row) = work.book.peek(|data| data.rows.get(&id).cloned()) else {
        return not_found::page();
    };
    head(
        row.subtitle
            .split(" · ")
            .next()
            .filter(|t| !t.is_empty())
            .unwrap_or("Chương trình"),
        Some("/chuong-trinh"),
    );
    let show = RwSignal::new("mo");
    let ticked: Ticked = StoredValue::new(Vec::new());
    let today = date::today(browser::now_ms());
    let this_year = today.get(..4).unwrap_or_default().to_owned();
    let chips = SHOW.map(|(value, label)| {
        let pressed = move || (show.get() == value).to_string();
        let choose = move |_| {
            ticked.set_value(Vec::new());
            show.set(value);
        };
        view! { <button class="chip" aria-pressed=pressed on:click=choose>{label}</button> }
    });
    let summary =
        move || {
            let row = work.book.read(|data| data.rows.get(&id).cloned());
            let (tasks, done) = programmes::tasks(work, id);
            row.map(|row| view! {
            <section class="card">
                <h2 class="row-title">{row.title.clone()}</h2>
                {programmes::meter(done, tasks.len())}
                <p class="row-sub">{format!("{done} trong {} việc đã xong", tasks.len())}</p>
                <a class="button small" href=format!("#/phieu/{id}")>"Xem, sửa chương trình"</a>
            </section>
        })
        };
    let give = move |_| {
        if let Some(ready) = work::programmes::file(work, id).filter(Ready::download) {
            work.book.say(format!("Đã xuất tệp {}.", ready.name), None);
        }
    };
    view! {
        <main class="page">
            {summary}
            <div class="chips strip" role="group" aria-label="Lọc việc">{chips}</div>
            {move || groups(work, id, show.get(), &today, ticked)}
            {move || plans(work, id, &this_year)}
            <a class="button" href=format!("#/ghi/nhiem_vu?chuong_trinh={id}")>{icon("plus")}"Thêm nhiệm vụ"</a>
            <button class="button" id="as-template" on:click=give>{icon("download")}"Xuất làm mẫu (JSON)"</button>
            <p class="hint">"Tệp mẫu có nhiệm vụ, đơn vị, mốc thời gian; không có người được giao và kết quả."</p>
        </main>
    }
}

/// The yearly plans of a programme, each with its theme and what it puts first, and the one of this year to begin.
fn plans(work: Work, programme: RecordId, year: &str) -> AnyView {
    let own = programme.to_string();
    let docs = work.book.docs("chuong_trinh").into_iter();
    let of_programme = docs.filter(|(_, doc)| {
        doc.get("thuoc_chuong_trinh").and_then(Value::as_str) == Some(own.as_str())
    });
    let mut has_this_year = false;
    let rows: Vec<AnyView> = of_programme
        .map(|(row, doc)| {
            has_this_year |= row.date.starts_with(year);
            let themes = doc.get("chu_de_nam").and_then(Value::as_array);
            let themes = themes.into_iter().flatten().filter_map(|theme| {
                let parts = ["chu_de", "noi_dung_trong_tam"].iter();
                let said: Vec<&str> = parts
                    .filter_map(|key| theme.get(*key)?.as_str())
                    .collect();
                (!said.is_empty()).then(|| said.join(": "))
            });
            let themes = themes.collect::<Vec<_>>().join("; ");
            view! {
                <a class="row plain-link" href=format!("#/chuong-trinh/{}", row.id)>
                    <span class="row-main"><span class="row-title">{row.title.clone()}</span><span class="row-sub">{themes}</span></span>
                </a>
            }
        })
        .collect();
    let list = (!rows.is_empty()).then(|| {
        view! { <h2 class="section-title">"Kế hoạch năm"</h2><div class="card-list">{rows}</div> }
    });
    // A yearly plan has none below it.
    let is_plan = work
        .book
        .record(programme)
        .is_some_and(|record| record.get("loai").and_then(Value::as_str) == Some("KE_HOACH_NAM"));
    let begin = (!has_this_year && !is_plan).then(|| {
        let given = format!(
            "loai=KE_HOACH_NAM&tu_ngay={year}-01-01&den_ngay={year}-12-31&thuoc_chuong_trinh={own}"
        );
        view! { <a class="button" id="yearly" href=format!("#/ghi/chuong_trinh?{given}")>{icon("plus")}{format!("Lập kế hoạch năm {year}")}</a> }
    });
    view! { {list}{begin} }
}

/// Ticked since the filter was chosen: they stay where they are, so that nothing moves under the thumb.
type Ticked = StoredValue<Vec<RecordId>>;

fn groups(work: Work, programme: RecordId, show: &str, today: &str, ticked: Ticked) -> AnyView {
    let form = work.book.catalogue().newest("nhiem_vu");
    let (tasks, _) = programmes::tasks(work, programme);
    let me = records::search::key(&work.book.me.get().name);
    let soon = date::parse(today)
        .map(|day| date::format(day + 30))
        .unwrap_or_default();
    let mut by_group: Table<usize, (String, Vec<AnyView>)> = Table::new();
    for task in tasks {
        let Some(record) = work.book.record(task.id) else {
            continue;
        };
        let group = record
            .get("nhom")
            .and_then(Value::as_str)
            .unwrap_or("KHAC")
            .to_owned();
        let owner = record
            .get("giao_cho")
            .map(|person| records::search::key(&records::expr::to_text(person)));
        let wanted = match show {
            "mo" => !task.is_done || ticked.with_value(|ids| ids.contains(&task.id)),
            "toi" => !me.is_empty() && owner.is_some_and(|owner| owner.contains(&me)),
            "han" => task.due.first().is_some_and(|due| due.date <= soon),
            _ => true,
        };
        if wanted {
            let nhom = form.and_then(|form| form.field_at("nhom"));
            let place = nhom
                .and_then(|f| f.options.iter().position(|(o, _)| *o == group))
                .unwrap_or(99);
            let label = nhom.map_or(group.clone(), |field| field.label_of(&group).to_owned());
            let (_, views) = by_group.get_or_insert(place, (label, Vec::new()));
            views.push(task_row(work, &task, &record, today, ticked));
        }
    }
    if by_group.is_empty() {
        return view! { <p class="hint">"Không có việc nào ở mục này."</p> };
    }
    let all = by_group.into_values().map(|(label, tasks)| {
        view! { <h2 class="section-title">{label}</h2><div class="card-list">{tasks}</div> }
    });
    all.collect_view().into_any()
}

fn task_row(
    work: Work,
    task: &Arc<Summary>,
    record: &records::fold::Record,
    today: &str,
    ticked: Ticked,
) -> AnyView {
    let text = |key: &str| {
        record
            .get(key)
            .map(records::expr::to_text)
            .unwrap_or_default()
    };
    let is_done = task.is_done;
    let who = match (text("giao_cho"), text("chu_tri")) {
        (owner, _) if !owner.is_empty() => format!("Giao: {owner}"),
        (_, lead) if !lead.is_empty() => format!("Chủ trì: {lead}"),
        _ => String::new(),
    };
    let done = if is_done {
        format!("Xong {}", date::for_people(&text("ngay_hoan_thanh")))
    } else {
        String::new()
    };
    let is_ours = record.get("han_mac_dinh") == Some(&Value::Bool(true)) && !is_done;
    let ours = is_ours.then(
        || view! { <span class="row-sub">"Mốc mặc định, sửa theo quy định của địa phương"</span> },
    );
    let result = text("ket_qua");
    let id = task.id;
    let tick = move |_| {
        ticked.update_value(|ids| ids.push(id));
        set_done(work, id, !is_done);
    };
    let add_result = move |_| {
        if let Some(name) = drafts::edit(work, id) {
            browser::go(&format!("/nhap/{name}?phieu={id}"));
            gloo_timers::callback::Timeout::new(100, || browser::focus("f-ket_qua")).forget();
        }
    };
    let more = is_done.then(|| {
        let label = if result.is_empty() {
            "Ghi kết quả, minh chứng"
        } else {
            "Sửa kết quả"
        };
        view! { <button class="button small" on:click=add_result>{label}</button> }
    });
    let chip = task.due.first().and_then(|due| due_chip(&due.date, today));
    let conflict =
        (task.conflicts > 0).then(|| view! { <span class="chip warn">"2 giá trị"</span> });
    view! {
        <div class="task" data-task=id.to_string()>
            <button class="tick" role="checkbox" aria-checked=is_done.to_string() aria-label=format!("Xong: {}", task.title) on:click=tick><i></i></button>
            <span class="row-main">
                <a class="row-title plain-link" href=format!("#/phieu/{id}")>{task.title.clone()}</a>
                <span class="row-sub">{who}</span>
                <span class="row-sub">{done}</span>
                <span class="row-sub">{result}</span>
                {ours}
                <span class="chips">{chip}{conflict}{more}</span>
            </span>
        </div>
    }
}

/// A task is done on a day: ticking writes today's date, with ten seconds to take it back.
fn set_done(work: Work, id: RecordId, is_done: bool) {
    let Some(record) = work.book.peek(|data| data.replica.notebook.fold(id)) else {
        return;
    };
    let day = if is_done {
        Value::from(date::today(browser::now_ms()))
    } else {
        Value::Null
    };
    let writes = draft::single(&record, "ngay_hoan_thanh", day);
    wasm_bindgen_futures::spawn_local(async move {
        match save::save(work, vec![writes], None).await {
            Ok(_) => {
                let undo = undo(move || set_done(work, id, !is_done));
                work.book.say(
                    if is_done {
                        "Đã đánh dấu xong."
                    } else {
                        "Đã bỏ dấu xong."
                    },
                    Some(undo),
                );
            }
            Err(error) => work.book.say(words::save_error(&error), None),
        }
    });
}
