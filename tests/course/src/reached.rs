//! What a simulated run reached: situations in which mistakes show, or do not. A batch of seeds in
//! which nobody ever split a vote says nothing about split votes.
//!
//! The watcher that recognizes them is in `tests/rules` (`situations`); the test's process leaves
//! what it found with its outcome, as names.

mod reference;

pub use reference::Reference;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A situation, as it is seen in the messages and in what the test does to the servers.
///
/// "Known" is what the events told up to then. What is known of a log are the entries that a server
/// acknowledged, or sent as a leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// In a term a server refused a candidate the vote that another had, and none had a majority's
    /// votes when a later term began (5.2).
    SplitVotes,
    /// A vote was refused in the candidate's own term by a server that had voted for nobody else
    /// and has a log more up to date, as far as known (5.4.1).
    VotesRefusedForLog,
    /// A vote was delivered to a candidate that was in a later term by then.
    LateVotes,
    /// A leader showed a later term without having crashed (5.1).
    LeadersDeposed,
    /// A server sent AppendEntries or InstallSnapshot after another had led a later term.
    TwoLeaders,
    /// A server restarted that had voted in the latest term it is known to have reached.
    VotersRestarted,
    /// A server that had voted and restarted was asked for its vote by another candidate in the
    /// same term (figure 2, persistent state).
    VotersAskedAgain,
    /// AppendEntries was refused in its own term: the follower lacked the previous entry (5.3).
    Conflicts,
    /// A follower refused previous entries of two terms or more from a leader in its term.
    ConflictsOverTerms,
    /// A server acknowledged an entry at an index at which it had had one of another term (5.3).
    EntriesThrownAway,
    /// A server threw away an entry that the logs of a majority had had (figure 8).
    MajorityThrownAway,
    /// A leader was told that a majority has an entry of an earlier term which is not known to be
    /// committed, and none of its own (5.4.2, figure 8).
    OldOnMajority,
    /// A leader committed, first of all, an entry of an earlier term (5.4.2).
    OldCommitted,
    /// The reply to AppendEntries or InstallSnapshot was delivered to a server that was in a later
    /// term by then.
    LateReplies,
    /// A server crashed that had entries which no leader had committed yet.
    CrashesUncommitted,
    /// AppendEntries with entries arrived after a later one of the same leader in the same term.
    RequestsOvertaken,
    /// A request arrived twice.
    Duplicates,
    /// A request arrived whose sender had crashed.
    SenderCrashed,
    /// A request arrived that had been sent before its receiver started.
    ReceiverRestarted,
    /// A follower took a snapshot (InstallSnapshot answered in its own term) with entries that it
    /// is not known to have had.
    SnapshotsInstalled,
    /// InstallSnapshot arrived at a server with entries behind the snapshot's last, of which that
    /// last one was not known to be committed.
    SnapshotsOnLongerLog,
    /// InstallSnapshot arrived that covers no more than the server knew to be committed.
    StaleSnapshots,
    /// InstallSnapshot and AppendEntries with entries, of one leader in one term, arrived in the
    /// other order than they had been sent.
    SnapshotsCrossed,
    /// AppendEntries with entries arrived whose previous entry lay below a snapshot of the
    /// receiver.
    EntriesBelowSnapshot,
    /// A server restarted that had a snapshot on its disk.
    SnapshotRestarts,
    /// A client got no reply although its request had been answered.
    ClientRepliesLost,
    /// A request of a client was answered by a server that led when it arrived, and was in a later
    /// term by then.
    DeposedWhileWaiting,
    /// An operation reached two leaders, or one leader in two terms.
    OperationsAtTwoLeaders,
    /// An operation reached a leader twice in one term.
    OperationsTwice,
}

impl Situation {
    /// All there are, in the order in which they are printed.
    pub const ALL: [Situation; 29] = [
        Situation::SplitVotes,
        Situation::VotesRefusedForLog,
        Situation::LateVotes,
        Situation::LeadersDeposed,
        Situation::TwoLeaders,
        Situation::VotersRestarted,
        Situation::VotersAskedAgain,
        Situation::Conflicts,
        Situation::ConflictsOverTerms,
        Situation::EntriesThrownAway,
        Situation::MajorityThrownAway,
        Situation::OldOnMajority,
        Situation::OldCommitted,
        Situation::LateReplies,
        Situation::CrashesUncommitted,
        Situation::RequestsOvertaken,
        Situation::Duplicates,
        Situation::SenderCrashed,
        Situation::ReceiverRestarted,
        Situation::SnapshotsInstalled,
        Situation::SnapshotsOnLongerLog,
        Situation::StaleSnapshots,
        Situation::SnapshotsCrossed,
        Situation::EntriesBelowSnapshot,
        Situation::SnapshotRestarts,
        Situation::ClientRepliesLost,
        Situation::DeposedWhileWaiting,
        Situation::OperationsAtTwoLeaders,
        Situation::OperationsTwice,
    ];

