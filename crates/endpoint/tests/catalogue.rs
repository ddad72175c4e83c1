//! A catalogue that the operator publishes, and the numbers of the book of visits.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    base::place,
    process::{finish, start},
    world::{KEY, World, ask, bearer, record, request, sample, sync},
};

/// Runs a command on a database; what it said, and whether it was content.
fn say(database: &Path, words: &[&str], more: &[&str]) -> (bool, String) {
    let place = place(database);
    let output = finish(&[words, &["--database", &place], more].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn catalogue(source: &str) -> Value {
    json!({"kind": "so-tay-danh-muc", "version": 1, "calendar": {"years": [2024, 2025, 2026, 2027, 2028],
        "off": [{"date": "2027-02-08", "name": "Tết", "source": source, "confirmed": true}]}})
}

/// A visit, as a phone saves it.
fn visit(n: u64, set: &Value) -> String {
    visit_of(n, n, set)
}

fn visit_of(n: u64, rec: u64, set: &Value) -> String {
    let mut change = sample(n);
    change["recs"][0]["rec"] = json!(record(rec));
    change["recs"][0]["set"] = set.clone();
    change.to_string()
}

#[tokio::test]
async fn a_catalogue_is_published_while_the_endpoint_runs() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let running = start(&database, &["--device-key", KEY]);
    let newest = async || {
        let answer = sync(running.address, KEY, &request(&[], 0)).await;
        answer.catalogue
    };
    assert_eq!(newest().await, None);
    let file = folder.path().join("danh-muc.json");
    let text = catalogue("Thông báo");
    std::fs::write(&file, text.to_string()).unwrap();
    let name = file.display().to_string();
    let (is_content, said) = say(&database, &["catalogue", "publish"], &[&name]);
    assert!(is_content && said.contains("danh mục số 1"), "{said}");
    let mark = newest().await.unwrap();
    assert_eq!((mark.number, mark.hash.len()), (1, 64));
    let get = async |path: &str| {
        let headers = [("authorization", &*bearer())];
        ask(running.address, "GET", path, &headers, Vec::new()).await
    };
    assert_eq!(get("/v1/catalogue/1").await.json(), text);
    for path in ["/v1/catalogue/2", "/v1/catalogue/x", "/v1/catalogue/-1"] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
    // The same again is no news; what is broken is refused with every fault, and nothing changes.
    say(&database, &["catalogue", "publish"], &[&name]);
    let mut broken = text.clone();
    broken["calendar"]["off"][0]["date"] = json!("8/2/2027");
    broken["formz"] = json!([]);
    std::fs::write(&file, broken.to_string()).unwrap();
    let (is_content, said) = say(&database, &["catalogue", "publish"], &[&name]);
    assert!(!is_content && said.contains("2 chỗ sai"), "{said}");
    assert!(
        said.contains("“8/2/2027” không phải ngày") && said.contains("“formz”"),
        "{said}"
    );
    assert_eq!(newest().await, Some(mark));
    let (_, said) = say(&database, &["catalogue", "show"], &[]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), text);
    // The next one stands over this one: a device reads only the newest.
    let guide = json!({"sections": [{"title": "Mới", "paragraphs": ["Đọc đi."]}]});
    let more = json!({"kind": "so-tay-danh-muc", "version": 1, "guide": guide});
    std::fs::write(&file, more.to_string()).unwrap();
    say(&database, &["catalogue", "publish"], &[&name]);
    let both = get("/v1/catalogue/2").await.json();
    assert_eq!(
        (&both["guide"], &both["calendar"]),
        (&guide, &text["calendar"])
    );
}

#[test]
fn the_folder_of_the_repository_could_be_published() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    drop(start(&database, &["--device-key", KEY]));
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    let name = files.display().to_string();
    let (is_content, said) = say(&database, &["catalogue", "check"], &[&name]);
    assert!(is_content, "{said}");
    let (_, said) = say(&database, &["catalogue", "show"], &[]);
    assert!(said.contains("Chưa công bố"), "{said}");
}

#[tokio::test]
async fn visits_get_their_numbers_in_the_answer_that_takes_them() {
    let world = World::start().await;
    let day = json!({"ngay_tiep": "2026-11-22"});
    let answer = world
        .push(&[
            visit(1, &day),
            visit(2, &json!({"ghi_chu": "chưa có ngày"})),
        ])
        .await;
    let rows = &answer.pages[0].rows;
    let given: Value = serde_json::from_str(rows[0].change.get()).unwrap();
    assert_eq!(given["recs"][0]["set"], json!({"so_tt": 1}));
    assert_eq!(given["who"], "Máy chủ cấp số");
    // A day that is said later brings the number; a typed one is kept, and the next is greater.
    world
        .push(&[visit(3, &json!({"ngay_tiep": "2026-11-23", "so_tt": 41}))])
        .await;
    world.push(&[visit_of(4, 2, &day)]).await;
    for (rec, number) in [(1, 1), (3, 41), (2, 42)] {
        let shown = world.get(&format!("/v1/records/{}", record(rec))).await;
        let shown = shown.json();
        assert_eq!(shown["doc"]["so_tt"], number);
        assert_eq!(shown["conflicts"], json!([]));
    }
}

#[tokio::test]
async fn after_a_restore_the_book_waits_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let day = json!({"ngay_tiep": "2026-11-22"});
    let running = start(&database, &["--device-key", KEY]);
    sync(running.address, KEY, &request(&[visit(1, &day)], 0)).await;
    drop(running);
    say(&database, &["new-epoch"], &[]);
    let running = start(&database, &["--device-key", KEY]);
    let epoch = sync(running.address, KEY, &request(&[], 0)).await.epoch;
    let body = request(&[visit(2, &day)], 0);
    let answer = sync(running.address, KEY, &body).await;
    assert!(
        answer.answers[0]
            .acc
            .as_ref()
            .is_some_and(|acc| acc.epoch == epoch)
    );
    let (_, said) = say(&database, &["books", "list"], &[]);
    assert!(
        said.contains("tiep_cong_dan năm 2026: số cuối 1, 1 phiếu chờ số, tạm dừng"),
        "{said}"
    );
    let words = ["--form", "tiep_cong_dan", "--year", "2026", "--last", "8"];
    let (is_content, said) = say(&database, &["books", "confirm"], &words);
    assert!(
        is_content && said.contains("1 phiếu đang chờ đã có số"),
        "{said}"
    );
    let page = sync(running.address, KEY, &request(&[], 0)).await.pages;
    assert!(
        page[0]
            .rows
            .last()
            .unwrap()
            .change
            .get()
            .contains("\"so_tt\":9")
    );
    let words = ["--form", "hoat_dong", "--year", "2026", "--last", "8"];
    let (is_content, said) = say(&database, &["books", "confirm"], &words);
    assert!(!is_content && said.contains("không có sổ cấp số"), "{said}");
}
