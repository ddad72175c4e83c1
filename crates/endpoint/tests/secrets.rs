//! Denunciations: who reads a case, and that nobody else does, anywhere.

use endpoint::{Config, vault::Vault};
use records::wire::{Fate, SyncAnswer};
use serde_json::{Value, json};

use crate::{
    base,
    people::{Device, first, operate, person_id, post, read_log, somebody, sync},
    process::finish,
    world::{World, change, codes, fates, id, record, request, sample},
};

/// Who must be found nowhere but with the readers.
const DENOUNCER: &str = "Bà Ksor HBLang, buôn Tơ Nia";

async fn world() -> World {
    let config = Config {
        vault: Some(Vault::new([7; 32])),
        ..Config::default()
    };
    let world = World::start_with(config).await;
    operate(&world, &["secrets", "on", "--unit", "00000"]);
    world
}

/// A change to a case, with what it says besides the denouncer's name.
fn secret(n: u64, case: u64, set: Value) -> String {
    let mut change = sample(n);
    change["part"] = json!("mat");
    let writes = &mut change["recs"][0];
    writes["rec"] = json!(record(case));
    writes["form"] = json!("to_cao");
    writes["set"] = set;
    writes["set"]["nguoi_to_cao/a/ho_ten"] = json!(DENOUNCER);
    change.to_string()
}

/// What a phone asks for its secret compartment.
async fn secrets(world: &World, who: &Device, changes: &[String]) -> SyncAnswer {
    let body = request(changes, 0).replace("\"cursors\"", "\"part\":\"mat\",\"cursors\"");
    crate::world::sync(world.address, &who.token, &body).await
}

