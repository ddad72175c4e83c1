//! Bàn giao: somebody leaves, their open work and the drafts of this device go to a successor.

use crate::markup::view;
use leptos::prelude::*;
use records::{date, summary::Summary};
use serde_json::{Value, json};

use crate::{
    browser,
    pages::frame::head,
    parts::icon::icon,
    state::undo,
    words,
    work::{
        Work,
        together::{self, Item},
    },
};

pub(crate) fn page(work: Work) -> AnyView {
    head("Bàn giao công việc", Some("/cai-dat"));
    let (from, name, position) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    // Records that stay with whoever leaves.
    let left = RwSignal::new(Vec::<String>::new());
    let items = move || together::open_work(work, &from.read());
    let people: Vec<AnyView> = together::owners(work)
        .into_iter()
        .map(|(who, count)| view! { <option value=who.clone()>{format!("{who} ({count})")}</option> })
        .collect();
    let input = |label: &'static str, id: &'static str, value: RwSignal<String>| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input name=id autocomplete="off" on:input=move |ev| value.set(event_target_value(&ev)) />
            </label>
        }
    };
    let chosen = move || -> Vec<Item> {
        let left = left.read();
        let mut items = items();
        items.retain(|item| !left.contains(&item.row.id.to_string()));
        items
    };
    view! {
        <main class="page">
            <p>"Việc còn mở của người chuyển đi được giao cho người nhận. Ai đã tiếp, đã ghi thì vẫn giữ tên người ấy."</p>
            <label class="field">
                <span class="field-label">"Người chuyển đi"</span>
                <select id="leaver" on:change=move |ev| from.set(event_target_value(&ev))>
                    <option value="">"Chọn…"</option>{people}
                </select>
            </label>
            {input("Người nhận: họ và tên", "successor", name)}
            {input("Chức vụ", "successor-position", position)}
            {move || list(&items(), left, from)}
            {give(work, chosen, (name, position))}
            {drafts(work)}
        </main>
    }
}

fn list(items: &[Item], left: RwSignal<Vec<String>>, from: RwSignal<String>) -> AnyView {
    if items.is_empty() {
        let say = if from.read().is_empty() {
            "Chọn người chuyển đi để xem việc còn mở."
        } else {
            "Không còn việc mở nào đứng tên người này."
        };
        return view! { <p class="hint" role="status">{say}</p> };
    }
    let one = |item: &Item| {
        let id = item.row.id.to_string();
        let is_on = !left.with_untracked(|left| left.contains(&id));
        let toggle = move |ev| {
            let is_on = event_target_checked(&ev);
            left.update(|left| {
                left.retain(|known| *known != id);
                if !is_on {
                    left.push(id.clone());
                }
            });
        };
        view! {
            <label class="row">
                <input type="checkbox" prop:checked=is_on on:change=toggle />
                <span class="row-main"><span class="row-title">{item.row.title.clone()}</span><span class="row-sub">{until(&item.row)}</span></span>
            </label>
        }
    };
    let rows: Vec<AnyView> = items.iter().map(one).collect();
    view! {
        <h2 class="section-title">{format!("{} việc còn mở", words::count(items.len()))}</h2>
        <div class="card-list checks">{rows}</div>
    }
}

fn until(row: &Summary) -> String {
    match row.due.first() {
        Some(due) => format!("Hạn {}", date::for_people(&due.date)),
        None => String::new(),
    }
}

/// The one action, with its count, its progress and its undo.
fn give(
    work: Work,
    chosen: impl Fn() -> Vec<Item> + Copy + Send + Sync + 'static,
    (name, position): (RwSignal<String>, RwSignal<String>),
) -> AnyView {
    let progress = RwSignal::new(None::<(usize, usize)>);
    let go = move |_| {
        let (items, name) = (untrack(chosen), name.get_untracked().trim().to_owned());
        if name.is_empty() {
            work.book.say("Ghi họ tên người nhận.", None);
            return;
        }
        let to: Value = json!({"ho_ten": name, "chuc_vu": position.get_untracked().trim()});
        wasm_bindgen_futures::spawn_local(async move {
            let all = items.len();
            progress.set(Some((0, all)));
            let done = together::hand_over(work, &items, &to, move |done| {
                progress.set(Some((done, all)));
            });
            let done = done.await;
            browser::let_go(progress.try_set(None));
            match done {
                Ok(()) => {
                    let undo = undo(move || take_back(work, items.clone(), to.clone()));
                    work.book
                        .say(format!("Đã bàn giao {all} việc cho {name}."), Some(undo));
                }
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    let label = move || match progress.get() {
        Some((done, all)) => format!("Đang bàn giao {done}/{all}"),
        None => format!("Bàn giao {} việc", words::count(chosen().len())),
    };
    view! {
        <button class="button primary" id="hand-over" disabled=move || chosen().is_empty() || progress.read().is_some() on:click=go>{label}</button>
    }
}

fn take_back(work: Work, items: Vec<Item>, to: Value) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = together::take_back(work, &items, &to).await {
            work.book.say(words::save_error(&error), None);
        }
    });
}

/// Drafts lie on this device only: as records they go to everybody.
fn drafts(work: Work) -> AnyView {
    let save = move |_| {
        wasm_bindgen_futures::spawn_local(async move {
            match together::save_drafts(work).await {
                Ok(count) => work
                    .book
                    .say(format!("Đã lưu {count} bản nháp thành phiếu."), None),
                Err(error) => work.book.say(words::save_error(&error), None),
            }
        });
    };
    let body = move || match work.book.drafts().len() {
        0 => view! { <p class="hint">"Máy này không có bản nháp nào."</p> },
        count => view! {
            <p>{format!("Máy này có {count} bản nháp, chưa ai khác thấy. Lưu thành phiếu (chưa chính thức) để người sau ghi tiếp.")}</p>
            <button class="button" id="save-drafts" on:click=save>{icon("check")}"Lưu bản nháp thành phiếu"</button>
        },
    };
    view! { <section class="card"><h2>"Bản nháp trên máy này"</h2>{body}</section> }
}
