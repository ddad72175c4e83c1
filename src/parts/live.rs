//! One type for every reactive piece, attribute and handler: each closure of its own type would bring its own copy
//! of the rendering code into the first visit (measured: a quarter of the wasm).

use leptos::{ev, prelude::*};

/// A piece of a screen that follows its signals.
pub(crate) fn live<T: IntoView + 'static>(
    mut piece: impl FnMut() -> T + Send + 'static,
) -> AnyView {
    let piece: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || piece().into_any());
    piece.into_any()
}

/// The value of an attribute that follows its signals.
pub(crate) fn attr<T: ToString>(
    value: impl Fn() -> T + Send + 'static,
) -> Box<dyn FnMut() -> String + Send> {
    Box::new(move || value().to_string())
}

/// What a press does.
pub(crate) fn press(act: impl FnMut(ev::MouseEvent) + 'static) -> Box<dyn FnMut(ev::MouseEvent)> {
    Box::new(act)
}

/// What typing or choosing does.
pub(crate) fn changed(act: impl FnMut(ev::Event) + 'static) -> Box<dyn FnMut(ev::Event)> {
    Box::new(act)
}
