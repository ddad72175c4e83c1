//! How every shape is read from JSON: a text is taken apart one level at a time, and each type asks for its keys.
//!
//! A derived reader for each type would be half of the wasm. Nothing here knows a shape. Keys that nobody asks for are
//! skipped without recursion, however deep they are; only [`value`] builds a tree, of a bounded depth.

mod lex;

use core::fmt;
use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::{Value, value::RawValue};

use lex::Lexer;

/// The text of one JSON value, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw(Box<str>);

impl Raw {
    /// Takes a text that is one JSON value; white space around it goes.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, ReadError> {
        let mut lexer = Lexer::new(text);
        let raw = lexer.raw()?;
        lexer.end()?;
        Ok(Self::lexed(raw))
    }

    /// A text that is known to be one JSON value: it was lexed, or written here.
    #[must_use]
    pub fn lexed(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> Box<str> {
        self.0
    }
}

impl Read for Raw {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Ok(Self::lexed(raw))
    }
}

/// For who writes it beside other things with `serde_json`.
impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.to_string());
        raw.map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// How a text is not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// No JSON, or none in UTF-8.
    NotJson,
    /// A key that must be there is not.
    Missing,
    /// A key that may be there once is there twice.
    Twice,
    /// Something of another type, or a text that is none of those that are known.
    Other,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotJson => "not JSON",
            Self::Missing => "missing",
            Self::Twice => "twice",
            Self::Other => "of another kind",
        })
    }
}

/// Why a text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flaw}: {place}")]
pub struct ReadError {
    /// What is wrong.
    pub flaw: Flaw,
    /// The keys that lead there, or what was expected.
    pub place: String,
}

impl ReadError {
    /// Something else stands there than `expected`.
    #[must_use]
    pub fn other(expected: &str) -> Self {
        Self::new(Flaw::Other, expected)
    }

    fn new(flaw: Flaw, place: &str) -> Self {
        Self {
            flaw,
            place: place.to_owned(),
        }
    }

    /// The same, seen from the object in which it stands under `key`.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        self.place.insert(0, '.');
        self.place.insert_str(0, key);
        self
    }
}

/// A type that has one shape in JSON.
pub trait Read: Sized {
    /// Reads one value of this type.
    ///
    /// # Errors
    /// When the text is not JSON, or JSON of another shape.
    fn read(raw: &str) -> Result<Self, ReadError>;
}

impl<T: Read> Read for Vec<T> {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let mut items = Self::new();
        for item in list(raw)? {
            items.push(T::read(item)?);
        }
        Ok(items)
    }
}

impl Read for String {
    fn read(raw: &str) -> Result<Self, ReadError> {
        text(raw).map(Cow::into_owned)
    }
}

impl Read for bool {
    fn read(raw: &str) -> Result<Self, ReadError> {
        match raw {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ReadError::other("true or false")),
        }
    }
}

impl Read for Value {
    fn read(raw: &str) -> Result<Self, ReadError> {
        value(raw)
    }
}

// What was lexed already is JSON: `parse` takes less than that and nothing else.
macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Read for $number {
            fn read(raw: &str) -> Result<Self, ReadError> {
                match raw.parse() {
                    Ok(number) => Ok(number),
                    Err(_) => Err(ReadError::other("a whole number that fits")),
                }
            }
        })*
    };
}

numbers!(u16 u32 u64 usize i64);

/// What the keys of a map are.
pub trait Key: Ord + Sized {
    /// Reads one key.
    ///
    /// # Errors
    /// When the text is no such key.
    fn from_key(key: String) -> Result<Self, ReadError>;
}

impl Key for String {
    fn from_key(key: String) -> Result<Self, ReadError> {
        Ok(key)
    }
}

/// Reads a text in UTF-8.
///
/// # Errors
/// When the bytes are not UTF-8, not JSON, or JSON of another shape.
pub fn from_bytes<T: Read>(bytes: &[u8]) -> Result<T, ReadError> {
    T::read(utf8(bytes)?)
}

