//! Memory kept in reserve for the report of a test that is refused a thread or memory.
//!
//! The process that limits its memory (the harness does) sets the soft limit below the hard one.
//! When a thread or memory is refused, the soft limit is raised, so that the report can allocate.
//!
//! Such a report has no backtrace. To look up source lines std takes a lock and allocates much; if
//! that is refused as well, std's handler for refused memory waits for the same lock.

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
