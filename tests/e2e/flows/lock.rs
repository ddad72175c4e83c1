//! The lock: what lies on a locked phone says nothing, what was typed is kept over it, and whoever forgets the PIN loses
//! nothing.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, engine::Engine, turn},
    screens::{
        App,
        write::{MATTER, Reception},
    },
};

const PIN: &str = "204781";

/// All that the browser keeps for this origin, as letters, without any key.
const BARE: &str = "const done = arguments[arguments.length - 1];
    (async () => {
        const ask = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
        const letters = (bytes) => new TextDecoder('latin1').decode(bytes);
        let text = JSON.stringify({...localStorage}), keys = [];
        for (const {name} of await indexedDB.databases()) {
            const db = await ask(indexedDB.open(name));
            for (const store of db.objectStoreNames) {
                const all = db.transaction(store).objectStore(store);
                const [names, rows] = await Promise.all([ask(all.getAllKeys()), ask(all.getAll())]);
                if (store === 'keys') { keys.push(...names); }
                text += names.join(' ') + rows.map(letters).join(' ');
            }
            db.close();
        }
        for (const cache of (await caches.keys()).filter(name => name.startsWith('ban-doi'))) {
            const place = await caches.open(cache);
            for (const request of await place.keys()) {
                keys.push(request.url.split('/').pop());
                text += request.url + letters(await (await place.match(request)).arrayBuffer());
            }
        }
        return JSON.stringify({keys, text});
    })().then(done, error => done(String(error)));";

