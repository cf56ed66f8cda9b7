//! Late threads: one that could run stands aside until some time has passed.
//!
//! It is neither blocked nor runnable, and whatever wait it had is over. Nothing ends its lateness
//! but time, or a thread that goes round and round in no time.

use std::sync::atomic::Ordering;
use std::thread::panicking;

use super::state::{State, Task};
use super::{Engine, TaskId};
use crate::sim::lateness::{JUST_NOW, Occasion};
use crate::sim::trace::Op;
use crate::thread_info::NOT_LATE;

impl State {
    /// The thread can run from now on, or is late and can later.
    #[inline]
    pub(super) fn can_run(&mut self, task: TaskId, occasion: Occasion, now: u64) {
        match self.draw_lateness(task, occasion) {
            Some(length) => self.be_late(task, now.saturating_add(length)),
            None => self.runnable.push(task),
        }
    }

    /// For how long this thread is late now, if it is. One that unwinds never is.
    #[inline]
    fn draw_lateness(&mut self, task: TaskId, occasion: Occasion) -> Option<u64> {
        if !self.late_threads.has(occasion) {
            return None;
        }
        let Task { serves, unwinding, .. } = self.tasks[task as usize];
        if serves && !unwinding { self.late_threads.draw(occasion) } else { None }
    }

    /// The thread, which is not among the runnable ones, cannot run before then. The wait it may
    /// have had is over: nothing wakes it meanwhile.
    fn be_late(&mut self, task: TaskId, until: u64) {
        let Task { number, info, .. } = &self.tasks[task as usize];
        if let Some(info) = info {
            info.late_until.store(until, Ordering::Relaxed);
        }
        self.late_threads.add(until, *number, task);
        self.trace.event(self.now, *number, Op::Late, 0, None);
    }

    /// The thread that is late for the shortest time is late no longer.
    pub(super) fn let_soonest_go(&mut self) {
        let Some(task) = self.late_threads.pop() else { return };
        let Task { info, standing, .. } = &mut self.tasks[task as usize];
        if let Some(info) = info {
            info.late_until.store(NOT_LATE, Ordering::Relaxed);
        }
        self.scheduler.woken(standing);
        self.runnable.push(task);
    }
}

impl Engine {
    /// The running thread may be late at this point; true if the world is ending.
    #[inline]
    pub(super) fn passes_late(&self) -> bool {
        self.late_at_points && self.may_be_late(Occasion::Point)
    }

    /// The running thread is about to take a lock that it was the last to give back, at that time.
    #[inline]
    pub(crate) fn relock(&self, given_back: u64) {
        if self.late_at_relock
            && self.now() <= given_back + JUST_NOW
            && self.may_be_late(Occasion::Relock)
        {
            self.stop_here();
        }
    }

    /// The running thread stops for a while, if it is late now. True if the world is ending.
    fn may_be_late(&self, occasion: Occasion) -> bool {
        if self.is_ending() {
            return true;
        }
        let mut state = self.state.lock();
        let me = state.running;
        let Some(length) = state.draw_lateness(me, occasion) else { return false };
        if panicking() && state.unwinds(me) {
            return false;
        }
        let until = state.now.saturating_add(length);
        state.be_late(me, until);
        drop(self.run_next(me, state));
        self.is_ending()
    }
}
