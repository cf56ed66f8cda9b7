//! Scheduling points: what a thread does at one, and when the world is over.

use std::sync::atomic::Ordering;
use std::thread::panicking;

use parking_lot::MutexGuard;

use super::state::{State, Verdict};
use super::{Engine, Key, LIVELOCK};
use crate::sim::guard::take_misuse;
use crate::sim::schedule::Operation;
use crate::sim::trace::{ObjectNumber, Op};
use crate::wait::Site;

impl Engine {
    /// A scheduling point: the running thread has done something, or is about to, that others can
    /// see. Unwinds if the world ends.
    #[inline]
    pub(crate) fn scheduling_point(&self, op: Op, object: ObjectNumber, site: Site) {
        self.pass_or_stop(Operation::on(op, object), site);
    }

    /// The same for an atomic, which has no number in the world.
    #[inline]
    pub(crate) fn atomic_point(&self, op: Op, atomic: Key, site: Site) {
        self.pass_or_stop(Operation::on_atomic(op, atomic.0), site);
    }

    #[inline]
    fn pass_or_stop(&self, operation: Operation, site: Site) {
        if self.pass_scheduling_point(operation, site) || self.passes_late() {
            self.stop_here();
        }
    }

    /// As [`scheduling_point`](Engine::scheduling_point), but never unwinds: for destructors.
    #[inline]
    pub(crate) fn scheduling_point_in_drop(&self, op: Op, object: ObjectNumber, site: Site) {
        self.pass_scheduling_point(Operation::on(op, object), site);
    }

    /// A point, and perhaps a switch; true if the world is ending.
    #[inline]
    fn pass_scheduling_point(&self, operation: Operation, site: Site) -> bool {
        let Some(mut state) = self.begin_scheduling_point(operation, site) else { return true };
        if state.runnable.is_empty() {
            state.scheduler.none_waits();
            return false;
        }
        let (me, point) = (state.running, state.points);
        // A panic's message is put together before any hook is called, by a panic handler that
        // must not meet another panic: it may lock, but no other thread runs meanwhile.
        if panicking() && state.unwinds(me) {
            return false;
        }
        state.preempts(point) && self.give_way(me, state)
    }

    /// What every point begins with; nothing if the world is ending.
    #[inline]
    pub(super) fn begin_scheduling_point(
        &self,
        operation: Operation,
        site: Site,
    ) -> Option<MutexGuard<'_, State>> {
        if self.is_ending() || self.fails_by_misuse() {
            return None;
        }
        let mut state = self.state.lock();
        self.monitor.heartbeat.store(state.points, Ordering::Relaxed);
        state.pass(operation, site);
        if state.points_without_progress > LIVELOCK {
            drop(state);
            self.judge(Verdict::Livelock(site));
            return None;
        }
        Some(state)
    }

    /// Has the running thread gone past the simulation? Then the world fails.
    #[inline]
    pub(in crate::sim) fn fails_by_misuse(&self) -> bool {
        let misuse = take_misuse();
        let failed = misuse.is_some();
        if let Some(misuse) = misuse {
            self.world().fail(*misuse);
        }
        failed
    }

    /// The running thread is about to wait for a condvar; what it does next is to lock this mutex.
    pub(crate) fn locks_after_wait(&self, mutex: ObjectNumber) {
        self.state.lock().locks_after_wait(mutex);
    }
}
