//! A server: its handlers pass requests to Raft as commands and wait for the result; its applier
//! applies committed commands to the store, and takes and installs snapshots.
//!
//! There is a handler thread for each request, and one applier; they share one lock. Lock order:
//! this lock before Raft's own. It is held while calling [`Raft::start`], and Raft never calls the
//! service with its own lock held.

use std::sync::Arc;

use labrpc::{ClientEnd, Server};
use labrt::channel::{Receiver, RecvTimeoutError, bounded};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Duration;
use log::{debug, info};
use raft::{ApplyMsg, Bytes, Index, Persister, Raft, ServerId};

use crate::command::Command;
use crate::message::{Get, GetReply, PutAppend, PutAppendReply};
use crate::pending::Answer;
use crate::store::Store;

// FROM 3A
use crate::pending::PendingRequests;

// FROM 3A
/// How often a waiting handler checks whether its server is still the leader. At a leader that was
/// cut off nothing else wakes it.
const LEADERSHIP_POLL: Duration = Duration::from_millis(100);

/// Capacity of the apply channel. With 0 every command wakes two threads, which takes a third of
/// the service's time.
const APPLY_AHEAD: usize = 64;

/// One server of the key/value service, with its Raft. A handle: clones are the same server.
#[derive(Clone)]
pub struct KvServer {
    shared: Arc<Shared>,
}

struct Shared {
    me: ServerId,
    raft: Raft,
    persister: Arc<Persister>,
    /// The size in bytes of the saved Raft state at which a snapshot is taken; `None`: never.
    max_raft_state: Option<usize>,
    /// The one lock.
    state: Mutex<State>,
}

struct State {
    store: Store,
    // FROM 3A: which handlers wait for which command (`pending`)
    /// The handlers that wait. Empty when the applier has ended.
    pending: PendingRequests,
    // FROM 3B
    /// Bytes of the commands applied since the last snapshot: about as many as a new one would
    /// free.
    applied_bytes: usize,
}

impl KvServer {
    /// Starts a server and its Raft from the state that `persister` has saved, or as a new one if
    /// it has none.
    ///
    /// `peers` has an end to every server, this one included, in the same order everywhere; `me`
    /// is our index in it. When the saved Raft state exceeds `max_raft_state` bytes, a snapshot
    /// replaces the log; with `None`, never. Returns as soon as the threads are started.
    ///
    /// # Panics
    /// If `peers` has no end for `me`, or the saved bytes are not the state of a server.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        max_raft_state: Option<usize>,
    ) -> KvServer {
        let mut store = Store::default();
        // FROM 3B: start from the persister's snapshot, if it has one
        let snapshot = persister.snapshot();
        if !snapshot.is_empty() {
            store = decode_store(me, &snapshot);
        }

        let (apply, messages) = bounded(APPLY_AHEAD);
        let raft = Raft::new(peers, me, persister.clone(), apply);
        let state = Mutex::new(State {
            store,
            // FROM 3A
            pending: PendingRequests::default(),
            // FROM 3B
            applied_bytes: 0,
        });
        let shared = Arc::new(Shared { me, raft, persister, max_raft_state, state });
        let applier = shared.clone();
        let thread = thread::Builder::new().name("kv-applier").server(me.to_string());
        let started = thread.spawn(move || applier.run_applier(&messages));
        started.unwrap_or_else(|error| panic!("{me} cannot start a thread: {error}"));
        KvServer { shared }
    }

    /// Registers the handlers of our RPCs and of the Raft's.
    pub fn serve(&self, server: &mut Server) {
        self.shared.raft.serve(server);
        let shared = self.shared.clone();
        server.on(move |get| shared.get(get));
        let shared = self.shared.clone();
        server.on(move |write| shared.put_append(write));
    }

    /// The Raft under this server.
    #[must_use]
    pub fn raft(&self) -> &Raft {
        &self.shared.raft
    }

    /// Ends this server and its Raft: handlers that wait are cancelled, and its threads stop soon.
    /// Never blocks.
    pub fn kill(&self) {
        // The Raft closes the apply channel; at its end the applier cancels all waiting handlers.
        self.shared.raft.kill();
    }
}

/// The handlers.
impl Shared {
    fn get(&self, get: Get) -> GetReply {
        match self.execute(Command::Get(get)) {
            None => GetReply::WrongLeader,
            Some(None) => GetReply::NoKey,
            Some(Some(value)) => GetReply::Value(value),
        }
    }

