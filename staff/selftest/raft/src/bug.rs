//! The bugs, and which of them this process has.

use std::env;

/// What is wrong with a Raft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Every server reports that it leads.
    TwoLeaders,
    /// Now and then a server reports an older term than before.
    TermGoesBack,
    /// One server leaves out an index when it applies.
    SkippedEntry,
    /// One server loses an entry, and applies the later ones an index too early.
    LostEntry,
    /// One server applies two entries in the wrong order.
    ReorderedApply,
    /// One server applies a different command at an index.
    DifferentCommand,
    /// One server applies what was never started.
    GarbledCommand,
    /// Snapshots reach the service with a byte missing.
    GarbledSnapshot,
    /// Nothing is saved.
    ForgottenPersist,
    /// What is saved is never read.
    ForgottenRestore,
    /// The term is saved, but not the log.
    LostLog,
    /// `state` is not written yet.
    Unfinished,
}

impl Bug {
    const ALL: [Bug; 12] = [
        Bug::TwoLeaders,
        Bug::TermGoesBack,
        Bug::SkippedEntry,
        Bug::LostEntry,
        Bug::ReorderedApply,
        Bug::DifferentCommand,
        Bug::GarbledCommand,
        Bug::GarbledSnapshot,
        Bug::ForgottenPersist,
        Bug::ForgottenRestore,
        Bug::LostLog,
        Bug::Unfinished,
    ];

    /// The bug of this process, if it has one: `SELFTEST_BUG` in the environment names it.
    pub(crate) fn chosen() -> Option<Bug> {
        let name = env::var("SELFTEST_BUG").ok()?;
        Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name)
    }

    /// Whether it shows in what is handed to the service.
    pub(crate) fn is_in_applying(self) -> bool {
        matches!(
            self,
            Bug::SkippedEntry
                | Bug::LostEntry
                | Bug::ReorderedApply
                | Bug::DifferentCommand
                | Bug::GarbledCommand
                | Bug::GarbledSnapshot
        )
    }
}
