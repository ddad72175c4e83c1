//! Orders an erasure (MERGE.md): nothing of what goes stays in memory or on the disk. Of the second wasm.

use leptos::prelude::*;
use records::change::{Erase, RecWrites};

use crate::{
    browser,
    store::StoreError,
    work::{Work, open, save::SaveError, sync},
};

/// Another tab can save in between, but not eight times within one order.
const TRIES: usize = 8;

/// Whose doing it is.
pub(super) fn me(work: Work) -> Option<String> {
    work.book
        .me
        .with_untracked(|me| Some(me.name.clone()).filter(|name| !name.is_empty()))
}

/// What is said again, and what goes.
type Order = (Vec<RecWrites>, Erase);

/// Orders an erasure, with what is said again in the same change; nothing of what goes stays on the disk.
pub(crate) async fn erase(work: Work, order: Order) -> Result<(), SaveError> {
    let tools = work.tools();
    let mut tries = 0;
    loop {
        open::know_all(work).await?;
        let plan = work.book.peek(|data| {
            let (now, random) = (browser::now_ms(), browser::random());
            data.replica
                .plan_erase(now, random, me(work), order.clone())
        })?;
        let seen = tools.counter_row.borrow().clone();
        let last = *tools.last_row.borrow();
        match tools.store.take(&plan, &seen, last).await {
            Err(StoreError::Moved) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
            Ok(committed) => {
                if let Some(row) = committed.counter_row {
                    *tools.counter_row.borrow_mut() = row;
                }
                work.book.adopt(|data| data.replica.adopt(plan).records);
                tools.tabs.call("anew");
                sync::soon(work);
                return Ok(());
            }
        }
    }
}
