//! The scheduler: which thread runs next, chosen from the seed by one of two policies.

use super::options::Policy;
use crate::seed::mix;

/// How many points may be passed while a thread could run and does not, before dice and priorities
/// are overruled: threads that spin, or pass the turn among themselves, until another has done
/// something must not starve it.
pub(super) const PATIENCE: u32 = 1000;

/// Where PCT spreads its changes if it is not known how long the world will be.
const UNKNOWN_LENGTH: u64 = 100_000;

/// A stream of numbers (SplitMix64) of its own.
#[derive(Debug)]
pub(super) struct Dice {
    seed: u64,
    drawn: u64,
}

impl Dice {
    pub(super) fn new(seed: u64, stream: &str) -> Dice {
        let seed = stream.bytes().fold(seed, |seed, byte| mix(seed, byte.into()));
        Dice { seed, drawn: 0 }
    }

    #[inline]
    fn next(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.seed, self.drawn)
    }

    /// From 0 to `limit`, without `limit`.
    #[inline]
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The upper half of the product: as even as 64 bits allow, and no division.
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
}

/// A thread's rank under PCT. Higher goes first.
pub(super) type Priority = u64;

/// What the scheduler must know of a thread that may run.
pub(super) trait Ranked {
    fn priority(&mut self) -> &mut Priority;
}

/// Chooses, from a stream of its own, and by nothing else.
#[derive(Debug)]
pub(super) struct Scheduler {
    dice: Dice,
    policy: Policy,
    /// `preemption` as a share of all 64-bit numbers.
    threshold: u64,
    /// Points at which PCT takes the running thread's rank away; the next one last.
    changes: Vec<u64>,
    /// The lowest rank given so far: a thread that steps back goes below it.
    lowest: Priority,
    /// Points passed, by whomever, since all who could run have had a turn.
    in_a_row: u32,
}

impl Scheduler {
    pub(super) fn new(seed: u64, policy: Option<Policy>, expected_points: u64) -> Scheduler {
        let mut dice = Dice::new(seed, "schedule");
        let drawn = Scheduler::draw_policy(&mut dice);
        let policy = policy.unwrap_or(drawn);
        let length = if expected_points == 0 { UNKNOWN_LENGTH } else { expected_points } as usize;
        let (mut changes, mut threshold) = (Vec::new(), 0);
        match policy {
            // Saturates at 1, as it should.
            Policy::Random { preemption } => threshold = (preemption * u64::MAX as f64) as u64,
            Policy::Pct { depth } => {
                changes.extend((1..depth).map(|_| dice.below(length) as u64));
                changes.sort_unstable_by(|a, b| b.cmp(a));
            }
        }
        Scheduler { dice, policy, threshold, changes, lowest: Priority::MAX / 2, in_a_row: 0 }
    }

    /// Mostly high probabilities: preempting at unexpected points is what finds bugs. One seed
    /// in five runs under PCT, which finds what needs one thread to be held back for long.
    fn draw_policy(dice: &mut Dice) -> Policy {
        const PREEMPTION: [f64; 8] = [0.02, 0.1, 0.3, 0.3, 0.6, 0.6, 1.0, 1.0];
        if dice.below(5) == 0 {
            Policy::Pct { depth: 1 + dice.below(3) as u32 }
        } else {
            Policy::Random { preemption: PREEMPTION[dice.below(PREEMPTION.len())] }
        }
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    /// A new thread's rank: above all who have stepped back, anywhere among the others.
    pub(super) fn new_priority(&mut self) -> Priority {
        match self.policy {
            Policy::Random { .. } => 0,
            Policy::Pct { .. } => self.dice.next() | (1 << 63),
        }
    }

    /// May another thread run instead of the running one at this point?
    #[inline]
    pub(super) fn preempts(&mut self, point: u64, running: &mut impl Ranked) -> bool {
        self.in_a_row += 1;
        let impatient = self.in_a_row > PATIENCE;
        match self.policy {
            Policy::Random { .. } => {
                if impatient {
                    self.in_a_row = 0;
                }
                impatient || self.threshold > 0 && self.dice.next() <= self.threshold
            }
            Policy::Pct { .. } => {
                if self.changes.pop_if(|change| *change <= point).is_some() || impatient {
                    self.step_back(running);
                }
                true
            }
        }
    }

    /// Ranks a thread that lets others go first below all of them.
    pub(super) fn step_back(&mut self, thread: &mut impl Ranked) {
        self.lowest -= 1;
        *thread.priority() = self.lowest;
        self.in_a_row = 0;
    }

    /// Which of the threads that can run does. There is at least one.
    #[inline]
    pub(super) fn choose<T: Ranked>(&mut self, runnable: &[u32], threads: &mut [T]) -> usize {
        match self.policy {
            Policy::Random { .. } if runnable.len() == 1 => 0,
            Policy::Random { .. } => self.dice.below(runnable.len()),
            Policy::Pct { .. } => {
                let rank = |at: &usize| *threads[runnable[*at] as usize].priority();
                (0..runnable.len()).max_by_key(rank).expect("a runnable thread")
            }
        }
    }

    /// No other thread could run, so none is starved.
    #[inline]
    pub(super) fn none_waits(&mut self) {
        self.in_a_row = 0;
    }

    /// Any of so many.
    #[inline]
    pub(super) fn any_of(&mut self, count: usize) -> usize {
        if count == 1 { 0 } else { self.dice.below(count) }
    }
}
