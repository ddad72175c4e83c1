//! Đồng bộ: what was exchanged, what waits, what was set aside and why; the files.

use crate::browser::let_go;
use crate::markup::view;
use leptos::prelude::*;

use crate::{
    browser::{self, files as device},
    pages::frame::head,
    parts::icon::icon,
    words,
    work::{
        Work,
        files::{self, FilesError, Imported, Ready},
        sync,
    },
};

pub(crate) fn page(work: Work) -> AnyView {
    head("Đồng bộ", Some("/"));
    view! {
        <main class="page">
            {exchange(work)}
            <section class="card">
                <h2>"Chuyển hộ"</h2>
                <p class="hint">"Không có mạng? Máy khác mang hộ những lần ghi chưa gửi, dưới niêm phong."</p>
                <a class="button" id="carry" href="#/chuyen-ho">{icon("share")}"Mở Chuyển hộ"</a>
            </section>
            {set_aside(work)}
            {storage(work)}
            {export(work)}
            {backup(work)}
            {import(work)}
        </main>
    }
}

fn exchange(work: Work) -> AnyView {
    let book = work.book;
    let state = move || {
        let (waiting, _) = book.outbox();
        let exchange = book.exchange.get();
        let saved = book.read(|data| data.replica.notebook.len());
        let heard = book.read(|data| data.replica.sync.heard_ms);
        let server = book.read(|data| data.replica.sync.server_ms);
        let drift = heard.abs_diff(server) > 600_000 && server > 0 && exchange.done_ms > 0;
        let drift = drift.then(|| view! { <p class="banner warn">"Đồng hồ của máy này lệch hơn 10 phút. Phiếu vẫn an toàn; nên chỉnh lại giờ của máy."</p> });
        let last = if heard == 0 {
            "Chưa trao đổi với máy chủ lần nào.".to_owned()
        } else {
            format!("Trao đổi gần nhất: {}.", words::moment(heard))
        };
        let waits = if book.me.with(|me| me.endpoint.is_empty()) {
            String::new()
        } else if waiting == 0 {
            "Không còn gì chờ gửi.".to_owned()
        } else {
            words::waiting(waiting)
        };
        let failure = exchange
            .failure
            .map(|say| view! { <p class="banner warn" role="status">{say}</p> });
        view! {
            <p>{format!("Trên máy này: {} lần ghi.", words::count(saved))}</p>
            <p>{last}</p>
            <p>{waits}</p>
            {failure}
            {drift}
        }
    };
    let is_enrolled = move || book.me.with(|me| !me.endpoint.is_empty());
    let now = move |_| sync::now(work);
    let label = move || {
        if book.exchange.read().is_running {
            "Đang trao đổi…"
        } else {
            "Gửi ngay"
        }
    };
    let button = move || {
        if is_enrolled() {
            view! { <button class="button primary" id="sync-now" on:click=now>{icon("cloud")}{label}</button> }
        } else {
            view! { <a class="button primary" href="#/ket-noi">"Nối máy chủ của xã"</a> }
        }
    };
    view! { <section class="card"><h2>"Trao đổi với máy chủ"</h2>{state}{button}</section> }
}

/// Held or refused: what, why, and what to do.
fn set_aside(work: Work) -> AnyView {
    let book = work.book;
    let list = move || {
        let rows: Vec<_> = book.read(|data| {
            let verdicts = data.replica.verdicts.iter();
            verdicts
                .map(|(id, verdict)| {
                    let rec = data
                        .replica
                        .notebook
                        .get(id)
                        .and_then(|known| known.recs.first().copied());
                    let title = rec
                        .and_then(|rec| data.rows.get(&rec))
                        .map(|row| row.title.clone());
                    (
                        rec,
                        title.unwrap_or_else(|| id.to_string()),
                        verdict
                            .say
                            .clone()
                            .or(verdict.code.clone())
                            .unwrap_or_default(),
                    )
                })
                .collect()
        });
        let rows = (!rows.is_empty()).then_some(rows)?;
        let one = |(rec, title, say): (Option<records::id::RecordId>, String, String)| {
            let href = rec.map_or_else(|| "#/dong-bo".to_owned(), |rec| format!("#/phieu/{rec}"));
            view! { <a class="row" href=href><span class="row-main"><span class="row-title">{title}</span><span class="row-sub">{say}</span></span></a> }
        };
        let rows = rows.into_iter().map(one).collect_view();
        Some(view! {
            <h2 class="section-title">"Máy chủ để riêng hoặc từ chối"</h2>
            <p class="hint">"Các lần ghi này vẫn ở trên máy. Mở phiếu để xem; báo người quản trị của xã kèm lý do dưới đây."</p>
            <div class="card-list">{rows}</div>
        })
    };
    let aside = move || {
        let count = book.read(|data| data.replica.aside.len());
        (count > 0).then(|| view! { <p class="banner warn">{format!("{count} dòng nhận về không đọc được, được giữ riêng nguyên vẹn.")}</p> })
    };
    view! { {list}{aside} }
}

