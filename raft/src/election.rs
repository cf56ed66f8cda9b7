//! Part 2A: leader election (5.2, and its restriction 5.4.1).
//!
//! One thread, the ticker, watches the time. A server that has heard from no leader until its
//! deadline stands for election. A leader that no majority answers may step down: the paper does
//! not ask for it, but a leader that is cut off would go on to take commands that it cannot commit.

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
use crate::vocabulary::{Index, ServerId, Term};

// FROM 2A
use crate::limits::{LONGEST_ELECTION_TIMEOUT, QUORUM_SILENCE, SHORTEST_ELECTION_TIMEOUT};
use crate::quorum::reached_by_quorum;

/// What the ticker's deadline brought about.
#[derive(Debug)]
pub(crate) enum Alarm {
    /// We stand for election: every peer is to be asked this.
    Election(RequestVote),
    /// We led, and stepped down. (Nothing requires this.)
    SteppedDown,
}

impl Raft {
    /// The ticker's life.
    pub(crate) fn run_ticker(&self) {
        while let Some(alarm) = self.next_work(&self.shared.ticker, State::tick) {
            if let Alarm::Election(request) = alarm {
                self.ask_for_votes(&request);
            }
        }
    }

    /// Asks all peers at once, each on a thread of its own: a call may take seconds to fail.
    fn ask_for_votes(&self, request: &RequestVote) {
        // TASK 2A: call each of the others (`request.candidate.others(...)`, `self.shared.peers`)
        //   on a thread of its own, with a clone of the request, and pass each answer to
        //   `State::on_vote_reply` in a step (5.2); the lock is not held here
        for peer in request.candidate.others(self.shared.peers.len()) {
            let raft = self.clone();
            let request = request.clone();
            thread::spawn(move || {
                if let Some(reply) = raft.shared.peers[peer.0].call(&request) {
                    raft.step(|state, now| state.on_vote_reply(peer, request.term, &reply, now));
                }
            });
        }
    }

    /// Answers a candidate.
    pub(crate) fn request_vote(&self, request: &RequestVote) -> RequestVoteReply {
        self.step(|state, now| state.on_request_vote(request, now))
    }
}

impl State {
    /// What the ticker does now, or until when it waits.
    pub(crate) fn tick(&mut self, now: Instant) -> Decision<Alarm> {
        // TASK 2A: stand for election if the deadline has passed, else wait for it; a leader has
        //   none (5.2)
        let deadline = self.next_alarm(now);
        if now < deadline {
            return Decision::WaitUntil(deadline);
        }
        if self.is_leader() {
            info!("no majority has answered for {QUORUM_SILENCE:?}");
            self.become_follower(now);
            return Decision::Do(Alarm::SteppedDown);
        }
        Decision::Do(Alarm::Election(self.stand_for_election(now)))
    }

    // FROM 2A
    /// A leader gives up when a majority, itself included, has been silent for too long; everyone
    /// else stands for election at the deadline.
    fn next_alarm(&self, now: Instant) -> Instant {
        let Role::Leader { followers } = &self.role else { return self.election_deadline };
        let heard = followers.values().map(Progress::last_heard).chain([now]);
        reached_by_quorum(heard) + QUORUM_SILENCE
    }

    /// Draws a new deadline, at random so that two candidates rarely meet twice (5.2).
    pub(crate) fn put_off_election(&mut self, now: Instant) {
        // TASK 2A: set a new election deadline, at random (5.2); `labrt::rand` has the dice
        let timeout = rand::random_range(SHORTEST_ELECTION_TIMEOUT..LONGEST_ELECTION_TIMEOUT);
        self.election_deadline = now + timeout;
    }

    /// Begins a term as its candidate (5.2) and says what to ask the others.
    pub(crate) fn stand_for_election(&mut self, now: Instant) -> RequestVote {
        // TASK 2A: begin the next term as its candidate, with your own vote, and say what to ask of
        //   the others (5.2; figure 2, rules for candidates)
        self.term = self.term.next();
        self.voted_for = Some(self.me);
        self.role = Role::Candidate { votes: BTreeSet::from([self.me]) };
        self.put_off_election(now);
        info!("stands for election in term {}", self.term);
        self.lead_if_elected(now);
        RequestVote {
            term: self.term,
            candidate: self.me,
            last_log_index: self.log.last(),
            last_log_term: self.log.last_term(),
        }
    }

    /// The receiver's rules of RequestVote (figure 2).
    pub(crate) fn on_request_vote(
        &mut self,
        request: &RequestVote,
        now: Instant,
    ) -> RequestVoteReply {
        // TASK 2A: grant the vote or refuse it (5.2, 5.4.1; figure 2, RequestVote, receiver);
        //   whoever grants its vote puts off its own election
        self.observe_term(request.term, now);
        let candidate = request.candidate;
        let granted = request.term == self.term
            && self.voted_for.is_none_or(|voted_for| voted_for == candidate)
            && self.is_up_to_date(request.last_log_index, request.last_log_term);
        if granted {
            self.voted_for = Some(candidate);
            self.put_off_election(now);
        }
        let answer = if granted { "votes for" } else { "refuses" };
        debug!("{answer} {candidate} in term {}, now in term {}", request.term, self.term);
        RequestVoteReply { term: self.term, granted }
    }

    /// Whether a log that ends like this is at least as up to date as ours (5.4.1): the later
    /// last term decides, then the length.
    fn is_up_to_date(&self, last_index: Index, last_term: Term) -> bool {
        // TASK 2A: compare the terms of the last entries, and if they are equal where the logs end
        //   (end of 5.4.1)
        (last_term, last_index) >= (self.log.last_term(), self.log.last())
    }

    /// Counts a vote, if it answers the election that is still going on.
    pub(crate) fn on_vote_reply(
        &mut self,
        voter: ServerId,
        asked_in: Term,
        reply: &RequestVoteReply,
        now: Instant,
    ) {
        // TASK 2A: count the vote, if this is still the election it was asked for in (5.2)
        self.observe_term(reply.term, now);
        if asked_in != self.term || !reply.granted {
            return;
        }
        if let Role::Candidate { votes } = &mut self.role {
            votes.insert(voter);
            self.lead_if_elected(now);
        }
    }

    /// A candidate with a majority of votes becomes the leader of its term. Nothing is known of
    /// the others' logs yet: the first heartbeats, due at once, ask whether they end as ours does.
    fn lead_if_elected(&mut self, now: Instant) {
        // TASK 2A: with the votes of a majority, lead the term: each of the others is due a
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
