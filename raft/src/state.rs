//! What a server knows (the box "State" of figure 2) and the rules about terms and roles (5.1).
//!
//! `impl State` holds the paper's rules. It never blocks and never sends: time comes in as an
//! argument, messages go out as results, so every rule can be tested by calling it. The rules of
//! each part of the lab stand in that part's file; here is what they share.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;
use labrt::time::Instant;
use log::info;

use crate::log::Log;
use crate::progress::Progress;
use crate::vocabulary::{Index, ServerId, Term};

// FROM 2C
use crate::persist::Saved;

/// One server's state. Only one thread at a time has it: it lives in the Raft's one lock.
pub(crate) struct State {
    /// Which server this is; never changes.
    pub(crate) me: ServerId,
    /// How many servers the cluster has, this one included; never changes.
    pub(crate) servers: usize,

    /// The latest term seen. Never goes back. Saved before the lock is released.
    pub(crate) term: Term,
    /// Whom we voted for in `term`: once set, it stays for the term. Saved before the lock is
    /// released, or a restarted server could vote twice.
    pub(crate) voted_for: Option<ServerId>,
    /// The log. What is committed never changes. Saved before the lock is released, for a leader
    /// counts on what a follower said it has.
    pub(crate) log: Log,
    /// The service's snapshot of everything up to the log's base; empty while that is 0. Saved
    /// together with the log that it shortens.
    pub(crate) snapshot: Bytes,
    // FROM 2C
    /// What of the above has been saved, and in which form. Only `persist` touches it.
    pub(crate) saved: Saved,

    /// The part we play, with what only that part needs.
    pub(crate) role: Role,
    /// The last entry known to be committed. Never goes back; at least the log's base.
    pub(crate) commit_index: Index,
    /// The last entry handed to the service, or being handed to it. Never goes back; at most
    /// `commit_index`.
    pub(crate) last_applied: Index,
    /// When to stand for election unless a leader is heard from before. Unused by a leader.
    pub(crate) election_deadline: Instant,
    /// Set for good by `kill`: the threads end, and this server never leads again.
    pub(crate) killed: bool,
}

/// The parts a server can play (figure 4).
pub(crate) enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Has asked for votes in the current term.
    Candidate {
        /// Who granted theirs, ourselves included. A set, so that a repeated reply counts once.
        votes: BTreeSet<ServerId>,
    },
    /// Leads the current term.
    Leader {
        /// How far each of the others has got. Sorted, so that they are looked at in one order.
        followers: BTreeMap<ServerId, Progress>,
    },
}

/// A role without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleName {
    Follower,
    Candidate,
    Leader,
}

/// What a state looked like at one moment: enough to see, after a transition, what changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Landmarks {
    pub(crate) term: Term,
    pub(crate) voted_for: Option<ServerId>,
    pub(crate) role: RoleName,
    pub(crate) base: Index,
    pub(crate) last: Index,
    pub(crate) commit_index: Index,
    pub(crate) last_applied: Index,
}

impl State {
    /// The state of a server that begins its life: a follower in term 0 with an empty log.
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
        state.put_off_election(now);
        state
    }

    /// Whether this server leads the current term, or believes so.
    pub(crate) fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// The rule for all servers in figure 2: whoever sees a later term than its own adopts it and
    /// is a follower in it, who has not voted yet.
    pub(crate) fn observe_term(&mut self, seen: Term, now: Instant) {
        // TASK 2A: adopt a later term, as a follower who has not voted in it (5.1; figure 2, rules
        //   for all servers)
        if seen > self.term {
            info!("term {} -> {seen}", self.term);
            self.term = seen;
            self.voted_for = None;
            self.become_follower(now);
        }
    }

    /// Gives up leading or standing for election.
    pub(crate) fn become_follower(&mut self, now: Instant) {
        // TASK 2A: be a follower; who led until now had no election deadline, and needs one, while
        //   a candidate keeps its own

        // A leader has had no deadline for an election, so it gets one. A candidate keeps its own:
        // if it was the only one that can win, it should not lose time to those that cannot.
        if self.is_leader() {
            info!("no longer leader: follower in term {}", self.term);
            self.put_off_election(now);
        }
        self.role = Role::Follower;
    }

    /// The end: a follower whose threads stop.
    pub(crate) fn kill(&mut self, now: Instant) {
        info!("killed");
        self.killed = true;
        self.become_follower(now);
    }

    /// What the state looks like now.
    pub(crate) fn landmarks(&self) -> Landmarks {
        Landmarks {
            term: self.term,
            voted_for: self.voted_for,
            role: self.role.name(),
            base: self.log.base(),
            last: self.log.last(),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
        }
    }
}

impl Role {
    /// Which role it is.
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
