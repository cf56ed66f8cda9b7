//! The properties by name, each with the place in the Raft paper that states it.

use crate::graded::proved_wrong;
use std::error::Error;
use std::fmt;

/// A property that is watched all the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// At most one leader is elected in a term.
    ElectionSafety,
    /// A leader only appends to its log: what it has put at an index stays there for its term.
    LeaderAppendOnly,
    /// A server's term never goes back. (Across a restart the rule on terms in messages judges.)
    MonotonicTerms,
    /// A server that crashed has saved its state.
    Persistence,
    /// No two servers apply different commands at one index, nor one server in two incarnations.
    StateMachineSafety,
    /// A server applies its log in order, without a gap.
    AppliedOrder,
    /// What one server has applied is there for good.
    NothingVanishes,
    /// A server applies only what was given to `start`.
    OnlyCommands,
    /// A snapshot arrives as it was made.
    SnapshotsIntact,
}

impl Property {
    /// What the property claims, in a few words: its name in every failure.
    pub fn claim(self) -> &'static str {
        match self {
            Property::ElectionSafety => "at most one leader per term",
            Property::LeaderAppendOnly => "a leader only appends to its log",
            Property::MonotonicTerms => "terms never go back",
            Property::Persistence => "2C: what must survive a crash is saved",
            Property::StateMachineSafety => "no index applied with different commands",
            Property::AppliedOrder => "commands are applied in order, without a gap",
            Property::NothingVanishes => "nothing applied ever vanishes",
            Property::OnlyCommands => "only commands that were started are applied",
            Property::SnapshotsIntact => "a snapshot arrives as it was made",
        }
    }

    /// Where the Raft paper (extended version) says so.
    pub fn paper(self) -> &'static str {
        match self {
            Property::ElectionSafety => "Election Safety, figure 3 and section 5.2",
            Property::LeaderAppendOnly => "Leader Append-Only, figure 3 and section 5.3",
            Property::MonotonicTerms => "currentTerm in figure 2, section 5.1",
            Property::Persistence => "persistent state in figure 2",
            Property::StateMachineSafety => "State Machine Safety, figure 3 and section 5.4.3",
            Property::AppliedOrder => "lastApplied in figure 2, section 5.3",
            Property::NothingVanishes => "Leader Completeness, figure 3 and section 5.4",
            Property::OnlyCommands => "the life of a command, section 5.3",
            Property::SnapshotsIntact => "InstallSnapshot in figure 13, section 7",
        }
    }
}

/// A property that did not hold, and how it showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which property.
    pub property: Property,
    /// How it showed: the servers, terms, indexes and values involved.
    pub what: String,
}

impl Violation {
    /// `property` does not hold, as `what` shows.
    pub fn of(property: Property, what: impl Into<String>) -> Violation {
        proved_wrong();
        Violation { property, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { property, what } = self;
        write!(formatter, "{}: {what} ({})", property.claim(), property.paper())
    }
}

impl Error for Violation {}
