//! A phone: a profile folder that outlives its browser, and the browser itself, which can be killed.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Child,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use thirtyfour::{WebDriver, WindowHandle, prelude::*};

use super::{
    engine::{Engine, Setting},
    folder::{Folder, keepsakes},
    patience::{PATIENCE, eventually, poll},
    processes::{descendants, is_alive, kill_9},
};

/// A cheap phone, in CSS pixels.
pub(crate) const PHONE: (u32, u32) = (360, 640);

/// Ctrl and A, and the keys let go, in WebDriver's letters.
const SELECT_ALL: &str = "\u{e009}a\u{e000}";

/// What a browser keeps on disk. It survives kills of the browser.
pub(crate) struct Profile {
    folder: Folder,
    name: &'static str,
    user_agent: Option<&'static str>,
    film: Option<PathBuf>,
}

impl Profile {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            folder: Folder::new(name),
            name,
            user_agent: None,
            film: None,
        }
    }

    /// A browser that says it is another.
    pub(crate) fn posing_as(name: &'static str, user_agent: &'static str) -> Self {
        Self {
            user_agent: Some(user_agent),
            ..Self::new(name)
        }
    }

    /// A browser whose camera sees a film (YUV4MPEG2), once there is one.
    pub(crate) fn with_camera(name: &'static str, film: &Path) -> Self {
        Self {
            film: Some(film.to_owned()),
            ..Self::new(name)
        }
    }

    pub(crate) async fn open(&self) -> Browser {
        let engine = Engine::of_this_run();
        let downloads = self.folder.inside("downloads");
        let setting = Setting {
            folder: &self.folder,
            downloads: &downloads,
            user_agent: self.user_agent,
            film: self.film.as_deref().filter(|film| film.exists()),
        };
        let (process, port) = engine.start_driver(&setting).await;
        let mut browser = Browser {
            engine,
            driver: None,
            process,
            taken: self.folder.inside("taken"),
            name: self.name,
            downloads: downloads.clone(),
        };
        let url = format!("http://127.0.0.1:{port}");
        let started = WebDriver::new(url, engine.capabilities(&setting)).await;
        browser.driver = Some(started.expect("the browser starts"));
        browser.resize(PHONE).await;
        if engine == Engine::Chromium {
            let downloads = json!({
                "behavior": "allow", "downloadPath": browser.downloads, "eventsEnabled": false,
            });
            browser
                .command("Browser.setDownloadBehavior", downloads)
                .await;
        }
        browser
    }
}

pub(crate) struct Browser {
    engine: Engine,
    driver: Option<WebDriver>,
    process: Child,
    downloads: PathBuf,
    taken: PathBuf,
    name: &'static str,
}

