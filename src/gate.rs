//! What stands before a locked notebook, in a wasm of its own among the extras: whoever set a lock has had it.

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser::let_go,
    markup::view,
    pages::{frame, lock},
    state::Undo,
    work::Work,
};

/// What that wasm has.
#[derive(Clone, Copy)]
struct Gate {
    closed: fn(Undo) -> AnyView,
    settings: fn(Work) -> AnyView,
}

/// The way into it.
#[wasm_split(gate, fallible)]
fn enter() -> Result<Gate, SplitLoaderError> {
    Ok(Gate {
        closed: lock::closed,
        settings: lock::settings,
    })
}

/// The page of a notebook that nobody opened yet; `then` opens it.
pub(crate) fn closed(then: Undo) -> AnyView {
    door(move |gate| (gate.closed)(Undo::clone(&then)))
}

/// The page where the lock is set and changed.
pub(crate) fn settings(work: Work) -> AnyView {
    frame::head("Khóa sổ", Some("/cai-dat"));
    door(move |gate| (gate.settings)(work))
}

fn door(page: impl Fn(Gate) -> AnyView + Send + Sync + 'static) -> AnyView {
    let (here, is_missing) = (RwSignal::new(None::<Gate>), RwSignal::new(false));
    let ask = move || {
        is_missing.set(false);
        wasm_bindgen_futures::spawn_local(async move {
            // The person may have gone on to another page.
            match enter().await {
                Ok(gate) => let_go(here.try_set(Some(gate))),
                Err(_) => let_go(is_missing.try_set(true)),
            }
        });
    };
    ask();
    let shown = move || match (here.get(), is_missing.get()) {
        (Some(gate), _) => untrack(|| page(gate)),
        (None, false) => frame::coming(),
        (None, true) => frame::missing(ask),
    };
    view! { {shown} }
}
