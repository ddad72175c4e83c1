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
    app.is_open().await;
    assert_eq!(app.build().await, new);
    host.kill();
    app.reload().await;
    app.is_ready_for_offline().await;
    let caches = "const done = arguments[arguments.length - 1]; caches.keys().then(done)";
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
