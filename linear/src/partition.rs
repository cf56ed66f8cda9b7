//! The operations that one search is about: those of one key, which are independent of all others
//! (P-compositionality).

use crate::search::Search;
use crate::search_state::SearchState;
use crate::timeline::Times;

/// One key's operations, numbered from 0.
pub(crate) trait Partition {
    /// What they are placed in.
    type State: SearchState;

    /// Whether [`SearchOptions::prunes`] makes a difference.
    const CAN_PRUNE: bool;

    /// How many there are. Pending reads are not among them, since they constrain nothing.
    fn len(&self) -> usize;

    /// When it was called and returned.
    fn times(&self, operation: usize) -> Times;

    /// Whether it leaves the value as it is.
    fn is_read_only(&self, operation: usize) -> bool;

    /// The state for a search among these operations, with none of them placed.
    fn initial_state(&self, operations: &[SearchOperation], options: SearchOptions) -> Self::State;
}

/// An operation in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SearchOperation {
    /// Its number in the partition.
    pub operation: usize,
    /// The times that constrain it: its own, or wider ones.
    pub times: Times,
}

/// How to search. The verdict is the same with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SearchOptions {
    /// Dead ends are remembered in full.
    pub is_exact: bool,
    /// What cannot lead to an order of all operations is not tried.
    pub prunes: bool,
}

/// A search among all operations of a partition.
pub(crate) fn search_all<P: Partition>(partition: &P, options: SearchOptions) -> Search<P::State> {
    let with_times = |operation| SearchOperation { operation, times: partition.times(operation) };
    let operations: Vec<SearchOperation> = (0..partition.len()).map(with_times).collect();
    search(partition, &operations, options)
}

/// A search among some operations of a partition; it numbers them as they are listed.
pub(crate) fn search<P: Partition>(
    partition: &P,
    operations: &[SearchOperation],
    options: SearchOptions,
) -> Search<P::State> {
    let times = operations.iter().map(|operation| operation.times).collect();
    Search::new(partition.initial_state(operations, options), times, options.is_exact)
}
