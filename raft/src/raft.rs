//! The handle on a Raft, its one lock (a monitor), and the loop that its threads share.
//!
//! `impl Raft` locks, waits and sends; `impl State` has the rules that run while it holds the lock.
//! Two functions change the state. [`Raft::run_rule`] runs one rule, for a call of the service, a
//! request or a reply. [`Raft::wait_for_work`] is the loop of our own threads: look, decide, wait.
//! Both end a step with [`Raft::finish_step`]: before the lock is released, what the rule changed
//! is checked, saved (so every reply leaves after the save), and the threads it concerns are woken.
//!
//! The lock is never held while sending to a peer or to the service.

use std::sync::Arc;

use bytes::Bytes;
use labdisk::Persister;
use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::Instant;

use crate::invariants;
use crate::message::ApplyMsg;
use crate::state::{State, StateDigest};
use crate::types::{Index, ServerId, Term};

/// The longest command that [`Raft::start`] takes.
const MAX_COMMAND_BYTES: usize = 1024 * 1024;

/// One server of a Raft cluster. A handle: clones are the same server.
///
/// Its threads run until [`Raft::kill`].
#[derive(Clone)]
pub struct Raft {
    pub(crate) shared: Arc<Shared>,
}

/// What all handles and threads of one server share.
pub(crate) struct Shared {
    /// An end to each server, by its id; our own is never used.
    pub(crate) peers: Vec<ClientEnd>,
    /// The disk: what survives a crash.
    persister: Arc<Persister>,
    /// The one lock.
    state: Mutex<State>,
    /// Where the ticker waits for its deadline: notified when the role, and with it the deadline,
    /// has changed.
    pub(crate) ticker: Condvar,
    /// Where the applier waits: notified when there is something to apply.
    pub(crate) applier: Condvar,
    /// Where the replicator of each peer waits: one condvar each, since a reply concerns one peer.
    pub(crate) replicators: Vec<Condvar>,
}

/// What a thread does next, decided from the state.
#[derive(Debug)]
pub(crate) enum Decision<T> {
    /// Do this, without the lock.
    Act(T),
    /// Wait until then, or until notified.
    WaitUntil(Instant),
    /// Wait until notified.
    Wait,
}

