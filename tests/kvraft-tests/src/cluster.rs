//! The cluster: its servers and network, and how it starts.

use crate::history::History;
use harness::{Events, Figures, NetworkMode, ServerRegistry, Slow, Slowness, Work};
use kvraft::{KvServer, ServerId};
use labdisk::Persister;
use labrpc::Network;
use labrt::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use labrt::sync::{Mutex, MutexGuard};
use labrt::time::Instant;
use log::info;
use std::sync::{Arc, Weak};

/// How a cluster begins.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// How many servers there are.
    pub servers: usize,
    /// What the network is like.
    pub network_mode: NetworkMode,
    /// The size of the Raft state, in bytes, that is to be kept down by snapshots. `None`: servers
    /// take no snapshots.
    pub max_raft_state: Option<usize>,
}

/// A cluster of servers, the network between them, and the history of all that its clients do.
///
/// Dropping it ends it, so that nothing runs on after a scenario that failed.
pub struct Cluster {
    pub(crate) shared: Arc<Shared>,
    pub(crate) network: Network,
    pub(crate) max_raft_state: Option<usize>,
}

/// What the test's thread shares with the clients and the watcher.
pub(crate) struct Shared {
    /// What happens, watched by the rules of the paper. Nothing is recorded with the lock held.
    pub(crate) events: Events,
    /// One lock for everything about the servers. No thread waits, sends or calls a student's
    /// method while it holds it.
    state: Mutex<State>,
    /// Of its own, since clients add to it all the time.
    pub(crate) history: History,
    /// Operations done that count. An atomic, because clients only add to it.
    operations: AtomicU64,
    /// An atomic, because the watcher only looks at it between two rounds.
    finished: AtomicBool,
}

pub(crate) struct State {
    /// Who is up, and what each said of its term and role.
    pub(crate) registry: ServerRegistry<KvServer>,
    pub(crate) servers: Vec<Server>,
    begin: Begin,
}

/// One server, through all its incarnations.
pub(crate) struct Server {
    /// Survives crashes; every incarnation gets a copy to write to.
    pub(crate) persister: Arc<Persister>,
    /// Its present ends, one to each server. A new incarnation gets new ones.
    pub(crate) ends: Vec<String>,
}

/// The counters as they stood when the scenario, or this part of it, began.
struct Begin {
    at: Instant,
    rpcs: u64,
    operations: u64,
}

impl Cluster {
    /// Starts the servers and connects them all. Calls to servers that cannot be reached take up to
    /// 0.1 s to fail.
    pub fn new(setup: Setup) -> Cluster {
        let Setup { servers, network_mode, max_raft_state } = setup;
        let shared = Arc::new_cyclic(|shared| Shared::new(servers, shared.clone()));
        let network = Network::recorded(shared.events.stream());
        let cluster = Cluster { shared, network, max_raft_state };
        cluster.servers().for_each(|server| cluster.start(server));
        cluster.connect_all();
        cluster.network.set_reliable(network_mode == NetworkMode::Reliable);
        cluster.watch();
        cluster.begin();
        info!(target: "cluster", "{setup:?}: all are up");
        cluster
    }

    /// So many servers on a reliable network, without snapshots.
    pub fn reliable(servers: usize) -> Cluster {
        let network_mode = NetworkMode::Reliable;
        Cluster::new(Setup { servers, network_mode, max_raft_state: None })
    }

    /// So many servers on an unreliable network, without snapshots.
    pub fn unreliable(servers: usize) -> Cluster {
        let network_mode = NetworkMode::Unreliable;
        Cluster::new(Setup { servers, network_mode, max_raft_state: None })
    }

    /// The figures of a passed line count from now on.
    pub fn begin(&self) {
        let rpcs = self.network.total_count();
        let operations = self.shared.operations.load(Ordering::Relaxed);
        self.lock().begin = Begin { at: Instant::now(), rpcs, operations };
    }

    /// The figures since then.
    pub fn figures(&self) -> Figures {
        let operations = self.shared.operations.load(Ordering::Relaxed);
        let (rpcs, servers) = (self.network.total_count(), self.size());
        let begin = &self.lock().begin;
        Figures {
            duration: begin.at.elapsed(),
            servers,
            rpcs: rpcs - begin.rpcs,
            work: Work::Service { operations: operations - begin.operations },
        }
    }

    /// The network, for faults that the course's tests do not have.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// How many servers there are.
    pub fn size(&self) -> usize {
        self.lock().servers.len()
    }

    /// All servers, up or down.
    pub fn servers(&self) -> impl Iterator<Item = ServerId> + use<> {
        (0..self.size()).map(ServerId)
    }

    /// All servers but this one, up or down.
    pub fn others(&self, server: ServerId) -> impl Iterator<Item = ServerId> + use<> {
        self.servers().filter(move |other| *other != server)
    }

    /// The size of the largest Raft state on any server's disk, without snapshots, in bytes.
    pub fn largest_raft_state(&self) -> usize {
        self.largest(Persister::state_size)
    }

    /// The size of the largest snapshot on any server's disk, in bytes.
    pub fn largest_snapshot(&self) -> usize {
        self.largest(Persister::snapshot_size)
    }

    fn largest(&self, size: impl Fn(&Persister) -> usize) -> usize {
        let state = self.lock();
        state.servers.iter().map(|server| size(&server.persister)).max().unwrap_or(0)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Shared {
    fn new(servers: usize, this: Weak<Shared>) -> Shared {
        // What services there are is the solution's.
        let Slow { one_in, longest } = Slowness::of_world().disk;
        let disk = || Persister::new().slow(one_in, longest);
        let server = || Server { persister: Arc::new(disk()), ends: Vec::new() };
        let state = State {
            registry: ServerRegistry::new(servers),
            servers: (0..servers).map(|_| server()).collect(),
            begin: Begin { at: Instant::now(), rpcs: 0, operations: 0 },
        };
        let events = Events::begin(servers, move |violation| {
            if let Some(shared) = this.upgrade() {
                shared.hold_to(Err(violation));
            }
        });
        Shared {
            events,
            state: Mutex::new(state),
            history: History::new(),
            operations: AtomicU64::new(0),
            finished: AtomicBool::new(false),
        }
    }

    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// A client's operation is done.
    pub(crate) fn count_operation(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Ends the watcher; returns whether this was done before.
    pub(crate) fn set_finished(&self) -> bool {
        self.finished.swap(true, Ordering::Relaxed)
    }
}
