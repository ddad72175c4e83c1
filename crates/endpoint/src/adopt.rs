//! The notebook of a commune that was merged into another: read from its database, filed beside the one that goes on.
//! Its changes keep their unit, their order and their authors' bytes; only the proof is this endpoint's.

use std::collections::BTreeMap;

use records::{change::ORDINARY, wire::Cursor};

use crate::{
    arrival, now_ms,
    store::{Delivery, Filed, Place, Store, StoreError, Wanted},
};

/// Bytes of changes in one commit.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// What became of a notebook that was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Adopted {
    /// Changes that are new here.
    pub taken: usize,
    /// Changes that were here already.
    pub had: usize,
    /// Changes that stay behind: they cannot be read, or another text has their id.
    pub left: usize,
}

/// Takes a notebook over. Doing it again takes what has come since.
///
/// # Errors
/// When one of the databases does not answer; what was taken until then stays.
pub async fn adopt(
    store: &Store,
    unit: &str,
    (from, old, since): (&Store, &str, &str),
) -> Result<Adopted, StoreError> {
    // First: devices that come while this is under way must not bring the old changes as new ones. (Those that come
    // before a page is here do: the endpoint should be at rest.)
    store.succeed(unit, old, since).await?;
    let mut adopted = Adopted::default();
    // Those that it had itself taken over.
    for older in from.predecessors(old).await? {
        store.succeed(old, &older, since).await?;
        copy(store, from, &older, &mut adopted).await?;
    }
    copy(store, from, old, &mut adopted).await?;
    Ok(adopted)
}

/// The changes of one unit, page by page.
async fn copy(
    store: &Store,
    from: &Store,
    old: &str,
    adopted: &mut Adopted,
) -> Result<(), StoreError> {
    let mac_key = store.identity().await?.mac_key;
    let mut seq = 0;
    loop {
        let scope = format!("{old}/{ORDINARY}");
        let cursor = Cursor { generation: 1, seq };
        let found = from
            .find(Wanted {
                unit: old.to_owned(),
                parts: vec![ORDINARY.to_owned()],
                cursors: BTreeMap::from([(scope, cursor)]),
                bytes: PAGE_BYTES,
                ..Wanted::default()
            })
            .await?;
        // Its own page is the first; what follows is read in its turn.
        let more = found.runs.first().is_some_and(|run| run.to > seq);
        let mut changes = Vec::new();
        for run in found.runs.into_iter().take(1) {
            seq = run.to;
            for row in run.rows {
                match arrival::adopted(&mac_key, row) {
                    Ok(arrived) => changes.push(arrived),
                    Err(error) => {
                        tracing::error!(%error, "a change of the old notebook cannot be read");
                        adopted.left += 1;
                    }
                }
            }
        }
        let delivery = Delivery {
            unit: old.to_owned(),
            is_last: true,
            epoch: None,
            arrival_ms: now_ms(),
            changes,
            carrier: None,
            contact: None,
            hand: arrival::hand(mac_key),
            insider: None,
        };
        let places = match store.file(delivery).await? {
            Filed::Here(places) => places,
            Filed::OtherEpoch(_) => Vec::new(), // only of deliveries that name an epoch
        };
        for place in places {
            match place {
                Place::Taken(_) => adopted.taken += 1,
                Place::Had(_) => adopted.had += 1,
                Place::Held(_) => adopted.left += 1,
            }
        }
        if !more {
            return Ok(());
        }
    }
}
