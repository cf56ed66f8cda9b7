//! What the service does on real threads: three servers on a reliable network.
//!
//! - Operations a second with 1, 15 and 50 clients: half of them puts, half gets, of 100-byte
//!   values over 1,000 keys, with a snapshot whenever the Raft state passes 100,000 bytes.
//! - The course's speed tests: milliseconds for one of 1,000 appends in a row to one key, without
//!   snapshots (3A) and with one past 1,000 bytes (3B).
//!
//! `cargo bench -p staff --bench service`. The median of several runs, and their range.

use std::sync::Arc;

use kvraft::{Clerk, KvServer, Persister, ServerId};
use labrpc::{ClientEnd, Network, Server};
use labrt::rand;
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{Options, run};

const SERVERS: usize = 3;
const RUNS: u64 = 7;
const KEYS: u32 = 1000;
const VALUE_BYTES: usize = 100;
/// How long the clients of one run are counted.
const WINDOW: Duration = Duration::from_secs(2);
/// How many appends a speed test makes.
const APPENDS: u32 = 1000;

fn main() {
    println!("kvraft, {SERVERS} servers, reliable network, median of {RUNS} [range]");
    for clients in [1, 15, 50] {
        print_row(&format!("{clients} clients"), "ops/s", 0, move || throughput(clients));
    }
    for (part, max_raft_state) in [("3A", None), ("3B", Some(1000))] {
        print_row(&format!("append in a row, {part}"), "ms", 3, move || speed(max_raft_state));
    }
}

/// Measures several times, each in a world of its own.
fn print_row(
    what: &str,
    unit: &str,
    digits: usize,
    measure: impl Fn() -> f64 + Copy + Send + 'static,
) {
    let mut runs: Vec<f64> = (0..RUNS).map(|seed| in_a_world(seed, measure)).collect();
    runs.sort_by(f64::total_cmp);
    let (least, most) = (runs[0], runs[runs.len() - 1]);
    let median = runs[runs.len() / 2];
    println!("  {what:<22} {median:9.digits$} {unit:<6} [{least:.digits$} to {most:.digits$}]");
}

fn in_a_world(seed: u64, measure: impl FnOnce() -> f64 + Send + 'static) -> f64 {
    let options = Options { name: "bench".into(), seed, time_limit: Duration::from_secs(120) };
    run(options, measure).unwrap_or_else(|failure| panic!("{failure}"))
}

struct Service {
    network: Network,
    servers: Vec<KvServer>,
}

impl Service {
    fn start(max_raft_state: Option<usize>) -> Service {
        let network = Network::new();
        let servers = (0..SERVERS).map(|me| {
            let peers = ends(&network, &format!("S{me}"));
            let persister = Arc::new(Persister::new());
            let server = KvServer::new(peers, ServerId(me), persister, max_raft_state);
            let mut handlers = Server::new();
            server.serve(&mut handlers);
            network.add_server(format!("S{me}"), handlers);
            server
        });
        let service = Service { servers: servers.collect(), network };
        service.clerk("first").get("x"); // There is a leader when this is answered.
        service
    }

    fn clerk(&self, name: &str) -> Clerk {
        Clerk::new(ends(&self.network, name))
    }

    fn end(self) {
        self.servers.iter().for_each(KvServer::kill);
        self.network.cleanup();
    }
}

/// An end to every server.
fn ends(network: &Network, owner: &str) -> Vec<ClientEnd> {
    let end = |server| {
        let name = format!("{owner} to S{server}");
        let end = network.make_end(&*name);
        network.connect(&name, &format!("S{server}"));
        network.enable(&name, true);
        end
    };
    (0..SERVERS).map(end).collect()
}

/// Operations a second by so many clients together.
fn throughput(clients: usize) -> f64 {
    let service = Service::start(Some(100_000));
    let began = Instant::now();
    let operations: u32 = thread::scope(|scope| {
        let start = |client| {
            let clerk = service.clerk(&format!("clerk {client}"));
            scope.spawn(move || operate(clerk, began + WINDOW))
        };
        let clients: Vec<_> = (0..clients).map(start).collect();
        clients.into_iter().map(|client| client.join().expect("a client ends")).sum()
    });
    let elapsed = began.elapsed();
    service.end();
    f64::from(operations) / elapsed.as_secs_f64()
}

/// One client until the deadline; returns how many operations it did.
fn operate(mut clerk: Clerk, deadline: Instant) -> u32 {
    let value = "v".repeat(VALUE_BYTES);
    let mut operations = 0;
    while Instant::now() < deadline {
        let key = rand::random_range(0..KEYS).to_string();
        match rand::random_bool(0.5) {
            true => clerk.put(&key, &value),
            false => drop(clerk.get(&key)),
        }
        operations += 1;
    }
    operations
}

/// Milliseconds for one append.
fn speed(max_raft_state: Option<usize>) -> f64 {
    let service = Service::start(max_raft_state);
    let mut clerk = service.clerk("clerk");
    let began = Instant::now();
    (0..APPENDS).for_each(|number| clerk.append("x", &format!("x 0 {number} y")));
    let elapsed = began.elapsed();
    service.end();
    elapsed.as_secs_f64() * 1e3 / f64::from(APPENDS)
}
