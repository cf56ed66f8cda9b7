//! Part 2A: leader election (5.2) with the election restriction (5.4.1): the election timer,
//! requesting, granting and counting votes, becoming the leader; and stepping down when no majority
//! answers (CheckQuorum).
//!
//! One thread, the ticker, watches the time. A server that receives nothing from a leader until its
//! deadline starts an election; there is no PreVote. CheckQuorum is not in the paper, but a leader
//! that is cut off would go on to take commands that it cannot commit.

use std::collections::BTreeSet;

use labrt::rand;
use labrt::thread;
use labrt::time::Instant;
use log::{debug, info};

use crate::message::{RequestVote, RequestVoteReply};
use crate::progress::Progress;
use crate::quorum::quorum;
use crate::raft::{Decision, Raft};
use crate::state::{Role, State};
use crate::types::{Index, ServerId, Term};

// FROM 2A
use crate::quorum::quorum_value;
use crate::timing::{LONGEST_ELECTION_TIMEOUT, QUORUM_TIMEOUT, SHORTEST_ELECTION_TIMEOUT};

/// What `State::tick` did at its deadline.
#[derive(Debug)]
pub(crate) enum TickAction {
    /// Started an election: send this to every peer.
    Election(RequestVote),
    /// Stepped down as the leader (CheckQuorum; optional).
    SteppedDown,
}

impl Raft {
    /// The ticker's loop: starts elections, until the server is killed.
    pub(crate) fn run_ticker(&self) {
        while let Some(action) = self.wait_for_work(&self.shared.ticker, State::tick) {
            if let TickAction::Election(request) = action {
                self.ask_for_votes(&request);
            }
        }
    }

    /// Sends RequestVote to all peers at once, each call on its own thread: one may take seconds to
    /// fail.
    fn ask_for_votes(&self, request: &RequestVote) {
        // TASK 2A: call each of the others (`request.candidate.others(...)`, `self.shared.peers`)
        //   on a thread of its own, with a clone of the request, and pass each reply to
        //   `State::on_vote_reply` by `run_rule` (5.2); the lock is not held here
        for peer in request.candidate.others(self.shared.peers.len()) {
            let raft = self.clone();
            let request = request.clone();
            thread::spawn(move || {
                if let Some(reply) = raft.shared.peers[peer.0].call(&request) {
                    raft.run_rule(|state, now| {
                        state.on_vote_reply(peer, request.term, &reply, now)
                    });
                }
            });
        }
    }

    /// The handler of RequestVote.
    pub(crate) fn request_vote(&self, request: &RequestVote) -> RequestVoteReply {
        self.run_rule(|state, now| state.on_request_vote(request, now))
    }
}

impl State {
    /// What the ticker does now: start an election at the deadline (5.2), or wait for it.
    pub(crate) fn tick(&mut self, now: Instant) -> Decision<TickAction> {
        // TASK 2A: start an election if the deadline has passed, else wait for it; a leader has
        //   none (5.2)
        let deadline = self.tick_deadline(now);
        if now < deadline {
            return Decision::WaitUntil(deadline);
        }
        if self.is_leader() {
            info!("no majority has answered for {QUORUM_TIMEOUT:?}");
            self.become_follower(now);
            return Decision::Act(TickAction::SteppedDown);
        }
        Decision::Act(TickAction::Election(self.start_election(now)))
    }

    // FROM 2A
    /// When the ticker acts next: a leader steps down when it has been QUORUM_TIMEOUT since a
    /// majority, itself included, answered (CheckQuorum); others start an election at their
    /// deadline.
    fn tick_deadline(&self, now: Instant) -> Instant {
        let Role::Leader { followers } = &self.role else { return self.election_deadline };
        let heard = followers.values().map(Progress::last_reply).chain([now]);
        quorum_value(heard) + QUORUM_TIMEOUT
    }

