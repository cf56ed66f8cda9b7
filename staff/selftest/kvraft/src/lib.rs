//! A key/value service that is broken on purpose, to check that the graded tests catch each bug and
//! name it rightly.
//!
//! It is a small service of its own behind the same API, simpler and slower than the real one (its
//! handlers look again whenever anything was applied), with the real one's clerk and messages.
//! `staff selftest` replaces `kvraft/` by it in a tree of its own. The environment names the
//! [`Bug`]; without one the service is correct and passes.

mod bug;
mod service;

pub use bug::Bug;
pub use real_kvraft::{Clerk, Persister, Raft, ServerId, message};

use labrpc::{ClientEnd, Server};
use labrt::channel::{Receiver, bounded};
use labrt::sync::{Condvar, Mutex, MutexGuard};
use labrt::thread;
use labrt::time::Duration;
use raft::{ApplyMsg, Index, Term};
use real_kvraft::message::{Get, GetReply, PutAppend, PutAppendReply, RequestId};
use service::{Entry, Service};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a handler waits before it looks whether its server still leads.
const POLL: Duration = Duration::from_millis(100);

/// One server, with one bug at most.
#[derive(Clone)]
pub struct KvServer {
    shared: Arc<Shared>,
}

struct Shared {
    raft: Raft,
    persister: Arc<Persister>,
    max_raft_state: Option<usize>,
    bug: Option<Bug>,
    state: Mutex<State>,
    /// Notified whenever something was applied.
    applied: Condvar,
}

#[derive(Default)]
struct State {
    service: Service,
    /// How far we have applied.
    reached: Index,
    /// What was applied where, since the last snapshot.
    requests: BTreeMap<Index, RequestId>,
}

impl KvServer {
    /// Starts a server, with the bug of this process.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        max_raft_state: Option<usize>,
    ) -> KvServer {
        let bug = Bug::chosen();
        let service = Service::restore(&persister.snapshot(), bug);
        let (apply, messages) = bounded(0);
        let shared = Arc::new(Shared {
            raft: Raft::new(peers, me, persister.clone(), apply),
            persister,
            max_raft_state: max_raft_state.filter(|_| bug != Some(Bug::NoSnapshots)),
            bug,
            state: Mutex::new(State { service, ..State::default() }),
            applied: Condvar::new(),
        });
        let applier = shared.clone();
        let thread = thread::Builder::new().name("small-applier").server(me.to_string());
        thread.spawn(move || applier.apply_all(&messages)).expect("the OS gives a thread");
        KvServer { shared }
    }

    /// Registers the handlers of the service and of its Raft.
    pub fn serve(&self, server: &mut Server) {
        self.shared.raft.serve(server);
        let shared = self.shared.clone();
        server.on(move |get| shared.get(get));
        let shared = self.shared.clone();
        server.on(move |write| shared.put_append(write));
    }

    /// The Raft under this server.
    pub fn raft(&self) -> &Raft {
        &self.shared.raft
    }

    /// Ends this server.
    pub fn kill(&self) {
        self.shared.raft.kill();
    }
}

impl Shared {
    fn get(&self, Get { request, key }: Get) -> GetReply {
        let state = match self.bug {
            Some(Bug::StaleRead) => self.raft.state().1.then(|| self.state.lock()),
            _ => self.carry_out(Entry::Read(request)),
        };
        match state.map(|state| state.service.value(&key)) {
            None => GetReply::WrongLeader,
            Some(None) => GetReply::NoKey,
            Some(Some(value)) => GetReply::Value(value),
        }
    }

    fn put_append(&self, write: PutAppend) -> PutAppendReply {
        match self.carry_out(Entry::Write(write)) {
            None => PutAppendReply::WrongLeader,
            Some(_) => PutAppendReply::Done,
        }
    }

    /// Waits until the entry is applied here; the state is then one that has seen it.
    fn carry_out(&self, entry: Entry) -> Option<MutexGuard<'_, State>> {
        let (index, term) = self.raft.start(labgob::encode(&entry))?;
        let mut state = self.state.lock();
        if self.bug == Some(Bug::AnsweredBeforeApplied) {
            return Some(state);
        }
        while state.reached < index {
            self.applied.wait_for(&mut state, POLL);
            if state.reached < index && !self.still_leads(term) {
                return None;
            }
        }
        (state.requests.get(&index) == Some(&entry.request())).then_some(state)
    }

    fn still_leads(&self, term: Term) -> bool {
        self.raft.state() == (term, true)
    }

    fn apply_all(&self, messages: &Receiver<ApplyMsg>) {
        for message in messages {
            match message {
                ApplyMsg::Command { index, command } => self.apply(index, &command),
                ApplyMsg::Snapshot { index, snapshot, .. } => {
                    let service = Service::restore(&snapshot, self.bug);
                    let requests = BTreeMap::new();
                    *self.state.lock() = State { service, reached: index, requests };
                }
            }
            self.applied.notify_all();
        }
    }

    fn apply(&self, index: Index, command: &[u8]) {
        let entry: Entry = labgob::decode(command).expect("an entry of ours");
        let mut state = self.state.lock();
        state.requests.insert(index, entry.request());
        state.service.apply(entry, self.bug);
        state.reached = index;
        if self.max_raft_state.is_some_and(|max| self.persister.state_size() > max) {
            // Handlers that still wait for these find no entry and give up; their clerks retry.
            state.requests.clear();
            let snapshot = state.service.snapshot();
            drop(state);
            self.raft.snapshot(index, snapshot);
        }
    }
}
