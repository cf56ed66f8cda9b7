//! The three numbers of the paper, each a type of its own so that they cannot be mixed:
//! a [`Term`] (5.1), an [`Index`] into the log (5.3) and a [`ServerId`].

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A span of the cluster's logical time with at most one leader (5.1). Servers start in term 0,
/// in which nobody leads.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Term(pub u64);

/// A position in the log (5.3). The first command is at 1; 0 is the head entry, which every log
/// has from the beginning.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Index(pub u64);

/// One server of the cluster: its place in the list of peers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServerId(pub usize);

impl Term {
    /// The term a candidate begins.
    pub fn next(self) -> Term {
        Term(self.0 + 1)
    }
}

impl ServerId {
    /// The others of a cluster of so many servers.
    pub(crate) fn others(self, servers: usize) -> impl Iterator<Item = ServerId> {
        (0..servers).map(ServerId).filter(move |&server| server != self)
    }
}

impl Index {
    /// The position after this one.
    pub fn next(self) -> Index {
        Index(self.0 + 1)
    }

    /// The position before this one; the head entry has none.
    pub fn previous(self) -> Index {
        assert!(self.0 > 0, "the head entry at index 0 has no predecessor");
        Index(self.0 - 1)
    }
}

/// So many entries further on.
impl Add<usize> for Index {
    type Output = Index;

    fn add(self, entries: usize) -> Index {
        Index(self.0 + entries as u64)
    }
}

/// How many entries lie between; the left one must not be the smaller.
impl Sub for Index {
    type Output = usize;

    fn sub(self, earlier: Index) -> usize {
        assert!(self >= earlier, "{self} lies before {earlier}: no distance between them");
        (self.0 - earlier.0) as usize
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for Index {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "S{}", self.0)
    }
}

/// As it is displayed: `S2`, the name by which all reports and logs call a server.
impl fmt::Debug for ServerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