    fn put_append(&self, write: PutAppend) -> PutAppendReply {
        match self.execute(Command::PutAppend(write)) {
            None => PutAppendReply::WrongLeader,
            Some(_) => PutAppendReply::Done,
        }
    }

    /// Appends the command to the log, waits until it is applied here, and returns its answer.
    /// `None` if we are not the leader, or no longer: then it is not known whether it will be
    /// applied.
    fn execute(&self, command: Command) -> Option<Answer> {
        // TASK 3A: pass the command to `Raft::start`, wait until the applier has applied its index,
        //   and return the answer only if it applied this very command there (8); return `None` if
        //   this server is not the leader, or no longer
        let encoded = command.encode();
        let request = command.request();
        let (index, term, answer) = {
            // With the lock held, so that the command is not applied before its handler is
            // registered.
            let mut state = self.state.lock();
            let (index, term) = self.raft.start(encoded)?;
            (index, term, state.pending.register(index, request))
        };
        loop {
            match answer.recv_timeout(LEADERSHIP_POLL) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Timeout) if self.raft.state() == (term, true) => {}
                Err(RecvTimeoutError::Timeout) => {
                    debug!("gives up {request:?} at {index}: no longer leads term {term}");
                    self.state.lock().pending.remove(index, request);
                    return None;
                }
                // Cancelled, so already removed (a retry may wait for the same index).
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// The applier.
impl Shared {
    /// Its loop, until the Raft closes the apply channel.
    fn run_applier(&self, messages: &Receiver<ApplyMsg>) {
        for message in messages {
            match message {
                ApplyMsg::Command { index, command } => {
                    self.apply(index, &command);
                    if let Some(max) = self.max_raft_state {
                        self.maybe_snapshot(index, max);
                    }
                }
                ApplyMsg::Snapshot { index, snapshot, .. } => self.install(index, &snapshot),
            }
        }
        info!("ends");
        // FROM 3A: the Raft has ended: cancel the handlers that still wait
        self.state.lock().pending.cancel_all();
    }

    fn apply(&self, index: Index, encoded: &Bytes) {
        // TASK 3A: apply the command to the store, and pass the answer to the handler that waits
        //   for it on this server, if there is one
        let command = Command::decode(encoded).unwrap_or_else(|error| {
            panic!("{} cannot decode the command at {index}: {error}", self.me)
        });
        let mut state = self.state.lock();
        state.store.apply(&command);
        state.answer(index, &command);
        // FROM 3B
        state.applied_bytes += encoded.len();
    }

    /// Takes a snapshot of the store, to which everything up to `index` is applied, if the saved
    /// Raft state exceeds `max` bytes.
    fn maybe_snapshot(&self, index: Index, max: usize) {
        // TASK 3B: if the saved Raft state exceeds `max` (`Persister::state_size`), make a snapshot
        //   of the store and pass it to `Raft::snapshot` (7)
        let snapshot = {
            let mut state = self.state.lock();
            // While most of the log is not applied yet, a snapshot would free little, and one would
            // be taken after each command.
            if state.applied_bytes < max / 2 || self.persister.state_size() <= max {
                return;
            }
            state.applied_bytes = 0;
            state.store.snapshot()
        };
        debug!("takes a snapshot of {} bytes at {index}", snapshot.len());
        self.raft.snapshot(index, snapshot);
    }

    /// Replaces the store by another server's snapshot. Cancels the handlers whose index it covers:
    /// it is not known whether their commands were applied.
    fn install(&self, index: Index, snapshot: &[u8]) {
        // TASK 3B: replace the store by the snapshot's (7); the applier will not come to a command
        //   that it covers, so its handler must not wait any longer
        let store = decode_store(self.me, snapshot);
        let mut state = self.state.lock();
        state.store = store;
        state.applied_bytes = 0;
        state.pending.cancel_until(index);
    }
}

// FROM 3A
impl State {
    /// Passes the answer of the command that was applied at `index` to the handler that waits for
    /// it.
    fn answer(&mut self, index: Index, command: &Command) {
        let store = &self.store;
        self.pending.complete(index, command.request(), || match command {
            Command::Get(get) => store.value(&get.key).map(str::to_owned),
            Command::PutAppend(_) => None,
        });
    }
}

/// The store of a snapshot that a server of this service made.
fn decode_store(me: ServerId, snapshot: &[u8]) -> Store {
    Store::from_snapshot(snapshot)
        .unwrap_or_else(|error| panic!("cannot decode the snapshot of {me}: {error}"))
}
