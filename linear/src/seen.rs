//! The dead ends that a search remembers: which operations were placed, and in which state that
//! left the model. Who comes there again need not look further.
//!
//! A dead end is remembered by 128 bits: the exclusive or of a random number for each operation
//! placed, and one for the state. That is 16 bytes, and one operation more or less is one
//! exclusive or. Two different ones may have the same 128 bits: among n dead ends with a
//! probability of n^2 / 2^129 at most, for the 2^23 that are remembered by default about 2^-83.
//! `Exact` remembers them in full.

use std::collections::BTreeSet;

/// The set of operations placed, in 128 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Placed(u128);

impl Placed {
    /// The set with this operation put in if it was not, taken out if it was.
    pub fn toggled(self, operation: usize) -> Placed {
        Placed(self.0 ^ random(operation as u64))
    }
}

/// A number that looks random and is always the same.
pub(crate) fn random(number: u64) -> u128 {
    let high = scrambled(number.wrapping_mul(2).wrapping_add(1));
    let low = scrambled(!high ^ number);
    (u128::from(high) << 64) | u128::from(low)
}

/// A permutation of the 64-bit numbers in which every bit of the outcome depends on every bit.
fn scrambled(number: u64) -> u64 {
    let number = number.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let number = (number ^ (number >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let number = (number ^ (number >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    number ^ (number >> 32)
}

/// The dead ends of one search.
pub(crate) enum Seen<State> {
    /// By 128 bits each.
    Hashed(Table),
    /// Each in full: a bit for every operation, and the state.
    Exact(BTreeSet<(Vec<u64>, State)>),
}

impl<State: Ord> Seen<State> {
    pub fn new(exact: bool) -> Seen<State> {
        if exact { Seen::Exact(BTreeSet::new()) } else { Seen::Hashed(Table::new()) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Seen::Hashed(table) => table.count,
            Seen::Exact(set) => set.len(),
        }
    }
}

/// An open-addressing table of numbers that are random already.
pub(crate) struct Table {
    /// Zero is nobody; as many as a power of two.
    slots: Vec<u128>,
    count: usize,
}

impl Table {
    const FIRST_SLOTS: usize = 64;

    fn new() -> Table {
        Table { slots: Vec::new(), count: 0 }
    }

    pub fn contains(&self, key: u128) -> bool {
        !self.slots.is_empty() && self.slots[self.slot_of(key)] != 0
    }

    pub fn insert(&mut self, key: u128) {
        // At most three quarters full, so that a search for a free slot is short.
        if (self.count + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.slot_of(key);
        self.count += usize::from(self.slots[slot] == 0);
        self.slots[slot] = nonzero(key);
    }

    /// Where the key is, or where it would go.
    fn slot_of(&self, key: u128) -> usize {
        let (key, mask) = (nonzero(key), self.slots.len() - 1);
        let mut slot = key as usize & mask;
        while self.slots[slot] != 0 && self.slots[slot] != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(Self::FIRST_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        for key in old.into_iter().filter(|&key| key != 0) {
            let slot = self.slot_of(key);
            self.slots[slot] = key;
        }
    }
}

/// The same number, but for the one that marks an empty slot.
fn nonzero(key: u128) -> u128 {
    key.max(1)
}

impl Placed {
    /// The dead end of this set in a state with this fingerprint.
    pub fn in_state(self, fingerprint: u128) -> u128 {
        self.0 ^ fingerprint
    }
}

#[cfg(test)]
mod tests;
