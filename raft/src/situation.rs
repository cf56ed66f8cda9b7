//! For the unit tests: servers in the situations that the paper draws, and their messages
//! delivered by hand, without threads or a network.

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use bytes::Bytes;
use labdisk::Persister;
use labrt::time::Instant;

use crate::invariants;
use crate::limits::HEARTBEAT_INTERVAL;
use crate::log::{Entry, Log};
use crate::message::{RequestVote, RequestVoteReply};
use crate::raft::Decision;
use crate::replication::{Message, Outgoing};
use crate::state::State;
use crate::vocabulary::{Index, ServerId, Term};

/// A server without its threads: its state, and what it has saved.
pub(crate) struct Server {
    state: State,
    disk: Persister,
}

impl Server {
    /// Starts from what `disk` holds.
    pub(crate) fn start(me: ServerId, servers: usize, disk: Persister) -> Server {
        let mut state = State::new(me, servers, start());
        state.restore(&disk);
        Server { state, disk }
    }

    /// The server after a crash: it has what it had saved.
    pub(crate) fn restarted(&self) -> Server {
        Server::start(self.me, self.servers, self.disk.copy())
    }

    /// Saves what has changed.
    pub(crate) fn save(&mut self) {
        self.state.persist(&self.disk);
        self.state.log.mark_settled();
    }
}

impl Deref for Server {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

/// When every test begins.
pub(crate) fn start() -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START
}

/// The entry at `index` if it is of `term`: its command tells it from all others.
pub(crate) fn entry(index: usize, term: u64) -> Entry {
    Entry { term: Term(term), command: format!("{index} of term {term}").into() }
}

/// A log whose entries have these terms.
pub(crate) fn log_of(terms: &[u64]) -> Log {
    let mut log = Log::new();
    for (position, &term) in terms.iter().enumerate() {
        log.append(entry(position + 1, term));
    }
    log
}

/// The terms of a log's entries, its head excepted.
pub(crate) fn terms_of(log: &Log) -> Vec<u64> {
    let first = log.base().next().0;
    (first..=log.last().0).map(|index| log.entry(Index(index)).term.0).collect()
}

/// A follower in `term` whose log has these terms.
pub(crate) fn follower(me: usize, servers: usize, term: u64, terms: &[u64]) -> Server {
    let mut server = Server::start(ServerId(me), servers, Persister::new());
    server.term = Term(term);
    server.log = log_of(terms);
    server.save();
    server
}

/// The leader of `term`, elected with everybody's vote.
pub(crate) fn leader(me: usize, servers: usize, term: u64, terms: &[u64]) -> Server {
    let mut state = follower(me, servers, term - 1, terms);
    stand(&mut state);
    let granted = RequestVoteReply { term: Term(term), granted: true };
    for voter in ServerId(me).others(servers) {
        step(&mut state, |state| state.on_vote_reply(voter, Term(term), &granted, start()));
    }
    assert!(state.is_leader());
    state
}

/// Makes a server stand for election.
pub(crate) fn stand(state: &mut Server) -> RequestVote {
    step(state, |state| state.stand_for_election(start()))
}

/// Runs one rule, checks the invariants and saves, as `Raft::step` does.
pub(crate) fn step<T>(server: &mut Server, rule: impl FnOnce(&mut State) -> T) -> T {
    let before = server.landmarks();
    let result = rule(server);
    invariants::check(&before, server);
    server.save();
    result
}

/// A command of its own for every number.
pub(crate) fn command(number: usize) -> Bytes {
    format!("command {number}").into()
}

/// The message that `leader` has for `peer` at `now`, if one is due.
pub(crate) fn next_message(leader: &mut Server, peer: usize, now: Instant) -> Option<Outgoing> {
    match step(leader, |leader| leader.next_message(ServerId(peer), now)) {
        Decision::Do(outgoing) => Some(outgoing),
        Decision::WaitUntil(_) | Decision::Wait => None,
    }
}

/// Carries one message there and its answer back.
pub(crate) fn deliver(
    leader: &mut Server,
    follower: &mut Server,
    outgoing: Outgoing,
    now: Instant,
) {
    let Outgoing { sent, message } = outgoing;
    let peer = follower.me;
    match message {
        Message::Entries(request) => {
            let reply = step(follower, |follower| follower.on_append_entries(request, now));
            step(leader, |leader| leader.on_append_reply(peer, &sent, Some(reply), now));
        }
        Message::Snapshot(request) => {
            let reply = step(follower, |follower| follower.on_install_snapshot(request, now));
            step(leader, |leader| leader.on_snapshot_reply(peer, &sent, Some(reply), now));
        }
    }
}

/// Carries messages from `leader` to `follower` until none is due, beginning with a heartbeat.
/// Returns how many that took.
pub(crate) fn replicate(leader: &mut Server, follower: &mut Server) -> usize {
    let now = start() + HEARTBEAT_INTERVAL;
    let mut messages = 0;
    while let Some(outgoing) = next_message(leader, follower.me.0, now) {
        deliver(leader, follower, outgoing, now);
        messages += 1;
        assert!(messages < 100, "{} never gets there", follower.me);
    }
    messages
}
