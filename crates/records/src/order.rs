//! Sorting and collecting in one small piece of code each.
//!
//! The standard library's sorts are fast and large, and each type sorted brings its own copy: 97 KB of the wasm.
//! Nothing here sorts more than some ten thousand rows.

use std::collections::{BTreeMap, BTreeSet};

/// Sorts by heap: `before(a, b)` says whether `a` comes first. Not stable: ties must be broken by the caller.
pub fn sort<T>(items: &mut [T], before: &mut dyn FnMut(&T, &T) -> bool) {
    let count = items.len();
    for root in (0..count / 2).rev() {
        sink(items, root, count, before);
    }
    for end in (1..count).rev() {
        items.swap(0, end);
        sink(items, 0, end, before);
    }
}

/// Lets an item sink until nothing below it comes later.
fn sink<T>(items: &mut [T], mut root: usize, end: usize, before: &mut dyn FnMut(&T, &T) -> bool) {
    loop {
        let mut last = root;
        for child in [2 * root + 1, 2 * root + 2] {
            if let (true, Some(a), Some(b)) = (child < end, items.get(last), items.get(child))
                && before(a, b)
            {
                last = child;
            }
        }
        if last == root {
            return;
        }
        items.swap(root, last);
        root = last;
    }
}

/// A map of pairs; of two with one key the later stays.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.insert(key, value);
    }
    map
}

/// A set of items.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_becomes_the_order() {
        for count in 0..60_u32 {
            let mut items: Vec<u32> = (0..count).map(|n| n * 7_919 % 61).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort(&mut items, &mut |a, b| a < b);
            assert_eq!(items, expected);
        }
    }
}
