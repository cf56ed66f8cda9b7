//! Checks all partitions, in turns: each gets a slice of steps, then twice as many, and so on.
//!
//! One partition may be hard and another plainly illegal. The history is illegal as soon as one
//! partition is, whatever is left to search of the others.

use crate::explain::{Describe, explain};
use crate::limits::Limits;
use crate::partition::{Partition, SearchOptions, search_all};
use crate::search::{Progress, Search};
use crate::search_state::SearchState;
use crate::verdict::{Checked, Verdict};

/// The outcome of all partitions together.
enum Outcome {
    Ok,
    Unknown,
    /// This partition has no order; `longest` is the longest order of some operations found.
    Illegal {
        partition: usize,
        longest: Vec<usize>,
    },
}

/// A partition's first slice.
const FIRST_SLICE: u64 = 1 << 14;

/// How many steps are taken between two looks at the clock.
const STEPS_PER_LOOK: u64 = 1 << 16;

/// Decides whether every partition has an order, and explains the one that has none.
pub(crate) fn judge<P: Describe>(partitions: &[P], limits: &Limits<'_>) -> Checked {
    let mut turns = Turns { limits, steps: 0, dead_ends: 0 };
    let verdict = match turns.all(partitions) {
        Outcome::Ok => Verdict::Ok,
        Outcome::Unknown => Verdict::Unknown,
        Outcome::Illegal { partition, longest } => {
            Verdict::Illegal(Box::new(explain(&partitions[partition], longest, limits)))
        }
    };
    Checked { verdict, steps: turns.steps, dead_ends: turns.dead_ends }
}

impl Limits<'_> {
    pub(crate) fn options(&self) -> SearchOptions {
        SearchOptions { is_exact: self.is_exact, prunes: self.prunes }
    }
}

struct Turns<'a> {
    limits: &'a Limits<'a>,
    /// Of all searches together.
    steps: u64,
    /// Remembered by all searches together.
    dead_ends: usize,
}

/// How a turn ended.
enum Turn {
    Linearized,
    Exhausted,
    OutOfSlice,
    OutOfLimits,
}

impl Turns<'_> {
    fn all<P: Partition>(&mut self, partitions: &[P]) -> Outcome {
        let mut open: Vec<(usize, Option<Search<P::State>>)> =
            (0..partitions.len()).map(|number| (number, None)).collect();
        let mut slice = FIRST_SLICE;
        while !open.is_empty() {
            let mut still_open = Vec::new();
            for (number, begun) in open {
                let begin = || search_all(&partitions[number], self.limits.options());
                let mut search = begun.unwrap_or_else(begin);
                match self.turn(&mut search, slice) {
                    Turn::Linearized => {}
                    Turn::OutOfSlice => still_open.push((number, Some(search))),
                    Turn::Exhausted => return illegal(number, &mut search),
                    Turn::OutOfLimits => return Outcome::Unknown,
                }
            }
            open = still_open;
            slice *= 2;
        }
        Outcome::Ok
    }

    /// Searches on for a slice of steps.
    fn turn<S: SearchState>(&mut self, search: &mut Search<S>, slice: u64) -> Turn {
        let slice_end = search.steps().saturating_add(slice);
        loop {
            let (steps_before, dead_ends_before) = (search.steps(), search.remembered());
            let left = self.limits.steps.saturating_sub(self.steps);
            let until = slice_end.min(steps_before + left.min(STEPS_PER_LOOK));
            let memory = dead_ends_before + self.limits.dead_ends.saturating_sub(self.dead_ends);
            let progress = search.run(until, memory);
            self.steps += search.steps() - steps_before;
            self.dead_ends += search.remembered() - dead_ends_before;
            match progress {
                Progress::Linearized => return Turn::Linearized,
                Progress::Exhausted => return Turn::Exhausted,
                Progress::Paused if self.is_over() => return Turn::OutOfLimits,
                Progress::Paused if search.steps() >= slice_end => return Turn::OutOfSlice,
                Progress::Paused => {}
            }
        }
    }

    fn is_over(&self) -> bool {
        self.steps >= self.limits.steps || self.limits.is_time_up.is_some_and(|is_up| is_up())
    }
}

fn illegal<S: SearchState>(partition: usize, search: &mut Search<S>) -> Outcome {
    Outcome::Illegal { partition, longest: search.longest() }
}
