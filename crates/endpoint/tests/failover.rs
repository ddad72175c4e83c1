//! The leading machine of the database is lost in the middle of pushes: what was acknowledged is on the one that leads next.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use records::{
    json::from_bytes,
    wire::{Fate, SyncAnswer},
};
use tokio::{sync::watch, time::Instant};

use crate::{
    cluster::Cluster,
    postgres::say,
    process::start_at,
    world::{KEY, bearer, change, pull_all, request, try_ask},
};

const PUSHERS: u64 = 8;

/// How many times the leader is lost; `cargo xtask kills` asks for more.
fn losses() -> u64 {
    let asked = std::env::var("SO_TAY_LOSSES").ok();
    asked.map_or(1, |count| count.parse().unwrap())
}

/// Pushes as a phone does: whatever is not acknowledged is sent again. Returns what was acknowledged.
async fn push(
    endpoints: Vec<SocketAddr>,
    first: u64,
    acknowledged: Arc<AtomicU64>,
    is_over: watch::Receiver<bool>,
) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let key = bearer();
    let headers = [
        ("authorization", &*key),
        ("content-type", "application/json"),
    ];
    for round in 0.. {
        let changes: Vec<String> = (first + round * 3..first + round * 3 + 3)
            .map(change)
            .collect();
        let body = request(&changes, u64::MAX).into_bytes();
        // Any endpoint will do, as behind a load balancer.
        for address in endpoints
            .iter()
            .cycle()
            .skip(usize::try_from(round % 2).unwrap())
        {
            let asked = try_ask(*address, "POST", "/v1/sync", &headers, body.clone()).await;
            let Some(answer) = asked.ok().filter(|answer| answer.status == 200) else {
                tokio::time::sleep(Duration::from_millis(100)).await; // as a phone backs off
                continue;
            };
            let answer: SyncAnswer = from_bytes(&answer.body).unwrap();
            for verdict in answer.answers {
                // "Had" when the answer of the first time was lost.
                assert!(matches!(verdict.is, Fate::Taken | Fate::Had));
                known.insert(verdict.id.unwrap().to_string());
            }
            acknowledged.fetch_add(3, Ordering::Relaxed);
            break;
        }
        if *is_over.borrow() {
            break;
        }
    }
    known
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leading_database_is_lost_and_nothing_that_was_acknowledged_is() {
    let mut cluster = Cluster::start(2).await;
    cluster.create("so_tay").await;
    let place = cluster.place("so_tay");
    let endpoints = [0, 1].map(|_| start_at(&place, &["--device-key", KEY]));
    let addresses: Vec<SocketAddr> = endpoints.iter().map(|endpoint| endpoint.address).collect();
    let acknowledged = Arc::<AtomicU64>::default();
    let (over, is_over) = watch::channel(false);
    let pushers: Vec<_> = (0..PUSHERS)
        .map(|n| {
            let first = 1 + n * 1_000_000;
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(push(
                addresses.clone(),
                first,
                acknowledged,
                is_over.clone(),
            ))
        })
        .collect();
    let more = async |count: u64| {
        let goal = acknowledged.load(Ordering::Relaxed) + count;
        let until = Instant::now() + Duration::from_secs(90);
        while acknowledged.load(Ordering::Relaxed) < goal {
            assert!(Instant::now() < until, "pushes are acknowledged again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut pauses = Vec::new();
    for loss in 0..losses() {
        more(300).await;
        let lost = cluster.lose_the_leader().await;
        let since = Instant::now();
        let leader = cluster.leads_again(lost).await;
        assert_ne!(leader, lost);
        more(150).await;
        pauses.push(since.elapsed().as_secs());
        if loss + 1 < losses() {
            cluster.power_on(lost);
            cluster.has_a_twin().await;
        }
    }
    over.send(true).unwrap();
    let mut known = BTreeSet::new();
    for pusher in pushers {
        known.extend(pusher.await.unwrap());
    }
    let rows = pull_all(addresses[0], KEY).await;
    let seqs: Vec<u64> = rows.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=rows.len() as u64).collect::<Vec<_>>());
    let stored: BTreeSet<&String> = rows.iter().map(|(_, id)| id).collect();
    let missing = known.iter().filter(|id| !stored.contains(id)).count();
    let twice = rows.len() - stored.len();
    say(&format!(
        "PostgreSQL, two machines (Patroni, etcd): {} losses of the leader under {PUSHERS} pushers and 2 endpoints, \
         {} changes stored, {} acknowledged; {missing} acknowledged missing, {twice} stored twice; pushes went on after \
         {pauses:?} s",
        losses(),
        rows.len(),
        known.len(),
    ));
    assert_eq!((missing, twice), (0, 0));
}
