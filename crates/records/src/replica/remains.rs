//! What is not to stay on a device: what was erased by law, and what may not be seen any more.

use crate::json::Raw;

use super::{Entry, Plan, Replica, SyncState};
use crate::{change::parse_change, wire::Page};

impl Replica {
    /// Nothing that was erased, or may not be seen any more, is to be left on the disk.
    pub(super) fn clear(&self, plan: &mut Plan, gone: &[String]) {
        if !gone.is_empty() || plan.entries.iter().any(|line| self.erases(line)) {
            let mut after = self.clone();
            after.adopt(plan.clone());
            plan.rest = Some(after.lines_without(gone));
        }
    }

    /// Whether a change erases, or is what is left of, something that waits here to be sent.
    pub(super) fn touches_unsent(&self, raw: &Raw) -> bool {
        let raw = raw.get();
        let may_say = raw.contains("\"erase\"") || raw.contains("\"stub\"");
        let Some(change) = may_say.then(|| parse_change(raw.as_bytes()).ok()).flatten() else {
            return false;
        };
        let own = change.stub.map(|_| change.id);
        let named = change.erase.iter().flat_map(|erase| &erase.ids);
        named.chain(&own).any(|id| {
            let known = self.notebook.get(id);
            known.is_some_and(|known| self.is_unsent(known.n, id))
        })
    }

    /// Whether a line brings an erasure, what one left, or what one is to take.
    fn erases(&self, line: &Entry) -> bool {
        let Some(raw) = line.change.as_ref().map(|raw| raw.get()) else {
            return false;
        };
        let may_say = raw.contains("\"erase\"") || raw.contains("\"stub\"");
        (may_say || self.notebook.has_erased())
            && parse_change(raw.as_bytes()).is_ok_and(|change| {
                let says = change.erase.is_some() || change.stub.is_some();
                says || self.notebook.is_erased(&change.id)
            })
    }

    /// What stays on the disk when nothing of these scopes may.
    fn lines_without(&self, gone: &[String]) -> Vec<Entry> {
        let mut lines = self.lines();
        lines.retain(|line| {
            line.acc
                .as_ref()
                .is_none_or(|acc| !gone.contains(&acc.scope))
        });
        lines
    }
}

/// Scopes that were read and are in no page: they may not be seen any more.
pub(super) fn withdrawn(sync: &SyncState, pages: &[Page]) -> Vec<String> {
    let scopes = sync.cursors.keys();
    let gone = scopes.filter(|scope| !pages.iter().any(|page| page.scope == **scope));
    gone.cloned().collect()
}
