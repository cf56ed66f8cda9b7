//! The three RPCs of the paper (figures 2 and 13): for each, who sends it, when, and what its
//! receiver must do. And [`ApplyMsg`], what Raft sends to its service.
//!
//! Every request and every reply carries its sender's term. A server that sees a later term than
//! its own adopts it and becomes a follower (5.1), before it does anything that is said below.

use bytes::Bytes;
use labrpc::{Fact, Rpc};
use serde::{Deserialize, Serialize};

use crate::log::Entry;
use crate::types::{Index, ServerId, Term};

/// Requests a vote (5.2): sent by a candidate to every peer when its election begins.
///
/// The receiver grants it if the term is its own, it has not voted for another in this term, and
/// the candidate's log is at least as up to date as its own (5.4.1). The vote is saved before the
/// reply is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestVote {
    /// The candidate's term.
    pub term: Term,
    /// The candidate.
    pub candidate: ServerId,
    /// The index of the candidate's last entry.
    pub last_log_index: Index,
    /// The term of the candidate's last entry.
    pub last_log_term: Term,
}

/// The reply to [`RequestVote`]. The candidate counts it if it is still a candidate in the term of
/// its request, and counts each voter once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestVoteReply {
    /// The voter's term.
    pub term: Term,
    /// Whether the candidate has the vote.
    pub granted: bool,
}

/// Replicates entries (5.3): sent by a leader to one peer, at once when it has new entries, and
/// without entries as a heartbeat otherwise (5.2).
///
/// The receiver refuses a stale term. Else it accepts the leader and resets its election timer. If
/// its log has the previous entry, it appends the entries it lacks, after truncating its log at the
/// first that conflicts, and commits up to min(`leader_commit`, last new entry). If not, it replies
/// what it has instead.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppendEntries {
    /// The leader's term.
    pub term: Term,
    /// The leader.
    pub leader: ServerId,
    /// The index of the entry just before `entries`.
    pub previous_index: Index,
    /// The term of that entry.
    pub previous_term: Term,
    /// The entries that follow it; none in a heartbeat.
    pub entries: Vec<Entry>,
    /// The leader's commit index.
    pub leader_commit: Index,
}

/// The reply to [`AppendEntries`]. The leader judges it by the request: after a match the peer's
/// progress advances, after a conflict it goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppendEntriesReply {
    /// The follower's term.
    pub term: Term,
    /// The result.
    pub outcome: AppendOutcome,
}

/// The result of an [`AppendEntries`] at its receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AppendOutcome {
    /// The follower's log now equals the leader's up to the last entry sent.
    Matched,
    /// The follower's log does not have the previous entry.
    Conflict(Conflict),
    /// The request's term is stale: earlier than the reply's.
    StaleTerm,
}

/// What a follower's log has at the previous index instead of the leader's entry, so that the
/// leader can go back a whole term at a time (end of 5.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The term of the entry there; `None` if the log ends before.
    pub term: Option<Term>,
    /// The follower's first entry of that term; if the log ends before, the index after its last
    /// entry.
    pub first_index: Index,
}

/// Installs a snapshot (7, figure 13): sent by a leader to a peer that needs entries that the
/// leader has discarded, in one message.
///
/// The receiver refuses a stale term and ignores a snapshot of what it has committed already. Else,
/// if its log has the snapshot's last entry, it keeps the entries that follow; if not, it discards
/// its whole log. It saves snapshot and log together, and sends the snapshot to its service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstallSnapshot {
    /// The leader's term.
    pub term: Term,
    /// The leader.
    pub leader: ServerId,
    /// The index of the last entry that the snapshot covers.
    pub last_included_index: Index,
    /// The term of that entry.
    pub last_included_term: Term,
    /// The service's state after that entry.
    pub snapshot: Bytes,
}

/// The reply to [`InstallSnapshot`]. If the term is the leader's own, the follower has everything
/// that the snapshot covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstallSnapshotReply {
    /// The follower's term.
    pub term: Term,
}

/// What Raft sends to its service, on the apply channel.
#[derive(Clone, Debug, PartialEq)]
pub enum ApplyMsg {
    /// A committed command: the one after the last message.
    Command {
        /// Its index in the log.
        index: Index,
        /// What was passed to `start`.
        command: Bytes,
    },
    /// A snapshot ahead of the service's state, which it must replace (part 2D).
    Snapshot {
        /// The index of the last entry that the snapshot covers.
        index: Index,
        /// The term of that entry.
        term: Term,
        /// What some server's service passed to `snapshot`.
        snapshot: Bytes,
    },
}

// What the messages say in the paper's words: the tests watch the paper's rules by it. If you
// change a message, change this with it.

impl Rpc for RequestVote {
    const NAME: &'static str = "Raft.RequestVote";
    type Reply = RequestVoteReply;

    fn fact(&self) -> Option<Fact> {
        Some(Fact::RequestVote {
            term: self.term.0,
            candidate: self.candidate.0 as u64,
            last_index: self.last_log_index.0,
            last_term: self.last_log_term.0,
        })
    }

    fn reply_fact(reply: &RequestVoteReply) -> Option<Fact> {
        Some(Fact::Vote { term: reply.term.0, granted: reply.granted })
    }
}

impl Rpc for AppendEntries {
    const NAME: &'static str = "Raft.AppendEntries";
    type Reply = AppendEntriesReply;

    fn fact(&self) -> Option<Fact> {
        Some(Fact::AppendEntries {
            term: self.term.0,
            leader: self.leader.0 as u64,
            previous_index: self.previous_index.0,
            previous_term: self.previous_term.0,
            entry_terms: self.entries.iter().map(|entry| entry.term.0).collect(),
            commit: self.leader_commit.0,
        })
    }

    fn reply_fact(reply: &AppendEntriesReply) -> Option<Fact> {
        let matched = reply.outcome == AppendOutcome::Matched;
        Some(Fact::Appended { term: reply.term.0, matched })
    }
}

impl Rpc for InstallSnapshot {
    const NAME: &'static str = "Raft.InstallSnapshot";
    type Reply = InstallSnapshotReply;

    fn fact(&self) -> Option<Fact> {
        Some(Fact::InstallSnapshot {
            term: self.term.0,
            leader: self.leader.0 as u64,
            last_index: self.last_included_index.0,
            last_term: self.last_included_term.0,
        })
    }

    fn reply_fact(reply: &InstallSnapshotReply) -> Option<Fact> {
        Some(Fact::Installed { term: reply.term.0 })
    }
}
