//! The scheduler: which thread runs next, chosen from the seed by one of four policies.

use super::options::Policy;
use super::trace::{ObjectNumber, Op};
use crate::seed::mix;
use crate::thread_info::ThreadInfo;
use crate::wait::Site;

mod operation;
mod walk;

pub(crate) use operation::Operation;
use walk::{Burst, Walk};

/// How many points in a row at which others could run may be passed, whoever runs, before dice and
/// priorities are overruled: threads that spin, or pass the turn among themselves, until another
/// has done something must not starve it.
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

/// A thread's rank under PCT; under POS, that of its pending operation. Higher goes first.
type Priority = u64;

/// Above all that are drawn.
const AT_ONCE: Priority = Priority::MAX;

/// What the scheduler keeps of a thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    priority: Priority,
    /// The operation that the thread does when it runs.
    next: Operation,
    burst: Burst,
}

/// What has a standing with the scheduler: a thread.
pub(super) trait Scheduled {
    fn standing(&mut self) -> &mut Standing;
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
    /// Points passed, by whomever, since no other could run, the policy was overruled, or a rank
    /// was taken away.
    in_a_row: u32,
    /// POS and SURW are overruled when the next thread is chosen: any may run.
    overdue: bool,
    walk: Walk,
}

impl Scheduler {
    pub(super) fn new(seed: u64, policy: Option<Policy>, expected_points: u64) -> Scheduler {
        let mut dice = Dice::new(seed, "schedule");
        let drawn = Scheduler::draw_policy(&mut dice);
        let policy = policy.unwrap_or(drawn);
        let length = if expected_points == 0 { UNKNOWN_LENGTH } else { expected_points } as usize;
        let (mut changes, mut threshold, mut one_in) = (Vec::new(), 0, 1);
        match policy {
            // Saturates at 1, as it should.
            Policy::Random { preemption } => threshold = (preemption * u64::MAX as f64) as u64,
            Policy::Pct { depth } => {
                changes.extend((1..depth).map(|_| dice.below(length) as u64));
                changes.sort_unstable_by(|a, b| b.cmp(a));
            }
            Policy::Pos => {}
            Policy::Surw { one_in: so_many } => one_in = so_many,
        }
        let (lowest, walk) = (Priority::MAX / 2, Walk::new(dice.seed, one_in));
        Scheduler { dice, policy, threshold, changes, lowest, in_a_row: 0, overdue: false, walk }
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

    /// A new thread's: under PCT above all who have stepped back, anywhere among the others.
    pub(super) fn new_standing(&mut self, info: &ThreadInfo) -> Standing {
        let priority = match self.policy {
            Policy::Random { .. } | Policy::Surw { .. } => 0,
            Policy::Pct { .. } => self.draw_priority(),
            Policy::Pos => AT_ONCE,
        };
        let burst = match self.policy {
            Policy::Surw { .. } => self.walk.first_burst(info.root_name()),
            _ => Burst::default(),
        };
        Standing { priority, next: Operation::BEGIN, burst }
    }

    fn draw_priority(&mut self) -> Priority {
        self.dice.next() | (1 << 63)
    }

    /// Under POS each operation has a priority of its own. One that concerns nobody else may as
    /// well be done at once.
    fn priority_of(&mut self, operation: Operation) -> Priority {
        if operation.is_private() { AT_ONCE } else { self.draw_priority() }
    }

    /// The running thread has come to this operation, in this line.
    #[inline]
    pub(super) fn announce(&mut self, standing: &mut Standing, next: Operation, site: Site) {
        standing.next = next;
        match self.policy {
            Policy::Random { .. } | Policy::Pct { .. } => {}
            Policy::Pos => standing.priority = self.priority_of(next),
            Policy::Surw { .. } => self.walk.announce(&mut standing.burst, next, site),
        }
    }

    /// The running thread waits, in the middle of its operation.
    #[inline]
    pub(super) fn waits(&mut self, standing: &mut Standing) {
        if matches!(self.policy, Policy::Surw { .. }) && !standing.next.locks() {
            self.walk.waits(&mut standing.burst, standing.next);
        }
    }

    /// The running thread is about to wait, and locks this mutex when its wait is over.
    pub(super) fn locks_after_wait(&mut self, standing: &mut Standing, mutex: ObjectNumber) {
        standing.next = Operation::on(Op::Lock, mutex);
        if matches!(self.policy, Policy::Surw { .. }) {
            self.walk.waits(&mut standing.burst, standing.next);
        }
    }

    /// A thread's wait or lateness is over: what it stood in is to be done anew.
    #[inline]
    pub(super) fn woken(&mut self, standing: &mut Standing) {
        match self.policy {
            Policy::Random { .. } | Policy::Pct { .. } => {}
            Policy::Pos => standing.priority = self.priority_of(standing.next),
            Policy::Surw { .. } => self.walk.draws_again(),
        }
    }

    /// A thread has ended.
    pub(super) fn ends(&mut self, standing: &mut Standing) {
        if matches!(self.policy, Policy::Surw { .. }) {
            self.walk.ends(&mut standing.burst);
        }
    }

    /// May another thread run instead of the running one at this point?
    #[inline]
    pub(super) fn preempts(&mut self, point: u64, running: &mut impl Scheduled) -> bool {
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
            Policy::Pos | Policy::Surw { .. } => {
                if impatient {
                    self.in_a_row = 0;
                    self.overdue = true;
                }
                impatient || !running.standing().next.is_private()
            }
        }
    }

    /// Ranks a thread that lets others go first below all of them.
    pub(super) fn step_back(&mut self, thread: &mut impl Scheduled) {
        self.lowest -= 1;
        thread.standing().priority = self.lowest;
        self.walk.draws_again();
        self.in_a_row = 0;
    }

    /// Which of the threads that can run does. There is at least one.
    #[inline]
    pub(super) fn choose<T: Scheduled>(&mut self, runnable: &[u32], threads: &mut [T]) -> usize {
        match self.policy {
            Policy::Random { .. } => self.any_of(runnable.len()),
            Policy::Pct { .. } => highest(runnable, threads),
            Policy::Pos => {
                let overdue = std::mem::take(&mut self.overdue);
                let chosen =
                    if overdue { self.any_of(runnable.len()) } else { highest(runnable, threads) };
                self.draw_again(chosen, runnable, threads);
                chosen
            }
            Policy::Surw { .. } if std::mem::take(&mut self.overdue) => self.any_of(runnable.len()),
            Policy::Surw { .. } => self.walk.choose(runnable, threads, &mut self.dice),
        }
    }

    /// The chosen thread does its operation: those that conflict with it have new priorities. So
    /// whether an operation comes before another says nothing of what it does to the next one.
    fn draw_again<T: Scheduled>(&mut self, chosen: usize, runnable: &[u32], threads: &mut [T]) {
        let done = threads[runnable[chosen] as usize].standing().next;
        for (at, thread) in runnable.iter().enumerate() {
            let standing = threads[*thread as usize].standing();
            if at != chosen && standing.next.conflicts_with(done) {
                standing.priority = self.draw_priority();
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

/// Which of these threads has the highest priority.
#[inline]
fn highest<T: Scheduled>(runnable: &[u32], threads: &mut [T]) -> usize {
    let rank = |at: &usize| threads[runnable[*at] as usize].standing().priority;
    (0..runnable.len()).max_by_key(rank).expect("a runnable thread")
}
