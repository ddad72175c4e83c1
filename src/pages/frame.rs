//! What stands around every page: top bar, status line, message, bottom bar.

use crate::markup::view;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::{
    browser::{self, events},
    parts::icon::icon,
    state::{Book, Toast},
    words,
    work::{Work, drafts},
};

/// What a page says about itself.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    title: RwSignal<String>,
    back: RwSignal<Option<String>>,
    /// A form hides the bottom bar on phones: its own actions stand there.
    is_bare: RwSignal<bool>,
}

impl Head {
    pub(crate) fn new() -> Self {
        Self {
            title: RwSignal::new(String::new()),
            back: RwSignal::new(None),
            is_bare: RwSignal::new(false),
        }
    }
}

/// Sets the top bar. `back` is where the arrow leads when there is nowhere to go back to.
pub(crate) fn head(title: impl Into<String>, back: Option<&str>) {
    let head = expect_context::<Head>();
    let title = title.into();
    browser::set_title(&format!("{title} · {}", words::APP));
    head.title.set(title);
    head.back.set(back.map(ToOwned::to_owned));
    head.is_bare.set(false);
}

/// The page is a form.
pub(crate) fn bare() {
    expect_context::<Head>().is_bare.set(true);
}

/// In the place of a page whose wasm is on its way.
pub(crate) fn coming() -> AnyView {
    view! { <main class="page middle"><p class="hint" role="status">"Đang mở phần này…"</p></main> }
}

/// In the place of a page whose wasm did not come.
pub(crate) fn missing(again: impl Fn() + 'static) -> AnyView {
    view! {
        <main class="page middle">
            <div class="banner warn" role="alert">{words::PART_MISSING}</div>
            <button class="button" on:click=move |_| again()>"Thử lại"</button>
        </main>
    }
}

pub(crate) fn frame(
    work: Work,
    head: Head,
    page: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let book = work.book;
    shortcuts(book);
    let back = move || {
        head.back.get().map(|to| {
            view! {
                <a class="icon-button" href=format!("#{to}") on:click=|event| if browser::has_way_back() {
                    event.prevent_default();
                    browser::go_back();
                } aria-label="Quay lại">{icon("back")}</a>
            }
        })
    };
    let skip = |_| browser::focus("main");
    view! {
        <div class="app" class:bare=move || head.is_bare.get()>
            <button class="skip button" on:click=skip>"Tới nội dung"</button>
            <header class="topbar">
                {back}
                <h1 class="topbar-title" id="main" tabindex="-1">{move || head.title.get()}</h1>
                <a class="icon-button" href="#/so?tim" aria-label="Tìm">{icon("search")}</a>
                <a class="icon-button" href="#/cai-dat" aria-label="Cài đặt">{icon("person")}</a>
            </header>
            {status(book)}
            {page}
            {toast(book)}
            {bottom_bar(book)}
        </div>
    }
}

/// Lets the waiting build take over, unless that would lose a draft that is in memory only.
pub(crate) fn take_update(work: Work) {
    wasm_bindgen_futures::spawn_local(async move {
        if drafts::keep_held(work).await {
            browser::worker::take_update().await;
        } else {
            work.book.say(words::NOT_KEPT, None);
        }
    });
}

/// What is saved here, what waits, what was sent, what was refused: in words, always in the same place.
fn status(book: Book) -> AnyView {
    let line = Memo::new(move |_| {
        let (waiting, set_aside) = book.outbox();
        let exchange = book.exchange.get();
        let is_enrolled = book.me.with(|me| !me.endpoint.is_empty());
        if !is_enrolled {
            let saved = book.read(|data| data.replica.notebook.len());
            return ("status", words::not_enrolled(saved));
        }
        if book.read(|data| data.replica.sync.is_revoked) {
            return ("status bad", words::SHUT_OUT.to_owned());
        }
        if set_aside > 0 {
            return ("status bad", words::refused(set_aside));
        }
        if let Some(failure) = exchange.failure.as_ref().filter(|_| exchange.is_grave) {
            return ("status bad", failure.clone());
        }
        match (waiting, exchange.done_ms, exchange.failure) {
            (0, 0, Some(_)) => (
                "status",
                "Chưa liên lạc được máy chủ. Mọi thứ lưu trên máy này.".to_owned(),
            ),
            (0, 0, None) => ("status", "Đang liên lạc với máy chủ…".to_owned()),
            (0, done, _) => ("status", words::all_sent(done)),
            (waiting, ..) => ("status warn", words::waiting(waiting)),
        }
    });
    view! { <div role="status"><a class=move || line.get().0 href="#/dong-bo">{move || line.get().1}</a></div> }
}

fn toast(book: Book) -> AnyView {
    let shown = move || {
        book.toast.get().map(|Toast { text, undo, number }| {
            let gone = move || {
                if book
                    .toast
                    .with_untracked(|t| t.as_ref().is_some_and(|t| t.number == number))
                {
                    book.toast.set(None);
                }
            };
            Timeout::new(if undo.is_some() { UNDO_MS } else { TOAST_MS }, gone).forget();
            let undo = undo.map(|undo| {
                let act = move |_| {
                    book.toast.set(None);
                    undo();
                };
                view! { <button class="button small" id="toast-undo" on:click=act>"Hoàn tác"</button> }
            });
            view! { <div class="toast" role="status"><span>{text}</span>{undo}</div> }
        })
    };
    view! { {shown} }
}

/// Long enough to change one's mind.
const UNDO_MS: u32 = 10_000;
/// Long enough to read one line.
const TOAST_MS: u32 = 4_000;

fn bottom_bar(book: Book) -> AnyView {
    let place = move |route: &'static str, symbol: &'static str, label: &'static str| {
        let is_here = move || {
            let now = book.route.get();
            let here = if route == "/" {
                now.trim_matches('/').is_empty()
            } else {
                now.starts_with(route)
            };
            here.then_some("page")
        };
        let class = (route == "/ghi").then_some("add");
        view! { <a href=format!("#{route}") class=class aria-current=is_here>{icon(symbol)}<span>{label}</span></a> }
    };
    view! {
        <nav class="bottombar" aria-label="Các phần của sổ tay">
            {place("/", "home", "Hôm nay")}
            {place("/so", "book", "Sổ")}
            {place("/ghi", "plus", "Ghi")}
            {place("/chuong-trinh", "list", "Chương trình")}
            {place("/bao-cao", "chart", "Báo cáo")}
        </nav>
    }
}

/// N new, / search, Ctrl+S save, Esc back.
fn shortcuts(book: Book) {
    events::on_key(
        move |key, is_command, in_field| match (key, is_command, in_field) {
            ("n" | "N", false, false) => {
                browser::go("/ghi");
                true
            }
            ("/", false, false) => {
                browser::go("/so?tim");
                true
            }
            ("s" | "S", true, _) => {
                browser::press("save");
                true
            }
            ("Escape", false, false) if !book.is_writing.get_untracked() => {
                browser::go_back();
                true
            }
            _ => false,
        },
    );
}
