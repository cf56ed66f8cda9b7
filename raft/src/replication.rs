//! Part 2A: heartbeats (5.2). Part 2B: log replication (5.3) and commitment (5.3, 5.4.2): sending
//! AppendEntries and judging its replies at the leader, its receiver's rules at the follower.
//!
//! A leader has a replicator for each peer: a thread that sends what is due and never waits for a
//! reply, since a call to a crashed peer may take seconds to fail, and the peer may be back by
//! then. Each call runs on its own thread. Its reply changes the peer's [`Progress`], which may
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
use crate::types::{Index, ServerId, Term};

// FROM 2B
use crate::quorum::quorum_value;

// FROM 2B
/// One AppendEntries carries at most so many bytes of entries (one entry at least), so that a peer
/// far behind is caught up in several messages: the next one is sent when the peer has replied, or
/// with the next heartbeat.
const MAX_MESSAGE_BYTES: usize = 512 * 1024;

/// A request for one peer, and what its reply will be judged by.
#[derive(Debug)]
pub(crate) struct Outbound {
    pub(crate) sent: Sent,
    pub(crate) request: PeerRequest,
}

/// What a leader sends to a peer.
#[derive(Debug)]
pub(crate) enum PeerRequest {
    /// The entries it lacks, or none (a heartbeat).
    Entries(AppendEntries),
    // FROM 2D: a snapshot, if those entries are discarded
    /// A snapshot, if those entries are discarded (part 2D).
    Snapshot(InstallSnapshot),
}

// FROM 2A
impl PeerRequest {
    /// The first and the last entry that the request carries; without entries, the last is the one
    /// before the first.
    fn entry_range(&self) -> (Index, Index) {
        match self {
            PeerRequest::Entries(request) => {
                let previous = request.previous_index;
                (previous.next(), previous + request.entries.len())
            }
            // FROM 2D
            PeerRequest::Snapshot(request) => (Index(1), request.last_included_index),
        }
    }

    /// The commit index that the peer learns from it.
    fn commit(&self) -> Index {
        match self {
            PeerRequest::Entries(request) => request.leader_commit,
            // FROM 2D
            PeerRequest::Snapshot(request) => request.last_included_index,
        }
    }
}

impl Raft {
    /// The loop of the replicator of `peer`.
    pub(crate) fn run_replicator(&self, peer: ServerId) {
        let look = |state: &mut State, now| state.next_message(peer, now);
        while let Some(outbound) = self.wait_for_work(&self.shared.replicators[peer.0], look) {
            let raft = self.clone();
            thread::spawn(move || raft.deliver(peer, &outbound));
        }
    }

    /// Sends one request, waits for the reply, and passes that to its rule.
    fn deliver(&self, peer: ServerId, Outbound { sent, request }: &Outbound) {
        match request {
            // FROM 2D: a snapshot is sent in the same way
            PeerRequest::Snapshot(request) => {
                let reply = self.shared.peers[peer.0].call(request);
                self.run_rule(|state, now| state.on_snapshot_reply(peer, sent, reply, now));
            }

            PeerRequest::Entries(request) => {
                let reply = self.shared.peers[peer.0].call(request);
                self.run_rule(|state, now| state.on_append_reply(peer, sent, reply, now));
            }
        }
    }

    /// The handler of AppendEntries.
    pub(crate) fn append_entries(&self, request: AppendEntries) -> AppendEntriesReply {
        self.run_rule(|state, now| state.on_append_entries(request, now))
    }
}

/// The leader's rules.
impl State {
    /// A leader appends the command to its log (5.3); the replicators send it at once.
    pub(crate) fn propose(&mut self, command: Bytes) -> Option<(Index, Term)> {
        // TASK 2B: a leader appends the command to its log and returns its index and term (5.3);
        //   any other server returns `None`
        if !self.is_leader() {
            return None;
        }
        let index = self.log.append(Entry { term: self.term, command });
        trace!("appends a command at {index} in term {}", self.term);
        self.advance_commit(); // In a cluster of one it is committed at once.
        Some((index, self.term))
    }

    // FROM 2A
    /// The peers whose replicators must be woken: a message is due before they would wake.
    pub(crate) fn replicators_to_wake(&self) -> impl Iterator<Item = ServerId> {
        let (last, commit) = (self.log.last(), self.commit_index);
        let must_wake =
            move |progress: &Progress| progress.must_wake_for(progress.due(last, commit));
        self.followers().filter(move |(_, progress)| must_wake(progress)).map(|(peer, _)| peer)
    }