fn storage(work: Work) -> AnyView {
    let used = RwSignal::new(String::new());
    let kept = RwSignal::new(None::<bool>);
    wasm_bindgen_futures::spawn_local(async move {
        let is_kept = browser::is_storage_kept().await;
        let_go(kept.try_set(is_kept));
        if let Some((usage, quota)) = browser::storage_use().await {
            let room = quota.saturating_sub(usage);
            let warning = if room < 50 * 1_048_576 {
                " Bộ nhớ máy sắp đầy, nên xuất tệp dự phòng."
            } else {
                ""
            };
            let_go(used.try_set(format!(
                "Đã dùng {}, còn được dùng {}.{warning}",
                words::bytes(usage),
                words::bytes(room)
            )));
        }
    });
    let say = move || match kept.get() {
        Some(true) => "Trình duyệt đã hứa giữ dữ liệu của sổ tay.",
        Some(false) => {
            "Trình duyệt chưa hứa giữ dữ liệu khi máy đầy. Thêm sổ tay vào màn hình chính để được giữ."
        }
        None => "",
    };
    let ready = move || {
        let book = work.book;
        match (book.is_offline_ready.get(), book.is_whole.get()) {
            (true, true) => "Đủ mọi phần, dùng được không cần mạng.",
            (true, false) => {
                "Ghi và xem được không cần mạng. Báo cáo, bản in, Excel còn đang tải: giữ mạng thêm ít phút."
            }
            (false, _) => "",
        }
    };
    view! { <section class="card"><h2>"Bộ nhớ trên máy"</h2><p>{move || used.get()}</p><p>{say}</p><p>{ready}</p></section> }
}

/// Gives a file out and says so.
fn give(
    work: Work,
    made: impl Future<Output = Result<Ready, FilesError>> + 'static,
    by_share: bool,
) {
    wasm_bindgen_futures::spawn_local(async move {
        match made.await {
            Ok(ready) => {
                let is_out = if by_share {
                    ready.share().await
                } else {
                    ready.download()
                };
                if is_out {
                    work.book.say(format!("Đã xuất tệp {}.", ready.name), None);
                    files::note_backup(work).await;
                }
            }
            Err(error) => work.book.say(words::files_error(&error), None),
        }
    });
}

fn export(work: Work) -> AnyView {
    let share = device::can_share().then(|| {
        view! { <button class="button" id="export-share" on:click=move |_| give(work, files::export(work, None), true)>{icon("share")}"Gửi qua ứng dụng khác"</button> }
    });
    view! {
        <section class="card">
            <h2>"Xuất tệp đọc được (JSON)"</h2>
            <p class="hint">"Mọi phiếu kèm lịch sử ghi, để nộp, lưu hoặc nhập vào máy khác. Tệp không khóa: có tên và địa chỉ công dân, giữ cẩn thận."</p>
            <div class="buttons">
                <button class="button primary" id="export" on:click=move |_| give(work, files::export(work, None), false)>{icon("download")}"Xuất"</button>
                {share}
            </div>
        </section>
    }
}

/// Shorter ones fall to a home computer in a day.
const WORDS_MIN: usize = 8;

