//! Opens the notebook and shows the page of the address.

use crate::markup::{Piece, keyed, view};
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    browser::{self, prefs},
    gate, later, pages, state,
    store::StoreError,
    words,
    work::{self, Work},
};

/// Mounts the app. Called once, by `main`.
pub fn start() {
    let root = browser::document().and_then(|document| document.get_element_by_id("app"));
    let Some(root) = root.and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return;
    };
    mount_to(root, app).forget();
}

fn app() -> AnyView {
    let read = RwSignal::new(0_usize);
    let opened: RwSignal<Option<Result<Work, StoreError>>, LocalStorage> =
        RwSignal::new_local(None);
    let open = move || {
        opened.set(None);
        wasm_bindgen_futures::spawn_local(async move {
            let owner_result = work::open::open(move |lines| read.set(lines)).await;
            opened.set(Some(owner_result));
        });
    };
    open();
    let screen = move || match opened.get() {
        None => opening(read),
        Some(Err(StoreError::Locked)) => gate::closed(state::undo(open)),
        Some(Err(error)) => failed(&error),
        Some(Ok(work)) => screens(work),
    };
    screen.piece()
}

fn opening(read: RwSignal<usize>) -> AnyView {
    let progress = move || match read.get() {
        0 => "Đang mở sổ tay…".to_owned(),
        lines => format!("Đang mở sổ tay… {} lần ghi", words::count(lines)),
    };
    view! { <p class="loading" role="status">{progress}</p> }
}

fn failed(error: &StoreError) -> AnyView {
    let say = words::store_error(error);
    view! {
        <main class="page middle">
            <div class="banner bad" role="alert">{say}</div>
            <button class="button primary" on:click=|_| browser::reload()>"Tải lại"</button>
        </main>
    }
}

fn screens(work: Work) -> AnyView {
    let book = work.book;
    provide_context(book);
    provide_context(work);
    book.is_large.set(prefs::read(prefs::TEXT) == "large");
    let head = pages::frame::Head::new();
    provide_context(head);
    let address = Memo::new(move |_| {
        let route = book.route.get();
        let path = route.split('?').next().unwrap_or_default();
        // A second enrolment link is another page; elsewhere what follows the `?` only opens one.
        let path = if path.starts_with("/ket-noi") {
            &route
        } else {
            path
        };
        // A register stays while its records are opened beside it.
        let path = match path
            .strip_prefix("/so/")
            .and_then(|rest| rest.split_once('/'))
        {
            Some((form, id)) if id != "in" => path.get(.."/so/".len() + form.len()).unwrap_or(path),
            _ => path,
        };
        let is_welcomed = book.me.with(|me| me.is_welcomed);
        format!("{}\n{is_welcomed}\n{path}", book.reopened.get())
    });
    // Keyed: a page that looks alike must not inherit the inputs and the scroll of the one before.
    let page = move |address: String| {
        let path = address.rsplit('\n').next().unwrap_or_default();
        untrack(|| page(work, path))
    };
    let page = move || keyed(move || vec![address.get()], page);
    // Not before the core is safe: the first visit may be on a slow line.
    Effect::new(move |_| {
        // Asked again when the rest has come after a line that broke. Whoever is enrolled has had it and waits for it.
        let is_enrolled = book.me.with(|me| !me.endpoint.is_empty());
        if book.is_whole.get() || book.is_offline_ready.get() || is_enrolled {
            wasm_bindgen_futures::spawn_local(async move {
                later::fetch(work).await;
            });
        }
    });
    pages::frame::frame(work, head, page)
}

/// The table of addresses.
pub(crate) fn page(work: Work, path: &str) -> AnyView {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        // Where several share a phone, nothing is written before there is a lock.
        _ if work.needs_lock() => later::page(work, "/khoa"),
        ["ket-noi"] => later::page(work, path),
        _ if !work.book.me.with_untracked(|me| me.is_welcomed) => pages::welcome::page(work),
        // A form is not begun in yesterday's version.
        ["ghi" | "nhap", _] if !work.book.is_renewed.get_untracked() => later::page(work, path),
        _ if is_unknown(work, &parts) && later::may_know_more() => later::page(work, path),
        [] => pages::today::page(work),
        ["ghi"] => pages::kinds::page(work),
        ["ghi", form] => pages::write::begin(work, form),
        ["nhap", draft] => pages::write::page(work, draft),
        ["phieu", id] => pages::record::page(work, id),
        ["so"] => pages::registers::page(work),
        ["so", _, "in"] => later::page(work, path),
        ["so", form] | ["so", form, _] => pages::list::page(work, form),
        // That knows all the others, and what is nowhere.
        _ => later::page(work, path),
    }
}

/// Whether a page is about a form that this part of the app does not have.
fn is_unknown(work: Work, parts: &[&str]) -> bool {
    let has_no = |form: &str| work.book.catalogue().newest(form).is_none();
    match parts {
        ["ghi" | "so", form] => has_no(form),
        ["so", form, id] => has_no(form) || is_unknown(work, &["phieu", id]),
        ["phieu", id, ..] => id.parse().is_ok_and(|id| {
            work.book
                .peek(|data| data.rows.get(&id).is_some_and(|row| has_no(&row.form)))
        }),
        ["nhap", draft] => work.book.peek(|data| {
            let draft = data.drafts.get(*draft);
            draft.is_some_and(|draft| has_no(&draft.form))
        }),
        _ => false,
    }
}
