//! Wakes the threads that wait for a lock, under simulation, when it is given back.

use crate::runtime::WorldBinding;
use crate::sim::trace::Op;
use crate::wait::Site;

/// The last field of a guard, so that it is dropped when the lock is free: wakes those who wait.
pub(super) struct Release<'a> {
    pub(super) binding: &'a WorldBinding,
    /// Where the lock was taken.
    pub(super) site: Site,
    /// Whether several may take the lock together: readers.
    pub(super) shared: bool,
}

impl Drop for Release<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(sim) = self.binding.sim() {
            // Who is woken and comes too late all the same waits again.
            match self.shared {
                true => drop(sim.wake_all(self.binding.key())),
                false => drop(sim.wake_one(self.binding.key())),
            }
            sim.scheduling_point_in_drop(Op::Unlock, self.binding.number(), self.site);
        }
    }
}
