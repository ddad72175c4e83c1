//! A new build of the app comes while somebody is writing.

use std::{fs, path::Path};

use crate::{
    harness::{browser::Profile, folder::Folder, given, static_host::StaticHost, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

#[tokio::test]
async fn a_new_build_waits_until_it_is_asked_for_and_loses_nothing() {
    let _turn = turn().await;
    let folder = copied_build();
    let mut host = StaticHost::start_in(folder.path());
    let profile = Profile::new("update");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Người Cũ", "Ghi bằng bản cũ"))
        .await;
    let draft = app.begin_record("tiep_cong_dan").await;
    app.fill_reception(&Reception::new("Người Mới", "Đang ghi dở"))
        .await;
    app.draft_is_kept().await;
    let old = app.build().await;

    let new = publish_another(&folder, &old);
    app.reload().await; // the browser looks for a new worker at every navigation
    app.browser.see(MATTER, "").await;
    assert_eq!(app.browser.value(MATTER).await, "Đang ghi dở");
    app.go("/").await;
    app.browser.see("main", "Có bản mới").await;
    assert_eq!(
        app.build().await,
        old,
        "nothing moves before somebody agrees"
    );

    update_now(&app).await;
    app.is_open().await;
    assert_eq!(app.build().await, new);
    host.kill();
    app.reload().await;
    app.is_ready_for_offline().await;
    let caches = "const done = arguments[arguments.length - 1]; caches.keys().then((all) => done(all.filter((name) => !name.startsWith('ban-doi/'))))";
    let caches = app.browser.js_later(caches, Vec::new()).await.unwrap();
    assert_eq!(
        caches.as_array().map(Vec::len),
        Some(1),
        "the old build is gone: {caches}"
    );
    app.browser.click(&format!("a[href='{draft}']")).await;
    assert_eq!(app.browser.value(MATTER).await, "Đang ghi dở");
    app.open_list("tiep_cong_dan").await;
    app.browser.see("a.row", "Người Cũ").await;
    app.browser.close().await;
}

/// A file that the new build has beside those of the old one: its name, its text, and the SHA-256 of that.
const ADDED: (&str, &str, &str) = (
    "them-1.txt",
    "ban moi",
    "dd44e05eac96301a374ec9444d38edcef3216ce3d3be7079f8a77d01a8971c9b",
);

#[tokio::test]
async fn a_half_finished_deployment_is_not_adopted_and_the_old_build_goes_on() {
    let _turn = turn().await;
    let folder = copied_build();
    let host = StaticHost::start_in(folder.path());
    let profile = Profile::new("half-deployed");
    let app = App::begin(&profile, &host.url()).await;
    app.record_reception(&Reception::new("Người Cũ", "Ghi bằng bản cũ"))
        .await;
    let old = app.build().await;
    let (name, text, hash) = ADDED;

    // The worker's file is there already; another file is missing, and those of the old build are gone.
    let new = publish_another(&folder, &old);
    let worker = folder.path().join("sw.js");
    let script = fs::read_to_string(&worker).unwrap();
    let longer = script.replacen(
        "\"core\":[",
        &format!("\"core\":[[\"{name}\",\"{hash}\"],"),
        1,
    );
    assert_ne!(longer, script, "sw.js lists its core");
    fs::write(&worker, longer).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("wasm" | "css")) {
            fs::remove_file(&path).unwrap();
        }
    }
    assert_eq!(look_for_a_build(&app).await, "redundant");
    // It is there, torn.
    fs::write(folder.path().join(name), &text[..3]).unwrap();
    assert_eq!(look_for_a_build(&app).await, "redundant");
    app.reload().await;
    assert_eq!(app.build().await, old);
    app.open_list("tiep_cong_dan").await;
    app.browser.see("a.row", "Người Cũ").await;
    app.record_reception(&Reception::new("Người Sau", "Vẫn ghi được"))
        .await;

    // The deployment is finished.
    fs::write(folder.path().join(name), text).unwrap();
    assert_eq!(look_for_a_build(&app).await, "installed");
    app.go("/").await;
    app.browser.see("main", "Có bản mới").await;
    update_now(&app).await;
    app.is_open().await;
    assert_eq!(app.build().await, new);
    app.open_list("tiep_cong_dan").await;
    app.browser.see_count("a.row", 2).await;
    app.browser.close().await;
}

/// Agrees to the new build, and waits for its page.
async fn update_now(app: &App) {
    // The page itself is asked: a worker that must answer questions cannot make way for the next.
    app.browser
        .js("window.isOldPage = true", Vec::new())
        .await
        .unwrap();
    app.browser.click_words("main button", "Cập nhật").await;
    app.browser
        .until("the page opens anew", async || {
            let old = app
                .browser
                .js("return window.isOldPage === true", Vec::new())
                .await?;
            if old == false {
                Ok(())
            } else {
                Err("the same page".to_owned())
            }
        })
        .await;
}

/// Has the browser look whether the host has another build; what became of its worker.
async fn look_for_a_build(app: &App) -> String {
    let look = "const done = arguments[arguments.length - 1];
        navigator.serviceWorker.getRegistration().then((registration) => {
            const follow = (worker) => {
                const look = () => ['installed', 'activated', 'redundant'].includes(worker.state) && done(worker.state);
                worker.addEventListener('statechange', look);
                look();
            };
            registration.addEventListener('updatefound', () => follow(registration.installing), {once: true});
            registration.update().catch((error) => done(String(error)));
        });";
    let state = app.browser.js_later(look, Vec::new()).await.unwrap();
    state.as_str().unwrap_or("nothing").to_owned()
}

/// The build that is tested, in a folder where it can be replaced.
fn copied_build() -> Folder {
    let folder = Folder::new("builds");
    copy(&given("SO_TAY_APP_DIR"), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let there = to.join(file.file_name());
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), there).unwrap();
        } else {
            copy(&file.path(), &there);
        }
    }
}

/// Puts a build with another id in the place of the old one; returns its id.
fn publish_another(folder: &Folder, old: &str) -> String {
    let new = format!("{old}-moi");
    let worker = folder.path().join("sw.js");
    let script = fs::read_to_string(&worker).unwrap();
    let published = script.replacen(
        &format!("\"id\":\"{old}\""),
        &format!("\"id\":\"{new}\""),
        1,
    );
    assert_ne!(published, script, "sw.js names its build");
    fs::write(&worker, published).unwrap();
    new
}
