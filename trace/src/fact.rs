//! What a message of Raft says, in the words of figures 2 and 13 of the paper.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::fmt;

/// What a request or a reply says. Indexes, terms and servers are plain numbers: index 0 stands
/// before the first entry and has term 0; servers count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The request RequestVote (5.2).
    RequestVote {
        /// The candidate's term.
        term: u64,
        /// The candidate: the server that sends this.
        candidate: u64,
        /// The index of its last entry.
        last_index: u64,
        /// The term of that entry.
        last_term: u64,
    },
    /// The reply to RequestVote.
    Vote {
        /// The voter's term.
        term: u64,
        /// Whether the candidate has the vote.
        granted: bool,
    },
    /// The request AppendEntries (5.3); without entries a heartbeat.
    AppendEntries {
        /// The leader's term.
        term: u64,
        /// The leader: the server that sends this.
        leader: u64,
        /// The index of the entry just before those sent.
        previous_index: u64,
        /// The term of that entry.
        previous_term: u64,
        /// The terms of the entries sent, in order.
        entry_terms: EntryTerms,
        /// The leader's commit index.
        commit: u64,
    },
    /// The reply to AppendEntries.
    Appended {
        /// The follower's term.
        term: u64,
        /// `success` of figure 2: the follower had the previous entry, and has all that were sent.
        matched: bool,
    },
    /// The request InstallSnapshot (7, figure 13), in one piece.
    InstallSnapshot {
        /// The leader's term.
        term: u64,
        /// The leader: the server that sends this.
        leader: u64,
        /// The index of the last entry that the snapshot covers.
        last_index: u64,
        /// The term of that entry.
        last_term: u64,
    },
    /// The reply to InstallSnapshot.
    Installed {
        /// The follower's term.
        term: u64,
    },
    /// A message of the student's own, a pre-vote say, or the reply to one. It carries no entry, no
    /// commit index, no snapshot and no vote: what those who watch know of these is complete
    /// without it.
    Other,
}

/// Which of the three RPCs a fact belongs to, and whether it is a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FactKind {
    /// [`Fact::RequestVote`].
    RequestVote,
    /// [`Fact::Vote`].
    Vote,
    /// [`Fact::AppendEntries`].
    AppendEntries,
    /// [`Fact::Appended`].
    Appended,
    /// [`Fact::InstallSnapshot`].
    InstallSnapshot,
    /// [`Fact::Installed`].
    Installed,
    /// [`Fact::Other`].
    Other,
}

impl Fact {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> FactKind {
        match self {
            Fact::RequestVote { .. } => FactKind::RequestVote,
            Fact::Vote { .. } => FactKind::Vote,
            Fact::AppendEntries { .. } => FactKind::AppendEntries,
            Fact::Appended { .. } => FactKind::Appended,
            Fact::InstallSnapshot { .. } => FactKind::InstallSnapshot,
            Fact::Installed { .. } => FactKind::Installed,
            Fact::Other => FactKind::Other,
        }
    }

    /// The term of its sender; 0 if it tells none.
    #[must_use]
    pub fn term(&self) -> u64 {
        match *self {
            Fact::RequestVote { term, .. }
            | Fact::Vote { term, .. }
            | Fact::AppendEntries { term, .. }
            | Fact::Appended { term, .. }
            | Fact::InstallSnapshot { term, .. }
            | Fact::Installed { term } => term,
            Fact::Other => 0,
        }
    }
}

impl FactKind {
    /// The kind of the reply to this request; `None` for a reply.
    #[must_use]
    pub fn reply(self) -> Option<FactKind> {
        match self {
            FactKind::RequestVote => Some(FactKind::Vote),
            FactKind::AppendEntries => Some(FactKind::Appended),
            FactKind::InstallSnapshot => Some(FactKind::Installed),
            FactKind::Other => Some(FactKind::Other),
            FactKind::Vote | FactKind::Appended | FactKind::Installed => None,
        }
    }
}

/// The terms of consecutive entries, run by run: a term, and how many entries have it. Most
/// messages have one run, so most need no allocation.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryTerms {
    runs: SmallVec<[(u64, u64); 2]>,
}

impl EntryTerms {
    /// No entries.
    #[must_use]
    pub fn new() -> EntryTerms {
        EntryTerms::default()
    }

    /// Adds `count` entries of one term at the end.
    pub fn push(&mut self, term: u64, count: u64) {
        match self.runs.last_mut() {
            _ if count == 0 => {}
            Some(last) if last.0 == term => last.1 = last.1.saturating_add(count),
            _ => self.runs.push((term, count)),
        }
    }

    /// The runs: a term, and how many entries in a row have it.
    pub fn runs(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
        self.runs.iter().copied()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.runs.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.iter().all(|(_, count)| *count == 0)
    }
}

/// From the term of each entry, in order.
impl FromIterator<u64> for EntryTerms {
    fn from_iter<I: IntoIterator<Item = u64>>(terms: I) -> EntryTerms {
        let mut entry_terms = EntryTerms::new();
        terms.into_iter().for_each(|term| entry_terms.push(term, 1));
        entry_terms
    }
}

/// `[3x2, 4]`: two entries of term 3, one of term 4.
impl fmt::Display for EntryTerms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[")?;
        for (at, (term, count)) in self.runs().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            match count {
                1 => write!(formatter, "{separator}{term}")?,
                count => write!(formatter, "{separator}{term}x{count}")?,
            }
        }
        formatter.write_str("]")
    }
}

impl fmt::Debug for EntryTerms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_entries_of_one_term_are_one_run() {
        let terms: EntryTerms = [3, 3, 4, 3].into_iter().collect();
        assert_eq!(terms.runs().collect::<Vec<_>>(), [(3, 2), (4, 1), (3, 1)]);
        assert_eq!(terms.len(), 4);
        assert_eq!(terms.to_string(), "[3x2, 4, 3]");
        assert!(EntryTerms::new().is_empty());
    }

    #[test]
    fn a_run_of_nothing_is_no_run_and_a_count_saturates() {
        let mut terms = EntryTerms::new();
        terms.push(3, 0);
        assert!(terms.is_empty());
        terms.push(3, u64::MAX);
        terms.push(3, 1);
        terms.push(4, 1);
        assert_eq!(terms.len(), u64::MAX);
    }

    #[test]
    fn a_request_names_its_reply() {
        assert_eq!(FactKind::RequestVote.reply(), Some(FactKind::Vote));
        assert_eq!(FactKind::Vote.reply(), None);
        let fact = Fact::Installed { term: 7 };
        assert_eq!((fact.kind(), fact.term()), (FactKind::Installed, 7));
    }
}
