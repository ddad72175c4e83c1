//! People, codes, devices and what each may do: SECURITY.md's table, cell by cell, and the ways in and out.

use std::collections::BTreeMap;

use records::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    base,
    carry::{CARRIER, seal_of, some_public_key},
    process::finish,
    world::{Answer, World, ask, change, codes, fates, id, record, request, sample},
};
use records::wire::{Fate, SyncAnswer};

const DEVICE: &str = "019ab3b0-0000-7000-8000-00000000000a";

/// A device with a token of its own.
pub(crate) struct Device {
    pub(crate) token: String,
    id: String,
    /// Its answer when it was let in.
    enrolled: Value,
}

fn hash(token: &str) -> String {
    hex::encode(&Sha256::digest(token))
}

fn headers(token: &str) -> [(&'static str, String); 2] {
    [
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
    ]
}

async fn as_who(world: &World, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let headers = headers(token);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let body = if method == "GET" {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    ask(world.address, method, path, &headers, body).await
}

pub(crate) async fn get(world: &World, device: &Device, path: &str) -> Answer {
    as_who(world, &device.token, "GET", path, &json!({})).await
}

pub(crate) async fn post(world: &World, device: &Device, path: &str, body: Value) -> Answer {
    as_who(world, &device.token, "POST", path, &body).await
}

pub(crate) async fn sync(world: &World, device: &Device, changes: &[String]) -> SyncAnswer {
    crate::world::sync(world.address, &device.token, &request(changes, 0)).await
}

async fn ask_in(world: &World, code: &str, token: &str) -> Answer {
    let body = json!({"protocol": 1, "code": code, "device": DEVICE, "token": hash(token), "label": "Máy thử"});
    let headers = [("content-type", "application/json")];
    ask(
        world.address,
        "POST",
        "/v1/enrol",
        &headers,
        body.to_string().into_bytes(),
    )
    .await
}

async fn enrol(world: &World, code: &str, token: &str) -> Device {
    let answer = ask_in(world, code, token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let enrolled = answer.json();
    Device {
        token: token.to_owned(),
        id: enrolled["id"].as_str().unwrap().to_owned(),
        enrolled,
    }
}

/// Does what an operator does at the machine; what the command printed.
pub(crate) fn operate(world: &World, words: &[&str]) -> String {
    let place = base::place(&world.database());
    let output = finish(&[words, &["--database", &place]].concat());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn last_word(text: &str) -> String {
    text.split_whitespace().last().unwrap().to_owned()
}

pub(crate) async fn first(world: &World, unit: &str) -> Device {
    let code = last_word(&operate(world, &["people", "first", "--unit", unit]));
    enrol(world, &code, &format!("token of the first of {unit}")).await
}

/// Somebody new with these roles, and their device.
pub(crate) async fn somebody(world: &World, unit: &str, name: &str, roles: &[&str]) -> Device {
    let mut words = vec!["people", "add", "--unit", unit, "--name", name];
    for role in roles {
        words.extend(["--role", role]);
    }
    let code = last_word(&operate(world, &words));
    enrol(world, &code, &hash(name)).await
}

async fn person_of(world: &World, administrator: &Device, name: &str) -> Value {
    let people = get(world, administrator, "/v1/people").await.json();
    let people = people["people"].as_array().unwrap();
    people
        .iter()
        .find(|person| person["name"] == name)
        .unwrap()
        .clone()
}

/// By what name a case names somebody.
pub(crate) async fn person_id(world: &World, administrator: &Device, name: &str) -> String {
    let person = person_of(world, administrator, name).await;
    person["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn read_log(world: &World, administrator: &Device) -> String {
    get(world, administrator, "/v1/audit").await.text()
}

#[tokio::test]
async fn the_first_administrator_lets_others_in() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    assert_eq!(
        admin.enrolled["roles"],
        json!(["can_bo", "lanh_dao", "quan_tri"])
    );
    let said = operate(&world, &["people", "first"]);
    assert!(said.contains("đã có người quản trị"), "{said}");
    let wish = json!({"name": "Nguyễn Thị B", "roles": ["can_bo"]});
    let person = post(&world, &admin, "/v1/people", wish).await.json();
    let path = format!("/v1/people/{}/codes", person["id"].as_str().unwrap());
    let code = post(&world, &admin, &path, json!({})).await.json();
    let b = enrol(&world, code["code"].as_str().unwrap(), "token of b").await;
    assert_eq!(
        (&b.enrolled["person"], &b.enrolled["unit"]["code"]),
        (&json!("Nguyễn Thị B"), &json!("00000"))
    );
    assert_eq!(fates(&sync(&world, &b, &[change(1)]).await), [Fate::Taken]);
    // What the one wrote the other reads, and each hears what they may.
    let read = sync(&world, &admin, &[]).await;
    assert_eq!(read.pages[0].rows.len(), 1);
    let hello = get(&world, &b, "/v1/hello").await.json();
    assert_eq!(
        (&hello["person"], &hello["roles"]),
        (&json!("Nguyễn Thị B"), &json!(["can_bo"]))
    );
    let b = person_of(&world, &admin, "Nguyễn Thị B").await;
    let device = &b["devices"][0];
    assert_eq!(
        (&device["label"], &device["device"]),
        (&json!("Máy thử"), &json!(DEVICE))
    );
    assert!(device["seen_at"].as_u64().unwrap() > 0, "{device}");
    let log = get(&world, &admin, "/v1/audit").await.json();
    let acts: Vec<&str> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["act"].as_str().unwrap())
        .collect();
    assert_eq!(
        acts,
        [
            "them_nguoi",
            "cap_ma",
            "ghi_danh",
            "them_nguoi",
            "cap_ma",
            "ghi_danh"
        ]
    );
    assert_eq!(
        operate(&world, &["audit", "verify"]),
        "Nhật ký: 6 dòng, chuỗi băm nguyên vẹn.\n"
    );
}

#[tokio::test]
async fn a_code_lets_in_one_device_and_a_lost_answer_is_asked_for_again() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    let code = last_word(&operate(
        &world,
        &["people", "add", "--name", "C", "--role", "can_bo"],
    ));
    let device = enrol(&world, &code, "token of c").await;
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(
        enrol(&world, &typed, "token of c").await.id,
        device.id,
        "typed in haste, asked again"
    );
    // Used, never given, and of a closed account: nobody can tell which.
    let c = person_of(&world, &admin, "C").await;
    let more = format!("/v1/people/{}/codes", c["id"].as_str().unwrap());
    let unused = post(&world, &admin, &more, json!({})).await.json();
    let close = json!({"name": "C", "roles": ["can_bo"], "closed": true});
    let path = format!("/v1/people/{}", c["id"].as_str().unwrap());
    assert_eq!(post(&world, &admin, &path, close).await.status, 200);
    let mut answers = Vec::new();
    for code in [&*code, "0000000000000000", unused["code"].as_str().unwrap()] {
        let answer = ask_in(&world, code, "token of a stranger").await;
        answers.push((answer.status, answer.text()));
    }
    assert_eq!(answers[0].0, 403);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    // A code that ran out is none.
    let code = last_word(&operate(
        &world,
        &["people", "add", "--name", "D", "--role", "can_bo"],
    ));
    world.tamper("UPDATE code SET expires_at = 1 WHERE expires_at > 1");
    assert_eq!(
        ask_in(&world, &code, "token of d").await.code(),
        "ma_khong_dung"
    );
}

/// The rows of SECURITY.md's table: action → column → whether.
fn table() -> BTreeMap<String, BTreeMap<String, bool>> {
    let page = include_str!("../../../docs/SECURITY.md");
    let page = page.split_once("## Roles").unwrap().1;
    let page = page.split("\n## ").next().unwrap();
    let mut rows = page.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let head = cells(rows.next().unwrap());
    rows.map(|line| {
        let cells = cells(line);
        let columns = head.iter().zip(&cells).skip(2);
        let columns = columns
            .map(|(name, cell)| (name.clone(), cell == "yes"))
            .collect();
        (cells[0].clone(), columns)
    })
    .collect()
}

/// What is in the unit that is asked about.
struct There {
    person: String,
    device: String,
    record: String,
    scope: String,
}

/// Whether an answer is the one that was asked for.
fn may(answer: &Answer) -> bool {
    assert!(
        [200, 403, 404].contains(&answer.status),
        "{}",
        answer.text()
    );
    answer.status == 200
}

/// Whether somebody asks about the unit that they are of.
fn is_own(who: &Device, there: &There) -> bool {
    there.scope.starts_with(&*unit_of(who))
}

/// Tries an action; whether it was let.
async fn is_let(world: &World, who: &Device, action: &str, n: u64, there: &There) -> bool {
    if let Some(is_let) = in_the_notebook(world, who, action, n, there).await {
        return is_let;
    }
    let person = format!("/v1/people/{}", there.person);
    let name = json!(format!("Người {n}"));
    match action {
        "own devices" => may(&get(world, who, "/v1/devices").await) && is_own(who, there),
        "colleagues" => may(&get(world, who, "/v1/colleagues").await) && is_own(who, there),
        "people" => {
            let answer = get(world, who, "/v1/people").await;
            may(&answer) && answer.text().contains(&there.person)
        }
        "add a person" => {
            let wish = json!({"name": name, "roles": ["quan_tri"]});
            may(&post(world, who, "/v1/people", wish).await) && is_own(who, there)
        }
        "change a person" => {
            let wish = json!({"name": name, "roles": ["quan_tri"]});
            may(&post(world, who, &person, wish).await)
        }
        "give a code" => may(&post(world, who, &format!("{person}/codes"), json!({})).await),
        "read a device's unlocking code" => {
            may(&get(world, who, &format!("/v1/tokens/{}/recovery", there.device)).await)
        }
        "give one's own unlocking code" => {
            let code = json!({"code": "7K2QD-8M0PX-3R5TV-9W1YZ"});
            may(&post(world, who, "/v1/recovery", code).await) && is_own(who, there)
        }
        "shut a device out" => {
            let path = format!("/v1/tokens/{}/revoke", there.device);
            may(&post(world, who, &path, json!({})).await)
        }
        "read the log" => {
            let answer = get(world, who, "/v1/audit").await;
            may(&answer) && answer.text().contains(&there.device)
        }
        "tell of an export" => {
            let acts =
                json!({"acts": [{"at": 1_763_800_000_000_u64, "act": "xuat", "about": name}]});
            may(&post(world, who, "/v1/audit", acts).await) && is_own(who, there)
        }
        other => unreachable!("SECURITY.md has an action that is not tried here: {other}"),
    }
}

/// What is done with the records of a unit; none when the action is another.
async fn in_the_notebook(
    world: &World,
    who: &Device,
    action: &str,
    n: u64,
    there: &There,
) -> Option<bool> {
    let hands_in = async |change: String| {
        let fates = fates(&sync(world, who, &[change]).await);
        assert!(fates == [Fate::Taken] || fates == [Fate::Held]);
        let is_written = written(world, &there.scope, n);
        assert!(is_written || fates == [Fate::Held] || !is_own(who, there));
        is_written
    };
    Some(match action {
        "read the notebook" => {
            let body = request(&[], 0).replace("00000/thuong", &there.scope);
            let answer = crate::world::sync(world.address, &who.token, &body).await;
            answer.pages.iter().any(|page| page.scope == there.scope)
        }
        "write" => hands_in(change(n)).await,
        "record a denunciation" => {
            let mut case = sample(n);
            case["part"] = json!("mat");
            case["recs"][0]["rec"] = json!(record(n + 5));
            let fates = fates(&sync(world, who, &[case.to_string()]).await);
            fates == [Fate::Taken] && is_own(who, there)
        }
        "move a matter to the secret compartment" => {
            let mut order = sample(n);
            order["erase"] = json!({"ids": [id(n + 1)], "law": "", "reason": "chuyen_ngan_mat"});
            hands_in(order.to_string()).await
        }
        "approve, send back" => {
            let mut step = sample(n);
            step["recs"][0]["set"] =
                json!({"@duyet/a1/@pos": "V", "@duyet/a1/buoc": "DUYET", "@official": true});
            hands_in(step.to_string()).await
        }
        "approve under the cover of a deletion" => {
            let mut step = sample(n);
            step["recs"][0]["set"] =
                json!({"@del": true, "@duyet/a1/buoc": "DUYET", "@official": true});
            hands_in(step.to_string()).await
        }
        "order an erasure" => {
            let mut order = sample(n);
            order["recs"] = json!([]);
            order["erase"] = json!({"ids": [id(n + 1)], "law": "", "reason": ""});
            hands_in(order.to_string()).await
        }
        "read one record" => may(&get(world, who, &format!("/v1/records/{}", there.record)).await),
        "carry for others" => {
            // It is sealed to another endpoint: whoever is let in hears that.
            let parcel = seal_of(DEVICE.parse().unwrap(), &some_public_key(), "{}", 1);
            let body = json!({"protocol": 1, "carrier": CARRIER, "parcel": parcel});
            post(world, who, "/v1/carry", body).await.status == 422
        }
        "catalogue" => get(world, who, "/v1/catalogue/1").await.code() == "khong_co",
        _ => return None,
    })
}

fn unit_of(who: &Device) -> String {
    who.enrolled["unit"]["code"].as_str().unwrap().to_owned()
}

/// Whether the n-th change lies in this scope.
fn written(world: &World, scope: &str, n: u64) -> bool {
    let id = id(n).replace('-', "");
    let id = if cfg!(feature = "postgres") {
        format!("'\\x{id}'::bytea")
    } else {
        format!("x'{id}'")
    };
    let query = format!("SELECT count(*) FROM change WHERE scope = '{scope}' AND id = {id}");
    base::count_of(&world.database(), &query) > 0
}

async fn there(world: &World, unit: &str, rec: u64) -> There {
    let administrator = first(world, unit).await;
    let people = get(world, &administrator, "/v1/people").await.json();
    let name = format!("Máy để thu hồi {unit}");
    let device = somebody(world, unit, &name, &["quan_tri"]).await;
    // Before it is shut out it has given what opens its lock.
    let code = json!({"code": "AAAAA-BBBBB-CCCCC-DDDDD"});
    let given = post(world, &device, "/v1/recovery", code).await;
    assert_eq!(given.status, 200);
    There {
        person: people["people"][0]["id"].as_str().unwrap().to_owned(),
        device: device.id,
        record: record(rec),
        scope: format!("{unit}/thuong"),
    }
}

/// A record in each place; in the province's behind the endpoint's back.
async fn fill(world: &World) {
    for (unit, n) in [("00000", 7), ("00009", 18)] {
        let writer = somebody(world, unit, &format!("Người ghi {unit}"), &["can_bo"]).await;
        let answer = sync(world, &writer, &[change(n)]).await;
        assert_eq!(fates(&answer), [Fate::Taken]);
    }
    let rest = "seq, id, dev, n, epoch, eff, mac, body, hash, recv_at";
    for (table, columns, values) in [
        (
            "change",
            format!("unit, scope, {rest}"),
            format!("'tinh:19', 'tinh:19/thuong', {rest}"),
        ),
        (
            "rec_change",
            "unit, rec, id".to_owned(),
            "'tinh:19', rec, id".to_owned(),
        ),
        (
            "head",
            "unit, scope, gen, seq".to_owned(),
            "'tinh:19', 'tinh:19/thuong', gen, seq".to_owned(),
        ),
    ] {
        world.tamper(&format!(
            "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE unit = '00000';"
        ));
    }
}

/// Somebody for each column of the table.
async fn columns(world: &World) -> BTreeMap<&'static str, Device> {
    let all = ["can_bo", "lanh_dao", "quan_tri"];
    let mut who = BTreeMap::new();
    for role in all {
        who.insert(role, somebody(world, "00000", role, &[role]).await);
    }
    who.insert("tinh", somebody(world, "tinh:19", "tinh", &["tinh"]).await);
    who.insert("other unit", somebody(world, "00009", "khác", &all).await);
    let out = somebody(world, "00000", "bị thu hồi", &all).await;
    operate(world, &["people", "revoke", "--id", &out.id]);
    who.insert("shut out", out);
    who
}

#[tokio::test]
async fn every_cell_of_the_table_of_roles_holds() {
    let world = World::start_with(endpoint::Config {
        vault: Some(endpoint::vault::Vault::new([7; 32])),
        ..endpoint::Config::default()
    })
    .await;
    operate(&world, &["secrets", "on", "--unit", "00000"]);
    let here = there(&world, "00000", 7).await;
    let elsewhere = there(&world, "00009", 8).await;
    let province = there(&world, "tinh:19", 7).await;
    fill(&world).await;
    let who = columns(&world).await;
    let table = table();
    assert!(table.len() >= 17);
    // None of these is about the records that lie there.
    let mut n = 1_000;
    for (action, columns) in &table {
        assert_eq!(columns.len(), who.len());
        for (column, expected) in columns {
            n += 10;
            let place = if column == "tinh" { &province } else { &here };
            let is_let = is_let(&world, &who[&**column], action, n, place).await;
            assert_eq!(is_let, *expected, "{column}: {action}");
        }
    }
    // And from here to there nobody gets.
    let same_everywhere = ["catalogue", "carry for others"];
    let about_a_unit = table
        .keys()
        .filter(|action| !same_everywhere.contains(&action.as_str()));
    for action in about_a_unit {
        for role in ["can_bo", "lanh_dao", "quan_tri"] {
            n += 10;
            let is_let = is_let(&world, &who[role], action, n, &elsewhere).await;
            assert!(!is_let, "{role}, elsewhere: {action}");
        }
    }
}

#[tokio::test]
async fn a_lost_phone_reads_nothing_at_once_hands_in_and_is_told_to_wipe() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    let lost = somebody(&world, "00000", "Người mất máy", &["can_bo"]).await;
    sync(&world, &lost, &[change(1)]).await;
    let path = format!("/v1/tokens/{}/revoke", lost.id);
    assert_eq!(post(&world, &admin, &path, json!({})).await.status, 200);
    let answer = sync(&world, &lost, &[change(2)]).await;
    assert!(answer.revoked && answer.wipe.is_none());
    assert_eq!(
        (fates(&answer), codes(&answer)),
        (vec![Fate::Held], vec!["may_bi_thu_hoi"])
    );
    assert!(answer.pages.is_empty());
    assert_eq!(
        get(&world, &lost, "/v1/hello").await.code(),
        "may_bi_thu_hoi"
    );
    // What it had handed in before it was shut out is known, and said to be.
    assert_eq!(fates(&sync(&world, &lost, &[change(1)]).await), [Fate::Had]);
    // An operator looks at what was set aside, and takes it.
    let list = operate(&world, &["held", "list"]);
    let aside = list.split_whitespace().next().unwrap().to_owned();
    assert!(
        list.contains("may_bi_thu_hoi") && !list.contains("Nội dung 2"),
        "{list}"
    );
    assert!(operate(&world, &["held", "show", "--id", &aside]).contains("Nội dung 2"));
    operate(&world, &["held", "take", "--id", &aside]);
    assert_eq!(operate(&world, &["held", "list"]), "");
    assert_eq!(sync(&world, &admin, &[]).await.pages[0].rows.len(), 2);
    // The order to wipe names it, and says what was promised when it was let in.
    assert_eq!(
        post(&world, &admin, &path, json!({"wipe": true}))
            .await
            .status,
        200
    );
    let wipe = sync(&world, &lost, &[]).await.wipe.unwrap();
    assert_eq!(wipe.id.to_string(), lost.id);
    assert_eq!(json!(hash(&wipe.word)), lost.enrolled["wipe"]);
    assert!(sync(&world, &admin, &[]).await.wipe.is_none());
    // A token that nobody gave is no reason to wipe anything.
    let stranger = as_who(&world, "no token", "POST", "/v1/sync", &json!({})).await;
    assert_eq!(stranger.status, 401);
    assert!(!stranger.text().contains("wipe"));
}

