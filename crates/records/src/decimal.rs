//! Decimal numbers as people type them. No exponents, no infinity: the standard library's reader knows all of that,
//! rounds every length, and brings its tables into the wasm.

/// A whole number of so many digits is exact in a double (below 2^53), and so is the power of ten that divides it: the
/// quotient is the nearest double.
const DIGITS_MAX: usize = 15;

/// A sign or none, digits, and perhaps a point with digits after it.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_cut = whole.is_empty() || unsigned.ends_with('.');
    if is_cut || whole.len() + part.len() > DIGITS_MAX {
        return None;
    }
    let mut mantissa = 0_i64;
    for digit in whole.bytes().chain(part.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        mantissa = mantissa * 10 + i64::from(digit - b'0');
    }
    if text.starts_with('-') {
        mantissa = -mantissa;
    }
    let scale = part.bytes().fold(1.0, |scale, _| scale * 10.0);
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
    let mantissa = mantissa as f64;
    Some(mantissa / scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_plain_decimal_is_no_number() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "-.",
            ".5",
            "5.",
            "1.2.3",
            "--1",
            "+-1",
            "1-",
            " 1",
            "1 ",
            "1,5",
            "1e3",
            "1E3",
            "inf",
            "-inf",
            "infinity",
            "nan",
            "NaN",
            "0x10",
            "1_000",
            "١",
            "１",
            "1234567890123456",
            "1.234567890123456",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_longest_are_read_exactly() {
        assert_eq!(parse("999999999999999"), Some(999_999_999_999_999.0));
        assert_eq!(parse("-0.00000000000001"), Some(-1e-14));
        assert_eq!(parse("+007.50"), Some(7.5));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

        #[test]
        fn a_decimal_is_the_number_that_the_standard_library_reads(
            text in "[+-]?(0{0,3}[0-9]{1,6}(\\.[0-9]{1,6})?|[0-9]{15}|[0-9]\\.[0-9]{14}|[0-9]{14}\\.[0-9])"
        ) {
            prop_assert_eq!(parse(&text), text.parse().ok());
        }

        #[test]
        fn nothing_is_a_number_here_that_is_none_there(text in "[-+.0-9eEinfa ]{0,8}") {
            if let Some(number) = parse(&text) {
                prop_assert_eq!(Ok(number), text.parse());
            }
        }
    }
}
