//! The end of a world: its verdict, and how its threads are unwound.
//!
//! Once a world ends, threads no longer switch to each other: the driver resumes one after the
//! other. A resumed thread unwinds from where it waits, with a panic that the hook does not see.
//! Its destructors run, and may wait for threads that have not unwound yet: then the driver resumes
//! it again after those.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::Verdict;
use super::{Engine, LIVELOCK, Next, Woken};
use crate::sim::carrier::switch;
use crate::wait::file_line;
use crate::world::{FailureKind, World};

/// What unwinds a thread when its world ends.
pub(crate) struct Kill;

/// In a world that ends, a thread looks so many times for something before others have a turn.
const LOOKS: u64 = 1000;

impl Engine {
    #[inline]
    pub(crate) fn is_ending(&self) -> bool {
        // Relaxed: set and read by threads of which one runs at a time.
        self.ending.load(Ordering::Relaxed)
    }

    /// The world ends. From here on threads only unwind.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// The running thread panics, or otherwise unwinds: it does not switch of its own accord.
    /// Did it already?
    pub(crate) fn unwinds(&self) -> bool {
        let mut state = self.state.lock();
        let me = state.running as usize;
        std::mem::replace(&mut state.tasks[me].unwinding, true)
    }

    /// Does the running thread unwind?
    pub(crate) fn is_unwinding(&self) -> bool {
        let state = self.state.lock();
        state.unwinds(state.running)
    }

    /// The running thread gives control back, in a world that ends.
    pub(super) fn pause(&self) {
        {
            let mut state = self.state.lock();
            let me = state.running;
            state.note_unwinding(me);
        }
        switch(Next::Driver);
    }

    /// The running thread meets a point of a world that has ended. If it unwinds already it goes
    /// on, but now and then has others go first: its destructors may wait for them by looking
    /// again and again, and if it has swallowed the unwinding the driver must be able to tell.
    #[cold]
    pub(super) fn stop_here(&self) {
        if !self.is_unwinding() {
            self.pause();
            self.unwind();
        }
        let turns = {
            let mut state = self.state.lock();
            state.points_without_progress += 1;
            state.points_without_progress
        };
        if turns % LOOKS == 0 {
            self.pause();
        }
    }

    /// Goes on with unwinding after something was put in order.
    pub(crate) fn unwind_if_ending(&self) {
        if self.is_ending() && !self.is_unwinding() {
            self.unwind();
        }
    }

    #[cold]
    pub(super) fn unwind_unless_unwinding(&self, timed: bool) -> Woken {
        if !self.is_unwinding() {
            self.unwind();
        }
        // In a destructor: time does not pass any more, so a timed wait is over.
        if timed { Woken::TimedOut } else { Woken::Ending }
    }

    /// The running thread cannot go on, nor be unwound: it stays where it is.
    pub(crate) fn give_up(&self) -> ! {
        loop {
            self.pause();
        }
    }

    pub(super) fn unwind(&self) -> ! {
        self.unwinds();
        resume_unwind(Box::new(Kill))
    }

    #[cold]
    pub(super) fn judge(&self, verdict: Verdict) {
        let world = self.world();
        match verdict {
            Verdict::Deadlock => world.fail_whole(
                FailureKind::Deadlock,
                "deadlock: no thread can run, and none waits for a timeout".into(),
            ),
            Verdict::Livelock(site) => world.fail_here(
                FailureKind::Livelock,
                format!("livelock: {LIVELOCK} scheduling points without time passing"),
                Some(file_line(site)),
            ),
            Verdict::TimeLimit => world.exceed(),
        }
    }

    pub(super) fn world(&self) -> Arc<World> {
        World::current().expect("a simulated thread belongs to a world")
    }
}
