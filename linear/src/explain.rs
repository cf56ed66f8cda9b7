//! Why a partition has no order, in a form people can check.

use crate::limits::Limits;
use crate::partition::{Manner, Partition, search_all};
use crate::report;
use crate::shrink::shrink;
use crate::verdict::Violation;
use std::collections::BTreeSet;

/// A partition that can speak of its operations.
pub(crate) trait Narrate: Partition {
    /// What its operations have in common; empty if there is nothing else.
    fn key(&self) -> String;

    /// The operation's number in the history.
    fn number(&self, operation: usize) -> usize;

    /// Who asked for it.
    fn client(&self, operation: usize) -> u64;

    /// What was asked and answered, on a line of moderate length; others are `shown` beside it.
    fn describe(&self, operation: usize, shown: &[usize]) -> String;

    /// Why an operation cannot come after these.
    fn reason(&self, order: &[usize], stuck: usize) -> String;

    /// A moment of its history, for people.
    fn moment(&self, nanoseconds: u64) -> String;
}

/// How many steps the search for a longer beginning may take.
const STEPS_TO_LENGTHEN: u64 = 1_000_000;

/// How many dead ends it may remember.
const DEAD_ENDS_TO_LENGTHEN: usize = 1 << 16;

/// Why there is no order, given the longest beginning of one that was found.
pub(crate) fn explain<P: Narrate>(
    partition: &P,
    longest: Vec<usize>,
    limits: &Limits<'_>,
) -> Violation {
    let prefix = lengthen(partition, longest, limits);
    let stuck = most_urgent_after(partition, &prefix);
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

/// Goes on from a beginning for as long as something can be placed, sense or no sense: a search
/// that prunes stops long before the operation that does not fit.
fn lengthen<P: Partition>(partition: &P, longest: Vec<usize>, limits: &Limits<'_>) -> Vec<usize> {
    if !P::CAN_PRUNE || limits.report_steps == 0 {
        return longest;
    }
    let mut search = search_all(partition, Manner { is_exact: false, prunes: false });
    search.begin_with(&longest);
    search.run(STEPS_TO_LENGTHEN.min(limits.report_steps), DEAD_ENDS_TO_LENGTHEN);
    search.longest()
}

/// What returned first of all that are not in the order.
fn most_urgent_after<P: Partition>(partition: &P, order: &[usize]) -> usize {
    let placed: BTreeSet<usize> = order.iter().copied().collect();
    (0..partition.len())
        .filter(|operation| !placed.contains(operation))
        .min_by_key(|&operation| partition.times(operation).returned)
        .expect("there is no order of all")
}
