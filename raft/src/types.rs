//! The three numbers of the paper, each a type of its own so that they cannot be mixed:
//! a [`Term`] (5.1), an [`Index`] into the log (5.3) and a [`ServerId`].

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A span of the cluster's logical time with at most one leader (5.1). Servers start in term 0,
/// which has none.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Term(pub u64);

/// A position in the log (5.3). The first command is at 1; 0 is the sentinel, an entry without a
/// command that every log has from the beginning.
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
    /// The other servers of a cluster of `servers`.
    pub(crate) fn others(self, servers: usize) -> impl Iterator<Item = ServerId> {
        (0..servers).map(ServerId).filter(move |&server| server != self)
    }
}

impl Index {
    /// The position after this one.
    pub fn next(self) -> Index {
        Index(self.0 + 1)
    }

    /// The position before this one; index 0, the sentinel's, has none.
    pub fn previous(self) -> Index {
        assert!(self.0 > 0, "index 0, the sentinel's, has no predecessor");
        Index(self.0 - 1)
    }
}

/// The index `entries` further on.
impl Add<usize> for Index {
    type Output = Index;

    fn add(self, entries: usize) -> Index {
        Index(self.0 + entries as u64)
    }
}

/// The number of entries between two indexes; the left one must not be the smaller.
impl Sub for Index {
    type Output = usize;

    fn sub(self, earlier: Index) -> usize {
        assert!(self >= earlier, "cannot subtract index {earlier} from {self}: it is larger");
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

/// The same as `Display`: `S2`, the name of a server in all reports and logs.
impl fmt::Debug for ServerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