impl Browser {
    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("the browser runs")
    }

    /// What only Chromium understands.
    async fn command(&self, method: &str, parameters: Value) {
        self.driver()
            .cdp()
            .send_raw(method, parameters)
            .await
            .unwrap();
    }

    pub(crate) async fn resize(&self, (width, height): (u32, u32)) {
        if self.engine != Engine::Chromium {
            // As narrow as it lets its windows be. WebKit's list of downloads takes room from the page each time.
            let height = match self.engine {
                Engine::WebKit => height + 1_800,
                Engine::Chromium | Engine::Firefox => height,
            };
            let resized = self.driver().set_window_rect(0, 0, width, height).await;
            return resized.map(drop).unwrap();
        }
        let is_phone = width < 900;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone,
        });
        self.command("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// A phone that opens by finger or face: the person always does.
    pub(crate) async fn own_unlock(&self) {
        self.command("WebAuthn.enable", json!({})).await;
        let options = json!({"options": {
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "hasPrf": true, "automaticPresenceSimulation": true,
        }});
        self.command("WebAuthn.addVirtualAuthenticator", options)
            .await;
    }

    /// Runs a script in every page from now on, before anything else in it.
    #[cfg(feature = "figures")]
    pub(crate) async fn before_each_page(&self, script: &str) {
        let source = json!({"source": script});
        self.command("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    /// What the system says about light and dark.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.command("Emulation.setEmulatedMedia", media).await;
    }

    /// Bytes that a site may store; none lifts the limit.
    pub(crate) async fn limit_storage(&self, site: &str, bytes: Option<u64>) {
        let mut limit = json!({"origin": site});
        if let Some(bytes) = bytes {
            limit["quotaSize"] = bytes.into();
        }
        self.command("Storage.overrideQuotaForOrigin", limit).await;
    }

    /// The tab that is in front.
    pub(crate) async fn tab(&self) -> WindowHandle {
        self.driver().window().await.unwrap()
    }

    /// Opens a tab and goes to it.
    pub(crate) async fn new_tab(&self) -> WindowHandle {
        let tab = self.driver().new_tab().await.unwrap();
        self.switch_to(&tab).await;
        self.resize(PHONE).await;
        tab
    }

    pub(crate) async fn switch_to(&self, tab: &WindowHandle) {
        self.driver().switch_to_window(tab.clone()).await.unwrap();
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.driver().goto(url).await.unwrap();
    }

    pub(crate) async fn reload(&self) {
        // As a person does. Firefox's driver would go past the service worker.
        let mark = "window.before = true; location.reload()";
        self.js(mark, Vec::new()).await.unwrap();
        self.until("the page is loaded anew", async || {
            let is_new = "return !window.before && document.readyState === 'complete'";
            let is_new = self.js(is_new, Vec::new()).await?;
            (is_new == true)
                .then_some(())
                .ok_or_else(|| "not yet".to_owned())
        })
        .await;
    }

    /// Runs a script in the page; `arguments` are its own.
    pub(crate) async fn js(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        let answer = self.driver().execute(script, arguments).await;
        answer
            .map(|answer| answer.json().clone())
            .map_err(|error| error.to_string())
    }

    /// Runs a script that ends by calling its last argument.
    pub(crate) async fn js_later(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, String> {
        let answer = self.driver().execute_async(script, arguments).await;
        answer
            .map(|answer| answer.json().clone())
            .map_err(|error| error.to_string())
    }

    /// Waits, or ends the test with a picture of what was there instead.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        ask: impl AsyncFnMut() -> Result<T, String>,
    ) -> T {
        self.until_within(PATIENCE, what, ask).await
    }

    pub(crate) async fn until_within<T>(
        &self,
        limit: Duration,
        what: &str,
        ask: impl AsyncFnMut() -> Result<T, String>,
    ) -> T {
        match poll(limit, ask).await {
            Ok(answer) => answer,
            Err(reason) => panic!(
                "{}: {what}: still not after {limit:?}: {reason}\n{}",
                self.name,
                self.scene().await
            ),
        }
    }

    /// What a person would tell who reports a fault: address, text, console, and a picture.
    async fn scene(&self) -> String {
        let script = "return location.href + '\\n' + (document.body?.innerText ?? '')";
        let seen = self.js(script, Vec::new()).await;
        let seen = seen.map_or_else(|error| error, |text| text.as_str().unwrap_or("").to_owned());
        let console = self.driver().browser_log().await.unwrap_or_default();
        let console: Vec<String> = console
            .into_iter()
            .map(|line| format!("{} {}", line.level, line.message))
            .collect();
        let picture = keepsakes().join(format!("{}-{}.png", self.name, std::process::id()));
        let saved = self.driver().screenshot(&picture).await;
        let picture = saved.map_or_else(|e| e.to_string(), |()| picture.display().to_string());
        format!(
            "--- {seen}\n--- console\n{}\n--- {picture}",
            console.join("\n")
        )
    }

    /// The text of every element, as it can be read on the screen.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        // Firefox has no inner text for the options of a list that is closed.
        let script = "return [...document.querySelectorAll(arguments[0])]
            .map(e => e.innerText || (e.matches('select') ? e.textContent : ''))";
        let found = self.js(script, vec![css.into()]).await.unwrap_or_default();
        serde_json::from_value(found).unwrap_or_default()
    }

    pub(crate) async fn count(&self, css: &str) -> usize {
        self.texts(css).await.len()
    }

    /// Waits until an element says these words, among others; returns all it says.
    pub(crate) async fn see(&self, css: &str, words: &str) -> String {
        self.see_within(PATIENCE, css, words).await
    }

    pub(crate) async fn see_within(&self, limit: Duration, css: &str, words: &str) -> String {
        let what = format!("`{css}` says “{words}”");
        self.until_within(limit, &what, async || {
            let texts = self.texts(css).await;
            let found = texts.iter().find(|text| text.contains(words)).cloned();
            found.ok_or_else(|| format!("{texts:?}"))
        })
        .await
    }

    pub(crate) async fn see_count(&self, css: &str, count: usize) {
        self.until(&format!("{count} × `{css}`"), async || {
            let found = self.count(css).await;
            if found == count {
                Ok(())
            } else {
                Err(format!("there are {found}"))
            }
        })
        .await;
    }

    /// Waits until the route after `#` satisfies a test; returns it.
    pub(crate) async fn see_route(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        self.until(what, async || {
            let route = self.js("return location.hash", Vec::new()).await?;
            let route = route.as_str().unwrap_or_default().to_owned();
            if fits(&route) { Ok(route) } else { Err(route) }
        })
        .await
    }

    async fn element(&self, css: &str) -> Result<WebElement, String> {
        let element = self
            .driver()
            .find(By::Css(css))
            .await
            .map_err(|e| short(&e))?;
        let center = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        let argument = element.to_json().map_err(|e| short(&e))?;
        self.js(center, vec![argument]).await?;
        Ok(element)
    }

    /// Clicks as a finger does: only what is visible and not covered.
    pub(crate) async fn click(&self, css: &str) {
        self.until(&format!("`{css}` can be clicked"), async || {
            self.element(css)
                .await?
                .click()
                .await
                .map_err(|e| short(&e))
        })
        .await;
    }

    /// Clicks the element that says these words.
    pub(crate) async fn click_words(&self, css: &str, words: &str) {
        self.until(&format!("`{css}` with “{words}” can be clicked"), async || {
            let mark = "for (const old of document.querySelectorAll('[data-e2e]')) delete old.dataset.e2e;
                const found = [...document.querySelectorAll(arguments[0])]
                    .find(element => element.innerText.includes(arguments[1]));
                if (found) found.dataset.e2e = '';
                return Boolean(found)";
            let found = self.js(mark, vec![css.into(), words.into()]).await?;
            if found != Value::Bool(true) {
                return Err(format!("{:?}", self.texts(css).await));
            }
            let element = self.element("[data-e2e]").await?;
            element.click().await.map_err(|e| short(&e))
        })
        .await;
    }

    /// Types with keys, after what is there.
    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        self.until(&format!("`{css}` takes typing"), async || {
            self.element(css)
                .await?
                .send_keys(text)
                .await
                .map_err(|e| short(&e))
        })
        .await;
    }

    /// Types with keys, in place of what is there.
    pub(crate) async fn replace(&self, css: &str, text: &str) {
        self.type_into(css, SELECT_ALL).await;
        self.type_into(css, text).await;
    }

    /// Gives a file input a file.
    pub(crate) async fn choose_file(&self, css: &str, file: &Path) {
        self.until(&format!("`{css}` takes a file"), async || {
            let input = self
                .driver()
                .find(By::Css(css))
                .await
                .map_err(|e| short(&e))?;
            input
                .send_keys(file.to_str().unwrap())
                .await
                .map_err(|e| short(&e))
        })
        .await;
    }

    /// The value of an input.
    pub(crate) async fn value(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.value ?? null";
        self.until(&format!("`{css}` has a value"), async || {
            let value = self.js(script, vec![css.into()]).await?;
            value
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| "it is not there".to_owned())
        })
        .await
    }

    /// The file that the app gives out after a click. It is put aside, so that the next one may have its name.
    pub(crate) async fn downloaded(&self, click: &str) -> PathBuf {
        self.all_downloaded(click, 1).await.remove(0)
    }

    /// As many files as the app gives out after one click, by name.
    pub(crate) async fn all_downloaded(&self, click: &str, count: usize) -> Vec<PathBuf> {
        self.click(click).await;
        let mut files = self
            .until(&format!("{count} files are downloaded"), async || {
                let files = fs::read_dir(&self.downloads).unwrap();
                let files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
                if files.len() == count && files.iter().all(|file| is_whole(file)) {
                    Ok(files)
                } else {
                    Err(format!("{files:?}"))
                }
            })
            .await;
        files.sort();
        let aside = |file: PathBuf| {
            let number = fs::read_dir(&self.taken).unwrap().count();
            let name = file.file_name().unwrap().display().to_string();
            let aside = self.taken.join(format!("{number}-{name}"));
            fs::rename(&file, &aside).unwrap();
            aside
        };
        files.into_iter().map(aside).collect()
    }

    /// The page as it is printed, with the page size that it asks for.
    pub(crate) async fn print(&self, file: &Path) {
        let how = json!({"preferCSSPageSize": true, "printBackground": false});
        let printed = self
            .driver()
            .cdp()
            .send_raw("Page.printToPDF", how)
            .await
            .unwrap();
        let bytes = STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    pub(crate) async fn picture(&self, file: &Path) {
        self.driver().screenshot(file).await.unwrap();
    }

    /// `kill -9`: the browser has no moment to tidy up.
    pub(crate) async fn kill(mut self) {
        let pids = descendants(self.process.id());
        assert!(!pids.is_empty(), "the browser runs");
        kill_9(&pids);
        eventually("the browser is dead", async || {
            let alive: Vec<u32> = pids.iter().copied().filter(|pid| is_alive(*pid)).collect();
            if alive.is_empty() {
                Ok(())
            } else {
                Err(format!("{alive:?}"))
            }
        })
        .await;
        self.end();
    }

    /// Closes as a person does.
    pub(crate) async fn close(mut self) {
        if let Some(driver) = self.driver.take() {
            driver.quit().await.unwrap();
        }
    }

    fn end(&mut self) {
        if let Some(driver) = self.driver.take() {
            // Nobody is left who could take its leave.
            drop(driver.leak());
        }
        kill_9(&descendants(self.process.id()));
        // It may have ended with its browser.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

/// The name is there at once; browsers rename the file when all bytes are in it.
fn is_whole(file: &Path) -> bool {
    file.extension().is_none_or(|extension| {
        !["crdownload", "part", "wkdownload"]
            .map(OsStr::new)
            .contains(&extension)
    }) && fs::metadata(file).is_ok_and(|data| data.len() > 0)
}

/// The first line of a driver's complaint; the rest is its own stack.
fn short(error: &WebDriverError) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}
