//! Part 2A: heartbeats (5.2). Part 2B: log replication (5.3) and what makes an entry committed
//! (5.3, 5.4.2).
//!
//! A leader has a replicator for each peer: a thread that sends what is due and never waits for
//! an answer, since a call to a dead peer may take seconds to fail while the peer is long back.
//! Each call runs on a thread of its own. Its answer changes the peer's [`Progress`], which may
//! make the next message due.

use bytes::Bytes;
use labrt::thread;
use labrt::time::Instant;
use log::{debug, trace};

use crate::log::Entry;
use crate::message::{AppendEntries, AppendEntriesReply, AppendOutcome, Conflict, InstallSnapshot};
use crate::progress::{Progress, Sent};
use crate::raft::{Decision, Raft};
use crate::state::{Role, State};
use crate::vocabulary::{Index, ServerId, Term};

// FROM 2B
use crate::limits::MESSAGE_BYTES;
use crate::quorum::reached_by_quorum;

/// A message for one peer, with what its answer is to be judged by.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) sent: Sent,
    pub(crate) message: Message,
}

/// What brings a peer forward.
#[derive(Debug)]
pub(crate) enum Message {
    /// The entries it lacks, or none, as a heartbeat.
    Entries(AppendEntries),
    // FROM 2D: a snapshot, where those entries are discarded
    /// A snapshot, where those entries are discarded (part 2D).
    Snapshot(InstallSnapshot),
}

// FROM 2A
impl Message {
    /// The first and the last entry that the message brings; the last is the one before the
    /// first, if it brings none.
    fn brings(&self) -> (Index, Index) {
        match self {
            Message::Entries(request) => {
                let previous = request.previous_index;
                (previous.next(), previous + request.entries.len())
            }
            // FROM 2D
            Message::Snapshot(request) => (Index(1), request.last_included_index),
        }
    }

    /// How far the peer learns to be committed.
    fn commit(&self) -> Index {
        match self {
            Message::Entries(request) => request.leader_commit,
            // FROM 2D
            Message::Snapshot(request) => request.last_included_index,
        }
    }
}

impl Raft {
    /// The life of the replicator of `peer`.
    pub(crate) fn run_replicator(&self, peer: ServerId) {
        let look = |state: &mut State, now| state.next_message(peer, now);
        while let Some(outgoing) = self.next_work(&self.shared.replicators[peer.0], look) {
            let raft = self.clone();
            thread::spawn(move || raft.deliver(peer, &outgoing));
        }
    }

    /// Sends one message, waits, and tells what became of it.
    fn deliver(&self, peer: ServerId, Outgoing { sent, message }: &Outgoing) {
        match message {
            // FROM 2D: a snapshot is sent alike
            Message::Snapshot(request) => {
                let reply = self.shared.peers[peer.0].call(request);
                self.step(|state, now| state.on_snapshot_reply(peer, sent, reply, now));
            }

            Message::Entries(request) => {
                let reply = self.shared.peers[peer.0].call(request);
                self.step(|state, now| state.on_append_reply(peer, sent, reply, now));
            }
        }
    }

    /// Answers a leader.
    pub(crate) fn append_entries(&self, request: AppendEntries) -> AppendEntriesReply {
        self.step(|state, now| state.on_append_entries(request, now))
    }
}

/// The leader's rules.
impl State {
    /// A leader appends the command; its replicators are due at once.
    pub(crate) fn take_command(&mut self, command: Bytes) -> Option<(Index, Term)> {
        // TASK 2B: a leader appends the command to its log and says where and in which term (5.3);
        //   no other server does (`None`)
        if !self.is_leader() {
            return None;
        }
        let index = self.log.append(Entry { term: self.term, command });
        trace!("takes a command at {index} in term {}", self.term);
        self.advance_commit(); // A cluster of one needs nobody else.
        Some((index, self.term))
    }

    // FROM 2A
    /// The peers whose replicators have to be woken, since a message has become due sooner than
    /// they could know.
    pub(crate) fn replicators_to_wake(&self) -> impl Iterator<Item = ServerId> {
        let (last, commit) = (self.log.last(), self.commit_index);
        let oversleeps = move |progress: &Progress| progress.oversleeps(progress.due(last, commit));
        self.followers().filter(move |(_, progress)| oversleeps(progress)).map(|(peer, _)| peer)
    }

