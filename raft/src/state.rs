//! What a server knows (the box "State" of figure 2), and the rules about terms and roles (5.1):
//! adopting a later term, and stepping down to follower.
//!
//! `impl State` holds the paper's rules. It never blocks and never sends: the time is an argument,
//! messages to send are results, so every rule can be tested by calling it. The rules of elections,
//! replication and snapshots are in the files of those names.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use labrt::time::Instant;
use log::info;

use crate::log::Log;
use crate::progress::Progress;
use crate::types::{Index, ServerId, Term};

// FROM 2C
use crate::encoded_log::Saved;

/// One server's state. It is behind the Raft's one lock, so one thread at a time uses it.
pub(crate) struct State {
    /// Which server this is; never changes.
    pub(crate) me: ServerId,
    /// How many servers the cluster has, this one included; never changes.
    pub(crate) servers: usize,

    /// The latest term seen. Never goes back. Saved before the lock is released.
    pub(crate) term: Term,
    /// The candidate that has our vote in `term`; once set, it never changes in that term. Saved
    /// before the lock is released, or a restarted server could vote twice.
    pub(crate) voted_for: Option<ServerId>,
    /// The log. Committed entries never change. Saved before the lock is released, since a leader
    /// counts the entries that a follower acknowledged.
    pub(crate) log: Log,
    /// The service's snapshot of everything up to the log's `snapshot_index`; empty while that is
    /// 0. Saved together with the log that it shortens.
    pub(crate) snapshot: Bytes,
    // FROM 2C
    /// Which of the above has been saved, encoded. Only `persist` uses it.
    pub(crate) saved: Saved,

    /// Follower, candidate or leader, with the fields that only that role needs.
    pub(crate) role: Role,
    /// The last entry known to be committed. Never goes back; at least the log's `snapshot_index`.
    pub(crate) commit_index: Index,
    /// The last entry handed to the service, or being handed to it. Never goes back; at most
    /// `commit_index`.
    pub(crate) last_applied: Index,
    /// When to start an election unless a leader's message arrives before. Unused by a leader.
    pub(crate) election_deadline: Instant,
    /// Set by `kill`, never cleared: the threads end, and this server never leads again.
    pub(crate) killed: bool,
}

/// The roles of a server (figure 4).
pub(crate) enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Has asked for votes in the current term.
    Candidate {
        /// The servers that granted their vote, ourselves included. A set, so that a repeated reply
        /// counts once.
        votes: BTreeSet<ServerId>,
    },
    /// Leads the current term.
    Leader {
        /// The progress of each of the others. Sorted, so that the order is always the same.
        followers: BTreeMap<ServerId, Progress>,
    },
}

/// A role without its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleName {
    Follower,
    Candidate,
    Leader,
}

/// The values of a state before a step, from which the invariants and `Raft::wake` see what
/// changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateDigest {
    pub(crate) term: Term,
    pub(crate) voted_for: Option<ServerId>,
    pub(crate) role: RoleName,
    pub(crate) snapshot_index: Index,
    pub(crate) last: Index,
    pub(crate) commit_index: Index,
    pub(crate) last_applied: Index,
}

impl State {
    /// The state of a new server: a follower in term 0 with an empty log.
    pub(crate) fn new(me: ServerId, servers: usize, now: Instant) -> State {
        let mut state = State {
            me,
            servers,
            term: Term(0),
            voted_for: None,
            log: Log::new(),
            snapshot: Bytes::new(),
            role: Role::Follower,
            commit_index: Index(0),
            last_applied: Index(0),
            election_deadline: now,
            killed: false,
            // FROM 2C
            saved: Saved::default(),
        };
        state.reset_election_timer(now);
        state
    }

    /// Whether this server is the leader of its current term (a later term may have begun
    /// elsewhere).
    pub(crate) fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// The rule for all servers in figure 2 (5.1): a server that sees a later term than its own
    /// adopts it, steps down to follower, and has not voted in it yet.
    pub(crate) fn adopt_later_term(&mut self, seen: Term, now: Instant) {
        // TASK 2A: adopt a later term, as a follower that has not voted in it (5.1; figure 2, rules
        //   for all servers)
        if seen > self.term {
            info!("term {} -> {seen}", self.term);
            self.term = seen;
            self.voted_for = None;
            self.become_follower(now);
        }
    }

    /// Stops being the leader or a candidate.
    pub(crate) fn become_follower(&mut self, now: Instant) {
        // TASK 2A: become a follower; a leader had no election deadline and needs one, a candidate
        //   keeps its own

        // A leader has had no election deadline, so it gets one. A candidate keeps its own: if it
        // is the only one that can win, it should not wait for those that cannot.
        if self.is_leader() {
            info!("no longer leader: follower in term {}", self.term);
            self.reset_election_timer(now);
        }
        self.role = Role::Follower;
    }

    /// Ends this server: it becomes a follower, and its threads stop.
    pub(crate) fn kill(&mut self, now: Instant) {
        info!("killed");
        self.killed = true;
        self.become_follower(now);
    }

    /// The present values.
    pub(crate) fn digest(&self) -> StateDigest {
        StateDigest {
            term: self.term,
            voted_for: self.voted_for,
            role: self.role.name(),
            snapshot_index: self.log.snapshot_index(),
            last: self.log.last(),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
        }
    }
}

impl Role {
    /// The role without its fields.
    pub(crate) fn name(&self) -> RoleName {
        match self {
            Role::Follower => RoleName::Follower,
            Role::Candidate { .. } => RoleName::Candidate,
            Role::Leader { .. } => RoleName::Leader,
        }
    }
}

#[cfg(test)]
mod tests;
