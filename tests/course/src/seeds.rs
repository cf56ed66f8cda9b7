//! A range of seeds, written `500..1500`, or `1000` for the first thousand.

use std::fmt;
use std::str::FromStr;

/// Seeds one after the other; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    first: u64,
    /// Held instead of the end, which lies beyond a u64 if the last seed is the greatest.
    last: u64,
}

impl Seeds {
    /// One seed alone.
    pub fn one(seed: u64) -> Seeds {
        Seeds { first: seed, last: seed }
    }

    /// The first of them.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The last of them.
    pub fn last(self) -> u64 {
        self.last
    }

    /// How many there are; `None` if more than a `u32` can count.
    pub fn count(self) -> Option<u32> {
        (self.last - self.first).checked_add(1)?.try_into().ok()
    }

    /// `count` seeds after the first `skipped`. Panics if these are not among them.
    pub fn part(self, skipped: u32, count: u32) -> Seeds {
        assert!(count > 0, "a range of seeds is not empty");
        let first = self.first + u64::from(skipped);
        let last = first + u64::from(count - 1);
        assert!(last <= self.last, "{first} to {last} is not within {self}");
        Seeds { first, last }
    }

    /// Those up to and including `seed`, which is one of them.
    pub fn up_to(self, seed: u64) -> Seeds {
        Seeds { last: seed, ..self }
    }

    /// Those after `seed`, if any.
    pub fn after(self, seed: u64) -> Option<Seeds> {
        (seed < self.last).then(|| Seeds { first: seed + 1, ..self })
    }

    /// Whether `seed` is one of them.
    pub fn contains(self, seed: u64) -> bool {
        (self.first..=self.last).contains(&seed)
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = u64> {
        self.first..=self.last
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}..{}", self.first, u128::from(self.last) + 1)
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Seeds, String> {
        let (first, end) = text.split_once("..").unwrap_or(("0", text));
        read(first, end).ok_or_else(|| {
            format!("{text:?} names no seeds: 1000 is the first thousand, 500..1500 is a range")
        })
    }
}

fn read(first: &str, end: &str) -> Option<Seeds> {
    let (first, end): (u64, u128) = (first.trim().parse().ok()?, end.trim().parse().ok()?);
    let last = u64::try_from(end.checked_sub(1)?).ok()?;
    (first <= last).then_some(Seeds { first, last })
}

#[cfg(test)]
mod tests;
