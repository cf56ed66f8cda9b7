//! The scenario of most tests of Lab 3: three rounds in which clients read and write for a while,
//! with the faults that the test asks for: an unreliable network, partitions, restarts.

use crate::appends::element;
use crate::client::Client;
use crate::cluster::{Cluster, Setup};
use crate::links::ClientLinks;
use crate::{ELECTION_TIMEOUT, NetworkMode};
use harness::checks::stop_if_failed;
use harness::{ScenarioResult, ThinkTime};
use labrt::rand::{random_bool, random_range};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::thread::{self, JoinHandle, sleep};
use labrt::time::Duration;
use std::sync::Arc;

/// How often everything is done.
const ROUNDS: usize = 3;

/// How long clients work in a round.
const WORK: Duration = Duration::from_secs(5);

/// How long they work undisturbed before the partitions begin.
const BEFORE_PARTITIONS: Duration = Duration::from_secs(1);

/// The Raft state may reach this many times the size at which a snapshot is due: between two
/// snapshots the log grows, and a leader may have to keep a tail of it for a moment.
const RAFT_STATE_SLACK: usize = 8;

/// The parameters of a scenario. The defaults are the simplest.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// How many clients work at a time.
    pub clients: usize,
    /// How many servers there are.
    pub servers: usize,
    /// What the network is like.
    pub network_mode: NetworkMode,
    /// Whether all servers crash and come back at the end of each round.
    pub restarts: bool,
    /// Whether servers are partitioned at random while clients work.
    pub partitions: bool,
    /// Whether links, between servers and from clients, fail in one direction at random while
    /// clients work. (Beyond the course.)
    pub one_way_links: bool,
    /// The size of the Raft state, in bytes, that servers keep down by snapshots, if they do.
    pub max_raft_state: Option<usize>,
    /// Whether clients write to each other's keys: then a client does not know what it must read,
    /// and only the history is checked. Otherwise each client has a key for itself.
    pub random_keys: bool,
}

impl Default for Scenario {
    fn default() -> Scenario {
        Scenario {
            clients: 1,
            servers: 5,
            network_mode: NetworkMode::Reliable,
            restarts: false,
            partitions: false,
            one_way_links: false,
            max_raft_state: None,
            random_keys: false,
        }
    }
}

impl Scenario {
    /// Runs the scenario.
    pub fn play(self) -> ScenarioResult {
        let Scenario { servers, network_mode, max_raft_state, .. } = self;
        let cluster = Cluster::new(Setup { servers, network_mode, max_raft_state });
        // The one that looks at the results. A fix: in the course it goes by client 0's number.
        let mut checker = cluster.make_client(self.clients, cluster.servers());
        for _ in 0..ROUNDS {
            self.play_round(&cluster, &mut checker);
            self.check_sizes(&cluster);
        }
        cluster.finish()
    }

    fn play_round(self, cluster: &Cluster, checker: &mut Client) {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..self.clients).map(|it| cluster.make_client(it, cluster.servers()));
        let clients: Vec<Client> = clients.collect();
        let links: Vec<ClientLinks> = clients.iter().map(Client::links).collect();
        let start = |(number, client)| self.start_client(client, number, stop.clone());
        let clients: Vec<_> = clients.into_iter().enumerate().map(start).collect();
        self.disturb_for_a_while(cluster, &links, &stop);
        if self.restarts {
            restart_all(cluster);
        }
        for (number, client) in clients.into_iter().enumerate() {
            // Its last operation may have waited for the servers to come together again.
            let appended = client.join().unwrap_or_else(|_| {
                stop_if_failed();
                unreachable!("a client ends before its time only when the test has failed")
            });
            let key = key_of(number);
            let value = checker.get(&key);
            if !self.random_keys {
                cluster.check_appends(&key, &value, [(number, appended)]);
            }
        }
    }

    /// Waits while the clients work, makes them stop, and connects all servers.
    fn disturb_for_a_while(self, cluster: &Cluster, clients: &[ClientLinks], stop: &AtomicBool) {
        let disturbed = self.partitions || self.one_way_links;
        if !disturbed {
            sleep(WORK);
            stop.store(true, Ordering::Relaxed);
            return;
        }
        sleep(BEFORE_PARTITIONS);
        thread::scope(|scope| {
            if self.partitions {
                scope.spawn(|| cluster.partition_at_random(stop));
            }
            if self.one_way_links {
                scope.spawn(|| cluster.cut_one_way_at_random(clients, stop));
            }
            sleep(WORK);
            stop.store(true, Ordering::Relaxed);
        });
        cluster.connect_all();
        sleep(ELECTION_TIMEOUT);
    }

    /// Starts a client, which returns how many elements it has appended to its own key.
    fn start_client(
        self,
        client: Client,
        number: usize,
        stop: Arc<AtomicBool>,
    ) -> JoinHandle<usize> {
        let thread = thread::Builder::new().name(format!("client-{number}"));
        let started = thread.spawn(move || match self.random_keys {
            false => self.work_on_own_key(client, number, &stop),
            true => self.work_on_any_key(client, number, &stop),
        });
        started.expect("the client's thread can be spawned")
    }

    /// No other client writes this key, so the client knows what it must read.
    fn work_on_own_key(self, mut client: Client, number: usize, stop: &AtomicBool) -> usize {
        let (key, think_time) = (key_of(number), ThinkTime::of(self.clients));
        let (mut appended, mut expected) = (0, String::new());
        client.put(&key, "");
        while !stop.load(Ordering::Relaxed) {
            if random_bool(0.5) {
                let element = element(number, appended);
                client.append(&key, &element);
                expected += &element;
                appended += 1;
            } else {
                client.check(&key, &expected);
            }
            think_time.pause();
        }
        appended
    }

    fn work_on_any_key(self, mut client: Client, number: usize, stop: &AtomicBool) -> usize {
        let think_time = ThinkTime::of(self.clients);
        let mut written = 0;
        while !stop.load(Ordering::Relaxed) {
            let key = key_of(random_range(0..self.clients));
            let element = element(number, written);
            if random_bool(0.5) {
                client.append(&key, &element);
                written += 1;
            } else if random_bool(0.1) {
                client.put(&key, &element);
                written += 1;
            } else {
                client.get(&key);
            }
            think_time.pause();
        }
        written
    }

    /// With snapshots, logs stay short; without, there are none.
    fn check_sizes(self, cluster: &Cluster) {
        match self.max_raft_state {
            Some(size) => cluster.check_raft_state(RAFT_STATE_SLACK * size),
            None => {
                let size = cluster.largest_snapshot();
                cluster.require(size == 0, || {
                    format!("a server that is to take no snapshots has one of {size} bytes")
                });
            }
        }
    }
}

fn key_of(client: usize) -> String {
    client.to_string()
}

/// All servers are down for a while, then all come back.
fn restart_all(cluster: &Cluster) {
    cluster.servers().for_each(|server| cluster.shut_down(server));
    // Clients keep asking, and reach no server.
    sleep(ELECTION_TIMEOUT);
    cluster.servers().for_each(|server| cluster.start(server));
    cluster.connect_all();
}
