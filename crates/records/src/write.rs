//! How every shape is written as JSON: each type puts its keys, in their order, into one text.
//!
//! The counterpart of [`crate::json`], for the same reason: a derived writer for each type was 27 KB of the wasm.
//! The derived `Serialize` of these types is what the tests compare with; the app never calls it.

use serde_json::{Map, Value};

use crate::json::Raw;

/// A type that has one shape in JSON.
pub trait Write {
    /// Writes one whole value; of what is a key somewhere, a text.
    fn write(&self, out: &mut Out);
}

/// The text of a value, without white space between its parts.
#[must_use]
pub fn to_json(value: &dyn Write) -> String {
    let mut out = Out(String::new());
    value.write(&mut out);
    out.0
}

/// JSON while it is being written.
#[derive(Debug)]
pub struct Out(String);

impl Out {
    /// What is JSON already, in its own bytes.
    pub fn raw(&mut self, json: &str) {
        self.0.push_str(json);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            self.letter(c);
        }
        self.0.push('"');
    }

    fn letter(&mut self, c: char) {
        let escaped = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\0'..='\u{1f}' => {
                self.0.push_str("\\u00");
                self.0.push(if c < '\u{10}' { '0' } else { '1' });
                self.0.extend(char::from_digit(u32::from(c) % 16, 16));
                return;
            }
            _ => return self.0.push(c),
        };
        self.0.push_str(escaped);
    }

    /// A whole number that is not negative.
    pub fn number(&mut self, number: u64) {
        self.0.push_str(&number.to_string());
    }

    /// An object, whose parts `fill` writes with [`Self::item`], [`Self::item_if`] and [`Self::pair`].
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.0.push('{');
        fill(self);
        self.0.push('}');
    }

    /// A list, whose parts `fill` writes with [`Self::next`].
    pub fn list(&mut self, fill: impl FnOnce(&mut Self)) {
        self.0.push('[');
        fill(self);
        self.0.push(']');
    }

    /// The next part of a list.
    pub fn next(&mut self, value: &dyn Write) {
        self.comma();
        value.write(self);
    }

    /// What stands under a key.
    pub fn item(&mut self, key: &str, value: &dyn Write) {
        self.pair(&key, value);
    }

    /// What stands under a key, which is left out when there is nothing.
    pub fn item_if<T: Write>(&mut self, key: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.item(key, value);
        }
    }

    /// What stands under a key that is a text in JSON.
    pub fn pair(&mut self, key: &dyn Write, value: &dyn Write) {
        self.next(key);
        self.0.push(':');
        value.write(self);
    }

    /// No value ends with an opening bracket: after one, something is the first.
    fn comma(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }
}

impl<T: Write + ?Sized> Write for &T {
    fn write(&self, out: &mut Out) {
        (**self).write(out);
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, out: &mut Out) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }
}

impl<T: Write> Write for [T] {
    fn write(&self, out: &mut Out) {
        out.list(|out| {
            for item in self {
                out.next(item);
            }
        });
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, out: &mut Out) {
        self.as_slice().write(out);
    }
}

/// A list of two.
impl<A: Write, B: Write> Write for (A, B) {
    fn write(&self, out: &mut Out) {
        out.list(|out| {
            out.next(&self.0);
            out.next(&self.1);
        });
    }
}

impl Write for str {
    fn write(&self, out: &mut Out) {
        out.text(self);
    }
}

impl Write for String {
    fn write(&self, out: &mut Out) {
        out.text(self);
    }
}

impl Write for bool {
    fn write(&self, out: &mut Out) {
        out.raw(if *self { "true" } else { "false" });
    }
}

impl Write for u64 {
    fn write(&self, out: &mut Out) {
        out.number(*self);
    }
}

impl Write for u32 {
    fn write(&self, out: &mut Out) {
        out.number(u64::from(*self));
    }
}

impl Write for u16 {
    fn write(&self, out: &mut Out) {
        out.number(u64::from(*self));
    }
}

impl Write for usize {
    fn write(&self, out: &mut Out) {
        out.raw(&self.to_string());
    }
}

impl Write for Raw {
    fn write(&self, out: &mut Out) {
        out.raw(self.get());
    }
}

impl Write for Map<String, Value> {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            for (key, value) in self {
                out.pair(key, value);
            }
        });
    }
}

impl Write for Value {
    fn write(&self, out: &mut Out) {
        match self {
            Self::Null => out.raw("null"),
            Self::Bool(flag) => flag.write(out),
            Self::Number(number) => out.raw(&number.to_string()),
            Self::String(text) => out.text(text),
            Self::Array(items) => items.write(out),
            Self::Object(map) => map.write(out),
        }
    }
}