/// The names under which keys lie, and everything as letters.
async fn bare(app: &App) -> (Vec<String>, String) {
    let said = app.browser.js_later(BARE, Vec::new()).await.unwrap();
    let said: serde_json::Value = serde_json::from_str(said.as_str().unwrap()).unwrap();
    let keys = serde_json::from_value(said["keys"].clone()).unwrap();
    (keys, said["text"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_was_typed_is_kept_over_a_lock_that_closes_every_tab() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let profile = Profile::new("locked");
    let app = App::begin(&profile, &endpoint.url()).await;
    endpoint.kill();
    app.record_reception(&Reception::new("Vi Thi Quynh", "Duong hong"))
        .await;
    let (keys, _) = bare(&app).await;
    assert!(keys.iter().any(|key| key == "data"), "{keys:?}");
    app.set_lock(PIN).await;
    let (keys, text) = bare(&app).await;
    assert!(keys.contains(&"lock".to_owned()) && keys.contains(&"o-khoa".to_owned()));
    assert!(
        !keys.contains(&"data".to_owned()) && !keys.contains(&"khoa".to_owned()),
        "{keys:?}"
    );
    for word in ["Quynh", "Duong", "tiep_cong_dan", PIN] {
        assert!(!text.contains(word), "{word} lies there in the clear");
    }
    app.unlock(PIN).await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see_count(".row-title", 1).await;

    // A second tab asks for itself; closing one closes both, and the form that is open comes back as it was.
    app.go("/ghi/tiep_cong_dan").await;
    app.browser.see("#save", "").await;
    let first = app.browser.tab().await;
    let second = app.browser.new_tab().await;
    app.browser.switch_to(&second).await;
    app.browser.goto(&endpoint.url()).await;
    app.unlock(PIN).await;
    app.browser.switch_to(&first).await;
    app.browser.type_into(MATTER, "Dang viet do").await;
    app.browser.switch_to(&second).await;
    app.go("/khoa").await;
    app.browser.click("#lock-now").await;
    app.browser.see("#closed", "khóa").await;
    app.browser.switch_to(&first).await;
    app.browser.see("#closed", "khóa").await;
    app.unlock(PIN).await;
    app.browser.see("#save", "").await;
    assert_eq!(app.browser.value(MATTER).await, "Dang viet do");
    app.browser.close().await;
}

#[tokio::test]
async fn wrong_tries_slow_down_over_a_reload_and_a_forgotten_pin_loses_nothing() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let (desk, phone) = (Profile::new("admin"), Profile::new("forgetful"));
    let admin = App::begin(&desk, &endpoint.url()).await;
    admin.enrol_with(&endpoint.first_link()).await;
    admin.add_person("Lò Văn Quên", &["can_bo"]).await;
    let link = admin.code_for("Lò Văn Quên").await;
    let app = App::begin(&phone, &endpoint.url()).await;
    app.enrol_with(&link).await;
    app.record_reception(&Reception::new("Vì Thị Quỳnh", "Đường hỏng"))
        .await;
    let code = app.set_lock(PIN).await;
    for _ in 0..4 {
        app.try_lock("000000").await;
        app.browser.see("[role=alert]", "Chưa đúng").await;
    }
    app.try_lock("000000").await;
    app.browser.see("[role=alert]", "Thử lại được sau").await;
    app.browser.reload().await;
    app.try_lock(PIN).await;
    app.browser.see("[role=alert]", "Thử lại được sau").await;
    // When it is over, the code opens it as well, in whatever letters it is typed.
    app.browser.see_count("[role=alert]", 0).await;
    app.browser.click("#unlock-otherwise").await;
    app.unlock(&code.to_lowercase()).await;
    // Another PIN; what is sealed stays as it is. The administrator has a code, too, and looking at it is written down.
    app.go("/khoa").await;
    app.browser.click("details > summary").await;
    app.browser
        .type_into("[name=new-words]", "rừng xanh mây trắng")
        .await;
    app.browser
        .type_into("[name=new-words-again]", "rừng xanh mây trắng")
        .await;
    app.browser.click("#change-lock").await;
    app.browser.see(".toast", "Đã đổi").await;
    app.sync_now().await;
    app.go("/khoa").await;
    app.browser.see("#unit-code", "giữ một mã").await;
    app.browser.click("#lock-now").await;
    app.try_lock(PIN).await;
    app.browser.see("[role=alert]", "Chưa đúng").await;
    admin.go("/").await;
    admin.go("/quan-tri").await;
    let ask = admin.on_card("Lò Văn Quên", "[data-recovery]").await;
    admin.browser.click(&ask).await;
    let code = admin.on_card("Lò Văn Quên", "[data-recovery-code]").await;
    let code = admin.browser.see(&code, "-").await;
    admin.browser.click("#log-open").await;
    admin.browser.see("#log", "Xem mã mở khóa").await;
    app.browser.click("#unlock-otherwise").await;
    app.try_lock(code.trim()).await;
    app.is_open().await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see_count(".row-title", 1).await;
    // Taken away, it opens without.
    app.go("/khoa").await;
    app.browser.click("#drop-lock").await;
    app.browser.click("#drop-lock-now").await;
    app.is_open().await;
    admin.browser.close().await;
    app.browser.close().await;
}

#[tokio::test]
async fn the_phones_own_unlock_opens_the_lock_and_the_pin_still_does() {
    // Of the three engines Chromium alone has a phone to play.
    if Engine::of_this_run() != Engine::Chromium {
        return;
    }
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let profile = Profile::new("finger");
    let app = App::begin(&profile, &endpoint.named_url()).await;
    app.browser.own_unlock().await;
    app.record_reception(&Reception::new("Vi Thi Quynh", "Duong hong"))
        .await;
    app.set_lock(PIN).await;
    app.unlock(PIN).await;
    app.go("/khoa").await;
    app.browser.click("#device-lock").await;
    app.browser.see(".toast", "vân tay").await;
    app.browser.click("#lock-now").await;
    app.browser.click("#unlock-device").await;
    app.is_open().await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see(".row-title", "Quynh").await;
    // Nothing that opens it lies there.
    let (keys, text) = bare(&app).await;
    assert!(!keys.contains(&"data".to_owned()) && !text.contains("Quynh"));
    app.go("/khoa").await;
    app.browser.click("#device-lock").await;
    app.browser.see(".toast", "Đã bỏ").await;
    app.browser.click("#lock-now").await;
    app.browser.see("#closed", "khóa").await;
    app.browser.see_count("#unlock-device", 0).await;
    app.unlock(PIN).await;
    app.browser.close().await;
}

#[tokio::test]
async fn several_people_share_a_phone_and_none_reads_another() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let profile = Profile::new("shared");
    let app = App::begin(&profile, &endpoint.url()).await;
    app.record_reception(&Reception::new("Vi Thi Quynh", "Duong hong"))
        .await;
    app.go("/cai-dat").await;
    app.browser.see("main", "Đặt khóa cho sổ này trước").await;
    app.set_lock(PIN).await;
    app.unlock(PIN).await;
    app.go("/cai-dat").await;
    app.browser.type_into("[name=owner]", "Lo Van Hai").await;
    app.browser.click("#add-owner").await;
    // The second notebook asks for a lock before anything else, and knows nothing of the first.
    app.browser.see("#set-lock", "").await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see("#set-lock", "").await;
    app.set_lock("730164").await;
    app.unlock("730164").await;
    app.use_here().await;
    app.record_reception(&Reception::new("Lo Van Khac", "Nuoc sach"))
        .await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see_count(".row-title", 1).await;
    app.browser.see(".row-title", "Khac").await;
    app.go("/khoa").await;
    app.browser.click("#drop-lock").await;
    app.browser.click("#drop-lock-now").await;
    app.browser.see(".toast", "nhiều người").await;
    app.browser.click("#lock-now").await;
    // One PIN does not open the other's.
    app.try_lock(PIN).await;
    app.browser.see("[role=alert]", "Chưa đúng").await;
    app.browser.click("[data-owner='']").await;
    app.try_lock("730164").await;
    app.browser.see("[role=alert]", "Chưa đúng").await;
    app.unlock(PIN).await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see_count(".row-title", 1).await;
    app.browser.see(".row-title", "Quynh").await;
    // A new tab has the notebook that was opened last; this one stays where it is.
    let (_, text) = bare(&app).await;
    assert!(!text.contains("Quynh") && !text.contains("Khac"));
    app.go("/cai-dat").await;
    app.browser.click_words("[data-owner]", "Lo Van Hai").await;
    app.unlock("730164").await;
    app.go("/so/tiep_cong_dan").await;
    app.browser.see(".row-title", "Khac").await;
    app.browser.close().await;
}