fn utf8(bytes: &[u8]) -> Result<&str, ReadError> {
    core::str::from_utf8(bytes).map_err(|e| ReadError::new(Flaw::NotJson, &e.to_string()))
}

/// The items of a list.
///
/// # Errors
/// When it is not a list.
pub fn list(raw: &str) -> Result<Vec<&str>, ReadError> {
    let mut lexer = Lexer::new(raw);
    if !lexer.takes(b'[') {
        return Err(of_another_kind(raw, "a list"));
    }
    let mut items = Vec::new();
    let mut has_more = !lexer.takes(b']');
    while has_more {
        items.push(lexer.raw()?);
        has_more = lexer.follows(b']')?;
    }
    lexer.end()?;
    Ok(items)
}

/// It is JSON of another kind, or none at all.
fn of_another_kind(raw: &str, expected: &str) -> ReadError {
    match Raw::new(raw) {
        Ok(_) => ReadError::other(expected),
        Err(error) => error,
    }
}

/// The two items of a list of two.
///
/// # Errors
/// When it is not one.
pub fn pair(raw: &str) -> Result<(&str, &str), ReadError> {
    match list(raw)?.as_slice() {
        [a, b] => Ok((a, b)),
        _ => Err(ReadError::other("a list of two")),
    }
}

/// Any value.
///
/// # Errors
/// When it is not JSON, or nested too deeply.
pub fn value(raw: &str) -> Result<Value, ReadError> {
    // Most values are texts without escapes, and most of the others are ticks.
    Ok(match (plain(raw), raw) {
        (Some(text), _) => Value::String(text.to_owned()),
        (None, "true") => Value::Bool(true),
        (None, "false") => Value::Bool(false),
        (None, _) => {
            let mut lexer = Lexer::new(raw);
            let tree = lexer.tree(0)?;
            lexer.end()?;
            tree
        }
    })
}

/// A text.
///
/// # Errors
/// When it is something else.
pub fn text(raw: &str) -> Result<Cow<'_, str>, ReadError> {
    if let Some(text) = plain(raw) {
        return Ok(Cow::Borrowed(text));
    }
    let mut lexer = Lexer::new(raw);
    if lexer.space() != b'"' {
        return Err(of_another_kind(raw, "a text"));
    }
    let text = lexer.text()?;
    lexer.end()?;
    Ok(text)
}

/// What stands between the quotes of a text that was lexed already, when nothing in it is escaped.
fn plain(raw: &str) -> Option<&str> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    (!text.bytes().any(|b| matches!(b, b'\\' | b'"' | 0..=0x1f))).then_some(text)
}

