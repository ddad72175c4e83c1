//! Kết nối: where the notebook would be sent, shown and confirmed before anything goes there.

use crate::browser::let_go;
use crate::markup::view;
use leptos::prelude::*;
use records::wire::Contact;

use crate::{
    browser,
    pages::frame::head,
    words,
    work::{Work, settings},
};

/// The value of a name in the address.
fn given(route: &str, name: &str) -> Option<String> {
    let (_, query) = route.split_once('?')?;
    let pair = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    browser::decoded(pair)
}

pub(crate) fn page(work: Work) -> AnyView {
    head("Kết nối máy chủ", Some("/cai-dat"));
    let route = work.book.route.get_untracked();
    let endpoint = RwSignal::new(given(&route, "may").unwrap_or_else(browser::origin));
    let key = RwSignal::new(given(&route, "khoa").unwrap_or_default());
    let (failure, is_asking) = (RwSignal::new(String::new()), RwSignal::new(false));
    let former = RwSignal::new(None::<String>);
    let connect = move |_| {
        let (to, with) = (
            endpoint.get_untracked().trim().to_owned(),
            key.get_untracked().trim().to_owned(),
        );
        is_asking.set(true);
        failure.set(String::new());
        wasm_bindgen_futures::spawn_local(async move {
            match join(work, to, with).await {
                Ok(before) => {
                    work.book.say(
                        "Đã kết nối. Mọi thứ đã ghi vẫn giữ nguyên và đang được gửi.",
                        None,
                    );
                    match before {
                        // The person may have gone on already.
                        Some(contact) => let_go(former.try_set(Some(told(&contact)))),
                        None if is_here() => browser::go_instead("/dong-bo"),
                        None => {}
                    }
                }
                Err(why) => let_go(failure.try_set(why)),
            }
            let_go(is_asking.try_set(false));
        });
    };
    let count = work.book.peek(|data| data.rows.len());
    let form = move || match former.get() {
        Some(said) => view! {
            <div class="banner warn" id="former" role="alert">{said}</div>
            <a class="button primary" href="#/dong-bo">"Tới Đồng bộ"</a>
        },
        None => form(count, (endpoint, key), failure, is_asking, connect),
    };
    view! { <main class="page">{form}</main> }
}

/// Connects; what another device of this person said last, if there was one.
async fn join(work: Work, to: String, with: String) -> Result<Option<Contact>, String> {
    settings::ask(&to, &with)
        .await
        .map_err(|error| words::net_error(&error))?;
    let former = settings::former(work, &to, &with).await;
    settings::enrol(work, to, with)
        .await
        .map_err(|error| words::store_error(&error))?;
    Ok(former)
}

/// What the device before said last, and what to do about what it had not sent.
fn told(contact: &Contact) -> String {
    let (records, waiting) = (contact.records, contact.waiting);
    let last = words::moment(contact.seen_at);
    let said = format!(
        "Máy cũ mang tên bạn báo lần cuối lúc {last}: {records} phiếu, {waiting} lần ghi chờ gửi."
    );
    if waiting == 0 {
        return format!(
            "{said} Phiếu đã gửi sẽ về máy này. Lần ghi bị máy chủ từ chối hoặc ghi sau lúc ấy, nếu có, chỉ ở máy cũ: mở sổ ở đó để xem và gửi nốt."
        );
    }
    format!(
        "{said} {waiting} lần ghi ấy chưa tới máy chủ. Còn máy cũ: mở sổ ở đó để gửi nốt, hoặc xuất tệp rồi nhập vào đây. Nếu dữ liệu ở đó đã bị xóa: nhập tệp sao lưu, hoặc ghi lại các việc từ lúc đó."
    )
}

/// Whether the person is still on this page.
fn is_here() -> bool {
    browser::route().starts_with("/ket-noi")
}

fn form(
    count: usize,
    (endpoint, key): (RwSignal<String>, RwSignal<String>),
    failure: RwSignal<String>,
    is_asking: RwSignal<bool>,
    connect: impl FnMut(leptos::ev::Event) + 'static,
) -> AnyView {
    view! {
            <p>"Phiếu trên máy này sẽ được gửi tới máy chủ dưới đây và nhận phiếu của đồng nghiệp từ đó. Chỉ kết nối khi đúng là máy chủ của xã."</p>
            <label class="field">
                <span class="field-label">"Địa chỉ máy chủ"</span>
                <input name="endpoint" inputmode="url" autocomplete="off" prop:value=endpoint.get_untracked() on:input=move |ev| endpoint.set(event_target_value(&ev)) />
            </label>
            <label class="field">
                <span class="field-label">"Khóa thiết bị"</span>
                <input name="key" autocomplete="off" spellcheck="false" prop:value=key.get_untracked() on:input=move |ev| key.set(event_target_value(&ev)) />
            </label>
            {(count > 0).then(|| view! { <p class="banner info">{format!("{} phiếu đang có trên máy này sẽ được gửi lên.", words::count(count))}</p> })}
            {move || (!failure.read().is_empty()).then(|| view! { <div class="banner bad" role="alert">{failure.get()}</div> })}
            <button class="button primary" id="enrol" disabled=move || is_asking.get() on:click=connect>
                {move || format!("Kết nối với {}", host(&endpoint.read()))}
            </button>
            <a class="button plain" href="#/">"Không kết nối"</a>
    }
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}
