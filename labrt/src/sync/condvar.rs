//! Condition variables: a thread gives a lock back, waits until another thread notifies it, and
//! takes the lock again.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::mutex::MutexGuard;
use crate::runtime::{Runtime, Sim, WorldBinding, current_sim};
use crate::sim::engine::Woken;
use crate::sim::trace::Op;
use crate::time::Instant;
use crate::wait::{Lock, Site, WaitKind, waiting};

/// Lets threads wait until another one notifies them that something may have changed.
pub struct Condvar {
    binding: WorldBinding,
    real: parking_lot::Condvar,
}

/// Whether a timed wait ended because its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Was its time over?
    #[must_use]
    pub fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condvar without waiting threads.
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar { binding: WorldBinding::unbound(), real: parking_lot::Condvar::new() }
    }

    /// Gives the lock back, waits to be notified, and takes the lock again.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.block(guard, None, Location::caller());
    }

    /// As [`wait`](Condvar::wait), until `limit` has passed at most.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        limit: Duration,
    ) -> WaitTimeoutResult {
        self.block(guard, Some(limit), Location::caller())
    }

    /// As [`wait`](Condvar::wait), until `deadline` at most.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        deadline: Instant,
    ) -> WaitTimeoutResult {
        self.wait_for(guard, deadline.duration_since(Instant::now()))
    }

    /// Waits as long as `condition` holds.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) {
        while condition(&mut **guard) {
            self.wait(guard);
        }
    }

    /// As [`wait_while`](Condvar::wait_while), until `limit` has passed at most; it has timed out
    /// if the condition still holds then.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
        limit: Duration,
    ) -> WaitTimeoutResult {
        let start = Instant::now();
        while condition(&mut **guard) {
            let left = limit.saturating_sub(start.elapsed());
            if self.wait_for(guard, left).timed_out() {
                return WaitTimeoutResult(condition(&mut **guard));
            }
        }
        WaitTimeoutResult(false)
    }

    /// Wakes one waiting thread; true if there was one.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        match self.binding.enter() {
            Runtime::Os => self.real.notify_one(),
            Runtime::Sim(sim) => {
                sim.scheduling_point(Op::Notify, self.binding.number(), Location::caller());
                sim.wake_one(self.binding.key()).is_some()
            }
        }
    }

    /// Wakes all waiting threads, and says how many there were.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        match self.binding.enter() {
            Runtime::Os => self.real.notify_all(),
            Runtime::Sim(sim) => {
                sim.scheduling_point(Op::Notify, self.binding.number(), Location::caller());
                sim.wake_all(self.binding.key())
            }
        }
    }

    fn block<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        limit: Option<Duration>,
        site: Site,
    ) -> WaitTimeoutResult {
        let timed_out = match self.binding.enter() {
            Runtime::Os => {
                guard.owner.clear();
                waiting(WaitKind::Condvar, limit, site, || match limit {
                    Some(limit) => self.real.wait_for(&mut guard.real, limit).timed_out(),
                    None => {
                        self.real.wait(&mut guard.real);
                        false
                    }
                })
            }
            Runtime::Sim(sim) => self.wait_simulated(sim, guard, limit, site),
        };
        guard.owner.set(site);
        if let Some(sim) = current_sim() {
            sim.unwind_if_ending();
        }
        WaitTimeoutResult(timed_out)
    }

    /// Waits with the lock given back. It is taken again in any case, before the thread may unwind
    /// if the world ends: its guard is still to be dropped.
    fn wait_simulated<T: ?Sized>(
        &self,
        sim: Sim,
        guard: &mut MutexGuard<'_, T>,
        limit: Option<Duration>,
        site: Site,
    ) -> bool {
        sim.scheduling_point(Op::Wait, self.binding.number(), site);
        guard.owner.clear();
        let deadline = limit.map(|limit| sim.deadline(limit));
        let (notified, unlocked) = ([self.binding.key()], [guard.release.binding.key()]);
        sim.locks_after_wait(guard.release.binding.number());
        let (owner, lock) = (guard.owner, parking_lot::MutexGuard::mutex(&guard.real));
        parking_lot::MutexGuard::unlocked(&mut guard.real, || {
            sim.wake_one(unlocked[0]);
            let wait = || sim.wait_masked(&notified, deadline);
            let woken = waiting(WaitKind::Condvar, limit, site, wait);
            while lock.is_locked() {
                let what = WaitKind::Lock(Lock::mutex::<T>(owner));
                waiting(what, None, site, || sim.wait_masked(&unlocked, None));
            }
            // In a world that ends time stands still, so a timed wait is over.
            woken == Woken::TimedOut || (woken == Woken::Ending && limit.is_some())
        })
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar { .. }")
    }
}