fn backup(work: Work) -> AnyView {
    let (words_typed, note, is_busy) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(false),
    );
    let make = move |_| {
        let typed = words_typed.get_untracked();
        if typed.chars().count() < WORDS_MIN {
            note.set(format!("Cụm mật khẩu cần ít nhất {WORDS_MIN} ký tự, dễ nhất là bốn từ không liên quan nhau."));
            return;
        }
        is_busy.set(true);
        note.set("Đang niêm phong…".to_owned());
        wasm_bindgen_futures::spawn_local(async move {
            let made = files::backup(work, &typed).await;
            let_go(is_busy.try_set(false));
            let_go(note.try_set(String::new()));
            give(work, std::future::ready(made), false);
        });
    };
    view! {
        <section class="card">
            <h2>"Sao lưu có khóa"</h2>
            <p class="hint">"Toàn bộ sổ tay và bản nháp, khóa bằng cụm mật khẩu. Không ai lấy lại được cụm mật khẩu đã quên."</p>
            <label class="field">
                <span class="field-label">"Cụm mật khẩu"</span>
                <input id="backup-words" type="password" autocomplete="new-password" on:input=move |ev| words_typed.set(event_target_value(&ev)) />
            </label>
            <p role="status">{move || note.get()}</p>
            <button class="button" id="backup" disabled=move || is_busy.get() on:click=make>{icon("lock")}"Sao lưu ra tệp"</button>
        </section>
    }
}

fn import(work: Work) -> AnyView {
    let held: RwSignal<Option<Vec<u8>>> = RwSignal::new(None);
    let (typed, result) = (
        RwSignal::new(String::new()),
        RwSignal::new(Vec::<String>::new()),
    );
    let progress = move |done: usize, all: usize| {
        let_go(result.try_set(vec![format!(
            "Đang nhập {}/{}",
            words::count(done),
            words::count(all)
        )]));
    };
    let chosen = move |event| {
        let file = device::chosen(&event);
        wasm_bindgen_futures::spawn_local(async move {
            let Some(bytes) = file.await else {
                return;
            };
            if files::is_backup(&bytes) {
                result.set(vec![
                    "Tệp sao lưu có khóa. Nhập cụm mật khẩu rồi bấm Mở.".to_owned(),
                ]);
                held.set(Some(bytes));
            } else {
                held.set(None);
                report(result, files::import(work, &bytes, progress).await);
            }
        });
    };
    let restore = move |_| {
        let Some(bytes) = held.get_untracked() else {
            return;
        };
        let words_typed = typed.get_untracked();
        result.set(vec!["Đang mở…".to_owned()]);
        wasm_bindgen_futures::spawn_local(async move {
            let done = files::restore(work, &bytes, &words_typed, progress).await;
            if done.is_ok() {
                held.set(None);
            }
            report(result, done);
        });
    };
    let ask = move || held.read().is_some().then(|| passphrase(typed, restore));
    let lines = move || {
        result
            .get()
            .into_iter()
            .map(|line| view! { <p>{line}</p> })
            .collect_view()
    };
    view! {
        <section class="card">
            <h2>"Nhập từ tệp"</h2>
            <p class="hint">"Tệp đã xuất hoặc sao lưu. Phiếu trùng không bị ghi hai lần; không có gì trên máy bị đè."</p>
            <label class="field">
                <span class="field-label">"Chọn tệp"</span>
                <input id="import-file" type="file" accept=".json,.saoluu,application/json" on:change=chosen />
            </label>
            {ask}
            <div id="import-result" role="status">{lines}</div>
        </section>
    }
}

/// A sealed file asks for its passphrase.
fn passphrase(
    typed: RwSignal<String>,
    restore: impl FnMut(leptos::ev::Event) + 'static,
) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">"Cụm mật khẩu của tệp"</span>
            <input id="restore-words" type="password" autocomplete="off" on:input=move |ev| typed.set(event_target_value(&ev)) />
        </label>
        <button class="button" id="restore" on:click=restore>"Mở và nhập"</button>
    }
}

fn report(result: RwSignal<Vec<String>>, done: Result<Imported, FilesError>) {
    let lines = match done {
        Err(error) => vec![words::files_error(&error)],
        Ok(imported) => {
            let mut lines = vec![format!(
                "Đã nhập {} lần ghi mới; {} lần ghi đã có sẵn.",
                words::count(imported.changes),
                words::count(imported.known)
            )];
            if imported.drafts > 0 {
                lines.push(format!("Lấy lại {} bản nháp.", imported.drafts));
            }
            if !imported.damaged.is_empty() {
                lines.push(format!(
                    "{} mục trong tệp bị hỏng, không nhập:",
                    imported.damaged.len()
                ));
                lines.extend(imported.damaged.into_iter().take(20));
            }
            lines
        }
    };
    let_go(result.try_set(lines));
}
