//! Pages that few open, in a wasm of their own among the extras: parcels and their codes, administration, the rights of people whose data is kept.

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser::let_go,
    markup::view,
    pages::{admin, carry, frame, rights},
    work::Work,
};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seldom {
    /// Chuyển hộ.
    Carry,
    /// Quản trị.
    Admin,
    /// Dữ liệu cá nhân.
    Rights,
    /// What a citizen is told.
    Notice,
}

type Page = fn(Work, Seldom) -> AnyView;

/// The way into that wasm.
#[wasm_split(seldom, fallible)]
fn enter() -> Result<Page, SplitLoaderError> {
    Ok(|work, which| match which {
        Seldom::Carry => carry::page(work),
        Seldom::Admin => admin::page(work),
        Seldom::Rights => rights::page(work),
        Seldom::Notice => rights::notice(work),
    })
}

/// The page, once its wasm is here.
pub(crate) fn door(work: Work, which: Seldom) -> AnyView {
    match which {
        Seldom::Carry => frame::head("Chuyển hộ", Some("/dong-bo")),
        Seldom::Admin => frame::head("Quản trị", Some("/cai-dat")),
        Seldom::Rights | Seldom::Notice => frame::head("Dữ liệu cá nhân", Some("/cai-dat")),
    }
    let (here, is_missing) = (RwSignal::new(None::<Page>), RwSignal::new(false));
    let ask = move || {
        is_missing.set(false);
        wasm_bindgen_futures::spawn_local(async move {
            // The person may have gone on to another page.
            match enter().await {
                Ok(page) => let_go(here.try_set(Some(page))),
                Err(_) => let_go(is_missing.try_set(true)),
            }
        });
    };
    ask();
    let shown = move || match (here.get(), is_missing.get()) {
        (Some(page), _) => untrack(|| page(work, which)),
        (None, false) => frame::coming(),
        (None, true) => frame::missing(ask),
    };
    view! { {shown} }
}
