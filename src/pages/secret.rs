//! Ngăn hồ sơ tố cáo: the way in and out, what a case can do that other records cannot, and what it cannot.

use std::cell::RefCell;

use crate::markup::view;
use leptos::prelude::*;
use records::{
    date,
    fold::Record,
    form::{Field, Kind},
    id::RecordId,
    secret,
};

use crate::{
    browser::{self, let_go},
    pages::{frame::head, not_found},
    parts::{icon::icon, values},
    words,
    work::{Work, audit, open, secret as compartment},
};

/// What the compartment is, before somebody opens it.
const WHAT: &str = "Hồ sơ tố cáo nằm riêng: khóa riêng, không có trong sổ, tìm kiếm, báo cáo, tệp xuất, sao lưu, chuyển hộ của sổ thường. \
    Chỉ người ghi và người xử lý nêu trong hồ sơ đọc được; mỗi lần xem đều ghi vào nhật ký của máy chủ. Phiếu tiếp công dân chỉ ghi mã hồ sơ.";

/// The way in, of the ordinary notebook.
pub(crate) fn door(work: Work) -> AnyView {
    head("Hồ sơ tố cáo", Some("/cai-dat"));
    let has_secrets = work.book.read(|data| data.replica.sync.has_secrets);
    let enter = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            if !compartment::enter(work).await {
                work.book.say(words::NOT_KEPT, None);
            }
        });
    };
    let way = match (has_secrets, compartment::is_let_in()) {
        (false, _) => view! {
            <div class="banner info" id="secret-off">"Đơn vị chưa bật việc ghi hồ sơ tố cáo trên điện thoại, hoặc máy này chưa ghi danh bằng tài khoản riêng. Phiếu tiếp công dân chỉ ghi số, mã và số người."</div>
        },
        (true, false) => view! {
            <div class="banner warn">"Đặt khóa sổ trước: không có khóa thì hồ sơ không được giữ trên máy."</div>
            <a class="button primary" href="#/khoa">{icon("lock")}"Đặt khóa"</a>
        },
        (true, true) => view! {
            <button class="button primary" id="enter-secret" on:click=enter>{icon("lock")}"Mở ngăn hồ sơ tố cáo"</button>
            <p class="hint">"Sổ đóng lại và hỏi PIN. Trong ngăn chỉ thấy hồ sơ tố cáo."</p>
        },
    };
    view! { <main class="page"><p>{WHAT}</p>{way}</main> }
}

/// The table of addresses inside; none: as elsewhere.
pub(crate) fn there(work: Work, parts: &[&str]) -> Option<AnyView> {
    match parts {
        ["cai-dat" | "dong-bo"] => Some(inside(work)),
        ["phieu", id, "in", ..] => Some(copy(work, id)),
        [] | ["viec"] | ["ghi" | "nhap" | "phieu", ..] | ["so"] | ["so", _] => None,
        _ => Some(not_found::page()),
    }
}

/// What stands in the place of the settings.
fn inside(work: Work) -> AnyView {
    head("Ngăn hồ sơ tố cáo", Some("/"));
    let leave = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            if !compartment::leave(work).await {
                work.book.say(words::NOT_KEPT, None);
            }
        });
    };
    let state = move || {
        let (waiting, aside) = work.book.outbox();
        let waiting = match waiting {
            0 => "Máy chủ đã nhận hết.".to_owned(),
            waiting => words::waiting(waiting),
        };
        let aside =
            (aside > 0).then(|| view! { <p class="field-help warn">{words::refused(aside)}</p> });
        view! { <p id="secret-state">{waiting}</p>{aside} }
    };
    view! {
        <main class="page">
            <p>{WHAT}</p>
            {state}
            <button class="button primary" id="leave-secret" on:click=leave>{icon("back")}"Về sổ thường"</button>
        </main>
    }
}

thread_local! {
    /// The cases that were looked at since this page was loaded.
    static SEEN: RefCell<Vec<RecordId>> = const { RefCell::new(Vec::new()) };
}

/// The part of a case's page that comes with the second wasm.
pub(crate) fn tools(work: Work, record: &Record) -> AnyView {
    let id = record.id;
    if SEEN.with_borrow(|seen| !seen.contains(&id)) {
        SEEN.with_borrow_mut(|seen| seen.push(id));
        wasm_bindgen_futures::spawn_local(async move {
            let_go(audit::note_here(work, "xem_mat", &id.to_string()).await);
        });
    }
    view! { <a class="button no-print" id="copy-case" href=format!("#/phieu/{id}/in")>{icon("print")}"Bản sao có mã…"</a> }
}

/// What a copy does not say: who denounced.
const NOT_COPIED: &str = "nguoi_to_cao";

