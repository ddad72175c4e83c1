//! Erasing by law: who may, what is left, and that nothing else is.

use records::{change::parse_change, id::ChangeId, wire::Fate};
use serde_json::json;

use crate::{
    base,
    people::{first, operate, somebody, sync},
    world::{World, change, codes, fates, id, pull_all, sample},
};

/// What a leader orders to be erased: the changes of these numbers.
fn order(n: u64, of: &[u64]) -> String {
    let mut order = sample(n);
    let ids: Vec<String> = of.iter().map(|n| id(*n)).collect();
    order["recs"] = json!([]);
    order["erase"] = json!({"ids": ids, "law": "Điều 14 Luật 91/2025/QH15", "reason": "Theo yêu cầu của công dân"});
    order.to_string()
}

fn stub_of(change: &str, order: &str) -> String {
    let by = parse_change(order.as_bytes()).unwrap().id;
    parse_change(change.as_bytes())
        .unwrap()
        .stubbed(by)
        .to_json()
}

/// A change whose text is found wherever it lies.
fn planted(n: u64) -> String {
    change(n).replace("Nội dung", "Chuyện riêng của bà Ksor")
}

/// Everything that the database keeps, as bytes.
fn all_bytes(world: &World) -> Vec<u8> {
    let database = world.database();
    let mut bytes = std::fs::read(&database).unwrap_or_default();
    for more in ["-wal", "-shm"] {
        let mut name = database.clone().into_os_string();
        name.push(more);
        bytes.extend(std::fs::read(name).unwrap_or_default());
    }
    bytes
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

#[tokio::test]
async fn what_a_leader_orders_to_be_erased_is_nowhere_and_its_header_everywhere() {
    let world = World::start().await;
    let leader = first(&world, "00000").await;
    let officer = somebody(&world, "00000", "Cán bộ", &["can_bo"]).await;
    sync(&world, &officer, &[planted(1), change(2)]).await;
    if !cfg!(feature = "postgres") {
        assert!(
            has(&all_bytes(&world), "Ksor"),
            "the test finds what is there"
        );
    }
    // Not everybody may.
    let refused = sync(&world, &officer, &[order(3, &[2])]).await;
    assert_eq!(codes(&refused), ["khong_co_quyen"]);
    let order = order(4, &[1, 9]);
    assert_eq!(
        fates(&sync(&world, &leader, std::slice::from_ref(&order)).await),
        [Fate::Taken]
    );
    let log = operate(&world, &["audit", "list"]);
    assert!(
        log.contains("xoa_theo_luat") && log.contains("2 lần ghi"),
        "{log}"
    );
    // Whoever begins now gets the stub, under the same number.
    let rows = sync(&world, &leader, &[]).await.pages.remove(0).rows;
    let texts: Vec<&str> = rows.iter().map(|row| row.change.get()).collect();
    let stub = stub_of(&planted(1), &order);
    assert_eq!(texts, [&*stub, &*change(2), &*order]);
    assert!(!stub.contains("Ksor") && !stub.contains("Nguyễn"), "{stub}");
    // Body and stub are both known; another text under the same id is another text.
    for text in [planted(1), stub] {
        assert_eq!(fates(&sync(&world, &officer, &[text]).await), [Fate::Had]);
    }
    let twin = change(1).replace("\"noi_dung\"", "\"noi_khac\"");
    assert_eq!(
        codes(&sync(&world, &officer, &[twin]).await),
        ["khac_noi_dung"]
    );
    // What comes later than the order is kept as a stub only.
    assert_eq!(
        fates(&sync(&world, &officer, &[planted(9)]).await),
        [Fate::Taken]
    );
    let late = pull_all(world.address, &leader.token).await;
    assert_eq!(late.len(), 4);
    let kept = base::count_of(&world.database(), "SELECT count(*) FROM erased");
    assert_eq!(kept, 2);
    assert!(operate(&world, &["verify"]).contains("nguyên vẹn"));
    let folder = world.stop().await;
    if !cfg!(feature = "postgres") {
        let bytes = std::fs::read(folder.path().join("notebook.db")).unwrap();
        assert!(!has(&bytes, "Ksor"), "no page of the file has it");
    }
}

#[tokio::test]
async fn a_stub_that_nobody_ordered_keeps_no_body_out() {
    let world = World::start().await;
    let leader = first(&world, "00000").await;
    let officer = somebody(&world, "00000", "Cán bộ", &["can_bo"]).await;
    let order = order(4, &[1]);
    let stub = stub_of(&change(1), &order);
    assert_eq!(
        codes(&sync(&world, &officer, std::slice::from_ref(&stub)).await),
        ["cho_lenh_xoa"]
    );
    assert_eq!(
        fates(&sync(&world, &officer, &[change(1)]).await),
        [Fate::Taken]
    );
    // With the order, in whatever place of the request, it is what it says.
    let both = [
        stub_of(&change(2), &order).replace(&id(1), &id(2)),
        order.replace(&id(1), &id(2)),
    ];
    let answer = sync(&world, &leader, &both).await;
    assert_eq!(fates(&answer), [Fate::Taken; 2], "{:?}", codes(&answer));
    let other: ChangeId = id(2).parse().unwrap();
    assert!(
        answer
            .answers
            .iter()
            .any(|verdict| verdict.id == Some(other))
    );
}
