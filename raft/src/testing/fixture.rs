//! For the unit tests: followers and leaders with any log (those of the paper's figures), and their
//! messages delivered by hand, without threads or a network.

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use bytes::Bytes;
use labdisk::Persister;
use labrt::time::Instant;

use crate::invariants;
use crate::log::{Entry, Log};
use crate::message::{RequestVote, RequestVoteReply};
use crate::raft::Decision;
use crate::replication::{Outbound, PeerRequest};
use crate::state::State;
use crate::timing::HEARTBEAT_INTERVAL;
use crate::types::{Index, ServerId, Term};

/// A server without its threads: its state and its disk.
pub(crate) struct Server {
    state: State,
    disk: Persister,
}

impl Server {
    /// Starts from the state saved on `disk`.
    pub(crate) fn start(me: ServerId, servers: usize, disk: Persister) -> Server {
        let mut state = State::new(me, servers, start());
        state.restore(&disk);
        Server { state, disk }
    }

    /// The server after a crash and a restart from its disk.
    pub(crate) fn restarted(&self) -> Server {
        Server::start(self.me, self.servers, self.disk.copy())
    }

    /// Saves what has changed, and ends the step.
    pub(crate) fn save(&mut self) {
        self.state.persist(&self.disk);
        self.state.log.clear_changes();
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

/// The time at which every test begins.
pub(crate) fn start() -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START
}

/// The entry at `index` of `term`; its command is different from all others.
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

/// The terms of a log's entries, without its sentinel.
pub(crate) fn terms_of(log: &Log) -> Vec<u64> {
    let first = log.snapshot_index().next().0;
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

/// The leader of `term`, elected with the votes of all.
pub(crate) fn leader(me: usize, servers: usize, term: u64, terms: &[u64]) -> Server {
    let mut state = follower(me, servers, term - 1, terms);
    start_election(&mut state);
    let granted = RequestVoteReply { term: Term(term), granted: true };
    for voter in ServerId(me).others(servers) {
        run_rule(&mut state, |state| state.on_vote_reply(voter, Term(term), &granted, start()));
    }
    assert!(state.is_leader());
    state
}

/// Makes a server start an election.
pub(crate) fn start_election(state: &mut Server) -> RequestVote {
    run_rule(state, |state| state.start_election(start()))
}

/// Runs one rule, checks the invariants and saves, as `Raft::run_rule` does.
pub(crate) fn run_rule<T>(server: &mut Server, rule: impl FnOnce(&mut State) -> T) -> T {
    let before = server.digest();
    let result = rule(server);
    invariants::check(&before, server);
    server.save();
    result
}

/// A different command for each number.
pub(crate) fn command(number: usize) -> Bytes {
    format!("command {number}").into()
}

/// The message that `leader` has for `peer` at `now`, if one is due.
pub(crate) fn next_message(leader: &mut Server, peer: usize, now: Instant) -> Option<Outbound> {
    match run_rule(leader, |leader| leader.next_message(ServerId(peer), now)) {
        Decision::Act(outbound) => Some(outbound),
        Decision::WaitUntil(_) | Decision::Wait => None,
    }
}

/// Delivers one request, and its reply.
pub(crate) fn deliver(
    leader: &mut Server,
    follower: &mut Server,
    outbound: Outbound,
    now: Instant,
) {
    let Outbound { sent, request: message } = outbound;
    let peer = follower.me;
    match message {
        PeerRequest::Entries(request) => {
            let reply = run_rule(follower, |follower| follower.on_append_entries(request, now));
            run_rule(leader, |leader| leader.on_append_reply(peer, &sent, Some(reply), now));
        }
        PeerRequest::Snapshot(request) => {
            let reply = run_rule(follower, |follower| follower.on_install_snapshot(request, now));
            run_rule(leader, |leader| leader.on_snapshot_reply(peer, &sent, Some(reply), now));
        }
    }
}

/// Delivers requests from `leader` to `follower`, and their replies, until none is due, beginning
/// with a heartbeat. Returns how many requests that took.
pub(crate) fn replicate(leader: &mut Server, follower: &mut Server) -> usize {
    let now = start() + HEARTBEAT_INTERVAL;
    let mut messages = 0;
    while let Some(outbound) = next_message(leader, follower.me.0, now) {
        deliver(leader, follower, outbound, now);
        messages += 1;
        assert!(messages < 100, "100 messages and {} is still not caught up", follower.me);
    }
    messages
}
