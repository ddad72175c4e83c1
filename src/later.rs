//! What the first minute does not need, in a second wasm among the extras: it is fetched once the app works offline, and
//! kept with the same build. Whatever can be reached only through the functions marked here moves there.

use std::cell::{Cell, OnceCell};

use leptos::prelude::*;
use records::units::{self, Units};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    app, browser, gate,
    markup::Piece,
    pages,
    seldom::{self, Seldom},
    work::{Work, catalogue, exchange, open, secret, settings, sync, unit},
};

/// What fits under an input on a phone.
const PLACES_MAX: usize = 6;

/// What the second wasm has for the app.
#[derive(Clone, Copy)]
struct Later {
    /// Takes in the forms, templates and texts that came with it.
    grow: fn(Work),
    /// A page by its address.
    page: fn(Work, &str) -> AnyView,
}

thread_local! {
    /// The second wasm, once it is here.
    static HERE: Cell<Option<Later>> = const { Cell::new(None) };
}

/// How far the second wasm is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coming {
    Asked,
    Here,
    Missing,
}

/// The way into the second wasm.
#[wasm_split(later, fallible)]
fn enter() -> Result<Later, SplitLoaderError> {
    Ok(Later { grow, page: there })
}

fn grow(work: Work) {
    if open::is_secret() {
        pages::record::take_tools(pages::secret::tools);
        secret::grow(work);
    } else {
        pages::record::take_tools(pages::tools::tools);
        catalogue::grow(work);
        unit::follow(work);
    }
    wasm_bindgen_futures::spawn_local(async move {
        // What could not be doubled now is doubled at the next start.
        browser::let_go(settings::double(work).await);
    });
    sync::take_exchange(work, exchange::start);
    work.book.places.set(Some(places));
}

thread_local! {
    static UNITS: OnceCell<Option<Units>> = const { OnceCell::new() };
}

/// Communes that answer what was typed.
fn places(text: &str) -> Vec<(String, String)> {
    UNITS.with(|units| {
        let units = units.get_or_init(|| units::builtin().ok());
        let found = units
            .as_ref()
            .map(|units| units.find(text, PLACES_MAX))
            .unwrap_or_default();
        found
            .into_iter()
            .map(|commune| (commune.code.clone(), commune.full_name()))
            .collect()
    })
}

/// The table of addresses in the second wasm.
fn there(work: Work, path: &str) -> AnyView {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if open::is_secret()
        && let Some(page) = pages::secret::there(work, &parts)
    {
        return page;
    }
    match parts.as_slice() {
        ["ngan-mat"] => pages::secret::door(work),
        ["ket-noi"] => pages::enrol::page(work),
        ["phieu", id, "in", chosen @ ..] => pages::papers::page(work, id, chosen),
        ["phieu", id, "gop"] => pages::join::page(work, id, None),
        ["phieu", id, "gop", other] => pages::join::page(work, id, Some(other)),
        ["so", form, "in"] => pages::printed::page(work, form),
        ["chuong-trinh"] => pages::programmes::page(work),
        ["chuong-trinh", "mau"] => pages::programmes::templates(work),
        ["chuong-trinh", id] => pages::programme::page(work, id),
        ["chuyen-ho"] => seldom::door(work, Seldom::Carry),
        ["khoa"] => gate::settings(work),
        ["quan-tri"] => seldom::door(work, Seldom::Admin),
        ["du-lieu"] => seldom::door(work, Seldom::Rights),
        ["thong-bao"] => seldom::door(work, Seldom::Notice),
        ["dong-bo"] => pages::sync::page(work),
        ["cai-dat"] => pages::settings::page(work),
        ["ban-giao"] => pages::handover::page(work),
        ["don-vi"] => pages::unit::page(work),
        ["khen-thuong"] => pages::commend::page(work),
        ["dan-van-kheo"] => pages::models::page(work),
        ["dan-chu"] => pages::democracy::page(work),
        ["bao-cao"] => pages::reports::page(work),
        ["bao-cao", id] => pages::report::page(work, id),
        ["viec"] => pages::follow::page(work),
        ["huong-dan"] => pages::guide::page(work),
        // A form that came with it.
        [] | ["ghi" | "so"] | ["ghi" | "nhap" | "phieu" | "so", _] | ["so", _, _] => {
            app::page(work, path)
        }
        _ => pages::not_found::page(),
    }
}

/// Fetches the second wasm, from what the service worker keeps or from the network.
pub(crate) async fn fetch(work: Work) -> bool {
    if HERE.get().is_some() {
        return true;
    }
    let Ok(later) = enter().await else {
        // Whoever writes goes on with the forms there are.
        work.book.is_renewed.set(true);
        return false;
    };
    // Two may have asked.
    if HERE.replace(Some(later)).is_none() {
        (later.grow)(work);
    }
    true
}

/// Whether it may bring a form that is not known yet.
pub(crate) fn may_know_more() -> bool {
    HERE.get().is_none()
}

/// A page that needs the second wasm; says so while that is on its way, or not to be had.
pub(crate) fn page(work: Work, path: &str) -> AnyView {
    if let Some(later) = HERE.get().filter(|_| work.book.is_renewed.get_untracked()) {
        return (later.page)(work, path);
    }
    pages::frame::head("Đang mở…", Some("/"));
    let coming = RwSignal::new(Coming::Asked);
    let ask = move || {
        coming.set(Coming::Asked);
        wasm_bindgen_futures::spawn_local(async move {
            let come = if fetch(work).await {
                Coming::Asked // until what it keeps is read
            } else {
                Coming::Missing
            };
            // The person may have gone on to another page.
            browser::let_go(coming.try_set(come));
        });
    };
    ask();
    // It may also come by itself, while this page says that it is missing.
    let state = Memo::new(move |_| {
        work.book.catalogue();
        let is_here = HERE.get().is_some() && work.book.is_renewed.get();
        if is_here { Coming::Here } else { coming.get() }
    });
    let path = path.to_owned();
    let shown = move || match (state.get(), HERE.get()) {
        (Coming::Here, Some(later)) => untrack(|| (later.page)(work, &path)),
        (Coming::Asked, _) => pages::frame::coming(),
        (Coming::Missing | Coming::Here, _) => {
            pages::frame::head("Chưa mở được", Some("/"));
            pages::frame::missing(ask)
        }
    };
    shown.piece()
}
