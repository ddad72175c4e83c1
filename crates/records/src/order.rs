//! Sorting in one small piece of code.
//!
//! The standard library's sorts are fast and large, and each type sorted brings its own copy: 97 KB of the wasm.
//! Nothing here sorts more than some ten thousand rows.

use core::cmp::Ordering;

/// What can be sorted: the items are known by their places only, so that all types share the code.
trait Heap {
    fn before(&mut self, a: usize, b: usize) -> bool;
    fn swap(&mut self, a: usize, b: usize);
}

/// Compares as people count: runs of digits as numbers, `II.9` before `II.10`.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let mut rests = (a, b);
    loop {
        let ((x, a), (y, b)) = (piece(rests.0), piece(rests.1));
        let number = |text: &str| text.parse::<u64>().ok();
        let order = match number(x).zip(number(y)) {
            Some((x, y)) => x.cmp(&y),
            None => x.cmp(y),
        };
        if order.is_ne() || (a.is_empty() && b.is_empty()) {
            return order;
        }
        rests = (a, b);
    }
}

/// The first run of digits or of what is none, and the rest.
fn piece(text: &str) -> (&str, &str) {
    let is_digit = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != is_digit);
    text.split_at(end.unwrap_or(text.len()))
}

struct Items<'a, T> {
    items: &'a mut [T],
    before: &'a mut dyn FnMut(&T, &T) -> bool,
}

impl<T> Heap for Items<'_, T> {
    fn before(&mut self, a: usize, b: usize) -> bool {
        match (self.items.get(a), self.items.get(b)) {
            (Some(a), Some(b)) => (self.before)(a, b),
            _ => false,
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.items.swap(a, b);
    }
}

/// Sorts by heap: `before(a, b)` says whether `a` comes first. Not stable: ties must be broken by the caller.
pub fn sort<T>(items: &mut [T], before: &mut dyn FnMut(&T, &T) -> bool) {
    let count = items.len();
    sort_heap(count, &mut Items { items, before });
}

/// The places of `count` items in the order of `before`, which has no ties.
pub(crate) fn places(count: usize, before: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    sort(&mut places, &mut |a, b| before(*a, *b));
    places
}

fn sort_heap(count: usize, heap: &mut dyn Heap) {
    // What is written in order is read in order: most of what comes here is sorted.
    if (1..count).all(|at| !heap.before(at, at - 1)) {
        return;
    }
    for root in (0..count / 2).rev() {
        sink(root, count, heap);
    }
    for end in (1..count).rev() {
        heap.swap(0, end);
        sink(0, end, heap);
    }
}

/// Lets an item sink until nothing below it comes later.
fn sink(mut root: usize, end: usize, heap: &mut dyn Heap) {
    loop {
        let mut last = root;
        for child in [2 * root + 1, 2 * root + 2] {
            if child < end && heap.before(last, child) {
                last = child;
            }
        }
        if last == root {
            return;
        }
        heap.swap(root, last);
        root = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_count_as_numbers() {
        let in_order = ["", "2", "10", "II.2", "II.2.1", "II.10", "III"];
        for (at, a) in in_order.iter().enumerate() {
            for (other, b) in in_order.iter().enumerate() {
                assert_eq!(natural(a, b), at.cmp(&other), "{a} {b}");
            }
        }
    }

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