    /// What the replicator of `peer` does now: send a message that is due (new entries, or a
    /// heartbeat), or wait.
    pub(crate) fn next_message(&mut self, peer: ServerId, now: Instant) -> Decision<Outbound> {
        // TASK 2A: if you are the leader, send a heartbeat when it is due, else wait until then; if
        //   not, wait (5.2; figure 2, AppendEntries: a heartbeat has no entries)
        let (last, commit) = (self.log.last(), self.commit_index);
        let Some(progress) = self.progress(peer, self.term) else { return Decision::Wait };
        let due = progress.due(last, commit);
        if now < due {
            progress.on_wait(due);
            return Decision::WaitUntil(due);
        }
        let next = progress.next();
        let mut room = 0;
        // FROM 2B: a message carries the entries that the peer lacks, and new ones are due at once
        //   (5.3)
        if progress.may_send_entries() {
            room = MAX_MESSAGE_BYTES;
        }

        let request = self.request_from(next, room);
        let term = self.term;
        let progress = self.progress(peer, term).expect("we still lead");
        Decision::Act(Outbound {
            sent: progress.on_send(term, request.entry_range(), request.commit(), now),
            request,
        })
    }

    // FROM 2A
    /// A request with the entries from `next` on, at most `room` bytes of them, or with the
    /// snapshot if the first of them is discarded.
    fn request_from(&self, next: Index, room: usize) -> PeerRequest {
        // FROM 2D
        if next <= self.log.snapshot_index() {
            return PeerRequest::Snapshot(self.snapshot_request());
        }

        let previous = next.previous();
        let mut request = AppendEntries {
            term: self.term,
            leader: self.me,
            previous_index: previous,
            previous_term: self.log.term_at(previous).expect("the sentinel is before `next`"),
            entries: Vec::new(),
            leader_commit: self.commit_index,
        };
        // FROM 2B
        request.entries = self.log.entries_from(next, room);

        PeerRequest::Entries(request)
    }

    /// Judges a peer's reply to AppendEntries, or that there is none.
    pub(crate) fn on_append_reply(
        &mut self,
        peer: ServerId,
        sent: &Sent,
        reply: Option<AppendEntriesReply>,
        now: Instant,
    ) {
        // TASK 2A: a reply of a later term than yours makes you a follower (5.1)
        if let Some(reply) = &reply {
            self.adopt_later_term(reply.term, now);
            self.on_answer(peer, sent, now);
        }
        // FROM 2B: update the peer's progress by the outcome, and then the commit index (5.3;
        //   figure 2, rules for leaders); ignore a reply to a message of another term
        match reply.map(|reply| reply.outcome) {
            None => self.on_no_reply(peer, sent),
            Some(AppendOutcome::Matched) => self.on_match(peer, sent),
            Some(AppendOutcome::Conflict(conflict)) => self.on_conflict(peer, sent, &conflict),
            Some(AppendOutcome::StaleTerm) => {} // The reply's term has made us a follower.
        }
    }

