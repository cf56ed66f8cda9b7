//! A lock that one thread at a time may hold.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::release::{GivenBack, Release};
use crate::runtime::{Runtime, Sim, WorldBinding, current_sim};
use crate::sim::trace::Op;
use crate::wait::{Lock, Owner, Site, WaitKind, waiting};

/// Data that one thread at a time may touch.
///
/// Locking it twice in one thread, or in a ring with other locks and threads, ends the test with
/// a report of the ring (outside a world: a panic).
pub struct Mutex<T: ?Sized> {
    binding: WorldBinding,
    owner: Owner,
    given_back: GivenBack,
    real: parking_lot::Mutex<T>,
}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub const fn new(data: T) -> Mutex<T> {
        Mutex {
            binding: WorldBinding::unbound(),
            owner: Owner::none(),
            given_back: GivenBack::never(),
            real: parking_lot::Mutex::new(data),
        }
    }

    /// The data, once the mutex is no longer shared.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock and takes it. Dropping the guard gives it back.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let site = Location::caller();
        let real = match self.binding.enter() {
            Runtime::Os => match self.real.try_lock() {
                Some(real) => real,
                None => self.wait(site),
            },
            Runtime::Sim(sim) => self.lock_simulated(sim, site),
        };
        self.guard(real, site)
    }

    /// Takes the lock if it is free.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        if let Runtime::Sim(sim) = self.binding.enter() {
            sim.scheduling_point(Op::TryLock, self.binding.number(), Location::caller());
        }
        Some(self.guard(self.real.try_lock()?, Location::caller()))
    }

    /// The data: a `&mut` mutex is not shared.
    pub fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }

    #[cold]
    fn wait(&self, site: Site) -> parking_lot::MutexGuard<'_, T> {
        let lock = Lock::mutex::<T>(&self.owner);
        waiting(WaitKind::Lock(lock), None, site, || self.real.lock())
    }

    /// One thread runs at a time, so the real lock is never waited for: it says who has the
    /// simulated one, and no data is reached but through it.
    fn lock_simulated(&self, sim: Sim, site: Site) -> parking_lot::MutexGuard<'_, T> {
        if let Some(at) = self.given_back.here() {
            sim.relock(at);
        }
        sim.scheduling_point(Op::Lock, self.binding.number(), site);
        loop {
            if let Some(real) = self.real.try_lock() {
                return real;
            }
            let lock = Lock::mutex::<T>(&self.owner);
            let unlocked = [self.binding.key()];
            waiting(WaitKind::Lock(lock), None, site, || sim.wait(&unlocked, None));
        }
    }

    #[inline]
    fn guard<'a>(&'a self, real: parking_lot::MutexGuard<'a, T>, site: Site) -> MutexGuard<'a, T> {
        self.owner.set(site);
        let release = Release { binding: &self.binding, site, given_back: Some(&self.given_back) };
        MutexGuard { owner: &self.owner, real, release }
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(data: T) -> Mutex<T> {
        Mutex::new(data)
    }
}

/// Under simulation this takes the lock as anyone would, if it is free.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.binding.is_here() && current_sim().is_none() {
            return self.real.fmt(f);
        }
        let mut text = f.debug_struct("Mutex");
        let data = if self.binding.is_here() { self.try_lock() } else { None };
        match data {
            Some(data) => text.field("data", &&*data).finish(),
            None => text.finish_non_exhaustive(),
        }
    }
}

/// The right to touch the data of a [`Mutex`], until dropped.
#[must_use = "a guard that is not kept gives the lock back at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) owner: &'a Owner,
    pub(super) real: parking_lot::MutexGuard<'a, T>,
    // After `real`, which gives the lock back.
    pub(super) release: Release<'a>,
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.real
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // The lock itself is given back after this, when `real` is dropped.
        self.owner.clear();
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
