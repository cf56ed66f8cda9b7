//! The selectively uniform random walk (SURW; Zhao, Wolff, Mathur and Roychoudhury, ASPLOS 2025).
//!
//! If threads have so many operations to go, then one that is chosen in proportion to its share of
//! them makes every interleaving as likely as another. (Where each thread is as likely, one that
//! does little is nearly always done first.) That holds for the operations of interest; a thread
//! that stands before another one may run at any time.
//!
//! The paper takes the numbers from an earlier run, and a thread for the unit. Here threads come
//! and go by the thousand, or never end, and a run must come of its seed alone. So the unit is a
//! *burst*, what a thread does from the end of one wait to the next wait (for anything but a lock),
//! and how long a burst will be is the mean of those that began in the same line of code earlier
//! in the run.

use super::Dice;
use super::Scheduled;
use super::operation::Operation;
use crate::seed::mix;
use crate::wait::Site;

/// The lines of code are told apart by so many numbers.
const LINES: usize = 256;

/// Weights count in these parts of an operation, because means are no whole numbers.
const PARTS: u64 = 16;

/// A thread in the middle of a burst.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Burst {
    /// In which line it began.
    began: u8,
    /// In which line its thread is now.
    line: u8,
    /// Operations of interest in it, the pending one included.
    passed: u32,
    /// The pending operation is of interest.
    pending: bool,
}

/// The bursts that began in a line, and have ended.
#[derive(Debug, Clone, Copy, Default)]
struct Bursts {
    count: u64,
    operations: u64,
}

/// What the walk knows, and whose turn it is.
#[derive(Debug)]
pub(super) struct Walk {
    seed: u64,
    /// Of so many objects one is of interest.
    one_in: u32,
    bursts: Vec<Bursts>,
    /// The thread that does the next operation of interest, once it is drawn.
    intended: Option<u32>,
}

impl Walk {
    pub(super) fn new(seed: u64, one_in: u32) -> Walk {
        Walk { seed, one_in, bursts: vec![Bursts::default(); LINES], intended: None }
    }

    fn is_of_interest(&self, operation: Operation) -> bool {
        let chosen = || mix(self.seed, operation.object()).is_multiple_of(self.one_in.into());
        !operation.is_private() && (self.one_in == 1 || chosen())
    }

    /// The first burst of a thread of this name.
    pub(super) fn first_burst(&mut self, name: &str) -> Burst {
        self.draws_again();
        let began = name.bytes().fold(0, |name, byte| mix(name, byte.into())) as u8;
        Burst { began, line: began, ..Burst::default() }
    }

    /// Whose turn it is is drawn anew: among others than before, or after one has let it pass.
    pub(super) fn draws_again(&mut self) {
        self.intended = None;
    }

    /// The thread has come to its next operation.
    pub(super) fn announce(&mut self, burst: &mut Burst, next: Operation, site: Site) {
        if burst.pending {
            // The last one is done.
            self.intended = None;
        }
        burst.line = mix(site.line().into(), site.column().into()) as u8;
        burst.pending = self.is_of_interest(next);
        burst.passed += u32::from(burst.pending);
    }

    /// The thread is about to wait. A new burst begins when the wait is over, with this operation.
    pub(super) fn waits(&mut self, burst: &mut Burst, next: Operation) {
        self.ends(burst);
        burst.began = burst.line;
        burst.pending = self.is_of_interest(next);
        burst.passed = burst.pending.into();
    }

    /// One without an operation of interest says nothing: it may be the way to a wait.
    pub(super) fn ends(&mut self, burst: &mut Burst) {
        if burst.passed > 0 {
            let bursts = &mut self.bursts[usize::from(burst.began)];
            bursts.count += 1;
            bursts.operations += u64::from(burst.passed);
        }
    }

    /// How much a burst has to go: for one that has done as much as is usual, nothing, or the
    /// operation it stands before.
    fn weight(&self, burst: Burst) -> u64 {
        let Bursts { count, operations } = self.bursts[usize::from(burst.began)];
        let expected = (PARTS * operations).checked_div(count).unwrap_or(PARTS);
        let pending = PARTS * u64::from(burst.pending);
        (expected + pending).saturating_sub(PARTS * u64::from(burst.passed)).max(pending)
    }

    /// Which of these threads runs: any, but of those that stand before an operation of interest
    /// only the one whose turn it is.
    pub(super) fn choose<T: Scheduled>(
        &mut self,
        runnable: &[u32],
        threads: &mut [T],
        dice: &mut Dice,
    ) -> usize {
        let mut burst = |thread: &u32| threads[*thread as usize].standing().burst;
        let intended = self.intended.filter(|intended| runnable.contains(intended));
        let intended = match intended {
            Some(intended) => Some(intended),
            None => self.draw(runnable, &mut burst, dice),
        };
        let mut may_run = |thread: &u32| Some(*thread) == intended || !burst(thread).pending;
        let count = runnable.iter().filter(|thread| may_run(thread)).count();
        let mut places = (0..runnable.len()).filter(|at| may_run(&runnable[*at]));
        let chosen = places.nth(dice.below(count)).expect("one of those counted");
        let is_done = Some(runnable[chosen]) == intended && burst(&runnable[chosen]).pending;
        self.intended = intended.filter(|_| !is_done);
        chosen
    }

    /// One of the threads in proportion to its weight; none if nothing is expected of any.
    fn draw(
        &self,
        runnable: &[u32],
        mut burst: impl FnMut(&u32) -> Burst,
        dice: &mut Dice,
    ) -> Option<u32> {
        let all: u64 = runnable.iter().map(|thread| self.weight(burst(thread))).sum();
        if all == 0 {
            return None;
        }
        let mut left = dice.below(all as usize) as u64;
        let is_drawn = |thread: &&u32| {
            let weight = self.weight(burst(thread));
            let drawn = left < weight;
            left = left.saturating_sub(weight);
            drawn
        };
        runnable.iter().find(is_drawn).copied()
    }
}