    // FROM 2A
    /// The peer has answered, in the term we lead (CheckQuorum counts that).
    pub(crate) fn on_answer(&mut self, peer: ServerId, sent: &Sent, now: Instant) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_answer(now);
        }
    }

    /// The leader's commit rule (figure 2, last rule for leaders): an entry that a majority has is
    /// committed if it is of the leader's own term, and all before it with it. An entry of an
    /// earlier term is not committed by counting: it may still be overwritten even when a majority
    /// has it (5.4.2, figure 8).
    fn advance_commit(&mut self) {
        // TASK 2B: commit what a majority has, if it is of your own term (5.3, 5.4.2; figure 2,
        //   last rule for leaders)
        let matched = self.followers().map(|(_, progress)| progress.matched());
        let on_majority = quorum_value(matched.chain([self.log.last()]));
        if self.log.has(on_majority, self.term) {
            self.commit_up_to(on_majority);
        }
    }

    // FROM 2A

    /// The progress of every peer; of none if we are not the leader.
    pub(crate) fn followers(&self) -> impl Iterator<Item = (ServerId, &Progress)> {
        let followers = match &self.role {
            Role::Leader { followers } => Some(followers),
            Role::Follower | Role::Candidate { .. } => None,
        };
        followers.into_iter().flatten().map(|(&peer, progress)| (peer, progress))
    }

    /// The progress of `peer`, if we lead `term`: replies to messages of another term are ignored.
    fn progress(&mut self, peer: ServerId, term: Term) -> Option<&mut Progress> {
        match &mut self.role {
            Role::Leader { followers } if term == self.term => followers.get_mut(&peer),
            _ => None,
        }
    }

    // FROM 2B

    /// There will be no reply to `sent`: request or reply was lost.
    pub(crate) fn on_no_reply(&mut self, peer: ServerId, sent: &Sent) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_loss(sent);
        }
    }

    /// The peer's log equals ours up to the last entry of `sent`: matchIndex and the commit index
    /// may advance.
    pub(crate) fn on_match(&mut self, peer: ServerId, sent: &Sent) {
        if let Some(progress) = self.progress(peer, sent.term) {
            progress.on_match(sent);
            self.advance_commit();
        }
    }

    /// The peer's log does not have the entry before those of `sent`: nextIndex goes back.
    fn on_conflict(&mut self, peer: ServerId, sent: &Sent, conflict: &Conflict) {
        let next = self.next_after_conflict(sent.first.previous(), conflict);
        let Some(progress) = self.progress(peer, sent.term) else { return };
        if progress.on_conflict(sent, next) {
            debug!("{peer} conflicts before {}: next is {}", sent.first, progress.next());
        }
    }

    /// The nextIndex after a conflict at `previous` (fast backup, end of 5.3): after our last entry
    /// of the term that the follower has there, if we have that term; else the follower's first
    /// entry of it. So a conflict costs one message for each term, not for each entry.
    fn next_after_conflict(&self, previous: Index, conflict: &Conflict) -> Index {
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
        let outcome = if self.accept_leader(request.leader, request.term, now) {
            self.append_after(request)
        } else {
            AppendOutcome::StaleTerm
        };
        AppendEntriesReply { term: self.term, outcome }
    }

    /// Accepts the sender of an AppendEntries or InstallSnapshot as the leader of its term, unless
    /// the term is stale (5.1, 5.2): steps down to follower and resets the election timer.
    pub(crate) fn accept_leader(&mut self, leader: ServerId, term: Term, now: Instant) -> bool {
        // TASK 2A: become a follower of the leader of your term, or of a later one, and reset the
        //   election timer; return `false` for a stale term (5.2; figure 2, AppendEntries); use
        //   `leader` for log lines
        self.adopt_later_term(term, now);
        if term < self.term {
            debug!("refuses {leader}, leader of term {term}: now in term {}", self.term);
            return false;
        }
        debug_assert!(
            !self.is_leader(),
            "{} and {leader} cannot both lead term {term} (5.2)",
            self.me
        );
        self.become_follower(now);
        self.reset_election_timer(now);
        true
    }

    /// Appends the leader's entries if our log has the entry before them (rules 2 to 4), and
    /// commits up to min(leaderCommit, index of last new entry) (rule 5).
    fn append_after(&mut self, request: AppendEntries) -> AppendOutcome {
        // FROM 2B: append the entries, if your log has the one before them; else reply with the
        //   conflict. Then commit what the leader has committed (5.3; figure 2, AppendEntries)
        let previous = request.previous_index;
        // What the snapshot covers is committed, so it equals the leader's.
        let is_covered = previous < self.log.snapshot_index();
        if !is_covered && !self.log.has(previous, request.previous_term) {
            let conflict = self.conflict_at(previous);
            debug!("refuses entries of {} after {previous}: {conflict:?}", request.leader);
            return AppendOutcome::Conflict(conflict);
        }
        let last_new = previous + request.entries.len();
        self.log.merge(previous, request.entries);
        self.commit_up_to(request.leader_commit.min(last_new));

        AppendOutcome::Matched
    }

    // FROM 2B

    /// What our log has at `index` instead of the leader's entry.
    fn conflict_at(&self, index: Index) -> Conflict {
        match self.log.term_at(index) {
            Some(term) => {
                Conflict { term: Some(term), first_index: self.log.first_of_its_term(index) }
            }
            None => Conflict { term: None, first_index: self.log.last().next() },
        }
    }

    /// Advances the commit index to `index`, never back.
    pub(crate) fn commit_up_to(&mut self, index: Index) {
        if index > self.commit_index {
            debug!("commits up to {index} in term {}", self.term);
            self.commit_index = index;
        }
    }
}

#[cfg(test)]
mod tests;
