//! Servers with all their threads over a simulated network, on real threads and simulated.

use std::sync::Arc;

use kvraft::message::{
    Action, ClientId, Get, GetReply, PutAppend, PutAppendReply, RequestId, Sequence,
};
use kvraft::{Clerk, KvServer, Persister, ServerId};
use labrpc::{ClientEnd, Network, Server};
use labrt::sim::{Schedule, simulate};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{self, Options, run};

const SERVERS: usize = 3;

/// A server is elected, or a leader that was cut off steps down, by then.
const SOON: Duration = Duration::from_secs(3);

/// On how many schedules each of these is simulated.
const SCHEDULES: u64 = 20;

fn everywhere(name: &str, body: fn()) {
    let options = |seed| Options { name: name.to_owned(), seed, time_limit: 10 * SOON };
    run(options(1), body).unwrap_or_else(|failure| panic!("{failure}"));
    for seed in 0..SCHEDULES {
        let result = simulate(options(seed), Schedule::default(), body).result;
        result.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    }
}

struct Service {
    network: Network,
    persisters: Vec<Arc<Persister>>,
    servers: Vec<KvServer>,
    max_raft_state: Option<usize>,
    /// How often the servers were started: each time they get new ends.
    lives: usize,
}

impl Service {
    fn start(max_raft_state: Option<usize>) -> Service {
        let network = Network::new();
        let persisters = (0..SERVERS).map(|_| Arc::new(Persister::new())).collect();
        let servers = Vec::new();
        let mut service = Service { network, persisters, servers, max_raft_state, lives: 0 };
        service.start_all();
        service
    }

    fn start_all(&mut self) {
        self.lives += 1;
        let start = |me: usize| {
            let peers = self.ends(&format!("S{me} in life {}", self.lives));
            let persister = self.persisters[me].clone();
            let server = KvServer::new(peers, ServerId(me), persister, self.max_raft_state);
            let mut handlers = Server::new();
            server.serve(&mut handlers);
            self.network.add_server(format!("S{me}"), handlers);
            server
        };
        self.servers = (0..SERVERS).map(start).collect();
    }

    /// Crashes all and starts them again, each from a copy of its disk.
    fn restart(&mut self) {
        for (me, server) in self.servers.iter().enumerate() {
            self.network.delete_server(format!("S{me}"));
            self.persisters[me] = Arc::new(self.persisters[me].copy());
            server.kill();
        }
        self.start_all();
    }

    /// An end to every server.
    fn ends(&self, owner: &str) -> Vec<ClientEnd> {
        let end = |server| {
            let name = format!("{owner} to S{server}");
            let end = self.network.make_end(&*name);
            self.network.connect(&name, &format!("S{server}"));
            self.network.enable(&name, true);
            end
        };
        (0..SERVERS).map(end).collect()
    }

    fn clerk(&self, name: &str) -> Clerk {
        Clerk::new(self.ends(name))
    }

    /// Waits until a server leads and answers, and returns which.
    fn leader(&self) -> usize {
        self.clerk(&format!("asks in life {}", self.lives)).get("nothing");
        let leads = |server: &KvServer| server.raft().state().1;
        self.servers.iter().position(leads).expect("a leader has just answered")
    }

    /// Cuts the server off from the others. Clients still reach it.
    fn cut_off(&self, server: usize) {
        for other in (0..SERVERS).filter(|other| *other != server) {
            for (from, to) in [(server, other), (other, server)] {
                let end = format!("S{from} in life {} to S{to}", self.lives);
                self.network.enable(&end, false);
            }
        }
    }
}

fn append(sequence: u64, value: &str) -> PutAppend {
    PutAppend {
        request: RequestId { client: ClientId(7), sequence: Sequence(sequence) },
        action: Action::Append,
        key: "k".to_owned(),
        value: value.to_owned(),
    }
}

#[test]
fn a_clerk_reads_what_was_written() {
    everywhere("writes and reads", || {
        let service = Service::start(None);
        let [mut writer, mut reader] = ["writer", "reader"].map(|name| service.clerk(name));
        assert_eq!(reader.get("k"), "");
        writer.append("k", "a");
        assert_eq!(reader.get("k"), "a");
        writer.put("k", "b");
        writer.append("k", "c");
        assert_eq!(reader.get("k"), "bc");
    });
}

#[test]
fn a_leader_that_is_cut_off_replies_wrong_leader() {
    everywhere("cut off", || {
        let service = Service::start(None);
        let leader = service.leader();
        service.cut_off(leader);
        let end = service.ends("client").swap_remove(leader);
        let began = Instant::now();
        let get = Get { request: append(1, "").request, key: "k".to_owned() };
        assert_eq!(end.call(&get), Some(GetReply::WrongLeader));
        assert_eq!(end.call(&append(2, "a")), Some(PutAppendReply::WrongLeader));
        assert!(began.elapsed() < SOON);
    });
}

#[test]
fn no_handler_waits_at_a_server_that_was_killed() {
    everywhere("killed", || {
        let service = Service::start(None);
        let leader = service.leader();
        service.cut_off(leader);
        let ends = service.ends("client");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| ends[leader].call(&append(1, "a")));
            thread::sleep(Duration::from_millis(10));
            let killed = Instant::now();
            service.servers[leader].kill();
            assert_eq!(waiting.join().unwrap(), Some(PutAppendReply::WrongLeader));
            // It is cancelled at once, and does not wait for its next check 100 ms later.
            assert!(!world::simulated() || killed.elapsed() < Duration::from_millis(50));
        });
        assert_eq!(ends[leader].call(&append(2, "b")), Some(PutAppendReply::WrongLeader));
    });
}

#[test]
#[should_panic(expected = "write too long: 1047553 bytes of key and value (limit 1047552)")]
fn a_write_that_is_too_long_is_refused() {
    everywhere("too long", || {
        let service = Service::start(None);
        let mut clerk = service.clerk("client");
        let most = 1024 * 1024 - 1024 - 1;
        clerk.put("k", &"v".repeat(most));
        clerk.append("k", &"v".repeat(most));
        clerk.put("k", &"v".repeat(most + 1));
    });
}

#[test]
fn a_request_repeated_after_a_restart_is_not_applied_again() {
    everywhere("repeated", || {
        // A snapshot after every command, so that only the snapshot has the last request.
        let mut service = Service::start(Some(1));
        let leader = service.leader();
        assert_eq!(service.ends("a")[leader].call(&append(1, "a")), Some(PutAppendReply::Done));
        service.restart();
        let leader = service.leader();
        assert_eq!(service.ends("b")[leader].call(&append(1, "a")), Some(PutAppendReply::Done));
        assert_eq!(service.ends("c")[leader].call(&append(2, "b")), Some(PutAppendReply::Done));
        assert_eq!(service.clerk("reader").get("k"), "ab");
    });
}

#[test]
fn snapshots_keep_the_raft_state_small() {
    const MAX: usize = 1000;
    everywhere("snapshots", || {
        let mut service = Service::start(Some(MAX));
        let mut clerk = service.clerk("clerk");
        (0..100).for_each(|number| clerk.append("k", &format!("{number} ")));
        let all: String = (0..100).map(|number| format!("{number} ")).collect();
        assert_eq!(clerk.get("k"), all);
        for persister in &service.persisters {
            assert!(persister.state_size() <= 2 * MAX, "{} bytes", persister.state_size());
        }
        service.restart();
        assert_eq!(service.clerk("reader").get("k"), all);
    });
}