#[tokio::test]
async fn what_is_granted_later_brings_what_is_older_and_what_is_taken_back_goes() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    sync(&world, &admin, &[change(1), change(2)]).await;
    let late = somebody(&world, "00000", "Người đến sau", &["quan_tri"]).await;
    assert!(sync(&world, &late, &[]).await.pages.is_empty());
    let id = person_of(&world, &admin, "Người đến sau").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let set = async |roles: &[&str]| {
        let wish = json!({"name": "Người đến sau", "roles": roles});
        let path = format!("/v1/people/{id}");
        assert_eq!(post(&world, &admin, &path, wish).await.status, 200);
    };
    set(&["can_bo"]).await;
    let answer = sync(&world, &late, &[]).await;
    assert_eq!(answer.pages[0].rows.len(), 2);
    assert_eq!(answer.roles.unwrap().len(), 1);
    set(&[]).await;
    let answer = sync(&world, &late, &[change(3)]).await;
    assert!(answer.pages.is_empty() && !answer.revoked);
    assert_eq!(codes(&answer), ["khong_co_quyen"]);
}

#[tokio::test]
async fn a_unit_keeps_an_administrator_and_a_copy_of_a_profile_a_name_of_its_own() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    let own = person_of(&world, &admin, "Người quản trị").await;
    let path = format!("/v1/people/{}", own["id"].as_str().unwrap());
    for wish in [
        json!({"name": "X", "roles": ["can_bo"]}),
        json!({"name": "X", "roles": ["quan_tri"], "closed": true}),
    ] {
        assert_eq!(
            post(&world, &admin, &path, wish).await.code(),
            "quan_tri_cuoi_cung"
        );
    }
    for wish in [
        json!({"name": " \u{0} ", "roles": ["quan_tri"]}),
        json!({"name": "X", "roles": ["tinh"]}),
    ] {
        assert_eq!(
            post(&world, &admin, &path, wish).await.code(),
            "nguoi_khong_hop_le"
        );
    }
    assert_eq!(
        person_of(&world, &admin, "Người quản trị").await,
        own,
        "nothing of it was done"
    );
    // Whoever is something elsewhere is not closed from here: there somebody may need them.
    operate(&world, &["people", "first", "--unit", "00009"]);
    let copy = "INSERT INTO authority (person, place, role) SELECT person, '00009', 'can_bo' FROM authority \
                WHERE place = '00000' AND role = 'quan_tri';";
    world.tamper(copy);
    let close = json!({"name": "X", "roles": [], "closed": true});
    assert_eq!(
        post(&world, &admin, &path, close).await.code(),
        "con_o_noi_khac"
    );
    world.tamper("DELETE FROM authority WHERE place = '00009' AND role = 'can_bo';");
    // A device that goes on under another name is still the same way in.
    let body = request(&[], 0).replace(DEVICE, CARRIER);
    crate::world::sync(world.address, &admin.token, &body).await;
    let devices = &person_of(&world, &admin, "Người quản trị").await["devices"];
    assert_eq!(devices[0]["device"], json!(CARRIER));
}