    /// What the replicator of `peer` does now, or until when it waits.
    pub(crate) fn next_message(&mut self, peer: ServerId, now: Instant) -> Decision<Outgoing> {
        // TASK 2A: if you lead, send a heartbeat when it is due, else wait until then; if not, wait
        //   (5.2; figure 2, AppendEntries: a heartbeat has no entries)
        let (last, commit) = (self.log.last(), self.commit_index);
        let Some(progress) = self.progress(peer, self.term) else { return Decision::Wait };
        let due = progress.due(last, commit);
        if now < due {
            progress.on_wait(due);
            return Decision::WaitUntil(due);
        }
        let next = progress.next();
        let mut room = 0;
        // FROM 2B: a message brings the entries that the peer lacks, and new ones are due at once
        //   (5.3)
        if progress.brings_entries() {
            room = MESSAGE_BYTES;
        }

        let message = self.message_from(next, room);
        let term = self.term;
        let progress = self.progress(peer, term).expect("we still lead");
        Decision::Do(Outgoing {
            sent: progress.on_send(term, message.brings(), message.commit(), now),
            message,
        })
    }

    // FROM 2A
    /// What brings a peer on from `next`: as many entries from there as there is room for, or the
    /// snapshot that stands for them.
    fn message_from(&self, next: Index, room: usize) -> Message {
        // FROM 2D
        if next <= self.log.base() {
            return Message::Snapshot(self.snapshot_request());
        }

        let previous = next.previous();
        let mut request = AppendEntries {
            term: self.term,
            leader: self.me,
            previous_index: previous,
            previous_term: self.log.term_at(previous).expect("the log's head precedes `next`"),
            entries: Vec::new(),
            leader_commit: self.commit_index,
        };
        // FROM 2B
        request.entries = self.log.entries_from(next, room);

        Message::Entries(request)
    }

    /// What a peer's answer, or its absence, means for its progress.
    pub(crate) fn on_append_reply(
        &mut self,
        peer: ServerId,
        sent: &Sent,
        reply: Option<AppendEntriesReply>,
        now: Instant,
    ) {
        // TASK 2A: whoever answers in a later term than yours makes you a follower (5.1)
        if let Some(reply) = &reply {
            self.observe_term(reply.term, now);
            self.on_answer(peer, sent, now);
        }
        // FROM 2B: what the outcome means for the peer's progress, and for what is committed (5.3;
        //   figure 2, rules for leaders); an answer to a message of another term means nothing
        match reply.map(|reply| reply.outcome) {
            None => self.on_no_reply(peer, sent),
            Some(AppendOutcome::Matched) => self.on_match(peer, sent),
            Some(AppendOutcome::Conflict(conflict)) => self.on_conflict(peer, sent, &conflict),
            Some(AppendOutcome::TermIsOver) => {} // The reply's term has made us a follower.
        }
    }

