//! The bugs, and the worlds they are planted in.

use labrt::world;

/// What is wrong with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A request that is repeated is carried out again.
    NoDuplicateDetection,
    /// Whoever believes to lead answers a Get from what it has applied, and asks nobody.
    StaleRead,
    /// What is done already is left out of snapshots.
    DuplicatesNotInSnapshot,
    /// A leader answers as soon as it has put the request into its log.
    AnsweredBeforeApplied,
    /// The log is never replaced by a snapshot.
    NoSnapshots,
}

impl Bug {
    /// Every bug there is.
    pub const ALL: [Bug; 5] = [
        Bug::NoDuplicateDetection,
        Bug::StaleRead,
        Bug::DuplicatesNotInSnapshot,
        Bug::AnsweredBeforeApplied,
        Bug::NoSnapshots,
    ];

    /// The seed of a world in which this bug is planted; of each `variant` another.
    pub fn seed(self, variant: u32) -> u64 {
        (u64::from(variant) << 32) + self.mark()
    }

    /// What the lower half of such a seed is.
    fn mark(self) -> u64 {
        0xB06_1000 + self as u64
    }

    /// The bug of the present world, if it has one.
    pub(crate) fn planted() -> Option<Bug> {
        let mark = world::seed() & u64::from(u32::MAX);
        Bug::ALL.into_iter().find(|bug| bug.mark() == mark)
    }
}