/// The cases that somebody is given.
async fn cases(world: &World, who: &Device) -> Vec<String> {
    let pages = secrets(world, who, &[]).await.pages;
    let names = pages.iter().map(|page| {
        assert!(page.rows[0].change.get().contains(DENOUNCER));
        page.scope.replace("00000/mat/", "")
    });
    names.collect()
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

#[tokio::test]
async fn a_case_is_its_authors_and_handlers_and_nobody_elses() {
    let world = world().await;
    let leader = first(&world, "00000").await;
    let author = somebody(&world, "00000", "Người ghi", &["can_bo"]).await;
    let other = somebody(&world, "00000", "Người khác", &["can_bo"]).await;
    let case = secret(1, 5, json!({"nguoi_xu_ly#LANH_DAO": true}));
    assert!(sync(&world, &author, &[]).await.secret);
    assert_eq!(
        fates(&secrets(&world, &author, std::slice::from_ref(&case)).await),
        [Fate::Taken]
    );
    assert_eq!(
        fates(&secrets(&world, &author, std::slice::from_ref(&case)).await),
        [Fate::Had],
        "the same again is known"
    );
    assert_eq!(cases(&world, &author).await, [record(5)]);
    assert_eq!(cases(&world, &leader).await, [record(5)]);
    assert_eq!(cases(&world, &other).await, [""; 0]);
    // With the ordinary notebook nothing of it comes, to nobody.
    for who in [&leader, &author, &other] {
        let answer = sync(&world, who, &[]).await;
        assert_eq!(answer.pages.len(), 1);
        assert!(answer.pages[0].rows.is_empty());
    }
    // Whoever is not a reader does not write into it either, and what they hand in lies sealed.
    let meddling = secret(2, 5, json!({"nguoi_xu_ly#LANH_DAO": false}));
    let answer = secrets(&world, &other, &[meddling]).await;
    assert_eq!(
        (fates(&answer), codes(&answer)),
        (vec![Fate::Held], vec!["khong_co_quyen"])
    );
    // The log says who was given it, and who.
    let log = read_log(&world, &leader).await;
    assert!(
        log.contains("nhan_mat") && log.contains(&record(5)),
        "{log}"
    );
    assert_eq!(
        crate::people::get(&world, &author, &format!("/v1/records/{}", record(5)))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn nothing_of_a_denouncer_is_in_any_output_log_copy_or_page_of_the_database() {
    let world = world().await;
    let leader = first(&world, "00000").await;
    let author = somebody(&world, "00000", "Người ghi", &["can_bo"]).await;
    let other = somebody(&world, "00000", "Người khác", &["can_bo"]).await;
    let case = secret(1, 5, json!({"nguoi_xu_ly#LANH_DAO": true}));
    secrets(&world, &author, &[case]).await;
    secrets(&world, &other, &[secret(2, 5, json!({}))]).await;
    operate(&world, &["secrets", "off", "--unit", "00000"]);
    // What a phone had recorded before is taken; then it has nothing of it any more.
    let late = secrets(&world, &author, &[secret(3, 5, json!({}))]).await;
    assert_eq!(fates(&late), [Fate::Taken]);
    assert!(!sync(&world, &author, &[]).await.secret);
    assert_eq!(cases(&world, &leader).await, [""; 0]);
    let database = world.database();
    let mut outputs = Vec::new();
    for words in [
        &["held", "list"][..],
        &["held", "show", "--id", &id(2)],
        &["audit", "list"],
        &["devices"],
        &["carried"],
        &["people", "list"],
        &["books", "list"],
    ] {
        outputs.push(operate(&world, words));
    }
    let place = base::place(&database);
    let copy = database.with_file_name("copy.db");
    let to = copy.display().to_string();
    let backup = finish(&["backup", "--database", &place, "--to", &to]);
    assert!(backup.status.success(), "{backup:?}");
    outputs.push(String::from_utf8(finish(&["verify", "--database", &place]).stdout).unwrap());
    for path in [
        "/metrics",
        "/v1/devices",
        "/v1/people",
        "/v1/audit",
        "/v1/hello",
    ] {
        outputs.push(crate::people::get(&world, &leader, path).await.text());
    }
    for words in ["Ksor", "HBLang", DENOUNCER] {
        assert!(
            outputs.iter().all(|output| !output.contains(words)),
            "{outputs:?}"
        );
        for file in [
            &database,
            &copy,
            &database.with_file_name("notebook.db-wal"),
        ] {
            let bytes = std::fs::read(file).unwrap_or_default();
            assert!(!has(&bytes, words), "{words} lies in {}", file.display());
        }
    }
    let all = "SELECT count(*) FROM change WHERE scope LIKE '00000/mat/%'";
    assert_eq!(base::count_of(&database, all), 2);
    assert_eq!(base::count_of(&database, "SELECT count(*) FROM held"), 1);
}

#[tokio::test]
async fn who_is_denounced_reads_nothing_of_it_and_who_leads_later_reads_what_is_open() {
    let world = world().await;
    let admin = first(&world, "00000").await;
    let author = somebody(&world, "00000", "Người ghi", &["can_bo"]).await;
    let deputy = somebody(&world, "00000", "Phó chủ tịch", &["can_bo"]).await;
    let chief = person_id(&world, &admin, "Người quản trị").await;
    let second = person_id(&world, &admin, "Phó chủ tịch").await;
    let by_role = json!({"nguoi_xu_ly#LANH_DAO": true});
    let over = json!({"nguoi_xu_ly#LANH_DAO": true, "ngay_ket_thuc": "2026-11-20"});
    let handed = [secret(1, 5, by_role), secret(2, 6, over)];
    secrets(&world, &author, &handed).await;
    assert_eq!(cases(&world, &admin).await.len(), 2, "who leads reads both");
    // The leader is denounced: he is out, whoever else is named is in.
    let denounced =
        json!({format!("can_bo_bi_to_cao#{chief}"): true, format!("nguoi_xu_ly#{second}"): true});
    secrets(&world, &author, &[secret(3, 5, denounced)]).await;
    assert_eq!(cases(&world, &admin).await, [record(6)]);
    assert_eq!(cases(&world, &deputy).await, [record(5)]);
    // He does not get back in by writing.
    let again = secret(4, 5, json!({format!("nguoi_xu_ly#{chief}"): true}));
    let answer = secrets(&world, &admin, &[again]).await;
    assert_eq!(codes(&answer), ["khong_co_quyen"]);
    // A leader who comes later reads what is open, and not what is over.
    let late = somebody(&world, "00000", "Chủ tịch mới", &["lanh_dao"]).await;
    assert_eq!(cases(&world, &late).await, [record(5)]);
    // A handler who is taken out is given nothing more: the phone deletes what came by it.
    let mut out: Value = serde_json::from_str(&secret(
        5,
        5,
        json!({format!("nguoi_xu_ly#{second}"): null}),
    ))
    .unwrap();
    out["recs"][0]["over"] = json!({format!("nguoi_xu_ly#{second}"): [id(3)]});
    secrets(&world, &author, &[out.to_string()]).await;
    assert_eq!(cases(&world, &deputy).await, [""; 0]);
}

#[tokio::test]
async fn a_matter_that_is_moved_leaves_nothing_in_the_open_and_is_kept_sealed() {
    let world = world().await;
    let admin = first(&world, "00000").await;
    let author = somebody(&world, "00000", "Người ghi", &["can_bo"]).await;
    let open = change(1).replace("Nội dung", DENOUNCER);
    sync(&world, &author, &[open]).await;
    let mut order = sample(2);
    order["recs"][0]["rec"] = json!(record(1));
    order["recs"][0]["set"] = json!({"noi_dung": "Tố cáo TC-01"});
    order["recs"][0]["over"] = json!({"noi_dung": [id(1)]});
    order["erase"] =
        json!({"ids": [id(1)], "law": "Luật Tố cáo 25/2018/QH14", "reason": "chuyen_ngan_mat"});
    let answer = sync(&world, &author, &[order.to_string()]).await;
    assert_eq!(
        fates(&answer),
        [Fate::Taken],
        "an officer may, for this alone"
    );
    let database = world.database();
    let bytes = std::fs::read(&database).unwrap_or_default();
    assert!(!has(&bytes, DENOUNCER));
    let sealed = base::bytes_of(&database, "SELECT body FROM moved");
    let kept = Vault::new([7; 32]).open(&String::from_utf8(sealed).unwrap());
    assert!(
        kept.unwrap().contains(DENOUNCER),
        "nothing is lost by the move"
    );
    let rows = &sync(&world, &admin, &[]).await.pages[0].rows;
    assert!(rows[0].change.get().contains("\"stub\""));
    // It does not reach into a case, not even its author's.
    let case = secret(7, 5, json!({"nguoi_xu_ly#LANH_DAO": true}));
    secrets(&world, &admin, &[case]).await;
    order["id"] = json!(id(8));
    order["erase"]["ids"] = json!([id(7)]);
    sync(&world, &author, &[order.to_string()]).await;
    assert_eq!(cases(&world, &admin).await, [record(5)]);
    // For any other reason an officer orders nothing.
    order["id"] = json!(id(3));
    order["erase"]["reason"] = json!("khác");
    let answer = sync(&world, &author, &[order.to_string()]).await;
    assert_eq!(codes(&answer), ["khong_co_quyen"]);
}

#[tokio::test]
async fn an_endpoint_without_the_key_keeps_nothing_of_it_and_neither_does_a_shared_key() {
    let plain = World::start().await;
    let author = somebody(&plain, "00000", "Người ghi", &["can_bo"]).await;
    operate(&plain, &["secrets", "on", "--unit", "00000"]);
    let sealed = world().await;
    for (world, key) in [(&plain, &*author.token), (&sealed, crate::world::KEY)] {
        let body = request(&[secret(1, 5, json!({}))], 0);
        let answer = crate::world::sync(world.address, key, &body).await;
        assert_eq!(
            (fates(&answer), codes(&answer)),
            (vec![Fate::Refused], vec!["ngan_mat_tat"]),
            "it stays on the phone"
        );
        assert!(!answer.secret);
        // Nor is an empty answer given, after which a phone would delete its cases.
        let body = body.replace("\"cursors\"", "\"part\":\"mat\",\"cursors\"");
        let key = format!("Bearer {key}");
        let headers = [
            ("authorization", &*key),
            ("content-type", "application/json"),
        ];
        let answer =
            crate::world::ask(world.address, "POST", "/v1/sync", &headers, body.into()).await;
        assert_eq!(answer.code(), "khong_co_quyen");
        for table in ["change", "held"] {
            let count = format!("SELECT count(*) FROM {table}");
            assert_eq!(base::count_of(&world.database(), &count), 0);
        }
    }
}

#[tokio::test]
async fn after_a_restore_the_phones_bring_their_cases_back_to_the_same_readers() {
    let world = world().await;
    let leader = first(&world, "00000").await;
    let author = somebody(&world, "00000", "Người ghi", &["can_bo"]).await;
    let case = secret(1, 5, json!({"nguoi_xu_ly#LANH_DAO": true}));
    let answer = secrets(&world, &author, std::slice::from_ref(&case)).await;
    let acc = serde_json::to_value(answer.answers[0].acc.as_ref().unwrap()).unwrap();
    // The backup was made before the case.
    world.tamper(
        "DELETE FROM change; DELETE FROM rec_change; DELETE FROM reader; DELETE FROM head;",
    );
    let body = request(&[case], 0).replace("\"cursors\"", "\"part\":\"mat\",\"cursors\"");
    let body = crate::world::with_accs(&json!({id(1): acc}), &body);
    // Whoever comes first brings it: the leader, who had read it.
    let back = crate::world::sync(world.address, &leader.token, &body).await;
    assert_eq!(fates(&back), [Fate::Taken]);
    let back = crate::world::sync(world.address, &author.token, &body).await;
    assert_eq!(fates(&back), [Fate::Had]);
    assert_eq!(cases(&world, &leader).await, [record(5)]);
    let colleagues = crate::people::get(&world, &author, "/v1/colleagues")
        .await
        .json();
    let names: Vec<&str> = colleagues["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Người ghi", "Người quản trị"]);
    assert!(!colleagues.to_string().contains("devices"));
    let told = json!({"acts": [{"at": 1, "act": "xem_mat", "about": record(5)}]});
    assert_eq!(post(&world, &author, "/v1/audit", told).await.status, 200);
    assert!(read_log(&world, &leader).await.contains("xem_mat"));
}
