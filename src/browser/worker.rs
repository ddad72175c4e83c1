//! The service worker: what makes the app open without a network.

use crate::browser::let_go;
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = super::window()?.navigator();
    super::get(&navigator, "serviceWorker")?.dyn_into().ok()
}

/// Registers the worker; `on_ready` runs once the core is installed, `on_update` when a newer build waits.
pub(crate) async fn register(
    on_ready: impl Fn() + 'static,
    on_update: impl Fn() + 'static,
) -> bool {
    let Some(container) = container() else {
        return false;
    };
    let options = Object::new();
    let_go(Reflect::set(
        &options,
        &"updateViaCache".into(),
        &"none".into(),
    ));
    let asked = super::call(&container, "register", &[&"./sw.js".into(), &options]);
    let Some(Ok(asked)) = asked.map(JsCast::dyn_into::<Promise>) else {
        return false;
    };
    let Ok(registration) = JsFuture::from(asked).await else {
        return false;
    };
    let Ok(registration) = registration.dyn_into::<ServiceWorkerRegistration>() else {
        return false;
    };
    if registration.waiting().is_some() {
        on_update();
    }
    let watched = registration.clone();
    let found = Closure::<dyn Fn()>::new(move || watch(&watched));
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    found.forget();
    UPDATE.with(|update| *update.borrow_mut() = Some(Box::new(on_update)));
    if let Some(Ok(ready)) = super::get(&container, "ready").map(JsCast::dyn_into::<Promise>)
        && JsFuture::from(ready).await.is_ok()
    {
        on_ready();
        ask();
    }
    true
}

/// Listens to how far the worker in charge is: `told` hears whether it has its whole build.
pub(crate) fn on_whole(told: impl Fn(bool) + 'static) {
    let Some(container) = container() else {
        return;
    };
    let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        let said = super::get(&event, "data").and_then(|data| super::get(&data, "extrasReady"));
        // An update on its way tells of its own build.
        let from = super::get(&event, "source");
        if let (Some(is_whole), Some(container)) =
            (said.and_then(|said| said.as_bool()), self::container())
            && from == super::get(&container, "controller")
        {
            told(is_whole);
        }
    });
    container.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}

/// Asks the worker in charge, which also fetches what is missing.
pub(crate) fn ask() {
    if let Some(worker) = container().and_then(|container| container.controller()) {
        post(&worker, "status");
    }
}

fn post(worker: &ServiceWorker, what: &str) {
    let message = Object::new();
    let_go(Reflect::set(&message, &"type".into(), &what.into()));
    let_go(worker.post_message(&JsValue::from(message)));
}

thread_local! {
    static UPDATE: std::cell::RefCell<Option<Box<dyn Fn()>>> = const { std::cell::RefCell::new(None) };
}

/// Waits for the worker that is being installed beside the present one.
fn watch(registration: &ServiceWorkerRegistration) {
    let (Some(installing), Some(container)) = (registration.installing(), container()) else {
        return;
    };
    let is_first = container.controller().is_none();
    let worker = installing.clone();
    let changed = Closure::<dyn Fn()>::new(move || {
        let state = super::get(&worker, "state").and_then(|state| state.as_string());
        if state.as_deref() == Some("installed") && !is_first {
            UPDATE.with(|update| {
                if let Some(on_update) = &*update.borrow() {
                    on_update();
                }
            });
        }
    });
    installing.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

/// Lets the waiting build take over, then reloads into it.
pub(crate) async fn take_update() {
    let Some(container) = container() else {
        return super::reload();
    };
    let Ok(asked) = container.get_registration().dyn_into::<Promise>() else {
        return;
    };
    let Ok(found) = JsFuture::from(asked).await else {
        return;
    };
    let Ok(registration) = found.dyn_into::<ServiceWorkerRegistration>() else {
        return;
    };
    let Some(waiting) = registration.waiting() else {
        return super::reload();
    };
    let reload = Closure::once_into_js(super::reload);
    container.set_oncontrollerchange(Some(reload.unchecked_ref()));
    post(&waiting, "activate");
}
