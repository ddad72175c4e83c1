//! Databases that earlier releases left.

use super::{UNIT, entered, file, id, open, seqs, taken, wanted};

#[tokio::test]
async fn a_database_of_every_release_before_opens_and_goes_on() {
    for schema in 1..5 {
        opens_and_goes_on(schema).await;
    }
}

async fn opens_and_goes_on(schema: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notebook.db");
    // As that release left it: its tables, its names, one change.
    let shell = rusqlite::Connection::open(&path).unwrap();
    let steps = [
        include_str!("../schema.sql"),
        include_str!("../schema-2.sql"),
        include_str!("../schema-3.sql"),
        include_str!("../schema-4.sql"),
    ];
    for step in steps.iter().take(schema) {
        shell.execute_batch(step).unwrap();
    }
    shell
        .execute_batch(&format!(
            "INSERT INTO meta (name, value) VALUES ('schema', {schema}), ('epoch', CAST('first' AS BLOB)), ('mac_key', zeroblob(32));
             INSERT INTO head (unit, scope, gen, seq) VALUES ('00000', '00000/thuong', 1, 1);",
        ))
        .unwrap();
    let body: &[u8] = b"{\"n\":1}";
    let put = "INSERT INTO change (unit, scope, seq, id, dev, n, epoch, eff, mac, body, hash, recv_at) \
               VALUES ('00000', '00000/thuong', 1, ?1, zeroblob(16), 1, 'first', '0000000000001-0000-00000009', 'm', ?2, zeroblob(32), 5)";
    let name = id(1);
    shell
        .execute(put, rusqlite::params![name.bytes(), body])
        .unwrap();
    drop(shell);
    let store = open(&path);
    assert_eq!(store.identity().await.unwrap().epoch, "first");
    assert_eq!(
        taken(&file(&store, vec![entered(2, Some(2026), None)]).await[0]).seq,
        2
    );
    let found = store.find(wanted(0)).await.unwrap();
    assert_eq!(found.runs[0].rows[0].body, "{\"n\":1}");
    assert_eq!(
        (seqs(&found).len(), found.catalogue),
        (3, None),
        "with the number given"
    );
    assert!(store.predecessors(UNIT).await.unwrap().is_empty());
}
