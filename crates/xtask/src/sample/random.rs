//! Chance that repeats itself: a xorshift for each part of the sample, so that a longer part does not move the others.

use records::date::Day;

#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The chance of one part of the sample: the same seed and part give the same run.
    pub(crate) fn new(seed: u64, part: &str) -> Self {
        let mix = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let start = seed.to_le_bytes().into_iter().chain(part.bytes());
        let state = start.fold(0xcbf2_9ce4_8422_2325, mix);
        let mut random = Self(state | 1); // zero would stay zero
        for _ in 0..8 {
            random.next(); // neighbouring seeds begin alike
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to but not `end`; 0 when there is nothing below `end`.
    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end.max(1)
    }

    /// From `from` to `to`, both possible.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let count = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(count)).unwrap_or_default()
    }

    pub(crate) fn day_between(&mut self, from: Day, to: Day) -> Day {
        self.between(from, to.max(from))
    }

    /// Whether something happens that happens so many times of a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the index is below the length, and the lists of the sample are not empty"
    )]
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let at = usize::try_from(self.below(items.len() as u64)).unwrap_or_default();
        items[at]
    }

    /// What names of records, changes and entries are made of.
    pub(crate) fn bytes(&mut self) -> [u8; 10] {
        let [a, b] = [self.next().to_le_bytes(), self.next().to_le_bytes()];
        let mut bytes = [0; 10];
        for (to, from) in bytes.iter_mut().zip(a.into_iter().chain(b)) {
            *to = from;
        }
        bytes
    }
}
