//! What only a server can be asked: several endpoints at once, keys that begin with the unit, a move from SQLite.

use std::{collections::BTreeSet, net::SocketAddr};

use records::wire::Fate;
use tokio::sync::watch;

use crate::{
    base::{beside, count_of, place, tamper},
    process::{finish, start, start_at},
    world::{KEY, change, id, pull_all, request, sync},
};

const PROCESSES: u64 = 4;
const WRITERS: u64 = 16;
/// Requests of each writer, and changes in each.
const REQUESTS: u64 = 12;
const CHANGES: u64 = 5;

/// Reads on from its cursor, again and again, until told that nothing more comes; what it saw, in order.
async fn read_on(address: SocketAddr, is_over: watch::Receiver<bool>) -> Vec<(u64, String)> {
    let (mut seen, mut cursor) = (Vec::new(), 0);
    loop {
        let is_last = *is_over.borrow(); // before the question: what came until then is in the answer
        let answer = sync(address, KEY, &request(&[], cursor)).await;
        let page = &answer.pages[0];
        for row in &page.rows {
            let change: serde_json::Value = serde_json::from_str(row.change.get()).unwrap();
            seen.push((row.acc.seq, change["id"].as_str().unwrap().to_owned()));
        }
        cursor = page.to;
        if is_last && !answer.more {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_several_endpoints_leave_no_gap_and_a_reader_misses_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let endpoints: Vec<_> = (0..PROCESSES)
        .map(|_| start(&database, &["--device-key", KEY]))
        .collect();
    let (over, is_over) = watch::channel(false);
    let readers: Vec<_> = endpoints
        .iter()
        .map(|endpoint| tokio::spawn(read_on(endpoint.address, is_over.clone())))
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let address = endpoints[usize::try_from(writer % PROCESSES).unwrap()].address;
            tokio::spawn(async move {
                for at in 0..REQUESTS {
                    let first = 1 + (writer * REQUESTS + at) * CHANGES;
                    // The last of each request is one that the next writer sends, too.
                    let next = 1 + ((writer + 1) % WRITERS * REQUESTS + at) * CHANGES;
                    let changes: Vec<String> =
                        (first..first + CHANGES).chain([next]).map(change).collect();
                    let answer = sync(address, KEY, &request(&changes, 0)).await;
                    let is_kept = |is| matches!(is, Fate::Taken | Fate::Had);
                    assert!(answer.answers.iter().all(|verdict| is_kept(verdict.is)));
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    over.send(true).unwrap();
    let all = WRITERS * REQUESTS * CHANGES;
    let expected: BTreeSet<String> = (1..=all).map(id).collect();
    for reader in readers {
        let seen = reader.await.unwrap();
        let seqs: Vec<u64> = seen.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(
            seqs,
            (1..=all).collect::<Vec<_>>(),
            "in order, without a gap"
        );
        let ids: BTreeSet<String> = seen.into_iter().map(|(_, id)| id).collect();
        assert_eq!(ids, expected);
    }
    say(&format!(
        "PostgreSQL: {WRITERS} writers in {PROCESSES} endpoints, {all} changes, one in five sent twice; \
         {PROCESSES} readers by cursor: 0 gaps, 0 missed, 0 twice"
    ));
}

#[test]
fn every_key_of_a_notebook_table_begins_with_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    drop(start(&database, &["--device-key", KEY]));
    let keys = "SELECT t.relname, i.relname, a.attname FROM pg_index x \
        JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0] \
        WHERE t.relnamespace = 'public'::regnamespace";
    let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let (keys, tables) = beside(|| {
        let mut client = postgres::Client::connect(&place(&database), postgres::NoTls).unwrap();
        let name = |row: &postgres::Row, at: usize| row.get::<_, String>(at);
        let keys: Vec<[String; 3]> = client
            .query(keys, &[])
            .unwrap()
            .iter()
            .map(|row| [name(row, 0), name(row, 1), name(row, 2)])
            .collect();
        let tables: BTreeSet<String> = client
            .query(tables, &[])
            .unwrap()
            .iter()
            .map(|row| name(row, 0))
            .collect();
        (keys, tables)
    });
    let of_all = [
        "meta",
        "catalogue",
        "person",
        "authority",
        "token",
        "code",
        "audit",
    ];
    for [table, key, first] in &keys {
        assert!(
            of_all.contains(&&**table) || first == "unit",
            "{key} of {table} begins with {first}"
        );
    }
    let with_key: BTreeSet<&String> = keys.iter().map(|[table, ..]| table).collect();
    assert!(
        tables.iter().all(|table| with_key.contains(table)),
        "{tables:?}"
    );
    assert_eq!(tables.len(), of_all.len() + 13);
}

#[tokio::test]
async fn tables_of_an_earlier_release_are_brought_up_and_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let meta = "INSERT INTO meta (name, value) VALUES ('schema', '3'::bytea), \
                ('epoch', 'first'::bytea), ('mac_key', decode(repeat('00', 32), 'hex'));";
    tamper(
        &database,
        &format!("{}{meta}", include_str!("../src/store/schema.postgres.sql")),
    );
    let running = start(&database, &["--device-key", KEY]);
    let answer = sync(running.address, KEY, &request(&[change(1)], 0)).await;
    assert_eq!(answer.epoch, "first");
    assert_eq!(answer.answers[0].is, Fate::Taken);
    assert_eq!(count_of(&database, "SELECT count(*) FROM carried"), 0);
}

#[tokio::test]
async fn a_notebook_moves_from_a_file_to_a_server_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let file = format!("sqlite:{}", path("a.db"));
    let server = place(&folder.path().join("server"));
    let running = start_at(&file, &["--device-key", KEY]);
    let all: Vec<String> = (1..=40).map(change).collect();
    sync(running.address, KEY, &request(&all, 0)).await;
    let before = pull_all(running.address, KEY).await;
    let record = |address| async move {
        let mut rows = sync(address, KEY, &request(&[], 0))
            .await
            .pages
            .remove(0)
            .rows;
        rows.truncate(10);
        serde_json::to_value(rows).unwrap()
    };
    let bytes = record(running.address).await;
    drop(running);
    let content = |words: &[&str]| {
        let output = finish(words);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{words:?}: {said}");
        said
    };
    let copy = path("a.backup");
    content(&["backup", "--database", &file, "--to", &copy]);
    content(&["restore", "--database", &server, "--from", &copy]);
    // The key, the books and the proofs came along: it is the same endpoint in another life.
    let running = start_at(&server, &[]);
    assert_eq!(pull_all(running.address, KEY).await, before);
    assert_eq!(record(running.address).await, bytes);
    let more: Vec<String> = (41..=50).map(change).collect();
    sync(running.address, KEY, &request(&more, 0)).await;
    let copy = path("b.backup");
    let said = content(&["backup", "--database", &server, "--to", &copy]);
    assert!(said.contains("50 lần ghi"), "{said}");
    drop(running);
    let back = format!("sqlite:{}", path("b.db"));
    content(&["restore", "--database", &back, "--from", &copy]);
    let running = start_at(&back, &["--device-key", KEY]);
    assert_eq!(pull_all(running.address, KEY).await.len(), 50);
    // What was on the server is moved aside, not deleted.
    let said = content(&[
        "restore",
        "--database",
        &server,
        "--from",
        &copy,
        "--replace",
    ]);
    assert!(said.contains("truoc_phuc_hoi_"), "{said}");
    assert!(content(&["verify", "--database", &server]).contains("50 lần ghi"));
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what the test is read for"
)]
pub(crate) fn say(figures: &str) {
    println!("{figures}");
}
