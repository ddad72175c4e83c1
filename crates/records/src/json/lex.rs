//! The lexer under `json`: goes past values without recursion, and builds a tree where one is asked for.
//!
//! RFC 8259, as `serde_json` takes it (a test compares them): its reader brings what prints floating-point numbers and errors
//! for shapes that nobody asks for, a twentieth of what the first visit downloads.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::{Flaw, ReadError};

/// The deepest tree that is built.
const DEPTH_MAX: usize = 127;
/// Digits of a number that count; more make no other `f64`.
const DIGITS_MAX: u64 = 1_000_000_000_000_000_000;

/// A place in a text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

type Lexed<T> = Result<T, ReadError>;

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn wrong<T>(&self, expected: &str) -> Lexed<T> {
        let place = format!("{expected} at byte {}", self.at);
        Err(ReadError::new(Flaw::NotJson, &place))
    }

    fn peek(&self) -> u8 {
        // No JSON has a NUL outside of a text.
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn next(&mut self) -> u8 {
        let next = self.peek();
        self.at += 1;
        next
    }

    /// Goes past white space; what comes after it.
    pub(super) fn space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    /// Takes a sign, when it stands here.
    pub(super) fn takes(&mut self, sign: u8) -> bool {
        let is_here = self.space() == sign;
        self.at += usize::from(is_here);
        is_here
    }

    /// Nothing is left.
    pub(super) fn end(&mut self) -> Lexed<()> {
        self.space();
        if self.at < self.text.len() {
            return self.wrong("the end");
        }
        Ok(())
    }

    /// After an item of a list or an object: whether another one follows.
    pub(super) fn follows(&mut self, close: u8) -> Lexed<bool> {
        match self.space() {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            sign if sign == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.wrong("a comma or an end"),
        }
    }

    /// A key with its colon.
    pub(super) fn key(&mut self) -> Lexed<Cow<'a, str>> {
        self.space();
        let key = self.text()?;
        if !self.takes(b':') {
            return self.wrong("a colon");
        }
        Ok(key)
    }

    fn skip_key(&mut self) -> Lexed<()> {
        self.space();
        self.skip_text()?;
        if !self.takes(b':') {
            return self.wrong("a colon");
        }
        Ok(())
    }

    /// The text of the next value, unread.
    pub(super) fn raw(&mut self) -> Lexed<&'a str> {
        self.space();
        let from = self.at;
        self.skip()?;
        Ok(self.text.get(from..self.at).unwrap_or_default())
    }

    /// Goes past a value, however deep it is.
    fn skip(&mut self) -> Lexed<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.space() {
                sign @ (b'{' | b'[') => {
                    self.at += 1;
                    let close = sign + 2; // '}' and ']' in ASCII
                    if !self.takes(close) {
                        open.push(close);
                        if sign == b'{' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.skip_text()?,
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                _ => {
                    self.word()?;
                }
            }
            loop {
                let Some(close) = open.last().copied() else {
                    return Ok(());
                };
                if self.follows(close)? {
                    if close == b'}' {
                        self.skip_key()?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    fn skip_text(&mut self) -> Lexed<()> {
        if self.next() != b'"' {
            self.at -= 1;
            return self.wrong("a text");
        }
        loop {
            match self.next() {
                b'"' => return Ok(()),
                b'\\' => match self.next() {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        self.hex()?;
                    }
                    _ => return self.wrong("an escape"),
                },
                0..=0x1f => return self.wrong("the end of a text"),
                _ => {}
            }
        }
    }

    /// A text; borrowed when nothing in it is escaped.
    pub(super) fn text(&mut self) -> Lexed<Cow<'a, str>> {
        let from = self.at + 1;
        self.skip_text()?;
        let inner = self.text.get(from..self.at - 1).unwrap_or_default();
        if !inner.contains('\\') {
            return Ok(Cow::Borrowed(inner));
        }
        let mut said = String::with_capacity(inner.len());
        let mut rest = Lexer::new(inner);
        while let Some((before, _)) = rest.left().split_once('\\') {
            said.push_str(before);
            rest.at += before.len() + 1;
            said.push(match rest.next() {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => rest.code()?,
                plain => char::from(plain),
            });
        }
        said.push_str(rest.left());
        Ok(Cow::Owned(said))
    }

    fn left(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Four hexadecimal digits.
    fn hex(&mut self) -> Lexed<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let is_hex = |digits: &&str| digits.bytes().all(|b| b.is_ascii_hexdigit());
        let code = digits.filter(is_hex).map(|d| u32::from_str_radix(d, 16));
        let Some(Ok(code)) = code else {
            return self.wrong("four hexadecimal digits");
        };
        self.at += 4;
        Ok(code)
    }

    /// What `\u` stands for; half of a pair stands for nothing.
    fn code(&mut self) -> Lexed<char> {
        let mut code = self.hex()?;
        if (0xd800..0xdc00).contains(&code) {
            if !(self.next() == b'\\' && self.next() == b'u') {
                return self.wrong("the other half of a pair");
            }
            let low = self.hex()?;
            if !(0xdc00..0xe000).contains(&low) {
                return self.wrong("the other half of a pair");
            }
            code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        match char::from_u32(code) {
            Some(c) => Ok(c),
            None => self.wrong("a letter"),
        }
    }

    fn word(&mut self) -> Lexed<Value> {
        for (word, value) in [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ] {
            if self.left().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.wrong("a value")
    }

    fn digits(&mut self) -> Lexed<&'a str> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        match self.text.get(from..self.at) {
            Some(digits) if !digits.is_empty() => Ok(digits),
            _ => self.wrong("a digit"),
        }
    }

    /// The parts of a number.
    fn number(&mut self) -> Lexed<Parts<'a>> {
        let is_negative = self.peek() == b'-';
        self.at += usize::from(is_negative);
        let from = self.at;
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            self.at = from + 1;
            return self.wrong("no digit after a zero");
        }
        let mut parts = Parts {
            is_negative,
            whole,
            fraction: "",
            power: None,
        };
        if self.peek() == b'.' {
            self.at += 1;
            parts.fraction = self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            let sign = self.peek();
            self.at += usize::from(matches!(sign, b'+' | b'-'));
            let power = self.digits()?;
            // No number that fits has more.
            let power: i32 = power.parse().unwrap_or(i32::MAX / 4);
            parts.power = Some(if sign == b'-' { -power } else { power });
        }
        Ok(parts)
    }

    /// A tree.
    pub(super) fn tree(&mut self, depth: usize) -> Lexed<Value> {
        match self.space() {
            b'{' | b'[' if depth >= DEPTH_MAX => self.wrong("less depth"),
            b'{' => {
                self.at += 1;
                let mut map = Map::new();
                let mut has_more = !self.takes(b'}');
                while has_more {
                    let key = self.key()?.into_owned();
                    map.insert(key, self.tree(depth + 1)?);
                    has_more = self.follows(b'}')?;
                }
                Ok(Value::Object(map))
            }
            b'[' => {
                self.at += 1;
                let mut list = Vec::new();
                let mut has_more = !self.takes(b']');
                while has_more {
                    list.push(self.tree(depth + 1)?);
                    has_more = self.follows(b']')?;
                }
                Ok(Value::Array(list))
            }
            b'"' => Ok(Value::String(self.text()?.into_owned())),
            b'-' | b'0'..=b'9' => match self.number()?.value() {
                Some(number) => Ok(Value::Number(number)),
                None => self.wrong("a number that fits"),
            },
            _ => self.word(),
        }
    }
}

