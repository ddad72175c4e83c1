//! Several tabs of one notebook: they tell each other of saves, and one of them does what must be done once.

use crate::browser::let_go;
use std::future::Future;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

/// The line between tabs.
#[derive(Debug, Clone)]
pub(crate) struct Tabs {
    channel: Option<BroadcastChannel>,
}

impl Tabs {
    /// Opens the line of a notebook; `act` runs when another tab calls.
    pub(crate) fn open(name: &str, act: impl Fn(String) + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        if let Some(channel) = &channel {
            let act = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                act(event.data().as_string().unwrap_or_default());
            });
            channel.set_onmessage(Some(act.as_ref().unchecked_ref()));
            act.forget();
        }
        Self { channel }
    }

    /// Tells the other tabs.
    pub(crate) fn call(&self, word: &str) {
        if let Some(channel) = &self.channel {
            // A tab that cannot be told reads the store when it comes to the front.
            let_go(channel.post_message(&JsValue::from_str(word)));
        }
    }
}

/// Runs `work` unless another tab is at it. Where the browser has no locks, it runs.
pub(crate) async fn alone<F>(name: &str, work: F)
where
    F: Future<Output = ()> + 'static,
{
    let locks = super::window().and_then(|window| super::get(&window.navigator(), "locks"));
    let Some(locks) = locks else {
        return work.await;
    };
    let options = js_sys::Object::new();
    let_go(js_sys::Reflect::set(
        &options,
        &"ifAvailable".into(),
        &JsValue::TRUE,
    ));
    let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
        wasm_bindgen_futures::future_to_promise(async move {
            if !lock.is_null() {
                work.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let granted: &Function = granted.unchecked_ref();
    if let Some(asked) = super::call(&locks, "request", &[&name.into(), &options, granted])
        && let Ok(promise) = asked.dyn_into::<Promise>()
    {
        // The promise fails only when the page goes.
        let_go(JsFuture::from(promise).await);
    }
}
