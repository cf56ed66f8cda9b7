//! The seam between the facade and the runtimes behind it.
//!
//! An object belongs to one runtime for good: using it from another would let a simulated thread
//! block the OS thread it runs on, or the other way round. A channel belongs to the runtime it is
//! made in; a lock, which may be a `static`, to the one it is first used in. Operations that may
//! block or be contended ask the object's [`Home`] first and match on the [`Runtime`] they get, so
//! a new runtime is a new variant, and the compiler names the places that must learn it. (What it
//! cannot name: dropping guards and channels' ends, and the atomics, which are std's as they are.)

use std::sync::atomic::{AtomicU32, Ordering};

/// A runtime that threads of the lab can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// OS threads, real time.
    Os,
}

impl Runtime {
    /// The runtime of the calling thread.
    #[inline(always)]
    pub(crate) fn current() -> Runtime {
        Runtime::Os
    }
}

/// Which runtime an object belongs to.
pub(crate) struct Home(AtomicU32);

const UNBOUND: u32 = 0;
const OS: u32 = 1;

impl Home {
    /// Bound by the first use.
    pub(crate) const fn unbound() -> Home {
        Home(AtomicU32::new(UNBOUND))
    }

    /// The calling thread's runtime.
    pub(crate) fn here() -> Home {
        let Runtime::Os = Runtime::current();
        Home(AtomicU32::new(OS))
    }

    /// The runtime to use this object in.
    ///
    /// # Panics
    /// If the object belongs to another runtime than the calling thread's.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn enter(&self) -> Runtime {
        // Relaxed: the tag guards no data, and whoever shares the object has synchronised already.
        match self.0.load(Ordering::Relaxed) {
            OS => Runtime::Os,
            other => self.settle(other),
        }
    }

    #[cold]
    #[track_caller]
    fn settle(&self, found: u32) -> Runtime {
        let Runtime::Os = Runtime::current();
        assert!(
            found == UNBOUND,
            "this object was made in another world (number {found}) and cannot be used here"
        );
        self.0.store(OS, Ordering::Relaxed);
        Runtime::Os
    }
}

impl Clone for Home {
    fn clone(&self) -> Home {
        Home(AtomicU32::new(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_use_binds() {
        let home = Home::unbound();
        assert_eq!(home.enter(), Runtime::Os);
        assert_eq!(home.0.load(Ordering::Relaxed), OS);
        assert_eq!(home.clone().enter(), Runtime::Os);
    }

    #[test]
    #[should_panic(expected = "made in another world (number 7)")]
    fn an_object_of_another_world_is_refused() {
        Home(AtomicU32::new(7)).enter();
    }
}
