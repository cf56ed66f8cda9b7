//! The texts that are appended to a key, interned: equal texts have the same number.

use crate::trie::{Position, Trie};

/// Distinct texts, numbered.
pub(crate) struct InternedTexts {
    trie: Trie,
    /// The position of each one, sorted: its index here is its number.
    ends: Vec<Position>,
}

impl InternedTexts {
    /// Numbers the texts; and returns the position of each, for [`InternedTexts::number`].
    pub fn new<'a>(texts: impl Iterator<Item = &'a [u8]>) -> (InternedTexts, Vec<Position>) {
        let mut trie = Trie::new();
        let each: Vec<Position> = texts.map(|text| trie.insert(text)).collect();
        let mut ends = each.clone();
        ends.sort_unstable();
        ends.dedup();
        (InternedTexts { trie, ends }, each)
    }

    pub fn count(&self) -> usize {
        self.ends.len()
    }

    pub fn trie(&self) -> &Trie {
        &self.trie
    }

    /// The number of the text at `position`, which is one of them.
    pub fn number(&self, position: Position) -> u32 {
        self.ends.partition_point(|&end| end < position) as u32
    }

    /// The texts that end within `length` bytes after `from`, and how many bytes after it.
    pub fn ending_in(&self, from: Position, length: u32) -> impl Iterator<Item = (u32, u32)> {
        let last = Position { length: from.length + length, ..from };
        let start = self.ends.partition_point(|&end| end <= from);
        let end = start + self.ends[start..].partition_point(|&end| end <= last);
        (start..end).map(move |number| (number as u32, self.ends[number].length - from.length))
    }
}
