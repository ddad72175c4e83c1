//! Small maps and sets: rows in the order of their keys, in one piece of memory.
//!
//! Each instance of the library's trees is 5 to 8 KB of the wasm. These are for what a person types and for what
//! waits; putting a row in moves the rows behind it, so what grows with the notebook lies in a [`crate::shelf`].

use core::{borrow::Borrow, cmp::Ordering, ops::Index};

use serde::{Serialize, Serializer};

use crate::{
    json::{Key, Object, Read, ReadError},
    order,
    write::{Out, Write},
};

/// Where something is among `count` rows that rise, or where it belongs. `compare` says how a row stands to it.
pub(crate) fn place(
    count: usize,
    compare: &mut dyn FnMut(usize) -> Ordering,
) -> Result<usize, usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        match compare(middle) {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => high = middle,
        }
    }
    Err(low)
}

/// A map of few rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<K, V> {
    rows: Vec<(K, V)>,
}

/// The rows of a table, in the order of their keys.
pub type Rows<'a, K, V> =
    core::iter::Map<core::slice::Iter<'a, (K, V)>, fn(&'a (K, V)) -> (&'a K, &'a V)>;

fn parts<K, V>((key, value): &(K, V)) -> (&K, &V) {
    (key, value)
}

impl<K, V> Table<K, V> {
    /// No rows.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows.
    pub fn iter(&self) -> Rows<'_, K, V> {
        self.rows.iter().map(parts)
    }

    /// All keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.rows.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.iter().map(|(_, value)| value)
    }

    /// All values, moved out.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.rows.into_iter().map(|(_, value)| value)
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// Drops the rows that are not wanted.
    pub fn retain(&mut self, wanted: &mut dyn FnMut(&K, &V) -> bool) {
        self.rows.retain(|(key, value)| wanted(key, value));
    }
}

impl<K: Ord, V> Table<K, V> {
    /// Rows in any order; of two with one key the later stays.
    fn of(rows: Vec<(K, V)>) -> Self {
        let key = |at: usize| rows.get(at).map(|(key, _)| key);
        let is_rising = (1..rows.len()).all(|at| key(at - 1) < key(at));
        if is_rising {
            return Self { rows };
        }
        let order = order::places(rows.len(), &mut |a, b| (key(a), a) < (key(b), b));
        let mut rows: Vec<Option<(K, V)>> = rows.into_iter().map(Some).collect();
        let mut sorted: Vec<(K, V)> = Vec::with_capacity(rows.len());
        for at in order {
            match (sorted.last_mut(), rows.get_mut(at).and_then(Option::take)) {
                (Some(last), Some(row)) if last.0 == row.0 => *last = row,
                (_, row) => sorted.extend(row),
            }
        }
        Self { rows: sorted }
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        place(self.rows.len(), &mut |at| {
            let row = self.rows.get(at);
            row.map_or(Ordering::Greater, |(other, _)| other.borrow().cmp(key))
        })
    }

    /// The value under a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?; // or it is not there
        self.rows.get(at).map(|(_, value)| value)
    }

    /// The value under a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?; // or it is not there
        self.rows.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is a row with this key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// The rows from a key on.
    pub fn rows_from<Q: Ord + ?Sized>(&self, key: &Q) -> Rows<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (Ok(at) | Err(at)) = self.place(key);
        self.rows.get(at..).unwrap_or_default().iter().map(parts)
    }

    /// Puts a value under a key; returns the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => {
                let (_, old) = self.rows.get_mut(at)?;
                Some(core::mem::replace(old, value))
            }
            Err(at) => {
                self.rows.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes a row out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?; // or it is not there
        Some(self.rows.remove(at).1)
    }

    /// The value under a key; `value` is put there first when there is none.
    pub fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        match self.place(&key) {
            #[expect(clippy::indexing_slicing, reason = "found there just now")]
            Ok(at) => &mut self.rows[at].1,
            Err(at) => &mut self.rows.insert_mut(at, (key, value)).1,
        }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> Self {
        let mut all = Vec::new();
        for row in rows {
            all.push(row);
        }
        Self::of(all)
    }
}

