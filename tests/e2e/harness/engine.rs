//! The three browsers: how each is started on a profile, and what each of them calls things that WebDriver has no word for.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use super::{folder::Folder, given, patience::eventually, processes::free_port};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK's small browser. In automation it keeps nothing over its end, so no flow of it starts twice on a profile.
    WebKit,
}

const CHROMIUM_FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--disable-search-engine-choice-screen",
    "--hide-scrollbars",
    "--lang=vi",
    "--window-size=360,640",
];

/// What a browser is told about the phone that it is on.
pub(crate) struct Setting<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) downloads: &'a Path,
    pub(crate) user_agent: Option<&'static str>,
    /// What the camera sees; of Chromium alone.
    pub(crate) film: Option<&'a Path>,
}

impl Engine {
    /// The one that `cargo xtask test e2e`, `e2e-firefox` or `e2e-webkit` runs the flows in.
    pub(crate) fn of_this_run() -> Self {
        match env::var("SO_TAY_BROWSER").as_deref() {
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok("chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("SO_TAY_BROWSER is {other}: chromium, firefox or webkit"),
        }
    }

    /// One driver for each browser: whatever lives below it belongs to that browser.
    pub(crate) async fn start_driver(self, setting: &Setting<'_>) -> (Child, u16) {
        match self {
            Self::Chromium => {
                let mut driver = Command::new(given("CHROMEDRIVER"));
                driver.arg("--port=0").env("LANGUAGE", "vi"); // what Chromium shows dates by
                says_its_port(driver, "successfully on port ")
            }
            Self::Firefox => {
                let mut driver = Command::new(given("GECKODRIVER"));
                driver.args(["--port", "0", "--log", "info"]);
                driver.env("MOZ_HEADLESS_WIDTH", "360");
                driver.env("MOZ_HEADLESS_HEIGHT", "640");
                says_its_port(driver, "Listening on 127.0.0.1:")
            }
            Self::WebKit => start_webkit(setting).await,
        }
    }

    pub(crate) fn capabilities(self, setting: &Setting<'_>) -> Capabilities {
        let mut capabilities = Capabilities::new();
        let mut set = |key: &str, value: Value| capabilities.set(key, value).unwrap();
        set("unhandledPromptBehavior", "accept".into());
        match self {
            Self::Chromium => {
                set("browserName", "chrome".into());
                set("goog:chromeOptions", chromium(setting));
                set("goog:loggingPrefs", json!({"browser": "ALL"}));
            }
            Self::Firefox => {
                set("browserName", "firefox".into());
                set("moz:firefoxOptions", firefox(setting));
            }
            Self::WebKit => {
                set("browserName", "MiniBrowser".into());
                let mut words = vec!["--automation".to_owned()];
                words.extend(
                    setting
                        .user_agent
                        .map(|agent| format!("--user-agent={agent}")),
                );
                let options = json!({"binary": given("MINIBROWSER"), "args": words});
                set("webkitgtk:browserOptions", options);
            }
        }
        capabilities
    }
}

fn chromium(setting: &Setting<'_>) -> Value {
    let data = setting.folder.inside("data");
    let mut flags: Vec<String> = CHROMIUM_FLAGS
        .iter()
        .map(|flag| (*flag).to_owned())
        .collect();
    flags.push(format!("--user-data-dir={}", data.display()));
    flags.extend(
        setting
            .user_agent
            .map(|agent| format!("--user-agent={agent}")),
    );
    if let Some(film) = setting.film {
        flags.push("--use-fake-ui-for-media-stream".to_owned());
        flags.push("--use-fake-device-for-media-stream".to_owned());
        flags.push(format!(
            "--use-file-for-fake-video-capture={}",
            film.display()
        ));
    }
    json!({
        "binary": given("CHROMIUM"),
        "args": flags,
        // A register of two laws is two files of CSV: a person would be asked once.
        "prefs": {"profile.default_content_setting_values.automatic_downloads": 1},
    })
}

fn firefox(setting: &Setting<'_>) -> Value {
    let data = setting.folder.inside("data");
    let mut prefs = json!({
        "browser.download.folderList": 2,
        "browser.download.dir": setting.downloads,
        "browser.download.alwaysOpenPanel": false,
        "browser.helperApps.neverAsk.saveToDisk": "application/json,application/octet-stream,text/csv,text/plain",
        // A browser that was killed asks nothing and goes on.
        "toolkit.startup.max_resumed_crashes": -1,
        "browser.sessionstore.resume_from_crash": false,
        "network.proxy.type": 0,
        "intl.accept_languages": "vi",
    });
    if let Some(agent) = setting.user_agent {
        prefs["general.useragent.override"] = agent.into();
    }
    json!({
        "binary": given("FIREFOX"),
        "args": ["-headless", "-profile", data],
        "prefs": prefs,
    })
}

/// A driver that draws its own port and says it.
fn says_its_port(mut command: Command, before: &str) -> (Child, u16) {
    // The port it draws may be taken on one of the two protocols it listens by; then it ends at once.
    let started = (0..5).find_map(|_| {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver can be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, after) = line.split_once(before)?;
            after.trim_end_matches('.').parse().ok()
        });
        thread::spawn(move || lines.for_each(drop)); // nobody may block on a full pipe
        if port.is_none() {
            child.wait().unwrap();
        }
        Some((child, port?))
    });
    started.expect("the driver says its port")
}

/// Its home is the profile's folder: that is where it puts downloads.
async fn start_webkit(setting: &Setting<'_>) -> (Child, u16) {
    let home = setting.folder.inside("data");
    let config = setting.folder.inside("data/.config");
    let place = format!("XDG_DOWNLOAD_DIR=\"{}\"\n", setting.downloads.display());
    fs::write(config.join("user-dirs.dirs"), place).unwrap();
    let port = free_port();
    let child = Command::new(given("WEBKITDRIVER"))
        .args(["-p", &port.to_string()])
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", &config)
        .env("XDG_RUNTIME_DIR", &home)
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        // The tests run as root, where its sandbox cannot be made.
        .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("WebKit's driver can be started");
    eventually("WebKit's driver listens", async || {
        let there = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        there.map(drop).map_err(|error| error.to_string())
    })
    .await;
    (child, port)
}
