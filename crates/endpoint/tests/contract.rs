//! The document, the table of routes and the counters agree.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{World, change, openapi};

#[test]
fn the_document_has_exactly_the_routes_of_the_table() {
    let documented: BTreeSet<(String, String)> = openapi()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let served = endpoint::routes().map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(documented, served.collect());
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn walk(value: &Value) {
        if let Some(Value::String(to)) = value.get("$ref") {
            assert!(
                openapi().pointer(to.trim_start_matches('#')).is_some(),
                "{to}"
            );
        }
        value
            .as_object()
            .into_iter()
            .flat_map(|map| map.values())
            .for_each(walk);
        value.as_array().into_iter().flatten().for_each(walk);
    }
    walk(openapi());
}

#[tokio::test]
async fn who_watches_is_told() {
    let world = World::start().await;
    assert_eq!(
        world.get("/healthz").await.json(),
        serde_json::json!({"ok": true})
    );
    assert_eq!(
        world.get("/readyz").await.json(),
        serde_json::json!({"ok": true})
    );
    assert_eq!(&world.get("/v1/openapi.json").await.json(), openapi());
    let hello = world.get("/v1/hello").await.json();
    let answer = world.push(&[change(1), change(1), "0".to_owned()]).await;
    assert_eq!(hello["epoch"], *answer.epoch);
    assert_eq!(
        (&hello["protocol"], &hello["unit"]["code"]),
        (&1.into(), &"00000".into())
    );
    let text = world.get("/metrics").await.text();
    for line in [
        "so_tay_changes_total{is=\"taken\"} 1",
        "so_tay_changes_total{is=\"had\"} 1",
        "so_tay_changes_total{is=\"refused\"} 1",
        "so_tay_requests_total{route=\"/v1/sync\",status=\"2xx\"} 1",
        "so_tay_commits_total 1",
        "so_tay_commit_changes_total 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

#[tokio::test]
async fn a_stop_lets_the_database_be_opened_by_others_at_once() {
    let world = World::start().await;
    world.push(&[change(1)]).await;
    let folder = world.stop().await;
    let wal = folder.path().join("notebook.db-wal");
    assert!(
        !wal.exists(),
        "the last connection folds the log into the file"
    );
}
