//! What happens outside: the app listens for as long as it lives.

use crate::browser::let_go;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::EventTarget;

fn listen(target: &EventTarget, name: &str, act: impl Fn() + 'static) {
    let act = Closure::<dyn Fn()>::new(act);
    let_go(target.add_event_listener_with_callback(name, act.as_ref().unchecked_ref()));
    act.forget(); // The app listens as long as the page lives.
}

/// The address after `#` changed.
pub(crate) fn on_route(act: impl Fn() + 'static) {
    if let Some(window) = super::window() {
        listen(&window, "hashchange", act);
    }
}

/// The page may be about to go: the last moment to keep what was typed.
pub(crate) fn on_leaving(act: impl Fn() + Clone + 'static) {
    let (Some(window), Some(document)) = (super::window(), super::document()) else {
        return;
    };
    listen(&window, "pagehide", act.clone());
    listen(&document, "visibilitychange", move || {
        if !is_visible() {
            act();
        }
    });
}

/// The app came to the front, or the browser believes there is a network. Neither says that the endpoint
/// answers; both are good moments to ask it.
pub(crate) fn on_return(act: impl Fn() + Clone + 'static) {
    let (Some(window), Some(document)) = (super::window(), super::document()) else {
        return;
    };
    listen(&window, "online", act.clone());
    listen(&document, "visibilitychange", move || {
        if is_visible() {
            act();
        }
    });
}

/// A person touches the app: a finger, a key, the wheel.
pub(crate) fn on_touch(act: impl Fn() + Clone + 'static) {
    let Some(window) = super::window() else {
        return;
    };
    for name in ["pointerdown", "keydown", "wheel"] {
        listen(&window, name, act.clone());
    }
}

/// Whether a person can see the app.
pub(crate) fn is_visible() -> bool {
    super::document().is_some_and(|d| d.visibility_state() == web_sys::VisibilityState::Visible)
}

/// A key was pressed outside a field, or with Ctrl.
pub(crate) fn on_key(act: impl Fn(&str, bool, bool) -> bool + 'static) {
    let Some(window) = super::window() else {
        return;
    };
    let act =
        Closure::<dyn Fn(web_sys::KeyboardEvent)>::new(move |event: web_sys::KeyboardEvent| {
            if event.is_composing() || event.key_code() == 229 {
                return; // An input method is at work: the key is its own.
            }
            let target = event
                .target()
                .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
            let in_field = target
                .is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
            if act(&event.key(), event.ctrl_key() || event.meta_key(), in_field) {
                event.prevent_default();
            }
        });
    let_go(window.add_event_listener_with_callback("keydown", act.as_ref().unchecked_ref()));
    act.forget();
}
