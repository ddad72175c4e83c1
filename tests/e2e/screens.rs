//! The app as a person holds it: an address, and one page object for each page of `src/pages`.

pub(crate) mod admin;
pub(crate) mod carry;
pub(crate) mod enrol;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod programme;
pub(crate) mod record;
pub(crate) mod welcome;
pub(crate) mod write;

use serde_json::Value;

use crate::harness::browser::{Browser, Profile};

/// The app in a browser, at the address it was opened from.
pub(crate) struct App {
    pub(crate) browser: Browser,
}

impl App {
    /// Opens the app for the first time on this profile, and begins to use it.
    pub(crate) async fn begin(profile: &Profile, base: &str) -> Self {
        let app = Self::open(profile, base).await;
        app.use_here().await;
        app.is_ready_for_offline().await;
        app
    }

    /// Opens the app on a profile, whatever is on it.
    pub(crate) async fn open(profile: &Profile, base: &str) -> Self {
        Self::open_in(profile.open().await, base).await
    }

    /// Opens the app in a browser that was prepared.
    pub(crate) async fn open_in(browser: Browser, base: &str) -> Self {
        browser.goto(base).await;
        Self { browser }
    }

    /// Goes to a route, as a link does.
    pub(crate) async fn go(&self, route: &str) {
        let set = "location.hash = arguments[0]";
        self.browser
            .js(set, vec![Value::from(format!("#{route}"))])
            .await
            .unwrap();
    }

    pub(crate) async fn reload(&self) {
        self.browser.reload().await;
        self.is_open().await;
    }

    /// Waits until the notebook is on the screen.
    pub(crate) async fn is_open(&self) {
        self.browser.see(".status", "").await;
    }

    /// Waits until this build opens without a network, as its service worker says.
    pub(crate) async fn is_ready_for_offline(&self) {
        self.browser
            .until("the app can do without a network", async || {
                let status = self.worker_status().await?;
                let is_ready = |part: &str| status.get(part) == Some(&Value::Bool(true));
                if is_ready("coreReady") && is_ready("extrasReady") {
                    Ok(())
                } else {
                    Err(status.to_string())
                }
            })
            .await;
    }

    /// The build whose worker serves this page.
    pub(crate) async fn build(&self) -> String {
        self.browser
            .until("the worker names its build", async || {
                let status = self.worker_status().await?;
                let build = status
                    .get("build")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                build.ok_or_else(|| status.to_string())
            })
            .await
    }

    async fn worker_status(&self) -> Result<Value, String> {
        let ask = "const done = arguments[arguments.length - 1];
            const worker = navigator.serviceWorker?.controller;
            if (!worker) { done('no worker controls the page'); return; }
            const line = new MessageChannel();
            line.port1.onmessage = (event) => done(event.data);
            worker.postMessage({type: 'status'}, [line.port2]);";
        self.browser.js_later(ask, Vec::new()).await
    }
}
