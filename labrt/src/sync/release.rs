//! What happens under simulation when a lock has been given back.

use crate::runtime::Home;
use crate::sim::trace::Op;
use crate::wait::Site;

/// The last field of a guard, so that it is dropped when the lock is free: tells those who wait.
pub(super) struct Release<'a> {
    pub(super) home: &'a Home,
    /// Where the lock was taken.
    pub(super) site: Site,
    /// Whether several may take the lock together: readers.
    pub(super) shared: bool,
}

impl Drop for Release<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(sim) = self.home.sim() {
            // Who is woken and comes too late all the same waits again.
            match self.shared {
                true => drop(sim.wake_all(self.home.key())),
                false => drop(sim.wake_one(self.home.key())),
            }
            sim.point_in_drop(Op::Unlock, self.home.number(), self.site);
        }
    }
}
