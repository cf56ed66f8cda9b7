//! A set of small numbers that finds its first, last and next member in a few word operations,
//! however many members it has (a hierarchical bitmap): a bit for each number, above that a bit for
//! each word that is not zero, and so on up to a single word.

const BITS: usize = u64::BITS as usize;

/// A set of numbers below a bound.
pub(crate) struct IndexSet {
    /// The lowest level has a bit for each number, each further one a bit for each word below it.
    levels: Vec<Vec<u64>>,
}

impl IndexSet {
    /// The empty set of numbers below `bound`.
    pub fn new(bound: usize) -> IndexSet {
        let mut levels = Vec::new();
        let mut count = bound;
        loop {
            count = count.div_ceil(BITS).max(1);
            levels.push(vec![0; count]);
            if count == 1 {
                return IndexSet { levels };
            }
        }
    }

    pub fn insert(&mut self, mut number: usize) {
        for level in &mut self.levels {
            level[number / BITS] |= 1 << (number % BITS);
            number /= BITS;
        }
    }

    pub fn remove(&mut self, mut number: usize) {
        for level in &mut self.levels {
            let word = &mut level[number / BITS];
            *word &= !(1 << (number % BITS));
            if *word != 0 {
                return;
            }
            number /= BITS;
        }
    }

    pub fn contains(&self, number: usize) -> bool {
        self.levels[0][number / BITS] & (1 << (number % BITS)) != 0
    }

    pub fn is_empty(&self) -> bool {
        self.top()[0] == 0
    }

    pub fn first(&self) -> Option<usize> {
        self.next_from(0)
    }

    pub fn last(&self) -> Option<usize> {
        (!self.is_empty()).then(|| {
            self.levels.iter().rev().fold(0, |word, level| {
                word * BITS + (BITS - 1 - level[word].leading_zeros() as usize)
            })
        })
    }

    /// The smallest member that is at least `number`.
    pub fn next_from(&self, number: usize) -> Option<usize> {
        let mut from = number;
        for (height, level) in self.levels.iter().enumerate() {
            let word = level.get(from / BITS)? & (u64::MAX << (from % BITS));
            if word != 0 {
                let found = from / BITS * BITS + word.trailing_zeros() as usize;
                return Some(self.descend(height, found));
            }
            from = from / BITS + 1;
        }
        None
    }

    /// Whether a number in `from..to` is a member.
    pub fn has_between(&self, from: usize, to: usize) -> bool {
        self.next_from(from).is_some_and(|found| found < to)
    }

    /// Whether every member is in `from..to`.
    pub fn is_between(&self, from: usize, to: usize) -> bool {
        self.first().is_none_or(|first| first >= from) && self.last().is_none_or(|last| last < to)
    }

    /// The smallest member under the bit `index` of the level at `height`.
    fn descend(&self, height: usize, index: usize) -> usize {
        self.levels[..height]
            .iter()
            .rev()
            .fold(index, |word, level| word * BITS + level[word].trailing_zeros() as usize)
    }

    fn top(&self) -> &[u64] {
        self.levels.last().expect("there is at least one level")
    }
}

#[cfg(test)]
mod tests;
