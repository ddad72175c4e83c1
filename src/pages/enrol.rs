//! Kết nối: where the notebook would be sent, shown and confirmed before anything goes there.

use crate::browser::let_go;
use crate::markup::view;
use leptos::prelude::*;

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
    let connect = move |_| {
        let (to, with) = (
            endpoint.get_untracked().trim().to_owned(),
            key.get_untracked().trim().to_owned(),
        );
        is_asking.set(true);
        failure.set(String::new());
        wasm_bindgen_futures::spawn_local(async move {
            match settings::ask(&to, &with).await {
                Ok(_) => match settings::enrol(work, to, with).await {
                    Ok(()) => {
                        work.book.say(
                            "Đã kết nối. Mọi thứ đã ghi vẫn giữ nguyên và đang được gửi.",
                            None,
                        );
                        browser::go_instead("/dong-bo");
                    }
                    Err(error) => failure.set(words::store_error(&error)),
                },
                Err(error) => failure.set(words::net_error(&error)),
            }
            let_go(is_asking.try_set(false));
        });
    };
    let count = work.book.peek(|data| data.rows.len());
    view! {
        <main class="page">
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
        </main>
    }
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}