/// Writes a text that has no white space between its parts as people read it, `level` steps of two spaces in.
///
/// What `serde_json` calls pretty, without a second writer for each type.
pub fn indent(compact: &str, mut level: usize, out: &mut String) {
    let (mut in_text, mut is_escaped) = (false, false);
    let mut rest = compact.chars().peekable();
    while let Some(c) = rest.next() {
        let is_next_end = matches!(rest.peek(), Some('}' | ']'));
        match c {
            _ if in_text => {
                out.push(c);
                in_text = is_escaped || c != '"';
                is_escaped = !is_escaped && c == '\\';
            }
            '{' | '[' => {
                out.push(c);
                if is_next_end {
                    out.extend(rest.next());
                } else {
                    level += 1;
                    line(level, out);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(level, out);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(level, out);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = c == '"';
                out.push(c);
            }
        }
    }
}

fn line(level: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..level {
        out.push_str("  ");
    }
}

/// An object whose values are still unread.
///
/// The name of an accessor says what a missing key means: `x` must be there, `x_or…` has a default and may not be
/// null, `x_if` may be missing or null. A key that is asked for and stands there twice is an error.
#[derive(Debug)]
pub struct Object<'a> {
    pairs: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Object<'a> {
    /// Takes an object apart.
    ///
    /// # Errors
    /// When the text is not an object.
    pub fn read(raw: &'a str) -> Result<Self, ReadError> {
        let mut lexer = Lexer::new(raw);
        if !lexer.takes(b'{') {
            return Err(of_another_kind(raw, "an object"));
        }
        let mut pairs = Vec::new();
        let mut has_more = !lexer.takes(b'}');
        while has_more {
            pairs.push((lexer.key()?, lexer.raw()?));
            has_more = lexer.follows(b'}')?;
        }
        lexer.end()?;
        Ok(Self { pairs })
    }

    /// Keys and values in their order, repeated ones too: of an object that is a map.
    pub fn into_pairs(self) -> impl Iterator<Item = (String, &'a str)> {
        let pairs = self.pairs.into_iter();
        pairs.map(|(key, raw)| (key.into_owned(), raw))
    }

    /// What stands under a key, null too.
    ///
    /// # Errors
    /// When the key is there twice.
    pub fn raw_or_none(&self, key: &str) -> Result<Option<&'a str>, ReadError> {
        let mut found = None;
        for (name, raw) in &self.pairs {
            if name == key && found.replace(*raw).is_some() {
                return Err(ReadError::new(Flaw::Twice, key));
            }
        }
        Ok(found)
    }

    /// What stands under a key, unless it is null.
    ///
    /// # Errors
    /// When the key is there twice.
    pub fn raw_if(&self, key: &str) -> Result<Option<&'a str>, ReadError> {
        let found = self.raw_or_none(key)?;
        Ok(found.filter(|raw| *raw != "null"))
    }

    /// What stands under a key.
    ///
    /// # Errors
    /// When it is missing.
    pub fn raw(&self, key: &str) -> Result<&'a str, ReadError> {
        let found = self.raw_or_none(key)?;
        found.ok_or_else(|| ReadError::new(Flaw::Missing, key))
    }

    /// The unread items of a list; none when it is missing.
    ///
    /// # Errors
    /// When it is not a list.
    pub fn raws_or_none(&self, key: &str) -> Result<Vec<&'a str>, ReadError> {
        match self.raw_or_none(key)? {
            Some(raw) => list(raw).map_err(|e| e.under(key)),
            None => Ok(Vec::new()),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn text(&self, key: &str) -> Result<String, ReadError> {
        self.item(key)
    }

    /// A text; empty when it is missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text_or_empty(&self, key: &str) -> Result<String, ReadError> {
        self.item_or_default(key)
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text_if(&self, key: &str) -> Result<Option<String>, ReadError> {
        self.item_if(key)
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn number(&self, key: &str) -> Result<u64, ReadError> {
        self.item(key)
    }

    /// A whole number that is not negative; 0 when it is missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number_or_zero(&self, key: &str) -> Result<u64, ReadError> {
        self.item_or_default(key)
    }

    /// A number of 32 bits.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn small(&self, key: &str) -> Result<u32, ReadError> {
        self.item(key)
    }

    /// A number of 32 bits; `default` when it is missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn small_or(&self, key: &str, default: u32) -> Result<u32, ReadError> {
        match self.raw_or_none(key)? {
            Some(raw) => u32::read(raw).map_err(|e| e.under(key)),
            None => Ok(default),
        }
    }

    /// True or false.
    ///
    /// # Errors
    /// When it is missing or something else.
    pub fn flag(&self, key: &str) -> Result<bool, ReadError> {
        self.item(key)
    }

    /// True or false; false when it is missing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag_or_false(&self, key: &str) -> Result<bool, ReadError> {
        self.item_or_default(key)
    }

    /// Any value; null when it is missing.
    ///
    /// # Errors
    /// When it is nested too deeply.
    pub fn value_or_null(&self, key: &str) -> Result<Value, ReadError> {
        self.item_or_default(key)
    }

    /// Any value but null.
    ///
    /// # Errors
    /// When it is nested too deeply.
    pub fn value_if(&self, key: &str) -> Result<Option<Value>, ReadError> {
        self.item_if(key)
    }

    /// Something with a shape of its own.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn item<T: Read>(&self, key: &str) -> Result<T, ReadError> {
        T::read(self.raw(key)?).map_err(|e| e.under(key))
    }

    /// Something with a shape of its own; its default when it is missing.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn item_or_default<T: Read + Default>(&self, key: &str) -> Result<T, ReadError> {
        match self.raw_or_none(key)? {
            Some(raw) => T::read(raw).map_err(|e| e.under(key)),
            None => Ok(T::default()),
        }
    }

    /// Something with a shape of its own that may be missing.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn item_if<T: Read>(&self, key: &str) -> Result<Option<T>, ReadError> {
        match self.raw_if(key)? {
            Some(raw) => T::read(raw).map(Some).map_err(|e| e.under(key)),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check<T>(got: Result<T, ReadError>, flaw: Flaw, place: &str) {
        let error = got.err().unwrap();
        assert_eq!(error.flaw, flaw);
        assert!(error.place.starts_with(place), "{error}");
    }

    #[test]
    fn a_key_is_there_missing_null_or_of_another_kind() {
        let text =
            r#"{"a":"x\ny","n":7,"f":true,"z":null,"l":["p","q"],"k\u0065y":"v","":{"a":1}}"#;
        let object = Object::read(text).unwrap();
        assert_eq!(object.text("a").unwrap(), "x\ny");
        assert_eq!(object.text("key").unwrap(), "v");
        assert_eq!(object.text_or_empty("b").unwrap(), "");
        assert_eq!(object.text_if("z").unwrap(), None);
        assert_eq!(object.number("n").unwrap(), 7);
        assert!(object.flag("f").unwrap());
        assert_eq!(object.item::<Vec<String>>("l").unwrap(), ["p", "q"]);
        assert_eq!(object.value_or_null("").unwrap(), json!({"a":1}));
        check(object.text("b"), Flaw::Missing, "b");
        check(object.text_or_empty("z"), Flaw::Other, "z");
        check(object.number_or_zero("z"), Flaw::Other, "z");
        check(object.number("a"), Flaw::Other, "a");
        check(object.text("n"), Flaw::Other, "n");
        check(object.item::<Vec<String>>("a"), Flaw::Other, "a");
    }

    #[test]
    fn numbers_are_whole_and_fit() {
        for (text, is_number) in [
            ("0", true),
            ("18446744073709551615", true),
            ("18446744073709551616", false),
            ("-1", false),
            ("-0", false),
            ("1.0", false),
            ("1e3", false),
            ("\"1\"", false),
        ] {
            let text = format!(r#"{{"n":{text}}}"#);
            let object = Object::read(&text).unwrap();
            assert_eq!(object.number("n").is_ok(), is_number, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_asked_for_stands_there_once() {
        let object = Object::read(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        check(object.number("a"), Flaw::Twice, "a");
        check(object.raw_if("a"), Flaw::Twice, "a");
        assert_eq!(object.number("b").unwrap(), 2);
    }

    #[test]
    fn what_is_no_json_is_told_from_json_of_another_shape() {
        for text in [
            "",
            "{",
            "{\"a\":01}",
            "{\"a\":\"\n\"}",
            "{\"a\":1}x",
            "{\"a\":\"\\x\"}",
        ] {
            check(Object::read(text), Flaw::NotJson, "");
        }
        for text in ["[]", "null", "7", "\"a\""] {
            check(Object::read(text), Flaw::Other, "");
        }
        check(from_bytes::<String>(b"\"\xff\""), Flaw::NotJson, "");
        for text in ["\"", "\"\\", "\"a\"b\"", "\"a\nb\"", "a\"", ""] {
            assert!(String::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_skipped_without_recursion_and_bounded_where_a_tree_is_built() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        let text = format!(r#"{{"deep":{deep},"a":"b"}}"#);
        let object = Object::read(&text).unwrap();
        assert_eq!(object.text("a").unwrap(), "b");
        check(object.value_or_null("deep"), Flaw::NotJson, "deep");
        check(object.text("deep"), Flaw::Other, "deep");
        check(object.item::<Vec<String>>("deep"), Flaw::Other, "deep");
    }
}
