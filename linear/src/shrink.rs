//! Making an illegal history short, without making it illegal.
//!
//! A legal history from which a write is struck out may well be illegal. So what is left out here is let
//! go instead: a read is forgotten, and a write may take effect at any time, or never. That can only
//! make an illegal history legal. If what is left is still illegal, then so was the whole, and whoever
//! reads the few operations left need not know the others.
//!
//! Every search here remembers its dead ends in full. So an illegal history that could be
//! shortened at all is illegal whatever the hashes say.

use crate::limits::Limits;
use crate::partition::{Manner, Part, Partition, search};
use crate::search::Progress;

/// A few operations that cannot be ordered, among them most likely the one that got `stuck`; all,
/// if steps run out before.
pub(crate) fn shrink<P: Partition>(partition: &P, stuck: usize, limits: &Limits<'_>) -> Vec<usize> {
    let mut trial = Trial { partition, steps_left: limits.report_steps };
    let mut kept = trial.near(stuck);
    kept.sort_by_key(|&operation| (partition.times(operation).call, operation));
    trial.drop_pieces(kept)
}

struct Trial<'a, P> {
    partition: &'a P,
    steps_left: u64,
}

impl<P: Partition> Trial<'_, P> {
    /// The operations called last before the stuck one returned: as many as it takes, to a factor of
    /// four.
    fn near(&mut self, stuck: usize) -> Vec<usize> {
        let deadline = self.partition.times(stuck).returned;
        let mut order: Vec<usize> =
            (0..self.partition.len()).filter(|&operation| operation != stuck).collect();
        let call = |operation: usize| self.partition.times(operation).call;
        order.sort_by_key(|&operation| {
            let call = call(operation);
            (call > deadline, if call > deadline { call } else { u64::MAX - call }, operation)
        });
        order.insert(0, stuck);
        let mut count = 4;
        while count < order.len() {
            if self.is_illegal(&order[..count]) {
                order.truncate(count);
                return order;
            }
            count *= 4;
        }
        order
    }

    /// Drops piece after piece, ever smaller ones, as long as the rest is illegal.
    fn drop_pieces(&mut self, mut kept: Vec<usize>) -> Vec<usize> {
        let mut size = kept.len().div_ceil(2);
        while size > 0 {
            let mut start = 0;
            let mut has_dropped = false;
            while start < kept.len() && kept.len() > 1 && self.steps_left > 0 {
                let end = (start + size).min(kept.len());
                let rest = [&kept[..start], &kept[end..]].concat();
                if !rest.is_empty() && self.is_illegal(&rest) {
                    kept = rest;
                    has_dropped = true;
                } else {
                    start = end;
                }
            }
            if !(has_dropped && size == 1) {
                size /= 2;
            }
        }
        kept
    }

    /// Whether these cannot be ordered even if all others are let go.
    fn is_illegal(&mut self, kept: &[usize]) -> bool {
        if self.steps_left == 0 {
            return false;
        }
        let mut is_loose = vec![true; self.partition.len()];
        kept.iter().for_each(|&operation| is_loose[operation] = false);
        let parts: Vec<Part> = (0..is_loose.len())
            .filter(|&operation| !is_loose[operation] || !self.partition.is_read_only(operation))
            .map(|operation| Part { operation, is_loose: is_loose[operation] })
            .collect();
        let manner = Manner { is_exact: true, prunes: true };
        let mut search = search(self.partition, &parts, manner);
        let progress = search.run(self.steps_left.min(STEPS_PER_TRIAL), DEAD_ENDS);
        self.steps_left = self.steps_left.saturating_sub(search.steps().max(parts.len() as u64));
        progress == Progress::Exhausted
    }
}

/// How many steps a trial may take: none may use up what the others need. Most that find an order
/// find it at once.
const STEPS_PER_TRIAL: u64 = 1 << 20;

/// How many dead ends a trial may remember; in full, each takes a bit for every operation.
const DEAD_ENDS: usize = 1 << 14;