/// A number, taken apart.
struct Parts<'a> {
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
    power: Option<i32>,
}

impl Parts<'_> {
    /// None when it is beyond every `f64`.
    fn value(&self) -> Option<Number> {
        if self.fraction.is_empty() && self.power.is_none() {
            if let (false, Ok(number)) = (self.is_negative, self.whole.parse::<u64>()) {
                return Some(number.into());
            }
            // `-0` has no whole number.
            if self.is_negative
                && let Ok(number @ 1..) = self.whole.parse::<u64>()
                && let Some(number) = 0_i64.checked_sub_unsigned(number)
            {
                return Some(number.into());
            }
        }
        let (mut significand, mut power) = (0_u64, self.power.unwrap_or(0));
        for digit in self.whole.bytes() {
            match significand < DIGITS_MAX {
                true => significand = significand * 10 + u64::from(digit - b'0'),
                false => power = power.saturating_add(1),
            }
        }
        for digit in self.fraction.bytes() {
            if significand < DIGITS_MAX {
                significand = significand * 10 + u64::from(digit - b'0');
                power = power.saturating_sub(1);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "the nearest number is meant")]
        let mut number = significand as f64;
        while power < -308 && number != 0.0 {
            number /= 1e308;
            power += 308;
        }
        if number != 0.0 {
            number = match power {
                0.. => number * 10_f64.powi(power),
                _ => number / 10_f64.powi(-power),
            };
        }
        Number::from_f64(if self.is_negative { -number } else { number })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, value::RawValue};

    use super::super::{Object, list, value};

    /// What the reader of `serde_json` says.
    fn theirs(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    fn is_skipped(text: &str) -> bool {
        let raw: Result<Box<RawValue>, _> = serde_json::from_str(text);
        raw.is_ok()
    }

    fn check(text: &str) {
        assert_eq!(value(text).ok(), theirs(text), "{text}");
        let wrapped = format!("[{text}]");
        assert_eq!(list(&wrapped).is_ok(), is_skipped(&wrapped), "{text}");
        let keyed = format!("{{\"a\":{text}}}");
        assert_eq!(Object::read(&keyed).is_ok(), is_skipped(&keyed), "{text}");
    }

    /// JSON, and what is nearly JSON.
    const TEXTS: &[&str] = &[
        "",
        " ",
        "{}",
        "[]",
        "[ ]",
        "{ }",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "[1 2]",
        "]",
        "[[]",
        "[]]",
        "null",
        "nul",
        "nulll",
        "true",
        "True",
        "-",
        "-1",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1.5",
        "-0",
        "-0.0",
        "0.0",
        "1e5",
        "1E+5",
        "1e-5",
        "1e",
        "1e+",
        "1.e5",
        "1e400",
        "-1e400",
        "1e-400",
        "0e999999999999",
        "123456789012345678901234567890",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "0.1",
        "3.14159",
        "2.50",
        "1e22",
        "1e23",
        "\"a\"",
        "\"a",
        "a\"",
        "\"\\\"\"",
        "\"\\u00e9\"",
        "\"\\u00E9\\n\\t\\/\\\\\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\\x\"",
        "\"\n\"",
        "\"\u{0}\"",
        "\"đ\"",
        "\"\\uđ000\"",
        " [ 1 , { \"a\" : [ ] } ] ",
        "{\"a\":1,\"a\":2}",
        "\u{feff}1",
        "1\u{0}",
        "[1]x",
        "// 1",
        "'a'",
        "{\"\":{}}",
        "{\"a\":}",
        "[\"a\":1]",
        "{1:2}",
        "{\"a\",1}",
        "{\"\\ud800\":1}",
    ];

    #[test]
    fn what_is_json_and_what_it_says_is_the_same_for_both() {
        for text in TEXTS {
            check(text);
        }
        for depth in [1, 126, 127, 128, 129] {
            check(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            check(&format!(
                "{}1{}",
                "{\"a\":".repeat(depth),
                "}".repeat(depth)
            ));
        }
    }

    /// Pieces of JSON and of nearly JSON.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("{"),
            Just("}"),
            Just("["),
            Just("]"),
            Just(","),
            Just(":"),
            Just("\""),
            Just("\\"),
            Just("\\u00e9"),
            Just("\\ud83d"),
            Just("1"),
            Just("0"),
            Just("-"),
            Just("."),
            Just("e"),
            Just("true"),
            Just("null"),
            Just(" "),
            Just("\n"),
            Just("\"a\""),
            Just("\"b\":"),
            Just("đ"),
        ];
        proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn no_text_is_read_otherwise(text in pieces()) {
            check(&text);
        }

        #[test]
        fn numbers_are_the_same(whole in 0_u64..1_000_000_000_000, fraction in 0_u32..10_000, power in -20_i32..20) {
            for text in [format!("{whole}.{fraction}"), format!("-{whole}e{power}"), format!("{whole}.{fraction}e{power}")] {
                let (ours, theirs) = (value(&text).unwrap(), theirs(&text).unwrap());
                let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
                prop_assert!(ours.to_bits() == theirs.to_bits(), "{text}: {ours} {theirs}");
            }
        }
    }
}
