//! Servers with all their threads, over a simulated network: three servers agree, and killed ones
//! close their apply channels.

use std::sync::Arc;

use labrpc::{Network, Server};
use labrt::channel::{Receiver, bounded};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{Options, run};
use raft::{ApplyMsg, Index, Persister, Raft, ServerId};

/// A cluster on a reliable network, and the apply channel of each server.
struct Cluster {
    /// Kept, since the ends do not keep it.
    _network: Network,
    rafts: Vec<Raft>,
    applied: Vec<Receiver<ApplyMsg>>,
}

impl Cluster {
    fn new(servers: usize) -> Cluster {
        let network = Network::new();
        let mut cluster =
            Cluster { _network: network.clone(), rafts: Vec::new(), applied: Vec::new() };
        for me in 0..servers {
            let ends = (0..servers).map(|other| {
                let name = format!("from S{me} to S{other}");
                let end = network.make_end(&*name);
                network.connect(&name, &format!("S{other}"));
                network.enable(&name, true);
                end
            });
            let (apply, applied) = bounded(0);
            let raft = Raft::new(ends.collect(), ServerId(me), Arc::new(Persister::new()), apply);
            let mut server = Server::new();
            raft.serve(&mut server);
            network.add_server(format!("S{me}"), server);
            cluster.rafts.push(raft);
            cluster.applied.push(applied);
        }
        cluster
    }

    /// Passes the command to the leader, as soon as there is one.
    fn start(&self, command: &'static str) -> Index {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if let Some((index, _)) = self.rafts.iter().find_map(|raft| raft.start(command)) {
                return index;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("no leader within five seconds")
    }

    /// Waits until every service receives the command.
    fn expect(&self, index: Index, command: &'static str) {
        for applied in &self.applied {
            let received = applied.recv_timeout(Duration::from_secs(2));
            assert_eq!(received, Ok(ApplyMsg::Command { index, command: command.into() }));
        }
    }

    /// Kills every server and waits until the apply channels are closed.
    fn kill(&self) {
        self.rafts.iter().for_each(Raft::kill);
        for (raft, applied) in self.rafts.iter().zip(&self.applied) {
            assert_eq!(raft.start("too late"), None);
            assert!(applied.iter().count() <= 1, "at most the message that was being sent");
        }
    }
}

fn in_a_world(name: &str, body: fn()) {
    let options = Options { name: name.to_owned(), seed: 1, time_limit: Duration::from_secs(20) };
    run(options, body).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn three_servers_agree_and_end() {
    in_a_world("three servers agree", || {
        let cluster = Cluster::new(3);
        for (place, command) in [(1, "one"), (2, "two"), (3, "three")] {
            assert_eq!(cluster.start(command), Index(place));
            cluster.expect(Index(place), command);
        }
        cluster.kill();
    });
}

#[test]
fn one_server_agrees_with_itself() {
    in_a_world("one server", || {
        let cluster = Cluster::new(1);
        let index = cluster.start("alone");
        cluster.expect(index, "alone");
        cluster.kill();
    });
}

#[test]
fn a_service_may_pass_a_snapshot_while_more_commands_are_sent() {
    in_a_world("snapshots while applying", || {
        let cluster = Cluster::new(1);
        for _ in 0..100 {
            cluster.start("command");
        }
        for place in 1..=100 {
            cluster.expect(Index(place), "command");
            cluster.rafts[0].snapshot(Index(place), format!("up to {place}"));
        }
        cluster.kill();
    });
}

#[test]
#[should_panic(expected = "command too long: 1048577 bytes (limit 1048576)")]
fn a_command_that_is_too_long_is_refused() {
    in_a_world("a long command", || {
        Cluster::new(1).rafts[0].start(vec![0; 1024 * 1024 + 1]);
    });
}
