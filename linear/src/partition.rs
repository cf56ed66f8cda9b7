//! The operations that one search is about: those of one key, which no other key's can disturb.

use crate::board::Board;
use crate::search::Search;
use crate::timeline::Times;

/// One key's operations, numbered from 0.
pub(crate) trait Partition {
    /// What they are placed on.
    type Board: Board;

    /// Whether [`Manner::prunes`] makes a difference.
    const CAN_PRUNE: bool;

    /// How many there are. Reads that are pending are not among them: they say nothing.
    fn len(&self) -> usize;

    /// When it was called and returned.
    fn times(&self, operation: usize) -> Times;

    /// Whether it leaves the state as it is.
    fn is_read_only(&self, operation: usize) -> bool;

    /// An empty board for some of them.
    fn board(&self, parts: &[Part], manner: Manner) -> Self::Board;
}

/// An operation as it takes part in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub operation: usize,
    /// The times that bind it: its own, or wider ones.
    pub times: Times,
}

/// How to search. Whatever it is, the verdict is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Dead ends are remembered in full.
    pub is_exact: bool,
    /// What cannot lead to an order of all operations is not tried.
    pub prunes: bool,
}

/// A search among all operations of a partition.
pub(crate) fn search_all<P: Partition>(partition: &P, manner: Manner) -> Search<P::Board> {
    let part = |operation| Part { operation, times: partition.times(operation) };
    let parts: Vec<Part> = (0..partition.len()).map(part).collect();
    search(partition, &parts, manner)
}

/// A search among some operations of a partition; it numbers them as `parts` lists them.
pub(crate) fn search<P: Partition>(
    partition: &P,
    parts: &[Part],
    manner: Manner,
) -> Search<P::Board> {
    let times = parts.iter().map(|part| part.times).collect();
    Search::new(partition.board(parts, manner), times, manner.is_exact)
}