#[tokio::test]
async fn the_code_that_opens_a_lock_is_read_by_its_unit_and_lies_sealed() {
    let world = World::start().await;
    let admin = first(&world, "00000").await;
    let device = somebody(&world, "00000", "Người hay quên", &["can_bo"]).await;
    let path = format!("/v1/tokens/{}/recovery", device.id);
    assert_eq!(
        get(&world, &admin, &path).await.status,
        404,
        "none was given"
    );
    let code = "7K2QD-8M0PX-3R5TV-9W1YZ";
    post(&world, &device, "/v1/recovery", json!({"code": code})).await;
    assert_eq!(
        get(&world, &admin, &path).await.json(),
        json!({"code": code})
    );
    let log = get(&world, &admin, "/v1/audit").await.text();
    assert!(
        log.contains("xem_ma_mo_khoa") && !log.contains(code),
        "{log}"
    );
    let long = json!({"code": "A".repeat(65)});
    assert_eq!(
        post(&world, &device, "/v1/recovery", long).await.status,
        400
    );
    let sealed = base::bytes_of(
        &world.database(),
        "SELECT recovery FROM token WHERE length(recovery) > 0",
    );
    assert!(!sealed.windows(5).any(|part| part == b"7K2QD"));
}

#[tokio::test]
async fn who_changed_the_log_is_found_out() {
    let world = World::start().await;
    first(&world, "00000").await;
    for statement in [
        "UPDATE audit SET about = 'x' WHERE n = 2",
        "DELETE FROM audit WHERE n = 2",
    ] {
        world.tamper(statement);
        let place = base::place(&world.database());
        let output = finish(&["audit", "verify", "--database", &place]);
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("từ dòng 2"), "{said}");
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let mut config = endpoint::Config::default();
    config.limits.pace = endpoint::pace::Pace {
        steady: 0.001,
        burst: 3.0,
    };
    let world = World::start_with(config).await;
    let admin = first(&world, "00000").await;
    let other = somebody(&world, "00000", "Người khác", &["can_bo"]).await;
    for _ in 0..3 {
        assert_eq!(get(&world, &admin, "/v1/hello").await.status, 200);
    }
    let answer = get(&world, &admin, "/v1/hello").await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "qua_day"));
    // Each device has its own: they may share an address.
    assert_eq!(get(&world, &other, "/v1/hello").await.status, 200);
}