    /// What it is called on the screen and in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Situation::SplitVotes => "split votes",
            Situation::VotesRefusedForLog => "votes refused for an old log",
            Situation::LateVotes => "votes of an earlier term",
            Situation::LeadersDeposed => "leaders deposed",
            Situation::TwoLeaders => "leaders beside a later one",
            Situation::VotersRestarted => "voters restarted",
            Situation::VotersAskedAgain => "restarted voters asked again",
            Situation::Conflicts => "conflicts",
            Situation::ConflictsOverTerms => "conflicts over 2 terms",
            Situation::EntriesThrownAway => "entries thrown away",
            Situation::MajorityThrownAway => "entries of a majority thrown away",
            Situation::OldOnMajority => "older entries on a majority",
            Situation::OldCommitted => "older entries committed",
            Situation::LateReplies => "replies of an earlier term",
            Situation::CrashesUncommitted => "crashes before a commit",
            Situation::RequestsOvertaken => "requests overtaken",
            Situation::Duplicates => "duplicates",
            Situation::SenderCrashed => "requests of crashed senders",
            Situation::ReceiverRestarted => "requests across a restart",
            Situation::SnapshotsInstalled => "snapshots installed",
            Situation::SnapshotsOnLongerLog => "snapshots onto a longer log",
            Situation::StaleSnapshots => "stale snapshots",
            Situation::SnapshotsCrossed => "snapshots and entries crossed",
            Situation::EntriesBelowSnapshot => "entries from below a snapshot",
            Situation::SnapshotRestarts => "restarts from a snapshot",
            Situation::ClientRepliesLost => "replies to clients lost",
            Situation::DeposedWhileWaiting => "leaders deposed while a client waited",
            Situation::OperationsAtTwoLeaders => "operations at two leaders",
            Situation::OperationsTwice => "operations twice at a leader",
        }
    }

    /// What may be the reason if a solution never reaches it. Any of them may be as intended.
    #[must_use]
    pub fn why_never(self) -> Option<&'static str> {
        match self {
            Situation::SplitVotes => Some("your election timeouts may leave no room for it"),
            Situation::LateVotes => Some("your candidates may wait long before they ask again"),
            Situation::ConflictsOverTerms => {
                Some("your leader may skip more than a term at a time, or send its whole log")
            }
            Situation::OldOnMajority | Situation::OldCommitted => {
                Some("your leader may send nothing before it has an entry of its own term")
            }
            Situation::RequestsOvertaken => {
                Some("your leader may have one request at a time on its way to a follower")
            }
            Situation::SnapshotsCrossed => {
                Some("your leader may send nothing while a snapshot is on its way")
            }
            Situation::SnapshotsInstalled => Some("your leader may never discard what lags"),
            _ => None,
        }
    }

    fn named(name: &str) -> Option<Situation> {
        Situation::ALL.into_iter().find(|situation| situation.name() == name)
    }

    fn bit(self) -> u64 {
        1 << self as u32
    }
}

/// Its name.
impl fmt::Display for Situation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Situation {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Situation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Situation, D::Error> {
        let name = String::deserialize(from)?;
        Situation::named(&name)
            .ok_or_else(|| D::Error::custom(format!("there is no situation called {name:?}")))
    }
}

/// The situations that a run reached, once or more often. In JSON a list of names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    bits: u64,
}

impl Reached {
    /// The run reached it.
    pub fn add(&mut self, situation: Situation) {
        self.bits |= situation.bit();
    }

    /// Whether the run reached it.
    #[must_use]
    pub fn has(self, situation: Situation) -> bool {
        self.bits & situation.bit() != 0
    }

    /// What either reached.
    #[must_use]
    pub fn and(self, other: Reached) -> Reached {
        Reached { bits: self.bits | other.bits }
    }

    /// All of them, in the order in which they are printed.
    pub fn iter(self) -> impl Iterator<Item = Situation> {
        Situation::ALL.into_iter().filter(move |situation| self.has(*situation))
    }
}

impl FromIterator<Situation> for Reached {
    fn from_iter<I: IntoIterator<Item = Situation>>(situations: I) -> Reached {
        let mut reached = Reached::default();
        situations.into_iter().for_each(|situation| reached.add(situation));
        reached
    }
}

impl Serialize for Reached {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Reached {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Reached, D::Error> {
        Ok(Vec::<Situation>::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
