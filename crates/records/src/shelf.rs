//! Values by name, in the order of names: for what grows with the notebook.
//!
//! The values lie in the order in which they came, and never leave; one tree, the only one in the wasm, finds them.

use core::fmt;
use std::collections::BTreeMap;

use crate::id::Name;

/// Places by a number and a name; where no number is needed it is 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index(BTreeMap<(u64, [u8; 16]), usize>);

impl Index {
    pub(crate) fn get(&self, number: u64, name: &[u8; 16]) -> Option<usize> {
        self.0.get(&(number, *name)).copied()
    }

    pub(crate) fn insert(&mut self, number: u64, name: &[u8; 16], place: usize) {
        self.0.insert((number, *name), place);
    }

    pub(crate) fn remove(&mut self, number: u64, name: &[u8; 16]) {
        self.0.remove(&(number, *name));
    }

    /// By number, then by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8; 16], usize)> {
        self.0.iter().map(|((_, name), place)| (name, *place))
    }
}

/// A map from names that only grows.
#[derive(Clone)]
pub struct Shelf<K, V> {
    index: Index,
    rows: Vec<(K, V)>,
}

impl<K: Name, V> Shelf<K, V> {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The place of a value, which never changes.
    pub(crate) fn place(&self, name: &K) -> Option<usize> {
        self.index.get(0, name.bytes())
    }

    /// What stands at a place.
    pub(crate) fn at(&self, place: usize) -> Option<(&K, &V)> {
        self.rows.get(place).map(|(name, value)| (name, value))
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &K) -> Option<&V> {
        let (_, value) = self.rows.get(self.place(name)?)?;
        Some(value)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &K) -> Option<&mut V> {
        let place = self.place(name)?;
        let (_, value) = self.rows.get_mut(place)?;
        Some(value)
    }

    /// Puts a value there, in the place of the one that was there. A new one stands at the place `len`.
    pub fn insert(&mut self, name: K, value: V) {
        if let Some(old) = self.get_mut(&name) {
            *old = value;
            return;
        }
        self.index.insert(0, name.bytes(), self.rows.len());
        self.rows.push((name, value));
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.index.iter().filter_map(|(_, place)| self.at(place))
    }

    /// Names, rising.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(name, _)| name)
    }

    /// Values, by name.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self {
            index: Index::default(),
            rows: Vec::new(),
        }
    }
}

/// The order in which values came makes no difference.
impl<K: Name, V: PartialEq> PartialEq for Shelf<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Name, V: fmt::Debug> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RecordId;

    #[test]
    fn values_come_by_name_whenever_they_came() {
        let name = |n: u8| RecordId::derived([n; 16]);
        let fill = |names: &[u8]| {
            let mut shelf = Shelf::default();
            for n in names {
                shelf.insert(name(*n), *n);
            }
            shelf
        };
        let (a, b) = (fill(&[3, 1, 2]), fill(&[2, 3, 2, 1]));
        assert_eq!(a, b);
        assert!(b.values().eq(&[1, 2, 3]));
        assert_eq!(
            (b.len(), b.get(&name(9)), b.get(&name(2))),
            (3, None, Some(&2))
        );
        assert_ne!(a, fill(&[1, 2]));
    }
}
