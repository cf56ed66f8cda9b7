//! Late threads: which are late, how often and for how long, and those that are late now.
//!
//! A thread that can run always runs before the clock of a simulated world moves. So a race between
//! a local hand-off (a thread spawned, a condvar notified) and a message would never be seen: here
//! is what lets the message win.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::engine::TaskId;
use super::options::{LateKind, Lateness};
use super::schedule::Dice;

/// A thread that takes again a lock that it gave back no longer ago than this, in nanoseconds, has
/// just given it back.
pub(crate) const JUST_NOW: u64 = 20_000;

/// The shortest and the longest lateness, in nanoseconds.
const MODERATE: (u64, u64) = (20_000, 10_000_000);
const SEVERE: (u64, u64) = (20_000, 30_000_000);
const SEVERE_RELOCK: (u64, u64) = (500_000, 30_000_000);

/// What a thread does when it may be late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It begins.
    Spawned,
    /// Its wait is over.
    Woken,
    /// It takes a lock that it has just given back.
    Relock,
    /// It passes a scheduling point.
    Point,
}

/// On which occasions a thread is late: one in so many times, or never (0).
#[derive(Debug, Clone, Copy, Default)]
struct Odds {
    spawned: u32,
    woken: u32,
    relock: u32,
    point: u32,
}

impl Odds {
    fn of(kind: LateKind, severe: bool) -> Odds {
        let never = Odds::default();
        match kind {
            LateKind::Off => never,
            LateKind::Spawned => Odds { spawned: 2, ..never },
            LateKind::Woken => Odds { spawned: 4, woken: 4, ..never },
            LateKind::Relock => Odds { relock: if severe { 1 } else { 2 }, ..never },
            LateKind::Points => Odds { point: 50, ..never },
            LateKind::Mixed => Odds { spawned: 4, woken: 10, relock: 2, point: 200 },
        }
    }

    #[inline]
    fn on(&self, occasion: Occasion) -> u32 {
        match occasion {
            Occasion::Spawned => self.spawned,
            Occasion::Woken => self.woken,
            Occasion::Relock => self.relock,
            Occasion::Point => self.point,
        }
    }
}

/// Decides from a stream of its own, so that with or without it a seed draws the same elsewhere.
#[derive(Debug)]
pub(super) struct LateThreads {
    kind: LateKind,
    odds: Odds,
    /// The shortest and the longest lateness, in nanoseconds.
    lengths: (u64, u64),
    dice: Dice,
    /// At so many points no thread is late before the next one is: drawn, for a die at each point
    /// would cost too much.
    points_left: u64,
    /// Those that are late now: until when, their number, and who.
    late: BinaryHeap<Reverse<(u64, u64, TaskId)>>,
}

impl LateThreads {
    pub(super) fn new(seed: u64, lateness: Option<Lateness>) -> LateThreads {
        let mut dice = Dice::new(seed, "lateness");
        let Lateness { kind, severe } =
            lateness.unwrap_or(Lateness { kind: Some(LateKind::Off), severe: false });
        let drawn = LateThreads::draw_kind(&mut dice, severe);
        let kind = kind.unwrap_or(drawn);
        let lengths = match (kind, severe) {
            (_, false) => MODERATE,
            (LateKind::Relock, true) => SEVERE_RELOCK,
            (_, true) => SEVERE,
        };
        let odds = Odds::of(kind, severe);
        let points_left = LateThreads::draw_gap(&mut dice, odds);
        LateThreads { kind, odds, lengths, dice, points_left, late: BinaryHeap::new() }
    }

    /// One kind a seed: each finds what the others do not, and together they are in each other's
    /// way.
    fn draw_kind(dice: &mut Dice, severe: bool) -> LateKind {
        use LateKind::{Mixed, Off, Points, Relock, Spawned, Woken};
        const KINDS: [LateKind; 8] = [Off, Off, Off, Spawned, Woken, Relock, Points, Mixed];
        const SEVERE_KINDS: [LateKind; 8] =
            [Off, Off, Spawned, Woken, Relock, Relock, Points, Mixed];
        let kinds = if severe { SEVERE_KINDS } else { KINDS };
        kinds[dice.below(kinds.len())]
    }

    /// As long on average as the odds say.
    fn draw_gap(dice: &mut Dice, odds: Odds) -> u64 {
        dice.below((2 * odds.point as usize).saturating_sub(1)) as u64
    }

    pub(super) fn kind(&self) -> LateKind {
        self.kind
    }

    /// May a thread be late then, in this world?
    #[inline]
    pub(super) fn has(&self, occasion: Occasion) -> bool {
        self.odds.on(occasion) > 0
    }

    /// For how long the thread is late that may be now; not at all, mostly.
    #[inline]
    pub(super) fn draw(&mut self, occasion: Occasion) -> Option<u64> {
        let odds = self.odds.on(occasion);
        let late = match occasion {
            Occasion::Point if self.points_left > 0 => {
                self.points_left -= 1;
                false
            }
            Occasion::Point => {
                self.points_left = LateThreads::draw_gap(&mut self.dice, self.odds);
                true
            }
            _ => self.dice.below(odds as usize) == 0,
        };
        late.then(|| self.draw_length())
    }

    /// Each octave as likely as another: what is hidden may be as short as a message or as long as
    /// an election.
    fn draw_length(&mut self) -> u64 {
        let (shortest, longest) = self.lengths;
        let octaves = (longest.div_ceil(shortest)).next_power_of_two().ilog2();
        let from = shortest << self.dice.below(octaves as usize);
        let to = longest.min(2 * from);
        from + self.dice.below((to - from) as usize) as u64
    }

    /// The thread, of this number, does not run until then.
    pub(super) fn add(&mut self, until: u64, number: u64, task: TaskId) {
        self.late.push(Reverse((until, number, task)));
    }

    /// When the first of them can run again.
    #[inline]
    pub(super) fn soonest(&self) -> Option<u64> {
        self.late.peek().map(|Reverse((until, ..))| *until)
    }

    /// The first of them, which is late no longer.
    pub(super) fn pop(&mut self) -> Option<TaskId> {
        self.late.pop().map(|Reverse((_, _, task))| task)
    }
}

#[cfg(test)]
mod tests;