impl Raft {
    /// Starts a server from the state that `persister` has saved, or as a new one if it has none.
    ///
    /// `peers` has an end to every server of the cluster, this one included, in the same order
    /// everywhere; `me` is our index in it. Committed commands and snapshots are sent to `apply`,
    /// in order, each once. Returns as soon as the threads are started.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        apply: Sender<ApplyMsg>,
    ) -> Raft {
        assert!(me.0 < peers.len(), "{me} is not among its {} peers", peers.len());
        let mut state = State::new(me, peers.len(), Instant::now());
        // FROM 2C: restore the saved state, if there is one (`State::restore`)
        state.restore(&persister);

        let replicators = peers.iter().map(|_| Condvar::new()).collect();
        let raft = Raft {
            shared: Arc::new(Shared {
                peers,
                persister,
                state: Mutex::new(state),
                ticker: Condvar::new(),
                applier: Condvar::new(),
                replicators,
            }),
        };
        raft.start_threads(me, apply);
        raft
    }

    fn start_threads(&self, me: ServerId, apply: Sender<ApplyMsg>) {
        self.start_thread(me, "ticker".to_owned(), Raft::run_ticker);
        for peer in me.others(self.shared.peers.len()) {
            let replicator = move |raft: &Raft| raft.run_replicator(peer);
            self.start_thread(me, format!("replicator {peer}"), replicator);
        }
        // FROM 2B: start the applier, which runs `run_applier`
        self.start_thread(me, "applier".to_owned(), move |raft| raft.run_applier(&apply));
    }

    fn start_thread(&self, me: ServerId, name: String, run: impl FnOnce(&Raft) + Send + 'static) {
        let raft = self.clone();
        let thread = thread::Builder::new().name(name).server(me.to_string());
        let started = thread.spawn(move || run(&raft));
        started.unwrap_or_else(|error| panic!("{me} cannot start a thread: {error}"));
    }

    /// Registers the handlers of our RPCs.
    pub fn serve(&self, server: &mut Server) {
        let raft = self.clone();
        server.on(move |request| raft.request_vote(&request));
        let raft = self.clone();
        server.on(move |request| raft.append_entries(request));
        // FROM 2D: and the handler of InstallSnapshot
        let raft = self.clone();
        server.on(move |request| raft.install_snapshot(request));
    }

    /// Asks for agreement on `command`.
    ///
    /// A leader appends it to its log and returns its index and term at once, before it is known
    /// whether it will be committed there. A server that is not the leader, or was killed, returns
    /// `None` and appends nothing.
    ///
    /// # Panics
    /// If the command is longer than 1 MiB.
    pub fn start(&self, command: impl Into<Bytes>) -> Option<(Index, Term)> {
        let command = command.into();
        let length = command.len();
        assert!(
            length <= MAX_COMMAND_BYTES,
            "command too long: {length} bytes (limit {MAX_COMMAND_BYTES})"
        );
        self.run_rule(|state, _| state.propose(command))
    }

    /// The current term, and whether this server is its leader.
    #[must_use]
    pub fn state(&self) -> (Term, bool) {
        let state = self.shared.state.lock();
        (state.term, state.is_leader())
    }

    /// Ends this server: its threads stop soon, it no longer leads, and the apply channel is closed
    /// once the service has taken the message that is being sent. Never blocks.
    ///
    /// Its handlers still answer and save. So first remove a killed server from the network, and
    /// start the next one from a copy of the persister: then no request arrives any more, and what
    /// it still saves has no effect.
    pub fn kill(&self) {
        self.run_rule(State::kill);
        // Wake every thread; `wake` may skip some.
        self.shared.ticker.notify_all();
        self.shared.applier.notify_all();
        for replicator in &self.shared.replicators {
            replicator.notify_all();
        }
    }

    /// Runs one rule on the state as one step. (The kit's reports name its caller as the holder of
    /// the lock.)
    #[track_caller]
    pub(crate) fn run_rule<T>(&self, rule: impl FnOnce(&mut State, Instant) -> T) -> T {
        let mut state = self.shared.state.lock();
        let now = Instant::now();
        let before = state.digest();
        let result = rule(&mut state, now);
        self.finish_step(&before, &mut state);
        result
    }

    /// The loop of all our threads: look at the state, decide, wait. Returns the work that `look`
    /// decided on, or `None` when the server was killed.
    #[track_caller]
    pub(crate) fn wait_for_work<T>(
        &self,
        waiting: &Condvar,
        look: impl Fn(&mut State, Instant) -> Decision<T>,
    ) -> Option<T> {
        let mut state = self.shared.state.lock();
        while !state.killed {
            let now = Instant::now();
            let before = state.digest();
            match look(&mut state, now) {
                Decision::Act(work) => {
                    self.finish_step(&before, &mut state);
                    return Some(work);
                }
                Decision::WaitUntil(deadline) => {
                    waiting.wait_until(&mut state, deadline);
                }
                Decision::Wait => waiting.wait(&mut state),
            }
        }
        None
    }

    /// Ends every step, before the lock is released: checks the invariants; saves what must survive
    /// a crash, so that no message can mention it earlier; wakes the threads that it concerns.
    fn finish_step(&self, before: &StateDigest, state: &mut State) {
        if cfg!(debug_assertions) {
            invariants::check(before, state);
        }
        // FROM 2C: save what has changed, before a message can mention it (`State::persist`)
        state.persist(&self.shared.persister);
        // FROM 2B
        state.log.clear_changes();

        self.wake(before, state);
    }

    /// Wakes the threads that may decide differently now than when they last looked.
    fn wake(&self, before: &StateDigest, state: &State) {
        // TASK 2A: wake every thread that may now decide differently (begin by waking all of them
        //   after every step)
        if state.role.name() != before.role {
            self.shared.ticker.notify_one();
        }
        for peer in state.replicators_to_wake() {
            self.shared.replicators[peer.0].notify_one();
        }
        // FROM 2B
        if state.has_more_to_apply() {
            self.shared.applier.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
