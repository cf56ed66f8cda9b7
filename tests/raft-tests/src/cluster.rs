//! The cluster: its servers and network, and how it starts.

use crate::services::Services;
use crate::value::Value;
use harness::checks::{AppliedLog, Redelivery, Started};
use harness::{Events, NetworkMode, ServerLife, ServerRegistry, Slow, Slowness};
use labdisk::Persister;
use labrpc::{LinkFaults, Network};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::sync::{Mutex, MutexGuard};
use labrt::time::Instant;
use log::info;
use raft::{Raft, ServerId};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use trace::Incarnation;

/// What kind of service applies the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Remembers every command and ignores snapshots (2A to 2C).
    Plain,
    /// Takes a snapshot every [`SNAPSHOT_INTERVAL`](crate::SNAPSHOT_INTERVAL) commands (2D).
    Snapshotting,
}

/// How a cluster begins.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// How many servers there are.
    pub servers: usize,
    /// What the network is like.
    pub network_mode: NetworkMode,
    /// What the servers' service is like.
    pub service: Service,
}

/// A cluster of Raft servers, the network between them, and a service on top of each.
///
/// Dropping it ends it, so that nothing runs on after a scenario that failed.
pub struct Cluster {
    pub(crate) shared: Arc<Shared>,
    pub(crate) network: Network,
    pub(crate) begin: Begin,
}

/// The counters as they stood when the scenario began, for its figures.
pub(crate) struct Begin {
    pub(crate) at: Instant,
    pub(crate) rpcs: u64,
    pub(crate) bytes: u64,
}

/// What the test's thread shares with the appliers and the watcher.
pub(crate) struct Shared {
    pub(crate) service: Service,
    /// How each server's works.
    pub(crate) services: Services,
    /// What happens, watched by the rules of the paper. Nothing is recorded with the lock held.
    pub(crate) events: Events,
    /// One lock for everything. No thread waits, sends or calls a student's method while it holds
    /// it.
    state: Mutex<State>,
    /// An atomic, because the watcher only looks at it between two rounds.
    finished: AtomicBool,
}

pub(crate) struct State {
    /// Who is up, and what each said of its term and role.
    pub(crate) registry: ServerRegistry<Raft>,
    pub(crate) servers: Vec<Server>,
    pub(crate) applied: AppliedLog<Value>,
    pub(crate) started: Started<Value>,
    /// Faults of calls from one server to another, where the link has any of its own.
    pub(crate) links: BTreeMap<(ServerId, ServerId), LinkFaults>,
}

/// One server, through all its incarnations.
pub(crate) struct Server {
    /// Survives crashes; every incarnation gets a copy to write to.
    pub(crate) persister: Arc<Persister>,
    /// Its present life, or its last.
    pub(crate) life: Option<ServerLife>,
    /// How slow its disk is from its next start on.
    pub(crate) disk: Slow,
    /// Whether it can reach the others that are connected. A crash disconnects it.
    pub(crate) connected: bool,
    /// Its present ends, one to each server. A new incarnation gets new ones.
    pub(crate) ends: Vec<String>,
}

impl Cluster {
    /// Starts the servers and connects them all. Calls to servers that cannot be reached take up to
    /// 7 s to fail.
    pub fn new(setup: Setup) -> Cluster {
        let shared = Arc::new_cyclic(|shared| Shared::new(setup, shared.clone()));
        let network = Network::recorded(shared.events.stream());
        network.set_reliable(setup.network_mode == NetworkMode::Reliable);
        network.set_long_delays(true);
        let begin = Begin { at: Instant::now(), rpcs: 0, bytes: 0 };
        let mut cluster = Cluster { shared, network, begin };
        cluster.servers().for_each(|server| cluster.start(server));
        cluster.servers().for_each(|server| cluster.connect(server));
        cluster.watch();
        cluster.begin = Begin {
            at: Instant::now(),
            rpcs: cluster.network.total_count(),
            bytes: cluster.network.total_bytes(),
        };
        info!(target: "cluster", "{} servers are up, {:?}", setup.servers, setup.network_mode);
        cluster
    }

    /// So many servers with a plain service on a reliable network.
    pub fn reliable(servers: usize) -> Cluster {
        let (network_mode, service) = (NetworkMode::Reliable, Service::Plain);
        Cluster::new(Setup { servers, network_mode, service })
    }

    /// So many servers with a plain service on an unreliable network.
    pub fn unreliable(servers: usize) -> Cluster {
        let (network_mode, service) = (NetworkMode::Unreliable, Service::Plain);
        Cluster::new(Setup { servers, network_mode, service })
    }

    /// The network, for scenarios that change it or count on it.
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

    /// The server `steps` after `server`, going round.
    pub fn after(&self, server: ServerId, steps: usize) -> ServerId {
        ServerId((server.0 + steps) % self.size())
    }

    /// Any server, drawn at random.
    pub fn random_server(&self) -> ServerId {
        ServerId(labrt::rand::random_range(0..self.size()))
    }

    /// Whether the server is running.
    pub fn is_up(&self, server: ServerId) -> bool {
        self.lock().registry.is_up(server.0)
    }

    /// Whether the server can reach the others that are connected.
    pub fn is_connected(&self, server: ServerId) -> bool {
        self.lock().servers[server.0].connected
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Shared {
    fn new(setup: Setup, this: Weak<Shared>) -> Shared {
        let redelivery = match setup.service {
            Service::Plain => Redelivery::Allowed,
            Service::Snapshotting => Redelivery::Refused,
        };
        let slowness = Slowness::of_world();
        info!(target: "cluster", "slow: {slowness:?}");
        let state = State {
            servers: (0..setup.servers).map(|_| Server::new(slowness.disk)).collect(),
            registry: ServerRegistry::new(setup.servers),
            applied: AppliedLog::new(setup.servers, redelivery),
            started: Started::new(),
            links: BTreeMap::new(),
        };
        let (state, finished) = (Mutex::new(state), AtomicBool::new(false));
        let events = Events::begin(setup.servers, move |violation| {
            if let Some(shared) = this.upgrade() {
                shared.hold_to(Err(violation));
            }
        });
        let services = Services::new(setup.servers, slowness.service);
        Shared { service: setup.service, services, events, state, finished }
    }

    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Ends the watcher; returns whether this was done before.
    pub(crate) fn set_finished(&self) -> bool {
        self.finished.swap(true, Ordering::Relaxed)
    }
}

impl Server {
    fn new(disk: Slow) -> Server {
        Server {
            persister: Arc::new(Persister::new()),
            life: None,
            disk,
            connected: false,
            ends: Vec::new(),
        }
    }
}

impl State {
    /// Whether this incarnation has not crashed: what it says and does counts.
    pub(crate) fn counts(&self, incarnation: Incarnation) -> bool {
        let life = self.servers[incarnation.server].life.as_ref();
        self.registry.incarnation(incarnation.server) == incarnation.number
            && life.is_some_and(|life| !life.is_over())
    }
}
