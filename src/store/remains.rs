//! After something was erased by law, or may not be seen any more: the whole log is written anew with what remains.

use records::replica::{Entry, Plan};

use super::{Committed, Op, Store, StoreError};
use crate::browser;

impl Store {
    /// Writes a plan in one strict transaction, whatever it is. `last` is the last row of the log that went into it.
    pub(crate) async fn take(
        &self,
        plan: &Plan,
        seen: &[u8],
        last: f64,
    ) -> Result<Committed, StoreError> {
        match &plan.rest {
            Some(rest) => self.replace(plan, rest, (seen, last)).await,
            None => self.commit(plan, seen, None).await,
        }
    }

    /// Puts these lines in the place of the whole log, as this tab knows it. Rows that do not open stay, and those that
    /// another tab added since.
    async fn replace(
        &self,
        plan: &Plan,
        rest: &[Entry],
        (seen, last): (&[u8], f64),
    ) -> Result<Committed, StoreError> {
        let before_ms = browser::now_ms();
        // Another tab's save is in the log and not in these lines: then it is planned again.
        let mut ops = vec![Op::Expect("meta", "counter".into(), Some(seen.to_vec()))];
        let (heads, counter_row) = self.heads(plan, seen).await?;
        ops.extend(heads);
        for (number, row) in self.rows_after(0.0).await? {
            if number <= last && self.lines(&row).await.is_ok() {
                ops.push(Op::Delete("log", number.into()));
            }
        }
        let rows = self.rows_of(rest).await?;
        ops.extend(rows.into_iter().map(|row| Op::Put("log", None, row)));
        self.db.write(&["meta", "log", "drafts"], ops).await?;
        // What lies in the second place may be among it; what waits is put there anew.
        let waiting = rest.iter().filter(|line| line.acc.is_none());
        let waiting: Vec<Entry> = waiting.cloned().collect();
        self.renew_rows(&self.rows_of(&waiting).await?, before_ms)
            .await;
        Ok(Committed { counter_row })
    }
}
