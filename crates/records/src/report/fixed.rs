//! Numbers with a fixed count of digits after the point, kept whole: 8.3 with one place is 83.

use serde_json::Value;

/// As [`crate::decimal`] reads them.
const DIGITS_MAX: usize = 15;
const PLACES_MAX: usize = 6;

/// A number as a record holds it, with that many places; what has more is rounded.
#[must_use]
pub fn of_value(value: &Value, places: u32) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64()?.checked_mul(scale(places)),
        Value::String(text) => parse(text, places),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn scale(places: u32) -> i64 {
    (0..places_of(places)).fold(1, |scale, _| scale * 10)
}

fn places_of(places: u32) -> usize {
    usize::try_from(places).map_or(PLACES_MAX, |places| places.min(PLACES_MAX))
}

/// A sign or none, digits, and perhaps a point with digits after it.
fn parse(text: &str, places: u32) -> Option<i64> {
    let places = places_of(places);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_cut = whole.is_empty() || unsigned.ends_with('.');
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if is_cut || whole.len() + part.len() > DIGITS_MAX || !digits(whole) || !digits(part) {
        return None;
    }
    let mut value = 0_i64;
    let kept = part.bytes().chain(core::iter::repeat(b'0')).take(places);
    for digit in whole.bytes().chain(kept) {
        value = value
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    value += i64::from(part.as_bytes().get(places).is_some_and(|b| *b >= b'5'));
    Some(if text.starts_with('-') { -value } else { value })
}

/// As a record holds it: `8.3`.
#[must_use]
pub fn stored(value: i64, places: u32) -> String {
    write(value, places, '.')
}

/// As people here read it: `8,3`.
#[must_use]
pub fn shown(value: i64, places: u32) -> String {
    write(value, places, ',')
}

fn write(value: i64, places: u32, point: char) -> String {
    let places = places_of(places);
    let mut digits = value.unsigned_abs().to_string();
    while digits.len() <= places {
        digits.insert(0, '0');
    }
    if places > 0 {
        digits.insert(digits.len() - places, point);
    }
    if value < 0 {
        digits.insert(0, '-');
    }
    digits
}

/// `value` in so many parts of `whole`, rounded to the nearest, halves away from zero; none of nothing.
pub(crate) fn ratio(value: i64, whole: i64, parts: i64) -> Option<i64> {
    let scaled = i128::from(value) * i128::from(parts);
    let whole = i128::from(whole);
    if whole == 0 {
        return None;
    }
    let (size, of) = (scaled.abs(), whole.abs());
    let rounded = (2 * size + of) / (2 * of);
    let is_negative = (scaled < 0) != (whole < 0);
    i64::try_from(if is_negative { -rounded } else { rounded }).ok() // or it is past all reports
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for places in 0..4 {
            for value in [0, 1, -1, 7, 10, -105, 99_999, 123_456_789] {
                let text = stored(value, places);
                assert_eq!(of_value(&json!(text), places), Some(value), "{text}");
            }
        }
        assert_eq!(shown(83, 1), "8,3");
        assert_eq!(shown(-5, 2), "-0,05");
        assert_eq!(shown(1_200, 0), "1200");
    }

    #[test]
    fn what_has_more_places_is_rounded_and_what_is_no_number_is_none() {
        let read = |value: Value, places| of_value(&value, places);
        assert_eq!(read(json!("8.25"), 1), Some(83));
        assert_eq!(read(json!("-8.25"), 1), Some(-83));
        assert_eq!(read(json!("12.4"), 0), Some(12));
        assert_eq!(read(json!(12), 1), Some(120));
        for bad in ["", "-", ".5", "5.", "1,5", "x", "1.2.3", "1234567890123456"] {
            assert_eq!(read(json!(bad), 1), None, "{bad}");
        }
        assert_eq!(read(json!("999999999999999"), 6), None);
        assert_eq!(read(Value::Null, 0), None);
    }

    #[test]
    fn a_ratio_is_rounded_and_nothing_has_no_parts() {
        assert_eq!(ratio(1, 3, 1_000), Some(333));
        assert_eq!(ratio(2, 3, 1_000), Some(667));
        assert_eq!(ratio(1, 2_000, 1_000), Some(1));
        assert_eq!(ratio(-1, 2_000, 1_000), Some(-1));
        assert_eq!(ratio(5, 0, 1_000), None);
        assert_eq!(ratio(i64::MAX, 1, 1_000), None);
    }
}
