//! What the first minute does not need, in a second wasm among the extras: it is fetched once the app works offline, and
//! kept with the same build. Whatever can be reached only through the functions marked here moves there.

use std::cell::Cell;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser,
    markup::{Piece, view},
    pages, words,
    work::Work,
};

/// A page of the second wasm, by its address.
type Page = fn(Work, &str) -> AnyView;

thread_local! {
    /// The second wasm, once it is here.
    static HERE: Cell<Option<Page>> = const { Cell::new(None) };
}

/// How far the second wasm is.
#[derive(Clone, Copy)]
enum Coming {
    Asked,
    Here(Page),
    Missing,
}

/// The way into the second wasm.
#[wasm_split(later, fallible)]
fn enter() -> Result<Page, SplitLoaderError> {
    Ok(there)
}

/// The table of addresses in the second wasm.
fn there(work: Work, path: &str) -> AnyView {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["ket-noi"] => pages::enrol::page(work),
        ["so", form, "in"] => pages::printed::page(work, form),
        ["chuong-trinh", "mau"] => pages::programmes::templates(work),
        ["dong-bo"] => pages::sync::page(work),
        ["cai-dat"] => pages::settings::page(work),
        ["huong-dan"] => pages::guide::page(work),
        _ => pages::not_found::page(),
    }
}

/// A page of the second wasm; says so while that is on its way, or not to be had.
pub(crate) fn page(work: Work, path: &str) -> AnyView {
    if let Some(page) = HERE.get() {
        return page(work, path);
    }
    let coming = RwSignal::new_local(Coming::Asked);
    let ask = move || {
        wasm_bindgen_futures::spawn_local(async move {
            let come = match enter().await {
                Ok(page) => {
                    HERE.set(Some(page));
                    Coming::Here(page)
                }
                Err(_) => Coming::Missing,
            };
            // The person may have gone on to another page.
            browser::let_go(coming.try_set(come));
        });
    };
    ask();
    let path = path.to_owned();
    let shown = move || match coming.get() {
        Coming::Here(page) => untrack(|| page(work, &path)),
        Coming::Asked => view! { <p class="loading" role="status">"Đang mở…"</p> },
        Coming::Missing => view! {
            <main class="page middle">
                <div class="banner warn" role="alert">{words::PART_MISSING}</div>
                <button class="button" on:click=move |_| ask()>"Thử lại"</button>
            </main>
        },
    };
    shown.piece()
}
