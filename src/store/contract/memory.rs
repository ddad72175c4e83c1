//! What IndexedDB should do, in memory: a burst happens whole or not at all, numbers rise and are never given twice.

use std::collections::BTreeMap;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::{Op, StoreError, bytes_of};

/// Numbers before names, as IndexedDB orders its keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u64),
    Name(String),
}

impl Key {
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

fn key(value: &JsValue) -> Key {
    match value.as_string() {
        Some(name) => Key::Name(name),
        None => Key::Number(whole(value.as_f64().unwrap_or_default())),
    }
}

fn whole(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row's number: whole, and small"
    )]
    let whole = number as u64;
    whole
}

/// A generator whose numbers anybody can repeat (SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

type Rows = BTreeMap<Key, Vec<u8>>;

#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    stores: BTreeMap<&'static str, Rows>,
    /// The last number that the log gave.
    last: u64,
    pub(super) refused: usize,
}

impl Memory {
    pub(super) fn run(&mut self, ops: &[Op]) -> Result<Vec<String>, StoreError> {
        let mut next = self.clone();
        let answers = ops
            .iter()
            .map(|op| next.step(op))
            .collect::<Option<Vec<_>>>();
        match answers {
            Some(answers) => {
                *self = next;
                Ok(answers)
            }
            None => {
                self.refused += 1;
                Err(StoreError::Moved)
            }
        }
    }

    /// What a request answers; nothing when the burst ends there.
    fn step(&mut self, op: &Op) -> Option<String> {
        let nothing = || "nothing".to_owned();
        let row = |row: &Vec<u8>| format!("{row:?}");
        let list = |all: Vec<String>| format!("[{}]", all.join(" "));
        let after = |last: f64| Key::Number(whole(last) + 1)..;
        Some(match op {
            Op::Get(name, at) => self.rows(name).get(&key(at)).map_or_else(nothing, row),
            Op::Expect(name, at, expected) => {
                let found = self.rows(name).get(&key(at));
                if found != expected.as_ref() {
                    return None;
                }
                found.map_or_else(nothing, row)
            }
            Op::Keys(name) => list(self.rows(name).keys().map(Key::shown).collect()),
            Op::Rows(name) => list(self.rows(name).values().map(row).collect()),
            Op::KeysAfter(name, last) => {
                let rows = self.rows(name).range(after(*last));
                list(rows.map(|(key, _)| key.shown()).collect())
            }
            Op::RowsAfter(name, last) => {
                let rows = self.rows(name).range(after(*last));
                list(rows.map(|(_, bytes)| row(bytes)).collect())
            }
            Op::Put(name, at, bytes) => {
                let key = at.as_ref().map(key).unwrap_or_else(|| {
                    self.last += 1;
                    Key::Number(self.last)
                });
                let shown = key.shown();
                self.rows(name)
                    .insert(key, bytes_of(bytes).unwrap_or_default());
                shown
            }
            Op::Delete(name, at) => {
                self.rows(name).remove(&key(at));
                nothing()
            }
            Op::Clear(name) => {
                self.rows(name).clear();
                nothing()
            }
        })
    }

    fn rows(&mut self, name: &'static str) -> &mut Rows {
        self.stores.entry(name).or_default()
    }

    /// A burst like those of the app, whose expectations mostly hold.
    pub(super) fn any_burst(&mut self, dice: &mut Dice) -> Vec<Op> {
        let count = 1 + dice.below(5);
        (0..count).map(|_| self.any_op(dice)).collect()
    }

    fn any_op(&mut self, dice: &mut Dice) -> Op {
        let (place, at): (&'static str, JsValue) = match dice.below(3) {
            0 => (
                "log",
                (1 + dice.below(self.last + 2))
                    .to_string()
                    .parse::<f64>()
                    .unwrap_or(1.0)
                    .into(),
            ),
            1 => (
                "meta",
                (if dice.below(2) == 1 {
                    "sync"
                } else {
                    "counter"
                })
                .into(),
            ),
            _ => ("drafts", format!("draft {}", dice.below(4)).into()),
        };
        let length = usize::try_from(dice.below(30)).unwrap_or(0);
        let byte = u8::try_from(dice.below(256)).unwrap_or(0);
        let bytes = Uint8Array::from(&vec![byte; length][..]).into();
        match dice.below(16) {
            0..=2 => Op::Get(place, at),
            3..=5 => {
                let seen = self.rows(place).get(&key(&at)).cloned();
                let other = (dice.below(6) == 0).then(|| vec![byte]);
                Op::Expect(place, at, other.or(seen))
            }
            6 => Op::Keys(place),
            7 => Op::Rows(place),
            8 => Op::KeysAfter("log", 3.0),
            9 => Op::RowsAfter("log", 5.0),
            10 | 11 => Op::Delete(place, at),
            12 if dice.below(8) == 0 => Op::Clear(place),
            _ if place == "log" => Op::Put(place, None, bytes),
            _ => Op::Put(place, Some(at), bytes),
        }
    }
}
