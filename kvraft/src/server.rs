//! A server: it puts requests into the log, applies what is committed, and answers whoever waits.
//!
//! Two kinds of threads meet here, and share one lock. A handler, one for each request, passes its
//! command to Raft and waits to hear what became of it. The applier takes what is committed, in
//! order, and applies it to the store. The lock goes before Raft's own: it is held while calling
//! [`Raft::start`], and Raft calls nobody with its own held.

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
use crate::store::Store;
use crate::waiting::Answer;

// FROM 3A
use crate::waiting::Waiting;

// FROM 3A
/// How long a handler waits before it looks whether its server still leads. A leader that was cut
/// off hears of nothing that would wake its handlers.
const LEADERSHIP_POLL: Duration = Duration::from_millis(100);

/// Capacity of the apply channel. With 0 every command would wake two threads: a third of the
/// service's time.
const APPLY_AHEAD: usize = 64;

/// One server of the key/value service, with its Raft. A handle: clones stand for the same server.
#[derive(Clone)]
pub struct KvServer {
    shared: Arc<Shared>,
}

struct Shared {
    me: ServerId,
    raft: Raft,
    persister: Arc<Persister>,
    /// The log is to be replaced by a snapshot when the Raft state has outgrown this, in bytes.
    max_raft_state: Option<usize>,
    /// The one lock.
    state: Mutex<State>,
}

struct State {
    store: Store,
    // FROM 3A: which handlers wait for which command (`waiting`)
    /// The handlers that wait. Empty when the applier has ended.
    waiting: Waiting,
    // FROM 3B
    /// Bytes of the commands applied since the last snapshot: about what a new one would save.
    applied_bytes: usize,
}

impl KvServer {
    /// Starts a server and its Raft: with what `persister` has saved, or from nothing.
    ///
    /// `peers` has an end to every server, this one included, in the same order everywhere; `me`
    /// is our place in it. When the saved Raft state grows past `max_raft_state` bytes, the log is
    /// replaced by a snapshot; without it, never. Returns as soon as the threads are started.
    ///
    /// # Panics
    /// If `me` is none of the peers, or what was saved is no server's state.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        max_raft_state: Option<usize>,
    ) -> KvServer {
        let mut store = Store::default();
        // FROM 3B: begin with the store that the persister's snapshot stands for, if there is one
        let snapshot = persister.snapshot();
        if !snapshot.is_empty() {
            store = read(me, &snapshot);
        }

        let (apply, messages) = bounded(APPLY_AHEAD);
        let raft = Raft::new(peers, me, persister.clone(), apply);
        let state = Mutex::new(State {
            store,
            // FROM 3A
            waiting: Waiting::default(),
            // FROM 3B
            applied_bytes: 0,
        });
        let shared = Arc::new(Shared { me, raft, persister, max_raft_state, state });
        let applier = shared.clone();
        let thread = thread::Builder::new().name("kv-applier").server(me.to_string());
        let started = thread.spawn(move || applier.apply_all(&messages));
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

    /// Ends this server and its Raft: handlers that wait are told, and its threads stop soon.
    /// Waits for nothing.
    pub fn kill(&self) {
        // The Raft closes the apply channel, and at its end the applier sends everybody home.
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

    /// Puts the command into the log and waits until it is applied here: then this says what it
    /// found. `None` if we do not lead, or do not any more: what becomes of the command is another
    /// leader's business then.
    fn execute(&self, command: Command) -> Option<Answer> {
        // TASK 3A: pass the command to `Raft::start`, wait until the applier comes to its place in
        //   the log, and answer only if it found this very command there (8); if this server does
        //   not lead, or leads no more, the answer is `None`
        let encoded = command.encode();
        let request = command.request();
        let (index, term, answer) = {
            // With the lock held, so that the command is not applied before somebody waits for it.
            let mut state = self.state.lock();
            let (index, term) = self.raft.start(encoded)?;
            (index, term, state.waiting.enter(index, request))
        };
        loop {
            match answer.recv_timeout(LEADERSHIP_POLL) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Timeout) if self.raft.state() == (term, true) => {}
                Err(RecvTimeoutError::Timeout) => {
                    debug!("gives up {request:?} at {index}: no longer leads term {term}");
                    self.state.lock().waiting.leave(index, request);
                    return None;
                }
                // Sent home: nothing of ours waits any more, though a retry may, at the same place.
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// The applier.
impl Shared {
    /// Its life, which ends with the Raft's.
    fn apply_all(&self, messages: &Receiver<ApplyMsg>) {
        for message in messages {
            match message {
                ApplyMsg::Command { index, command } => {
                    self.apply(index, &command);
                    if let Some(max) = self.max_raft_state {
                        self.shorten_log(index, max);
                    }
                }
                ApplyMsg::Snapshot { index, snapshot, .. } => self.install(index, &snapshot),
            }
        }
        info!("ends");
        // FROM 3A: the Raft is gone: send home whoever still waits
        self.state.lock().waiting.dismiss_all();
    }

    fn apply(&self, index: Index, encoded: &Bytes) {
        // TASK 3A: apply the command to the store, and tell the handler that waits for it here, if
        //   there is one
        let command = Command::decode(encoded).unwrap_or_else(|error| {
            panic!("what {} applies at {index} was believed to be a command: {error}", self.me)
        });
        let mut state = self.state.lock();
        state.store.apply(&command);
        state.answer(index, &command);
        // FROM 3B
        state.applied_bytes += encoded.len();
    }

    /// Replaces the log by a snapshot, now that everything up to `index` is applied, if the Raft
    /// state has grown larger than `max` bytes.
    fn shorten_log(&self, index: Index, max: usize) {
        // TASK 3B: if the Raft state is larger than `max` (`Persister::state_size`), make a
        //   snapshot of the store and pass it to `Raft::snapshot` (7)
        let snapshot = {
            let mut state = self.state.lock();
            // While most of that is not applied yet a snapshot would not help, and taking one after
            // each command would not end that.
            if state.applied_bytes < max / 2 || self.persister.state_size() <= max {
                return;
            }
            state.applied_bytes = 0;
            state.store.snapshot()
        };
        debug!("takes a snapshot of {} bytes at {index}", snapshot.len());
        self.raft.snapshot(index, snapshot);
    }

    /// Starts over from another server's snapshot. Whoever waits for what it stands for is not told
    /// whether its command was among that.
    fn install(&self, index: Index, snapshot: &[u8]) {
        // TASK 3B: go on from the store that the snapshot stands for (7); who waits for a command
        //   that it covers will not meet it any more
        let store = read(self.me, snapshot);
        let mut state = self.state.lock();
        state.store = store;
        state.applied_bytes = 0;
        state.waiting.dismiss_until(index);
    }
}

// FROM 3A
impl State {
    /// Tells whoever waits at this index what the command found, now that it is applied.
    fn answer(&mut self, index: Index, command: &Command) {
        let store = &self.store;
        self.waiting.answer(index, command.request(), || match command {
            Command::Get(get) => store.value(&get.key).map(str::to_owned),
            Command::PutAppend(_) => None,
        });
    }
}

/// The store that a snapshot stands for; it is one of ours.
fn read(me: ServerId, snapshot: &[u8]) -> Store {
    Store::from_snapshot(snapshot)
        .unwrap_or_else(|error| panic!("{me}'s snapshot was believed to be a store: {error}"))
}
