//! The hybrid logical clock. Takes `now`, never reads a clock, never refuses a time, never goes back.

use core::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::{
    json::{self, Read, ReadError},
    write::{Out, Write},
};

/// The largest time a stamp can write in 13 digits (year 2286).
pub const MS_MAX: u64 = 9_999_999_999_999;

/// When a device says it saved: milliseconds, a counter for ties, and the device's short number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp {
    /// Milliseconds since 1970, by the device's own clock.
    pub ms: u64,
    /// Tells saves of the same millisecond apart.
    pub counter: u16,
    /// Tells devices apart.
    pub dev: u32,
}

/// A text that is not a stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stamp (13 digits, 4 hex, 8 hex)")]
pub struct NotAStamp;

impl Stamp {
    /// The stamp of the next save: later than `self` whatever the clock says.
    #[must_use]
    pub fn next(self, now_ms: u64, dev: u32) -> Self {
        let now_ms = now_ms.min(MS_MAX);
        if now_ms > self.ms {
            return Self {
                ms: now_ms,
                counter: 0,
                dev,
            };
        }
        match self.counter.checked_add(1) {
            Some(counter) => Self {
                ms: self.ms,
                counter,
                dev,
            },
            None => Self {
                ms: self.ms.saturating_add(1).min(MS_MAX),
                counter: 0,
                dev,
            },
        }
    }

    /// The effective stamp: the milliseconds moved into what the endpoint knows to be possible.
    #[must_use]
    pub fn clamped(self, lo_ms: u64, arrival_ms: u64) -> Self {
        // A phone may claim to have seen a server time that never was: arrival is the stronger bound.
        let ms = self.ms.max(lo_ms).min(arrival_ms).min(MS_MAX);
        Self { ms, ..self }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}-{:04x}-{:08x}", self.ms, self.counter, self.dev)
    }
}

impl FromStr for Stamp {
    type Err = NotAStamp;

    fn from_str(text: &str) -> Result<Self, NotAStamp> {
        let mut parts = text.split('-');
        let (Some(ms), Some(counter), Some(dev), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAStamp);
        };
        let plain = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_hexdigit());
        if !plain(ms, 13) || !plain(counter, 4) || !plain(dev, 8) {
            return Err(NotAStamp);
        }
        match (
            ms.parse(),
            u16::from_str_radix(counter, 16),
            u32::from_str_radix(dev, 16),
        ) {
            (Ok(ms), Ok(counter), Ok(dev)) => Ok(Self { ms, counter, dev }),
            _ => Err(NotAStamp),
        }
    }
}

impl Read for Stamp {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let text = json::text(raw)?;
        text.parse()
            .map_err(|NotAStamp| ReadError::other("a stamp"))
    }
}

impl Write for Stamp {
    fn write(&self, out: &mut Out) {
        out.text(&self.to_string());
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_rises_when_the_clock_stutters_goes_back_or_jumps() {
        let mut last = Stamp::default();
        for now in [5, 5, 3, 0, 9, u64::MAX, 1, 10] {
            let next = last.next(now, 7);
            assert!(next > last, "{next} after {last} at {now}");
            last = next;
        }
    }

    #[test]
    fn a_full_counter_carries_into_the_milliseconds() {
        let full = Stamp {
            ms: 10,
            counter: u16::MAX,
            dev: 1,
        };
        assert_eq!(
            full.next(10, 1),
            Stamp {
                ms: 11,
                counter: 0,
                dev: 1
            }
        );
    }

    #[test]
    fn text_and_back_keep_the_order() {
        let a = Stamp {
            ms: 1_763_800_000_000,
            counter: 10,
            dev: 0xab,
        };
        assert_eq!(a.to_string(), "1763800000000-000a-000000ab");
        assert_eq!(a.to_string().parse(), Ok(a));
        for bad in [
            "",
            "1-2-3",
            "1763800000000-000a",
            "+763800000000-000a-000000ab",
            "a763800000000-000a-000000ab",
        ] {
            assert!(bad.parse::<Stamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn years_1970_and_2099_end_between_what_the_server_knows() {
        let at = |ms| Stamp {
            ms,
            counter: 0,
            dev: 1,
        };
        assert_eq!(at(0).clamped(100, 200).ms, 100);
        assert_eq!(at(4_070_908_800_000).clamped(100, 200).ms, 200);
        assert_eq!(at(150).clamped(999, 200).ms, 200);
    }
}
