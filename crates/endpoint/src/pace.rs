//! How often who may ask: by token, since a whole commune may share one address.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use records::id::TokenId;

use crate::account::Visitor;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Requests a second, for as long as one likes.
    pub steady: f64,
    /// Requests at once, after a rest.
    pub burst: f64,
}

/// A device that fetches everything asks as fast as it is answered; nobody else asks more than some times a minute.
pub const OF_A_DEVICE: Pace = Pace {
    steady: 20.0,
    burst: 600.0,
};
/// Codes are typed by hand; all strangers together.
pub const OF_STRANGERS: Pace = Pace {
    steady: 1.0,
    burst: 60.0,
};
/// More devices than a process serves within a few minutes: those that have rested are forgotten.
const DEVICES_MAX: usize = 20_000;

#[derive(Debug)]
pub(crate) struct Paces {
    device: Pace,
    strangers: Pace,
    buckets: Mutex<BTreeMap<Option<TokenId>, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn take(&mut self, pace: Pace, now: Instant) -> bool {
        let rested = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + rested * pace.steady).min(pace.burst);
        self.at = now;
        let is_there = self.left >= 1.0;
        if is_there {
            self.left -= 1.0;
        }
        is_there
    }
}

impl Paces {
    pub(crate) fn new(device: Pace, strangers: Pace) -> Self {
        Self {
            device,
            strangers,
            buckets: Mutex::default(),
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Option<TokenId>, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those with the shared key are many behind one key: they are not told apart, and not slowed.
    pub(crate) fn may_come(&self, visitor: &Visitor) -> bool {
        let token = visitor.visit.as_ref().map(|visit| visit.token);
        token.is_none() || self.take(token, self.device)
    }

    pub(crate) fn may_a_stranger_come(&self) -> bool {
        self.take(None, self.strangers)
    }

    fn take(&self, who: Option<TokenId>, pace: Pace) -> bool {
        let now = Instant::now();
        let mut all = self.all();
        if all.len() >= DEVICES_MAX {
            all.retain(|_, bucket| now.saturating_duration_since(bucket.at).as_secs() < 60);
        }
        let full = Bucket {
            left: pace.burst,
            at: now,
        };
        all.entry(who).or_insert(full).take(pace, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_fills_as_time_passes_and_never_more_than_full() {
        let pace = Pace {
            steady: 2.0,
            burst: 3.0,
        };
        let start = Instant::now();
        let mut bucket = Bucket {
            left: 3.0,
            at: start,
        };
        let mut take = |ms| bucket.take(pace, start + Duration::from_millis(ms));
        assert_eq!(
            [take(0), take(0), take(0), take(0)],
            [true, true, true, false]
        );
        assert_eq!([take(500), take(500)], [true, false]);
        assert_eq!([take(60_000); 1], [true]);
        assert_eq!(
            [take(60_000), take(60_000), take(60_000)],
            [true, true, false]
        );
    }
}
