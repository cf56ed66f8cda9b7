//! Waiting, with a lock given back meanwhile, until somebody else has changed something.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::mutex::MutexGuard;
use crate::runtime::{Home, Runtime};
use crate::time::Instant;
use crate::wait::{Site, What, waiting};

/// Lets threads wait until another one tells them that something may have changed.
pub struct Condvar {
    home: Home,
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
    /// A condvar that nobody waits for.
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar { home: Home::unbound(), real: parking_lot::Condvar::new() }
    }

    /// Gives the lock back, waits to be notified, and takes the lock again.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.block(guard, None, Location::caller(), |real, guard| {
            real.wait(guard);
        });
    }

    /// As [`wait`](Condvar::wait), until `limit` has passed at most.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        limit: Duration,
    ) -> WaitTimeoutResult {
        self.block(guard, Some(limit), Location::caller(), |real, guard| {
            WaitTimeoutResult(real.wait_for(guard, limit).timed_out())
        })
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
    pub fn notify_one(&self) -> bool {
        let Runtime::Os = self.home.enter();
        self.real.notify_one()
    }

    /// Wakes all waiting threads, and says how many there were.
    pub fn notify_all(&self) -> usize {
        let Runtime::Os = self.home.enter();
        self.real.notify_all()
    }

    fn block<'a, T: ?Sized, R>(
        &self,
        guard: &mut MutexGuard<'a, T>,
        limit: Option<Duration>,
        site: Site,
        wait: impl FnOnce(&parking_lot::Condvar, &mut parking_lot::MutexGuard<'a, T>) -> R,
    ) -> R {
        let Runtime::Os = self.home.enter();
        guard.owner.clear();
        let result = waiting(What::Condvar, limit, site, || wait(&self.real, &mut guard.real));
        guard.owner.set(site);
        result
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
