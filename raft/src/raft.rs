//! The handle on a Raft, its one lock, and the shape its threads share.
//!
//! `impl Raft` locks, waits and sends; what it does with the state while it holds the lock are
//! the rules of `impl State`. Two functions touch the lock. [`Raft::step`] runs one rule, for
//! whoever has something to tell: a service, a request, a reply. [`Raft::next_work`] is where our
//! own threads look, decide and wait. Either way, what a rule changed is checked, saved, and
//! made known to the threads it concerns before the lock is released.
//!
//! Nobody holds the lock while sending a message or while handing one to the service.

use std::sync::Arc;

use bytes::Bytes;
use labdisk::Persister;
use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::Instant;

use crate::applier::ApplyMsg;
use crate::invariants;
use crate::limits::COMMAND_BYTES;
use crate::state::{Landmarks, State};
use crate::vocabulary::{Index, ServerId, Term};

/// One server of a Raft cluster. A handle: clones stand for the same server.
///
/// Its threads run until [`Raft::kill`].
#[derive(Clone)]
pub struct Raft {
    pub(crate) shared: Arc<Shared>,
}

/// What all handles and threads of one server share.
pub(crate) struct Shared {
    /// How to reach each server, by its id; our own end is never used.
    pub(crate) peers: Vec<ClientEnd>,
    /// What survives us.
    persister: Arc<Persister>,
    /// The one lock.
    state: Mutex<State>,
    /// Where the ticker waits for its deadline: told when a change of role brought that nearer.
    pub(crate) ticker: Condvar,
    /// Where the applier waits: told when there is something to apply.
    pub(crate) applier: Condvar,
    /// Where the replicator of each peer waits: one each, since a reply concerns one peer.
    pub(crate) replicators: Vec<Condvar>,
}

/// What a thread decides when it has looked at the state.
#[derive(Debug)]
pub(crate) enum Decision<T> {
    /// There is this to do, outside the lock.
    Do(T),
    /// Nothing to do before then.
    WaitUntil(Instant),
    /// Nothing to do until something changes.
    Wait,
}

impl Raft {
    /// Starts a server: with what `persister` has saved, or from nothing.
    ///
    /// `peers` has an end to every server of the cluster, this one included, in the same order
    /// everywhere; `me` is our place in it. Committed commands and snapshots go to `apply`, in
    /// order, each once. Returns as soon as the threads are started.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        apply: Sender<ApplyMsg>,
    ) -> Raft {
        assert!(me.0 < peers.len(), "{me} was believed to be one of {} servers", peers.len());
        let mut state = State::new(me, peers.len(), Instant::now());
        // FROM 2C: go on from what was saved, if anything was (`State::restore`)
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
    /// A leader appends it to its log and says where and in which term, at once: whether it will
    /// be committed there is not known yet. A server that does not lead, or was killed, says
    /// `None`, and has not appended it.
    ///
    /// # Panics
    /// If the command is longer than 1 MiB.
    pub fn start(&self, command: impl Into<Bytes>) -> Option<(Index, Term)> {
        let command = command.into();
        let length = command.len();
        assert!(
            length <= COMMAND_BYTES,
            "a command was believed to be at most {COMMAND_BYTES} bytes long: this one has {length}"
        );
        self.step(|state, _| state.take_command(command))
    }

    /// The current term, and whether this server believes it leads it.
    #[must_use]
    pub fn state(&self) -> (Term, bool) {
        let state = self.shared.state.lock();
        (state.term, state.is_leader())
    }

    /// Ends this server: its threads stop soon, it leads no more, and the apply channel is closed
    /// once the message being handed over has been taken. Waits for nothing.
    ///
    /// Its handlers go on answering and saving. Whoever kills a server first takes it off the
    /// network, and starts the next one from a copy of the persister: then nobody asks it any
    /// more, and what it still saves reaches nobody.
    pub fn kill(&self) {
        self.step(State::kill);
        // Everybody, however choosy `wake` is.
        self.shared.ticker.notify_all();
        self.shared.applier.notify_all();
        for replicator in &self.shared.replicators {
            replicator.notify_all();
        }
    }

    /// Runs one rule on the state, and settles what it changed. (Its caller is who takes the lock,
    /// in the kit's reports.)
    #[track_caller]
    pub(crate) fn step<T>(&self, rule: impl FnOnce(&mut State, Instant) -> T) -> T {
        let mut state = self.shared.state.lock();
        let now = Instant::now();
        let before = state.landmarks();
        let result = rule(&mut state, now);
        self.settle(&before, &mut state);
        result
    }

    /// The loop all our threads share: look, decide, wait. Returns what `look` found to do, or
    /// `None` when the server was killed.
    #[track_caller]
    pub(crate) fn next_work<T>(
        &self,
        waiting: &Condvar,
        look: impl Fn(&mut State, Instant) -> Decision<T>,
    ) -> Option<T> {
        let mut state = self.shared.state.lock();
        while !state.killed {
            let now = Instant::now();
            let before = state.landmarks();
            match look(&mut state, now) {
                Decision::Do(work) => {
                    self.settle(&before, &mut state);
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

    /// What follows every transition, before the lock is released: it is checked; what must
    /// survive a crash is saved, so that nobody learns of it earlier; whom it concerns is woken.
    fn settle(&self, before: &Landmarks, state: &mut State) {
        if cfg!(debug_assertions) {
            invariants::check(before, state);
        }
        // FROM 2C: save what has changed, before anybody can learn of it (`State::persist`)
        state.persist(&self.shared.persister);
        // FROM 2B
        state.log.mark_settled();

        self.wake(before, state);
    }

    /// Wakes the threads that might decide differently now than when they last looked.
    fn wake(&self, before: &Landmarks, state: &State) {
        // TASK 2A: wake every thread that would now decide differently (waking all of them,
        //   whatever changed, is a good beginning)
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
