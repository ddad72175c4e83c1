//! What devices say of themselves, and whoever begins anew is told.

use serde_json::{Value, json};

use crate::world::{World, ask, change, request};

fn said(changes: &[String], waiting: u64, records: u64) -> String {
    let mut body: Value = serde_json::from_str(&request(changes, 0)).unwrap();
    body["waiting"] = json!(waiting);
    body["records"] = json!(records);
    body.to_string()
}

async fn devices(world: &World) -> Vec<Value> {
    let mut devices = world.get("/v1/devices").await.json()["devices"].take();
    for device in devices.as_array_mut().unwrap() {
        assert!(device["seen_at"].take().as_u64().unwrap() > 1_763_800_000_000);
    }
    devices.as_array().unwrap().clone()
}

fn device(waiting: u64, records: u64, who: &str) -> Value {
    json!({"device": "019ab3b0-0000-7000-8000-00000000000a", "seen_at": null,
           "waiting": waiting, "records": records, "who": who})
}

/// Nobody waits for what is noted without changes: asked until it is there.
async fn told(world: &World, expected: &Value) {
    for _ in 0..500 {
        if devices(world).await == [expected.clone()] {
            return;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(devices(world).await, std::slice::from_ref(expected));
}

#[tokio::test]
async fn the_last_word_of_a_device_is_kept_with_and_without_changes() {
    let world = World::start().await;
    assert_eq!(devices(&world).await, [json!(null); 0]);
    world.sync(&said(&[change(1), change(2)], 6, 23)).await;
    assert_eq!(devices(&world).await, [device(4, 23, "Nguyễn Văn A")]);
    // Nothing sent, one more saved: the name stays.
    world.sync(&said(&[], 5, 24)).await;
    told(&world, &device(5, 24, "Nguyễn Văn A")).await;
    let world = world.restart(async |_| {}).await;
    assert_eq!(devices(&world).await, [device(5, 24, "Nguyễn Văn A")]);
    // An earlier release says no number of records.
    world.sync(&request(&[], 0)).await;
    told(&world, &device(0, 0, "Nguyễn Văn A")).await;
    // What is refused goes on waiting.
    let refused = r#"{"id":"019ab3c0-7e10-7a52-8f00-000000000009"}"#.to_owned();
    world.sync(&said(&[change(3), refused], 2, 25)).await;
    told(&world, &device(1, 25, "Nguyễn Văn A")).await;
    let stranger = ask(world.address, "GET", "/v1/devices", &[], Vec::new()).await;
    assert_eq!(stranger.status, 401);
}
