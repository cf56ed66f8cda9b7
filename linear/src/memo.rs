//! The memo of dead ends (Lowe's): which operations were placed, and the value they led to. A
//! search that comes there again need not go on.
//!
//! A dead end is remembered by 128 bits: the exclusive or of a random number for each operation
//! placed, and one for the value (Zobrist hashing). That is 16 bytes, and one operation more or
//! less is one exclusive or. Two different dead ends may have the same 128 bits: among n of them
//! with a probability of n^2 / 2^129 at most, for the 2^23 that are remembered by default about
//! 2^-83. [`Memo::Exact`] remembers them in full.

use std::collections::BTreeSet;

/// The set of operations placed, in 128 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PlacedSet(u128);

impl PlacedSet {
    /// The set with this operation added, or removed if it was in.
    pub fn toggled(self, operation: usize) -> PlacedSet {
        PlacedSet(self.0 ^ random(operation as u64))
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
pub(crate) enum Memo<Value> {
    /// By 128 bits each.
    Hashed(Table),
    /// Each in full: a bit for every operation, and the value.
    Exact(BTreeSet<(Vec<u64>, Value)>),
}

impl<Value: Ord> Memo<Value> {
    pub fn new(exact: bool) -> Memo<Value> {
        if exact { Memo::Exact(BTreeSet::new()) } else { Memo::Hashed(Table::new()) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Memo::Hashed(table) => table.count,
            Memo::Exact(set) => set.len(),
        }
    }
}

/// A hash table (open addressing) of keys that are random already.
pub(crate) struct Table {
    /// Zero marks an empty slot; the length is a power of two.
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

/// The number, or 1 in place of the zero that marks an empty slot.
fn nonzero(key: u128) -> u128 {
    key.max(1)
}

impl PlacedSet {
    /// The key of the dead end of this set at a value with this fingerprint.
    pub fn at_value(self, fingerprint: u128) -> u128 {
        self.0 ^ fingerprint
    }
}

#[cfg(test)]
mod tests;
