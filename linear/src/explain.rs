//! Explains why a partition has no order, in a form that a person can check.

use crate::limits::Limits;
use crate::partition::{Partition, SearchOptions, search_all};
use crate::report;
use crate::shrink::shrink;
use crate::verdict::Violation;
use std::collections::BTreeSet;

/// A partition that can describe its operations.
pub(crate) trait Describe: Partition {
    /// The key of its operations; empty if there are no keys.
    fn key(&self) -> String;

    /// The operation's number in the history.
    fn number(&self, operation: usize) -> usize;

    /// The client that called it.
    fn client(&self, operation: usize) -> u64;

    /// The call and its answer, on a line of moderate length; the others `shown` are in view too.
    fn describe(&self, operation: usize, shown: &[usize]) -> String;

    /// Why an operation cannot come after these.
    fn reason(&self, order: &[usize], stuck: usize) -> String;

    /// A moment of its history, for reports.
    fn moment(&self, nanoseconds: u64) -> String;
}

/// How many steps the search for a longer prefix may take.
const STEPS_TO_EXTEND: u64 = 1_000_000;

/// How many dead ends it may remember.
const DEAD_ENDS_TO_EXTEND: usize = 1 << 16;

/// Explains why there is no order, given the longest prefix of one that was found.
pub(crate) fn explain<P: Describe>(
    partition: &P,
    longest: Vec<usize>,
    limits: &Limits<'_>,
) -> Violation {
    let prefix = extend_prefix(partition, longest, limits);
    let stuck = first_returned_outside(partition, &prefix);
    let witness = shrink(partition, stuck, limits);
    let reason = partition.reason(&prefix, stuck);
    let report = report::report(partition, &witness, stuck, &reason);
    let numbers = |operations: Vec<usize>| {
        operations.into_iter().map(|operation| partition.number(operation)).collect()
    };
    Violation {
        key: partition.key(),
        operations: partition.len(),
        prefix: numbers(prefix),
        stuck: partition.number(stuck),
        reason,
        is_confirmed: witness.is_confirmed,
        witness: numbers(witness.operations),
        report,
    }
}

/// Extends a prefix as long as something can be placed, without pruning: a search that prunes stops
/// long before the operation that does not fit.
fn extend_prefix<P: Partition>(
    partition: &P,
    longest: Vec<usize>,
    limits: &Limits<'_>,
) -> Vec<usize> {
    if !P::CAN_PRUNE || limits.report_steps == 0 {
        return longest;
    }
    let mut search = search_all(partition, SearchOptions { is_exact: false, prunes: false });
    search.begin_with(&longest);
    search.run(STEPS_TO_EXTEND.min(limits.report_steps), DEAD_ENDS_TO_EXTEND);
    search.longest()
}

/// The operation not in the order that returned first.
fn first_returned_outside<P: Partition>(partition: &P, order: &[usize]) -> usize {
    let placed: BTreeSet<usize> = order.iter().copied().collect();
    (0..partition.len())
        .filter(|operation| !placed.contains(operation))
        .min_by_key(|&operation| partition.times(operation).returned)
        .expect("there is no order of all")
}
