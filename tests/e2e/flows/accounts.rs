//! People, their devices and what each may do: from the first administrator's link to a phone that was lost.

use crate::{
    harness::{browser::Profile, endpoint::Endpoint, turn},
    screens::{App, write::Reception},
};

#[tokio::test]
async fn a_notebook_that_was_begun_alone_enrols_later_and_a_leader_approves() {
    let _turn = turn().await;
    let endpoint = Endpoint::start().await;
    let (desk, phone) = (Profile::new("admin"), Profile::new("officer"));
    let admin = App::begin(&desk, &endpoint.url()).await;
    admin.enrol_with(&endpoint.first_link()).await;
    admin.go("/cai-dat").await;
    admin.browser.see("#roles", "Quản trị").await;
    admin.add_person("Lò Văn Cán", &["can_bo"]).await;
    let link = admin.code_for("Lò Văn Cán").await;

    let officer = App::begin(&phone, &endpoint.url()).await;
    officer
        .record_reception(&Reception::new("Vì Thị Quỳnh", "Đường hỏng"))
        .await;
    officer.browser.click("#hand-in").await;
    officer.enrol_with(&link).await;
    officer.go("/so/tiep_cong_dan").await;
    officer.browser.see_count(".row-title", 1).await;
    officer.browser.click(".row-title").await;
    officer.browser.see("#review", "chờ lãnh đạo duyệt").await;
    officer.go("/quan-tri").await;
    officer.browser.see("main", "người quản trị đơn vị").await;

    // The code is used up: a stranger who finds the link is told what to do, and nothing else.
    let other = Profile::new("stranger");
    let stranger = App::begin(&other, &endpoint.url()).await;
    stranger.go(&link).await;
    stranger.browser.click("#enrol").await;
    stranger
        .browser
        .see("[role=alert]", "xin người quản trị mã mới")
        .await;
    stranger.browser.close().await;

    admin.sync_now().await;
    admin.go("/so/tiep_cong_dan").await;
    admin.browser.click(".row-title").await;
    admin.browser.click("#approve").await;
    admin.browser.see(".chip.ok", "Chính thức").await;
    admin.is_all_sent().await;
    officer.sync_now().await;
    officer.go("/so/tiep_cong_dan").await;
    officer.browser.click(".row-title").await;
    officer.browser.see(".chip.ok", "Chính thức").await;
    for app in [&admin, &officer] {
        assert_eq!(app.asked_elsewhere().await, [""; 0], "nobody else is asked");
    }
    admin.browser.close().await;
    officer.browser.close().await;
}

/// Every text that the browser keeps for this origin, drafts and copies too, opened with the notebook's key.
const KEPT: &str = "const done = arguments[arguments.length - 1];
    (async () => {
        const name = (await indexedDB.databases()).map(one => one.name).find(name => name.startsWith('so-tay') && !name.endsWith('/mat'));
        if (!name) { return ''; }
        const ask = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
        const db = await ask(indexedDB.open(name));
        const all = async (store) => ask(db.transaction(store).objectStore(store).getAll());
        const [raw] = await all('keys');
        const rows = raw ? (await Promise.all(['meta', 'log', 'drafts'].map(all))).flat() : [];
        for (const cache of (await caches.keys()).filter(name => name.startsWith('ban-doi'))) {
            const place = await caches.open(cache);
            for (const request of await place.keys()) {
                rows.push(new Uint8Array(await (await place.match(request)).arrayBuffer()));
            }
        }
        if (!raw) { return rows.length ? 'rows without a key' : ''; }
        const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
        let text = '';
        for (const row of rows) {
            for (const place of ['counter', 'sync', 'profile', 'catalogue', 'courier', 'log', 'draft']) {
                const how = {name: 'AES-GCM', iv: row.slice(0, 12), additionalData: new TextEncoder().encode(place)};
                try { text += new TextDecoder().decode(await crypto.subtle.decrypt(how, key, row.slice(12))); break; } catch {}
            }
        }
        db.close();
        return text;
    })().then(done, error => done(String(error)));";

/// Or why not: the page may just be loaded anew.
async fn kept(app: &App) -> Result<String, String> {
    let text = app.browser.js_later(KEPT, Vec::new()).await?;
    Ok(text.as_str().unwrap().to_owned())
}

/// Waits until no such words are kept anywhere.
async fn is_gone(app: &App, words: &str) {
    app.browser
        .until(words, async || match kept(app).await? {
            text if text.contains(words) => Err(text),
            _ => Ok(()),
        })
        .await;
}

#[tokio::test]
async fn what_may_not_be_seen_any_more_leaves_the_phone_and_a_lost_phone_wipes_itself() {
    let _turn = turn().await;
    let mut endpoint = Endpoint::start().await;
    let (desk, phone) = (Profile::new("admin"), Profile::new("lost"));
    let admin = App::begin(&desk, &endpoint.url()).await;
    admin.enrol_with(&endpoint.first_link()).await;
    admin
        .record_reception(&Reception::new("Hoàng Thị Chung", "Cầu yếu"))
        .await;
    admin.is_all_sent().await;
    admin.add_person("Lò Văn Mất", &["can_bo"]).await;
    let link = admin.code_for("Lò Văn Mất").await;
    let lost = App::begin(&phone, &endpoint.url()).await;
    lost.enrol_with(&link).await;
    lost.go("/so/tiep_cong_dan").await;
    lost.browser.see_count(".row-title", 1).await;
    assert!(kept(&lost).await.unwrap().contains("Hoàng Thị Chung"));

    // The role is taken away: what came by it goes, from the disk too.
    admin.go("/quan-tri").await;
    let edit = admin.on_card("Lò Văn Mất", "[data-edit]").await;
    admin.browser.click(&edit).await;
    admin.set_roles(&[]).await;
    admin.browser.click("#person-keep").await;
    admin.browser.see("[data-person]", "Không có vai trò").await;
    lost.go("/dong-bo").await;
    lost.browser.click("#sync-now").await;
    is_gone(&lost, "Hoàng Thị Chung").await;
    lost.is_open().await;
    lost.go("/so/tiep_cong_dan").await;
    lost.browser.see_count(".row-title", 0).await;

    // Granted again, it comes again.
    admin.browser.click(&edit).await;
    admin.set_roles(&["can_bo"]).await;
    admin.browser.click("#person-keep").await;
    admin.browser.see(&edit, "Sửa").await;
    lost.sync_now().await;
    lost.go("/so/tiep_cong_dan").await;
    lost.browser.see_count(".row-title", 1).await;

    // Lost, with something that was not sent: it hands that in, and wipes itself.
    endpoint.kill();
    lost.record_reception(&Reception::new("Bế Thị Chờ", "Mương tắc"))
        .await;
    lost.waits_to_send().await;
    lost.browser.goto("about:blank").await;
    endpoint.restart().await;
    admin.sync_now().await;
    admin.go("/quan-tri").await;
    let revoke = admin.on_card("Lò Văn Mất", "[data-revoke]").await;
    admin.browser.click(&revoke).await;
    let wipe = admin.on_card("Lò Văn Mất", "[data-wipe-now]").await;
    admin.browser.click(&wipe).await;
    let state = admin.on_card("Lò Văn Mất", "small.warn").await;
    admin.browser.see(&state, "tự xóa").await;
    lost.browser.goto(&endpoint.url()).await;
    is_gone(&lost, "Thị").await;
    lost.browser.see("#use-here", "").await;
    assert!(
        endpoint.held().contains("Bế Thị Chờ"),
        "it was handed in first"
    );
    admin.browser.close().await;
    lost.browser.close().await;
}