    // FROM 2A
    /// The peer is there, and takes us for its leader.
    pub(crate) fn on_answer(&mut self, peer: ServerId, sent: &Sent, now: Instant) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_answer(now);
        }
    }

    /// The leader's rule of commitment: what a majority has is committed, if it is of the
    /// leader's own term; what precedes it is committed with it. An entry of an earlier term may
    /// still be overwritten even when a majority has it (5.4.2, figure 8).
    fn advance_commit(&mut self) {
        // TASK 2B: commit what a majority has, if it is of your own term (5.3, 5.4.2; figure 2,
        //   last rule for leaders)
        let matched = self.followers().map(|(_, progress)| progress.matched());
        let reached = reached_by_quorum(matched.chain([self.log.last()]));
        if self.log.has(reached, self.term) {
            self.commit_up_to(reached);
        }
    }

    // FROM 2A

    /// The progress of every peer, while we lead.
    pub(crate) fn followers(&self) -> impl Iterator<Item = (ServerId, &Progress)> {
        let followers = match &self.role {
            Role::Leader { followers } => Some(followers),
            Role::Follower | Role::Candidate { .. } => None,
        };
        followers.into_iter().flatten().map(|(&peer, progress)| (peer, progress))
    }

    /// The progress of `peer`, if `term` is the one we lead: answers to messages of another term
    /// say nothing any more.
    fn progress(&mut self, peer: ServerId, term: Term) -> Option<&mut Progress> {
        match &mut self.role {
            Role::Leader { followers } if term == self.term => followers.get_mut(&peer),
            _ => None,
        }
    }

    // FROM 2B

    /// The peer did not answer, and will not.
    pub(crate) fn on_no_reply(&mut self, peer: ServerId, sent: &Sent) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_loss(sent);
        }
    }

    /// The peer's log equals ours up to the last entry of `sent`, so more may be committed.
    pub(crate) fn on_match(&mut self, peer: ServerId, sent: &Sent) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_match(sent);
            self.advance_commit();
        }
    }

    /// The peer has no such entry as precedes those of `sent`.
    fn on_conflict(&mut self, peer: ServerId, sent: &Sent, conflict: &Conflict) {
        let next = self.back_up(sent.first.previous(), conflict);
        let Some(progress) = self.progress(peer, sent.term) else { return };
        if progress.on_conflict(sent, next) {
            debug!("{peer} conflicts before {}: next is {}", sent.first, progress.next());
        }
    }

    /// Where to go on after a conflict at `previous` (end of 5.3): after our last entry of the
    /// term that the follower has there, if we have that term; else where the follower's term
    /// begins. So each term costs one message, not each entry.
    fn back_up(&self, previous: Index, conflict: &Conflict) -> Index {
        let ours = conflict.term.and_then(|term| self.log.last_of_term(term, previous));
        ours.map_or(conflict.first_index, Index::next).min(previous)
    }
}

/// The follower's rules.
impl State {
    /// The receiver's rules of AppendEntries (figure 2).
    pub(crate) fn on_append_entries(
        &mut self,
        request: AppendEntries,
        now: Instant,
    ) -> AppendEntriesReply {
        let outcome = if self.follow(request.leader, request.term, now) {
            self.append_after(request)
        } else {
            AppendOutcome::TermIsOver
        };
        AppendEntriesReply { term: self.term, outcome }
    }

    /// Recognises the leader of a term, unless the term is over (5.2).
    pub(crate) fn follow(&mut self, leader: ServerId, term: Term, now: Instant) -> bool {
        // TASK 2A: follow the leader of your term, or of a later one, and put off your election;
        //   say `false` to one whose term is over (5.2; figure 2, AppendEntries); who leads is for
        //   your log lines
        self.observe_term(term, now);
        if term < self.term {
            debug!("refuses {leader}, leader of term {term}: now in term {}", self.term);
            return false;
        }
        assert!(!self.is_leader(), "{} and {leader} cannot both lead term {term} (5.2)", self.me);
        self.become_follower(now);
        self.put_off_election(now);
        true
    }

    /// Takes over the leader's entries if our log has the one before them.
    fn append_after(&mut self, request: AppendEntries) -> AppendOutcome {
        // FROM 2B: take over the entries, if your log has the one before them; else answer with the
        //   conflict. Then commit what the leader has committed (5.3; figure 2, AppendEntries)
        let previous = request.previous_index;
        // What lies before our log's base is committed, and so equals the leader's.
        let agreed = previous < self.log.base() || self.log.has(previous, request.previous_term);
        if !agreed {
            let conflict = self.conflict_at(previous);
            debug!("cannot follow {} with an entry after {previous}: {conflict:?}", request.leader);
            return AppendOutcome::Conflict(conflict);
        }
        let last_new = previous + request.entries.len();
        self.log.merge(previous, request.entries);
        self.commit_up_to(request.leader_commit.min(last_new));

        AppendOutcome::Matched
    }

    // FROM 2B

    /// What our log has at an index where the leader's entry is not.
    fn conflict_at(&self, index: Index) -> Conflict {
        match self.log.term_at(index) {
            Some(term) => {
                Conflict { term: Some(term), first_index: self.log.first_of_its_term(index) }
            }
            None => Conflict { term: None, first_index: self.log.last().next() },
        }
    }

    /// Everything up to `index` is committed, and may be applied.
    pub(crate) fn commit_up_to(&mut self, index: Index) {
        if index > self.commit_index {
            debug!("commits up to {index} in term {}", self.term);
            self.commit_index = index;
        }
    }
}

#[cfg(test)]
mod tests;
