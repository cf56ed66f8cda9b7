//! Shrinks an illegal history to a few operations that are illegal by themselves (the witness).
//!
//! Removing a write may make a legal history illegal. So operations are *relaxed* instead: a read
//! is removed, and a write may take effect at any time, or never. Cutting the history off at a
//! moment is a relaxation too: what had not returned by then is pending. Relaxing can turn an
//! illegal history into a legal one, but never the reverse: if what is left is illegal, so was the
//! whole.
//!
//! Every search here remembers its dead ends in full, so a witness is illegal whatever the hashes
//! of the first search were.

use crate::limits::Limits;
use crate::partition::{Partition, SearchOperation, SearchOptions, search};
use crate::search::Progress;
use crate::timeline::{NEVER, Times};

/// A few operations that cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Witness {
    /// In the order of their calls.
    pub operations: Vec<usize>,
    /// The moment at which the history is cut off: a write called later is not among the relaxed
    /// ones, which may take effect at any time.
    pub until: u64,
    /// Whether a search with an exact memo has found them illegal; if not, there were not enough
    /// steps for that.
    pub is_confirmed: bool,
}

/// Few enough for a person to look through.
const FEW: usize = 12;

/// How many steps a trial may take, so that none uses up what the others need. Most trials that
/// find an order find it at once; where nothing can be pruned the rest would take forever.
const STEPS_PER_TRIAL: u64 = 1 << 15;
const STEPS_PER_PRUNING_TRIAL: u64 = 1 << 22;

/// How many dead ends a trial may remember; in full, each takes a bit for every operation.
const DEAD_ENDS: usize = 1 << 14;

/// A few operations that cannot be ordered, most likely with the one that got `stuck`; all, if
/// steps run out before.
pub(crate) fn shrink<P: Partition>(partition: &P, stuck: usize, limits: &Limits<'_>) -> Witness {
    let half = limits.report_steps / 2;
    let trial = |until| Trial { partition, stuck, until, steps_left: half };
    let whole = trial(NEVER).shrink();
    let returned = partition.times(stuck).returned;
    if whole.operations.len() <= FEW || returned == NEVER {
        return whole;
    }
    let cut = trial(returned).shrink();
    if cut.operations.len() < whole.operations.len() { cut } else { whole }
}

struct Trial<'a, P> {
    partition: &'a P,
    stuck: usize,
    until: u64,
    steps_left: u64,
}

impl<P: Partition> Trial<'_, P> {
    fn shrink(mut self) -> Witness {
        let mut kept = self.window_around_stuck();
        kept.sort_by_key(|&operation| (self.partition.times(operation).call, operation));
        if !self.is_illegal(&kept) {
            // What happened later is needed, too, or there were not enough steps.
            let operations = (0..self.partition.len()).collect();
            return Witness { operations, until: NEVER, is_confirmed: false };
        }
        let until = self.until;
        let operations = self.drop_pieces(kept);
        Witness { operations, until, is_confirmed: true }
    }

    /// The operations called last before the stuck one returned: as many as it takes to be illegal,
    /// to a factor of four.
    fn window_around_stuck(&mut self) -> Vec<usize> {
        let deadline = self.partition.times(self.stuck).returned;
        let call = |operation: usize| self.partition.times(operation).call;
        let (mut before, mut after): (Vec<usize>, Vec<usize>) = (0..self.partition.len())
            .filter(|&operation| operation != self.stuck && call(operation) <= self.until)
            .partition(|&operation| call(operation) <= deadline);
        before.sort_by_key(|&operation| std::cmp::Reverse(call(operation)));
        after.sort_by_key(|&operation| call(operation));
        let order = [vec![self.stuck], before, after].concat();
        let counts = std::iter::successors(Some(4), |count| Some(count * 4));
        for count in counts.take_while(|&count| count < order.len()) {
            if self.is_illegal(&order[..count]) {
                return order[..count].to_vec();
            }
        }
        order
    }

    /// Drops piece after piece, ever smaller ones, as long as the rest is illegal.
    fn drop_pieces(&mut self, mut kept: Vec<usize>) -> Vec<usize> {
        let mut size = kept.len().div_ceil(2);
        while size > 0 && self.steps_left > 0 {
            let count = kept.len();
            kept = self.drop_pieces_of(size, kept);
            if size > 1 || kept.len() == count {
                size /= 2;
            }
        }
        kept
    }

    fn drop_pieces_of(&mut self, size: usize, mut kept: Vec<usize>) -> Vec<usize> {
        let mut start = 0;
        while start < kept.len() && self.steps_left > 0 {
            let end = (start + size).min(kept.len());
            let rest = [&kept[..start], &kept[end..]].concat();
            if !rest.is_empty() && self.is_illegal(&rest) {
                kept = rest;
            } else {
                start = end;
            }
        }
        kept
    }

    /// Whether these cannot be ordered even if all others are relaxed.
    fn is_illegal(&mut self, kept: &[usize]) -> bool {
        if self.steps_left == 0 {
            return false;
        }
        let relaxed = self.relax_others(kept);
        let options = SearchOptions { is_exact: true, prunes: true };
        let mut search = search(self.partition, &relaxed, options);
        let steps = if P::CAN_PRUNE { STEPS_PER_PRUNING_TRIAL } else { STEPS_PER_TRIAL };
        let progress = search.run(self.steps_left.min(steps), DEAD_ENDS);
        // Preparing a search is work, too.
        let took = search.steps().max(relaxed.len() as u64);
        self.steps_left = self.steps_left.saturating_sub(took);
        progress == Progress::Exhausted
    }

    fn relax_others(&self, kept: &[usize]) -> Vec<SearchOperation> {
        let mut is_kept = vec![false; self.partition.len()];
        kept.iter().for_each(|&operation| is_kept[operation] = true);
        let relaxed = |operation| {
            let own = self.partition.times(operation);
            let times = if is_kept[operation] { self.cut(own) } else { Times::ANY };
            let constrains_nothing = self.partition.is_read_only(operation) && times.is_pending();
            (own.call <= self.until && !constrains_nothing)
                .then_some(SearchOperation { operation, times })
        };
        (0..is_kept.len()).filter_map(relaxed).collect()
    }

    /// An operation's times as they are known at the cut.
    fn cut(&self, times: Times) -> Times {
        let returned = if times.returned > self.until { NEVER } else { times.returned };
        Times { returned, ..times }
    }
}
