//! What devices said of themselves, as far as this process has stored it: the same again is not worth a write.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use records::{id::DeviceId, wire::Contact};

/// More devices than a commune has.
const DEVICES_MAX: usize = 10_000;
/// How long "nothing new" from a device is not worth a write.
const SAME_MS: u64 = 15 * 60 * 1000;

#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<BTreeMap<DeviceId, Contact>>);

impl Heard {
    fn all(&self) -> MutexGuard<'_, BTreeMap<DeviceId, Contact>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it says something else than what was stored, or that was long ago.
    pub(crate) fn is_news(&self, contact: &Contact) -> bool {
        self.all().get(&contact.device).is_none_or(|before| {
            let is_same = before.waiting == contact.waiting && before.records == contact.records;
            !is_same || contact.seen_at.saturating_sub(before.seen_at) > SAME_MS
        })
    }

    /// It is stored.
    pub(crate) fn note(&self, contact: &Contact) {
        let mut all = self.all();
        if all.len() >= DEVICES_MAX {
            all.clear(); // it only saves writes
        }
        all.insert(contact.device, contact.clone());
    }
}
