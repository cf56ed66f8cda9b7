//! Memory in reserve for the report of a test that is refused more.
//!
//! Whoever limits the memory of a process (the harness does) sets the soft limit below the hard
//! one. When a thread or memory is refused, the difference is released, so that the report itself
//! is not refused what it allocates.
//!
//! Nor does such a report look up source lines. Std does that under a lock and allocates a lot
//! meanwhile; if that is refused as well, std's handler for it wants the same lock.

use std::sync::atomic::{AtomicBool, Ordering};

/// Relaxed: it guards nothing.
static RELEASED: AtomicBool = AtomicBool::new(false);

/// Was a thread or memory refused?
pub(crate) fn is_released() -> bool {
    RELEASED.load(Ordering::Relaxed)
}

/// Raises the soft limit on data to the hard one. Allocates nothing, and takes no lock.
pub(crate) fn release() {
    RELEASED.store(true, Ordering::Relaxed);
    #[cfg(unix)]
    // SAFETY: plain calls; the first fills in what the second reads.
    unsafe {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(libc::RLIMIT_DATA, &mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_DATA, &limit);
        }
    }
}
