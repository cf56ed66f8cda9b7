//! Wakes the threads that wait for a lock, under simulation, when it is given back.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::runtime::{Sim, WorldBinding};
use crate::sim::trace::Op;
use crate::thread_info::{ThreadInfo, ThreadNumber};
use crate::wait::Site;

/// Who was the last to give a mutex back, and when: under simulation, where one thread runs at a
/// time. (Relaxed: they guard nothing.)
pub(super) struct GivenBack {
    by: AtomicU64,
    /// Nanoseconds since the world began.
    at: AtomicU64,
}

impl GivenBack {
    pub(super) const fn never() -> GivenBack {
        GivenBack { by: AtomicU64::new(0), at: AtomicU64::new(0) }
    }

    #[inline]
    fn note(&self, sim: Sim) {
        self.by.store(ThreadInfo::current_number(), Ordering::Relaxed);
        self.at.store(sim.now(), Ordering::Relaxed);
    }

    /// When the calling thread gave it back, if no other has since.
    #[inline]
    pub(super) fn here(&self) -> Option<u64> {
        let by: ThreadNumber = self.by.load(Ordering::Relaxed);
        (by == ThreadInfo::current_number()).then(|| self.at.load(Ordering::Relaxed))
    }
}

/// The last field of a guard, so that it is dropped when the lock is free: wakes those who wait.
pub(super) struct Release<'a> {
    pub(super) binding: &'a WorldBinding,
    /// Where the lock was taken.
    pub(super) site: Site,
    /// Where a mutex keeps this; none for a lock that several may take together: readers.
    pub(super) given_back: Option<&'a GivenBack>,
}

impl Drop for Release<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(sim) = self.binding.sim() {
            // Who is woken and comes too late all the same waits again.
            match self.given_back {
                None => drop(sim.wake_all(self.binding.key())),
                Some(given_back) => {
                    given_back.note(sim);
                    sim.wake_one(self.binding.key());
                }
            }
            sim.scheduling_point_in_drop(Op::Unlock, self.binding.number(), self.site);
        }
    }
}
