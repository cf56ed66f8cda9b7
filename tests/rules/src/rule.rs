//! The rules by name, each with its place in the Raft paper.

use std::error::Error;
use std::fmt;

/// A rule of the paper that is watched on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A server votes for one candidate in a term, also across crashes.
    OneVote,
    /// A server leads only with the votes of a majority.
    Elected,
    /// A leader commits by counting only entries of its own term.
    CommitsOwnTerm,
    /// A leader commits only what a majority has.
    CommitsMajority,
    /// A follower commits only what matched the leader's log.
    CommitsMatched,
    /// What a server acknowledged it keeps.
    Keeps,
    /// A vote goes to a log that is at least as up to date as the voter's.
    UpToDate,
    /// A server acknowledges only what it has.
    Has,
    /// A stale request is refused.
    Stale,
    /// A server's term never goes back.
    Terms,
    /// A leader never overwrites or changes entries of its log.
    AppendOnly,
    /// Two entries with the same index and term have the same entries before them.
    LogMatching,
    /// What a reply promises is saved first.
    SavedFirst,
    /// A snapshot does not take the service back.
    Snapshots,
    /// A message's facts fit the message.
    Facts,
}

impl Rule {
    /// What the rule claims, in a few words: its name in every failure.
    #[must_use]
    pub fn claim(self) -> &'static str {
        match self {
            Rule::OneVote => "one vote a term",
            Rule::Elected => "a leader has the votes of a majority",
            Rule::CommitsOwnTerm => "a leader commits by counting only entries of its term",
            Rule::CommitsMajority => "a leader commits only what a majority has",
            Rule::CommitsMatched => "a follower commits only what matched",
            Rule::Keeps => "what was acknowledged is kept",
            Rule::UpToDate => "votes go to logs that are up to date",
            Rule::Has => "a server acknowledges only what it has",
            Rule::Stale => "stale requests are refused",
            Rule::Terms => "terms do not go back in messages",
            Rule::AppendOnly => "a leader's log only grows",
            Rule::LogMatching => {
                "entries equal in index and term have the same entries before them"
            }
            Rule::SavedFirst => "2C: what a reply promises is saved first",
            Rule::Snapshots => "a snapshot does not take a service back",
            Rule::Facts => "a message's facts fit the message",
        }
    }

    /// Whether it rests on knowing all that passed between servers: every entry, commit index,
    /// snapshot and vote.
    pub(crate) fn needs_all_facts(self) -> bool {
        match self {
            Rule::Elected
            | Rule::CommitsOwnTerm
            | Rule::CommitsMajority
            | Rule::CommitsMatched
            | Rule::Has
            | Rule::Keeps
            | Rule::UpToDate
            | Rule::SavedFirst
            | Rule::Snapshots => true,
            Rule::OneVote
            | Rule::Stale
            | Rule::Terms
            | Rule::AppendOnly
            | Rule::LogMatching
            | Rule::Facts => false,
        }
    }

    /// Where the Raft paper (extended version) says so.
    #[must_use]
    pub fn paper(self) -> &'static str {
        match self {
            Rule::OneVote => "5.2; figure 2: votedFor",
            Rule::Elected => "5.2; figure 2, rules for candidates",
            Rule::CommitsOwnTerm => "5.4.2, figure 8; figure 2, the last rule for leaders",
            Rule::CommitsMajority => "5.3; figure 2, the last rule for leaders",
            Rule::CommitsMatched => "5.3; figure 2, AppendEntries 5",
            Rule::Keeps => "5.3; figure 2, AppendEntries 3 and 4",
            Rule::UpToDate => "5.4.1; figure 2, RequestVote 2",
            Rule::Has => "5.3; figure 2, AppendEntries 2",
            Rule::Stale => "5.1; figure 2, RequestVote 1 and AppendEntries 1",
            Rule::Terms => "5.1; figure 2: currentTerm",
            Rule::AppendOnly => "Leader Append-Only, figure 3 and section 5.3",
            Rule::LogMatching => "Log Matching, figure 3 and section 5.3",
            Rule::SavedFirst => "figure 2: updated on stable storage before responding to RPCs",
            Rule::Snapshots => "7, figure 13",
            Rule::Facts => "figure 2, the arguments and results of the RPCs",
        }
    }
}

/// A rule that was broken, and how it showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// How it showed: servers, terms, indexes, and the earlier event that it contradicts with its
    /// time.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { rule, what } = self;
        write!(formatter, "{}: {what} ({})", rule.claim(), rule.paper())
    }
}

impl Error for Violation {}
