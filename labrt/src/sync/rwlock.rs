//! A lock that several readers or one writer may hold.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::release::Release;
use crate::runtime::{Runtime, WorldBinding, current_sim};
use crate::sim::trace::Op;
use crate::wait::{Lock, Owner, Site, WaitKind, waiting};

/// Data that many threads may read at a time, or one may change.
///
/// A report names the writer, or else the last reader, to those who wait. A ring through
/// readers is not found at once; see [`Mutex`](super::Mutex) for what is.
pub struct RwLock<T: ?Sized> {
    binding: WorldBinding,
    writer: Owner,
    /// The last thread to read, for reports alone: it may have stopped, others may still read.
    reader: Owner,
    real: parking_lot::RwLock<T>,
}

impl<T> RwLock<T> {
    /// An unlocked lock.
    pub const fn new(data: T) -> RwLock<T> {
        RwLock {
            binding: WorldBinding::unbound(),
            writer: Owner::none(),
            reader: Owner::none(),
            real: parking_lot::RwLock::new(data),
        }
    }

    /// The data, once the lock is no longer shared.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until there is no writer, and reads.
    #[inline]
    #[track_caller]
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        let site = Location::caller();
        let real = match self.binding.enter() {
            Runtime::Os => self
                .real
                .try_read()
                .unwrap_or_else(|| waiting(self.what(), None, site, || self.real.read())),
            Runtime::Sim(sim) => {
                sim.scheduling_point(Op::Read, self.binding.number(), site);
                loop {
                    if let Some(real) = self.real.try_read() {
                        break real;
                    }
                    waiting(self.what(), None, site, || sim.wait(&[self.binding.key()], None));
                }
            }
        };
        self.reader.set(site);
        RwLockReadGuard { real, _release: self.release(site) }
    }

    /// Waits until there is no reader or writer, and writes.
    #[inline]
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        let site = Location::caller();
        let real = match self.binding.enter() {
            Runtime::Os => self
                .real
                .try_write()
                .unwrap_or_else(|| waiting(self.what(), None, site, || self.real.write())),
            Runtime::Sim(sim) => {
                sim.scheduling_point(Op::Write, self.binding.number(), site);
                loop {
                    if let Some(real) = self.real.try_write() {
                        break real;
                    }
                    waiting(self.what(), None, site, || sim.wait(&[self.binding.key()], None));
                }
            }
        };
        self.writer.set(site);
        RwLockWriteGuard { writer: &self.writer, real, _release: self.release(site) }
    }

    /// Reads if there is no writer.
    #[track_caller]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        let site = Location::caller();
        if let Runtime::Sim(sim) = self.binding.enter() {
            sim.scheduling_point(Op::TryLock, self.binding.number(), site);
        }
        let real = self.real.try_read()?;
        self.reader.set(site);
        Some(RwLockReadGuard { real, _release: self.release(site) })
    }

    /// Writes if there is no reader or writer.
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let site = Location::caller();
        if let Runtime::Sim(sim) = self.binding.enter() {
            sim.scheduling_point(Op::TryLock, self.binding.number(), site);
        }
        let real = self.real.try_write()?;
        self.writer.set(site);
        Some(RwLockWriteGuard { writer: &self.writer, real, _release: self.release(site) })
    }

    fn what(&self) -> WaitKind {
        WaitKind::Lock(Lock::rwlock::<T>(&self.writer, &self.reader))
    }

    fn release(&self, site: Site) -> Release<'_> {
        Release { binding: &self.binding, site, given_back: None }
    }

    /// The data: a `&mut` lock is not shared.
    pub fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> RwLock<T> {
        RwLock::new(T::default())
    }
}

/// Under simulation this takes the lock as anyone would, if it is free.
impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.binding.is_here() && current_sim().is_none() {
            return self.real.fmt(f);
        }
        let mut text = f.debug_struct("RwLock");
        let data = if self.binding.is_here() { self.try_read() } else { None };
        match data {
            Some(data) => text.field("data", &&*data).finish(),
            None => text.finish_non_exhaustive(),
        }
    }
}

/// The right to read the data of a [`RwLock`], until dropped.
#[must_use = "a guard that is not kept gives the lock back at once"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    real: parking_lot::RwLockReadGuard<'a, T>,
    // After `real`, which gives the lock back.
    _release: Release<'a>,
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.real
    }
}

/// The right to change the data of a [`RwLock`], until dropped.
#[must_use = "a guard that is not kept gives the lock back at once"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    writer: &'a Owner,
    real: parking_lot::RwLockWriteGuard<'a, T>,
    // After `real`, which gives the lock back.
    _release: Release<'a>,
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.real
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        // The lock itself is given back after this, when `real` is dropped.
        self.writer.clear();
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(data: T) -> RwLock<T> {
        RwLock::new(data)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
