//! The bugs, and which of them this process has.

use std::env;

/// What is wrong with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A request that is repeated is carried out again.
    NoDuplicateDetection,
    /// A server that thinks it leads answers a Get from its own store, without the log.
    StaleRead,
    /// Snapshots leave out the duplicate detection.
    DuplicatesNotInSnapshot,
    /// A leader answers as soon as it has put the request into its log.
    AnsweredBeforeApplied,
    /// The log is never replaced by a snapshot.
    NoSnapshots,
}

impl Bug {
    const ALL: [Bug; 5] = [
        Bug::NoDuplicateDetection,
        Bug::StaleRead,
        Bug::DuplicatesNotInSnapshot,
        Bug::AnsweredBeforeApplied,
        Bug::NoSnapshots,
    ];

    /// The bug of this process, if it has one: `SELFTEST_BUG` in the environment names it.
    pub(crate) fn chosen() -> Option<Bug> {
        let name = env::var("SELFTEST_BUG").ok()?;
        Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name)
    }
}
