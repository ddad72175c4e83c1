//! Kết nối: where the notebook would be sent, shown and confirmed before anything goes there.

use crate::browser::let_go;
use crate::markup::view;
use leptos::prelude::*;
use records::wire::Contact;

use crate::{
    browser,
    pages::frame::head,
    words,
    work::{
        Work,
        settings::{self, NoWay, Way},
    },
};

/// The value of a name in the address.
fn given(route: &str, name: &str) -> Option<String> {
    let (_, query) = route.split_once('?')?;
    let pair = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    browser::decoded(pair)
}

/// What a person types to be let in.
#[derive(Clone, Copy)]
struct Typed {
    endpoint: RwSignal<String>,
    /// A code for this device, or the key that all share.
    secret: RwSignal<String>,
    is_shared: RwSignal<bool>,
}

pub(crate) fn page(work: Work) -> AnyView {
    head("Kết nối máy chủ", Some("/cai-dat"));
    let route = work.book.route.get_untracked();
    let key = given(&route, "khoa");
    let typed = Typed {
        endpoint: RwSignal::new(given(&route, "may").unwrap_or_else(browser::origin)),
        is_shared: RwSignal::new(key.is_some()),
        secret: RwSignal::new(key.or_else(|| given(&route, "ma")).unwrap_or_default()),
    };
    let (failure, is_asking) = (RwSignal::new(String::new()), RwSignal::new(false));
    let former = RwSignal::new(None::<String>);
    let connect = move |_| {
        is_asking.set(true);
        failure.set(String::new());
        wasm_bindgen_futures::spawn_local(async move {
            match join(work, typed).await {
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
        None => form(count, typed, failure, is_asking, connect),
    };
    view! { <main class="page">{form}</main> }
}

/// Connects; what another device of this person said last, if there was one.
async fn join(work: Work, typed: Typed) -> Result<Option<Contact>, String> {
    let to = typed.endpoint.get_untracked().trim().to_owned();
    let secret = typed.secret.get_untracked().trim().to_owned();
    let way = if typed.is_shared.get_untracked() {
        settings::ask(&to, &secret)
            .await
            .map_err(|error| words::net_error(&error))?;
        Way::shared(&secret)
    } else {
        let way = settings::redeem(work, &to, &secret).await;
        way.map_err(|error| match error {
            NoWay::Net(error) => words::net_error(&error),
            NoWay::Store(error) => words::store_error(&error),
        })?
    };
    let former = settings::former(work, &to, &way).await;
    settings::enrol(work, to, way)
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
    typed: Typed,
    failure: RwSignal<String>,
    is_asking: RwSignal<bool>,
    connect: impl FnMut(leptos::ev::Event) + 'static,
) -> AnyView {
    let Typed {
        endpoint,
        secret,
        is_shared,
    } = typed;
    let field = move || {
        let (label, name, hint) = if is_shared.get() {
            (
                "Khóa chung",
                "key",
                "Một khóa cho mọi máy, do người quản trị đặt.",
            )
        } else {
            (
                "Mã ghi danh",
                "code",
                "20 chữ và số do người quản trị cấp cho riêng máy này, dùng một lần.",
            )
        };
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input name=name autocomplete="off" autocapitalize="characters" spellcheck="false" prop:value=secret.get_untracked() on:input=move |ev| secret.set(event_target_value(&ev)) />
                <span class="field-help">{hint}</span>
            </label>
        }
    };
    let other = move || {
        if is_shared.get() {
            "Nối bằng mã ghi danh"
        } else {
            "Nối bằng khóa chung"
        }
    };
    let turn = move |_| {
        secret.set(String::new());
        is_shared.update(|is_shared| *is_shared = !*is_shared);
    };
    view! {
            <p>"Phiếu trên máy này sẽ được gửi tới máy chủ dưới đây và nhận phiếu của đồng nghiệp từ đó. Chỉ kết nối khi đúng là máy chủ của xã."</p>
            <label class="field">
                <span class="field-label">"Địa chỉ máy chủ"</span>
                <input name="endpoint" inputmode="url" autocomplete="off" prop:value=endpoint.get_untracked() on:input=move |ev| endpoint.set(event_target_value(&ev)) />
            </label>
            {field}
            {(count > 0).then(|| view! { <p class="banner info">{format!("{} phiếu đang có trên máy này sẽ được gửi lên.", words::count(count))}</p> })}
            {move || (!failure.read().is_empty()).then(|| view! { <div class="banner bad" role="alert">{failure.get()}</div> })}
            <button class="button primary" id="enrol" disabled=move || is_asking.get() on:click=connect>
                {move || format!("Kết nối với {}", host(&endpoint.read()))}
            </button>
            <button class="button plain" id="enrol-otherwise" on:click=turn>{other}</button>
            <a class="button plain" href="#/">"Không kết nối"</a>
    }
}

fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}
