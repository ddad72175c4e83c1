//! Places of entries in a group: texts that always leave room for one more between two.

/// Digits in the order of their bytes.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn digit(byte: Option<u8>) -> Option<usize> {
    DIGITS.iter().position(|d| Some(*d) == byte)
}

fn letter(value: usize) -> char {
    DIGITS.get(value).map_or('V', |d| char::from(*d))
}

/// A place after `last` (or the first place). Grows by a letter only once in about thirty additions.
#[must_use]
pub fn after(last: Option<&str>) -> String {
    let Some(last) = last else {
        return "V".to_owned();
    };
    let mut place = String::new();
    for byte in last.bytes() {
        match digit(Some(byte)) {
            Some(value) if value + 1 < DIGITS.len() => {
                place.push(letter(value + 1));
                return place;
            }
            // A full digit is kept and the next one decides; so is anything that is not a digit.
            _ => place.push(char::from(byte)),
        }
    }
    place.push('V');
    place
}

/// A place between two places; `a` must come before `b`.
#[must_use]
pub fn between(a: Option<&str>, b: Option<&str>) -> String {
    let Some(b) = b else { return after(a) };
    let (a, b) = (a.unwrap_or_default().as_bytes(), b.as_bytes());
    let mut place = String::new();
    let mut b_counts = true;
    for at in 0..=a.len().max(b.len()) {
        let low = digit(a.get(at).copied()).unwrap_or(0);
        let high = if b_counts {
            digit(b.get(at).copied()).unwrap_or(0)
        } else {
            DIGITS.len()
        };
        if low + 1 < high {
            place.push(letter(usize::midpoint(low, high)));
            return place;
        }
        place.push(letter(low));
        b_counts = b_counts && low == high;
    }
    place.push('V');
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_places_after_each_other_rise() {
        let mut last = after(None);
        for _ in 0..100 {
            let next = after(Some(&last));
            assert!(next > last, "{next} after {last}");
            last = next;
        }
        assert!(last.len() < 8, "{last}");
    }

    #[test]
    fn there_is_always_room_between_two_places() {
        let (a, mut b) = (after(None), after(Some(&after(None))));
        for _ in 0..50 {
            let middle = between(Some(&a), Some(&b));
            assert!(a < middle && middle < b, "{a} < {middle} < {b}");
            b = middle;
        }
        let first = between(None, Some(&a));
        assert!(first < a, "{first} < {a}");
    }
}
