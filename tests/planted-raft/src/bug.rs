//! The bugs, and the worlds they are planted in.

use labrt::world;

/// What is wrong with a Raft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Every server says that it leads.
    TwoLeaders,
    /// Now and then a server tells an older term than before.
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
    /// Every bug there is.
    pub const ALL: [Bug; 12] = [
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

    /// The seed of a world in which this bug is planted; of each `variant` another.
    pub fn seed(self, variant: u32) -> u64 {
        (u64::from(variant) << 32) + self.mark()
    }

    /// What the lower half of such a seed is.
    fn mark(self) -> u64 {
        0xB06_0000 + self as u64
    }

    /// The bug of the present world, if it has one.
    pub(crate) fn planted() -> Option<Bug> {
        let mark = world::seed() & u64::from(u32::MAX);
        Bug::ALL.into_iter().find(|bug| bug.mark() == mark)
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
