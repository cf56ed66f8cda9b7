//! The three RPCs of the paper (figures 2 and 13): for each, who sends it, when, and what its
//! receiver must do.
//!
//! Every request and every reply carries its sender's term. Whoever sees a term above its own
//! adopts it and is a follower from then on (5.1); that goes before all that is said below.

use bytes::Bytes;
use labrpc::Rpc;
use serde::{Deserialize, Serialize};

use crate::log::Entry;
use crate::vocabulary::{Index, ServerId, Term};

/// "Vote for me" (5.2): sent by a candidate to every peer when its election begins.
///
/// The receiver grants it if the term is its own, it has not voted for another in this term, and
/// the candidate's log is at least as up to date as its own (5.4.1). The vote is saved before the
/// reply leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestVote {
    /// The candidate's term.
    pub term: Term,
    /// Who asks.
    pub candidate: ServerId,
    /// Where the candidate's log ends.
    pub last_log_index: Index,
    /// The term of the candidate's last entry.
    pub last_log_term: Term,
}

/// The answer to [`RequestVote`]. The candidate counts it if it still stands in the term it asked
/// in, and counts each voter once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestVoteReply {
    /// The voter's term.
    pub term: Term,
    /// Whether the candidate has the vote.
    pub granted: bool,
}

/// "These entries follow that one" (5.3): sent by a leader to one peer, at once when it has new
/// entries, and empty as a heartbeat otherwise (5.2).
///
/// The receiver refuses an old term. Else it recognises the leader and puts off its election; if
/// its log has the previous entry, it takes over the entries it lacks, dropping its own from the
/// first that differs, and may then commit up to `leader_commit`; if not, it says what it has
/// instead.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppendEntries {
    /// The leader's term.
    pub term: Term,
    /// Who leads.
    pub leader: ServerId,
    /// The index of the entry just before `entries`.
    pub previous_index: Index,
    /// The term of that entry.
    pub previous_term: Term,
    /// What follows it: none in a heartbeat.
    pub entries: Vec<Entry>,
    /// How far the leader has committed.
    pub leader_commit: Index,
}

/// The answer to [`AppendEntries`]. The leader judges it by what it sent: a match moves the
/// peer's progress on, a conflict sets it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppendEntriesReply {
    /// The follower's term.
    pub term: Term,
    /// What became of the entries.
    pub outcome: AppendOutcome,
}

/// What became of the entries of an [`AppendEntries`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AppendOutcome {
    /// The follower's log now equals the leader's up to the last entry sent.
    Matched,
    /// The follower's log does not have the previous entry.
    Conflict(Conflict),
    /// The request's term is over; the reply's term says which has come.
    TermIsOver,
}

/// What a follower has where the leader believed the previous entry to be, so that the leader can
/// back up a whole term at a time (end of 5.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The term of the entry found there; `None` if the log ends before.
    pub term: Option<Term>,
    /// The first entry the follower has of that term; just past its last entry if the log ends
    /// before.
    pub first_index: Index,
}

/// "Start from this snapshot" (7, figure 13): sent by a leader to a peer that needs entries the
/// leader has discarded. It comes in one piece.
///
/// The receiver refuses an old term and ignores a snapshot of what it has committed already. Else
/// it keeps the entries that follow the snapshot if it has the entry it ends with, discards its
/// whole log if not, saves both together, and hands the snapshot to its service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstallSnapshot {
    /// The leader's term.
    pub term: Term,
    /// Who leads.
    pub leader: ServerId,
    /// The last entry the snapshot stands for.
    pub last_included_index: Index,
    /// The term of that entry.
    pub last_included_term: Term,
    /// The service's state after that entry.
    pub snapshot: Bytes,
}

/// The answer to [`InstallSnapshot`]: with the leader's own term, the follower has all that the
/// snapshot stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstallSnapshotReply {
    /// The follower's term.
    pub term: Term,
}

impl Rpc for RequestVote {
    const NAME: &'static str = "Raft.RequestVote";
    type Reply = RequestVoteReply;
}

impl Rpc for AppendEntries {
    const NAME: &'static str = "Raft.AppendEntries";
    type Reply = AppendEntriesReply;
}

impl Rpc for InstallSnapshot {
    const NAME: &'static str = "Raft.InstallSnapshot";
    type Reply = InstallSnapshotReply;
}