    /// Sets a new election deadline, at random so that split votes are rare (5.2).
    pub(crate) fn reset_election_timer(&mut self, now: Instant) {
        // TASK 2A: set a new election deadline, at random (5.2; `labrt::rand`)
        let timeout = rand::random_range(SHORTEST_ELECTION_TIMEOUT..LONGEST_ELECTION_TIMEOUT);
        self.election_deadline = now + timeout;
    }

    /// Begins the next term as its candidate (5.2) and returns the request for the others.
    pub(crate) fn start_election(&mut self, now: Instant) -> RequestVote {
        // TASK 2A: begin the next term as its candidate, with your own vote, and return the request
        //   for the others (5.2; figure 2, rules for candidates)
        self.term = self.term.next();
        self.voted_for = Some(self.me);
        self.role = Role::Candidate { votes: BTreeSet::from([self.me]) };
        self.reset_election_timer(now);
        info!("starts an election in term {}", self.term);
        self.lead_if_elected(now);
        RequestVote {
            term: self.term,
            candidate: self.me,
            last_log_index: self.log.last(),
            last_log_term: self.log.last_term(),
        }
    }

    /// The receiver's rules of RequestVote (figure 2): one vote in a term, for a log at least as up
    /// to date; granting a vote resets the election timer (5.2).
    pub(crate) fn on_request_vote(
        &mut self,
        request: &RequestVote,
        now: Instant,
    ) -> RequestVoteReply {
        // TASK 2A: grant the vote or refuse it (5.2, 5.4.1; figure 2, RequestVote, receiver);
        //   granting it resets the election timer
        self.adopt_later_term(request.term, now);
        let candidate = request.candidate;
        let granted = request.term == self.term
            && self.voted_for.is_none_or(|voted_for| voted_for == candidate)
            && self.is_up_to_date(request.last_log_index, request.last_log_term);
        if granted {
            self.voted_for = Some(candidate);
            self.reset_election_timer(now);
        }
        let answer = if granted { "votes for" } else { "refuses" };
        debug!("{answer} {candidate} in term {}, now in term {}", request.term, self.term);
        RequestVoteReply { term: self.term, granted }
    }

    /// The election restriction (5.4.1): whether a log that ends so is at least as up to date as
    /// ours. The later last term decides, then the length.
    fn is_up_to_date(&self, last_index: Index, last_term: Term) -> bool {
        // TASK 2A: compare the terms of the last entries, and if they are equal, their indexes (end
        //   of 5.4.1)
        (last_term, last_index) >= (self.log.last_term(), self.log.last())
    }

    /// Counts a vote, if the election it was requested in is still going on.
    pub(crate) fn on_vote_reply(
        &mut self,
        voter: ServerId,
        asked_in: Term,
        reply: &RequestVoteReply,
        now: Instant,
    ) {
        // TASK 2A: count the vote, if the term is still the one it was requested in (5.2)
        self.adopt_later_term(reply.term, now);
        if asked_in != self.term || !reply.granted {
            return;
        }
        if let Role::Candidate { votes } = &mut self.role {
            votes.insert(voter);
            self.lead_if_elected(now);
        }
    }

    /// A candidate with the votes of a majority becomes the leader of its term (5.2). It does not
    /// know the others' logs yet, and assumes that they end as its own (nextIndex of figure 2). It
    /// appends no no-op entry (8): indexes belong to the service's commands.
    fn lead_if_elected(&mut self, now: Instant) {
        // TASK 2A: with the votes of a majority, become the leader: each of the others is due a
        //   heartbeat at once (5.2)
        let Role::Candidate { votes } = &self.role else { return };
        if votes.len() < quorum(self.servers) {
            return;
        }
        info!("leads term {}: votes of {votes:?}, log ends at {}", self.term, self.log.last());
        let next = self.log.last().next();
        let followers =
            self.me.others(self.servers).map(|peer| (peer, Progress::new(next, now))).collect();
        self.role = Role::Leader { followers };
    }
}

#[cfg(test)]
mod tests;