impl<K: Ord, V> Extend<(K, V)> for Table<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, rows: I) {
        for (key, value) in rows {
            self.insert(key, value);
        }
    }
}

impl<K, V> IntoIterator for Table<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Table<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Rows<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for Table<K, V> {
    type Output = V;

    #[expect(
        clippy::expect_used,
        reason = "as of the library's maps, for tests; product code asks with `get`"
    )]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is there")
    }
}

impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self)
    }
}

impl<K: Write, V: Write> Write for Table<K, V> {
    fn write(&self, out: &mut Out) {
        out.object(|out| {
            for (key, value) in self {
                out.pair(key, value);
            }
        });
    }
}

impl<K: Key, V: Read> Read for Table<K, V> {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let mut rows = Vec::new();
        for (key, value) in Object::read(raw)?.into_pairs() {
            rows.push((K::from_key(key)?, V::read(value)?));
        }
        Ok(Self::of(rows))
    }
}

/// A set of few items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T>(Table<T, ()>);

impl<T> Set<T> {
    /// No items.
    #[must_use]
    pub const fn new() -> Self {
        Self(Table::new())
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All items, rising.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.keys()
    }
}

impl<T: Ord> Set<T> {
    /// Whether an item is there.
    #[must_use]
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(item)
    }

    /// Where an item is among the others.
    pub(crate) fn place(&self, item: &T) -> Option<usize> {
        self.0.place(item).ok() // or it is not there
    }

    /// Puts an item in; whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        self.0.insert(item, ()).is_none()
    }

    /// Takes an item out; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(item).is_some()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().map(|item| (item, ())).collect())
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Serialize> Serialize for Set<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<T: Write> Write for Set<T> {
    fn write(&self, out: &mut Out) {
        out.list(|out| {
            for item in self.iter() {
                out.next(item);
            }
        });
    }
}

impl<T: Read + Ord> Read for Set<T> {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Ok(Vec::read(raw)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Pairs in no order, some keys twice.
    fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..count).map(|n| (n * 7_919 % 31, n))
    }

    #[test]
    fn a_table_is_what_a_map_of_the_library_is() {
        for count in 0..60 {
            let map: BTreeMap<usize, usize> = pairs(count).collect();
            let all: Table<usize, usize> = pairs(count).collect();
            assert!(all.iter().eq(&map), "{count}");
            let mut table = Table::new();
            table.extend(pairs(count));
            assert_eq!(table, all);
            for key in 0..32 {
                assert_eq!(table.get(&key), map.get(&key));
                assert!(table.rows_from(&key).eq(map.range(key..)));
                let (mut table, mut map) = (table.clone(), map.clone());
                *table.get_or_insert(key, 0) += 1;
                *map.entry(key).or_insert(0) += 1;
                assert!(table.iter().eq(&map));
                assert_eq!(table.insert(key, 7), map.insert(key, 7));
                assert_eq!(table.remove(&key), map.remove(&key));
                table.retain(&mut |key, _| key % 2 == 0);
                map.retain(|key, _| key % 2 == 0);
                assert!(table.into_iter().eq(map));
            }
        }
    }

    #[test]
    fn a_set_is_what_a_set_of_the_library_is() {
        let all = || pairs(60).map(|(key, _)| key);
        let (set, known): (Set<usize>, BTreeSet<usize>) = (all().collect(), all().collect());
        assert!(set.iter().eq(&known));
        assert_eq!(set.place(&5), Some(5));
        let mut set = set;
        assert!(set.remove(&3) && !set.remove(&3) && !set.contains(&3));
        assert!(set.insert(3) && !set.insert(3) && set.len() == known.len());
    }

    #[test]
    fn ten_thousand_rows_in_the_worst_order_are_sorted_once() {
        let table: Table<usize, usize> = (0..10_000).map(|n| (10_000 - n, n)).collect();
        assert!(table.keys().copied().eq(1..=10_000));
        assert_eq!(
            serde_json::to_string(&pairs(2).collect::<Table<_, _>>()).unwrap(),
            r#"{"0":0,"14":1}"#
        );
    }
}