/// A copy of a case: only for a reason, with a code of its own, without who denounced.
fn copy(work: Work, id: &str) -> AnyView {
    let record = id.parse().ok().and_then(|id| work.book.record(id));
    let Some(record) = record else {
        return not_found::page();
    };
    head("Bản sao hồ sơ", Some(&format!("/phieu/{id}")));
    let (reason, code) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let failure = RwSignal::new("");
    let about = record.id;
    let make = move |_| {
        let why = reason.get_untracked().trim().to_owned();
        if why.is_empty() {
            return failure.set("Ghi lý do: ai cần bản sao, để làm gì.");
        }
        wasm_bindgen_futures::spawn_local(async move {
            let made = compartment::copy_code();
            let said = format!("{about} {made}: {why}");
            // Written down first: without that there is no copy.
            match audit::note_here(work, "xuat_mat", &said).await {
                Ok(()) => let_go(code.try_set(Some(made))),
                Err(error) => work.book.say(words::store_error(&error), None),
            }
        });
    };
    let body = move || match code.get() {
        None => view! {
            <p>"Bản sao không có họ tên, địa chỉ, cách liên hệ của người tố cáo (Luật Tố cáo, Điều 8). Mỗi bản có mã riêng; lý do và mã được ghi vào nhật ký."</p>
            <label class="field">
                <span class="field-label">"Lý do"</span>
                <input name="copy-reason" autocomplete="off" on:input=move |ev| { failure.set(""); reason.set(event_target_value(&ev)); } />
            </label>
            {move || (!failure.read().is_empty()).then(|| view! { <p class="field-problem" role="alert">{failure.get()}</p> })}
            <button class="button primary" id="make-copy" on:click=make>"Làm bản sao"</button>
        },
        Some(code) => view! {
            <div class="buttons no-print"><button class="button primary" on:click=|_| browser::print()>{icon("print")}"In hoặc lưu PDF"</button></div>
            {sheet(work, &record, &code)}
        },
    };
    view! { <main class="page wide">{body}</main> }
}

fn sheet(work: Work, record: &Record, code: &str) -> AnyView {
    let form = work.book.catalogue().form(&record.form, &record.version);
    let fields = form.into_iter().flat_map(|form| form.fields());
    let doc = record.to_doc();
    let line = |field: &Field, doc: &serde_json::Value| {
        let value = doc.get(&field.key).filter(|value| !value.is_null())?;
        let said = values::text(field, value);
        Some(view! { <p><strong>{format!("{}: ", field.label)}</strong>{said}</p> })
    };
    let lines = fields.filter(|field| field.key != NOT_COPIED).map(|field| {
        if field.kind != Kind::Group {
            return view! { {line(field, &doc)} };
        }
        let entries = doc.get(&field.key).and_then(|value| value.as_array());
        let entries = entries.into_iter().flatten().flat_map(|entry| {
            let inner = field.fields.iter();
            inner
                .filter_map(|inner| line(inner, entry))
                .collect::<Vec<_>>()
        });
        let entries: Vec<AnyView> = entries.collect();
        view! { {entries} }
    });
    let lines: Vec<AnyView> = lines.collect();
    view! {
        <article class="paper" lang="vi" id="case-copy">
            <p class="paper-title">"BẢN SAO HỒ SƠ TỐ CÁO"</p>
            <p class="paper-subject">{format!("Mã bản sao {code}, ngày {}", date::for_people(&date::today(browser::now_ms())))}</p>
            {lines}
        </article>
    }
}

/// Of the ordinary notebook: a denunciation is moved out of a record.
pub(crate) fn move_out(work: Work, record: &Record) -> Option<AnyView> {
    let has_secrets = work.book.read(|data| data.replica.sync.has_secrets);
    if open::is_secret() || !has_secrets || !secret::is_denunciation(record) {
        return None;
    }
    let (is_sure, is_busy) = (RwSignal::new(false), RwSignal::new(false));
    let record = record.clone();
    let act = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let record = record.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match compartment::move_in(work, &record).await {
                Ok(code) => work
                    .book
                    .say(format!("Đã chuyển vào ngăn tố cáo, mã {code}."), None),
                Err(compartment::MoveError::Nothing) => work.book.say(
                    "Chưa chuyển được: đặt khóa sổ rồi mở lại sổ bằng PIN.",
                    None,
                ),
                Err(compartment::MoveError::Save(error)) => {
                    work.book.say(words::save_error(&error), None);
                }
            }
            let_go(is_busy.try_set(false));
        });
    };
    let body = move || match is_sure.get() {
        false => view! {
            <button class="button" id="move-secret" on:click=move |_| is_sure.set(true)>{icon("lock")}"Chuyển vào ngăn tố cáo…"</button>
            <a class="button plain" href="#/ngan-mat">"Mở ngăn hồ sơ tố cáo"</a>
        },
        true => view! {
            <div class="banner warn">"Họ tên, giấy tờ, lời kể của phiếu này chuyển vào một hồ sơ kín; các lần ghi trước của phiếu bị xóa ở mọi máy và máy chủ, phiếu còn ngày, số, loại và mã hồ sơ. Không lấy lại ra sổ thường được."</div>
            <div class="buttons">
                <button class="button" on:click=move |_| is_sure.set(false)>"Thôi"</button>
                <button class="button primary" id="move-secret-now" disabled=move || is_busy.get() on:click=act.clone()>"Chuyển"</button>
            </div>
        },
    };
    Some(view! { <section class="card no-print"><h3>"Tố cáo"</h3>{body}</section> })
}
