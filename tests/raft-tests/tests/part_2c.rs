//! Part 2C: persistence (section 5.1 and figure 2 of the paper), and the hard cases of section
//! 5.4, figure 8 among them.

use harness::checks::stop_if_failed;
use harness::{Figures, ThinkTime, graded};
use labrt::rand::{random_bool, random_range};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::thread::{self, sleep};
use labrt::time::Duration;
use raft::{Index, ServerId};
use raft_tests::{Cluster, ELECTION_TIMEOUT, Retry, Value};
use std::collections::BTreeSet;

/// What was agreed on survives restarts of all servers, of the leader and of a follower.
#[test]
fn persist_1_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(11, 3, Retry::Yes);

        // All are down for a moment before the first is back on the network.
        cluster.servers().for_each(|server| cluster.start(server));
        cluster.servers().for_each(|server| {
            cluster.disconnect(server);
            cluster.connect(server);
        });
        cluster.agree_on(12, 3, Retry::Yes);

        let first = cluster.check_one_leader();
        cluster.disconnect(first);
        cluster.restart(first);
        cluster.agree_on(13, 3, Retry::Yes);

        let second = cluster.check_one_leader();
        cluster.disconnect(second);
        cluster.agree_on(14, 2, Retry::Yes);
        cluster.restart(second);
        // The second leader has caught up before another server is cut off.
        cluster.wait_for(Index(4), 3, None);

        let follower = cluster.after(cluster.check_one_leader(), 1);
        cluster.disconnect(follower);
        cluster.agree_on(15, 2, Retry::Yes);
        cluster.restart(follower);
        cluster.agree_on(16, 3, Retry::Yes);
        cluster.finish()
    });
}

/// Servers crash and come back two by two, so that each majority has to remember for the next.
#[test]
fn persist_2_2c() {
    graded(|| {
        let cluster = Cluster::reliable(5);
        let mut commands = 11..;
        let mut agree_on_next = |servers| {
            let command = commands.next().expect("there are numbers enough");
            cluster.agree_on(command, servers, Retry::Yes);
        };
        for _ in 0..5 {
            agree_on_next(5);
            let leader = cluster.check_one_leader();
            let [first, second, third, fourth] =
                [1, 2, 3, 4].map(|steps| cluster.after(leader, steps));

            cluster.disconnect(first);
            cluster.disconnect(second);
            agree_on_next(3);

            cluster.disconnect(leader);
            cluster.disconnect(third);
            cluster.disconnect(fourth);
            cluster.start(first);
            cluster.start(second);
            cluster.connect(first);
            cluster.connect(second);
            sleep(ELECTION_TIMEOUT);

            // The third is the only one of this majority that knows of the last command.
            cluster.restart(third);
            agree_on_next(3);

            // These two were cut off, but have never crashed.
            cluster.connect(fourth);
            cluster.connect(leader);
        }
        cluster.agree_on(1000, 5, Retry::Yes);
        cluster.finish()
    });
}

/// A leader and a follower crash; the follower that was cut off meanwhile must not win without
/// the leader's log.
#[test]
fn persist_3_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(101, 3, Retry::Yes);

        let leader = cluster.check_one_leader();
        let (follower, cut_off) = (cluster.after(leader, 1), cluster.after(leader, 2));
        cluster.disconnect(cut_off);
        cluster.agree_on(102, 2, Retry::Yes);

        cluster.crash(leader);
        cluster.crash(follower);
        cluster.connect(cut_off);
        cluster.restart(leader);
        cluster.agree_on(103, 2, Retry::Yes);

        cluster.restart(follower);
        cluster.agree_on(104, 3, Retry::Yes);
        cluster.finish()
    });
}

/// Leaders crash right after they took a command, again and again, as in figure 8: an entry of an
/// older term may be on a majority and still be lost, so it must not count as committed.
#[test]
fn figure_8_2c() {
    graded(|| {
        let cluster = Cluster::reliable(5);
        cluster.agree_on(Value::random(), 1, Retry::Yes);
        let mut up = 5;
        for _ in 0..1000 {
            stop_if_failed();
            let took =
                |server: &ServerId| cluster.start_command(*server, &Value::random()).is_some();
            let leader = cluster.servers().filter(took).last();
            sleep(a_moment());
            if let Some(leader) = leader {
                cluster.crash(leader);
                up -= 1;
            }
            let server = cluster.random_server();
            if up < 3 && !cluster.is_up(server) {
                cluster.restart(server);
                up += 1;
            }
        }
        for server in cluster.servers().filter(|server| !cluster.is_up(*server)) {
            cluster.restart(server);
        }
        cluster.agree_on(Value::random(), 5, Retry::Yes);
        cluster.finish()
    });
}

/// Agreement goes on, several commands at a time, while messages are late and get lost.
#[test]
fn unreliable_agree_2c() {
    graded(|| {
        let cluster = Cluster::unreliable(5);
        thread::scope(|scope| {
            let cluster = &cluster;
            for round in 1..50 {
                for number in 0..4 {
                    scope.spawn(move || cluster.agree_on(100 * round + number, 1, Retry::Yes));
                }
                cluster.agree_on(round, 1, Retry::Yes);
            }
            cluster.network().set_reliable(true);
        });
        cluster.agree_on(100, 5, Retry::Yes);
        cluster.finish()
    });
}

/// As in figure 8, but leaders are cut off rather than crashed, while messages are late, get lost
/// and overtake each other by seconds.
#[test]
fn figure_8_unreliable_2c() {
    graded(|| {
        let cluster = Cluster::unreliable(5);
        let command = || Value::random_below(10_000);
        cluster.agree_on(command(), 1, Retry::Yes);
        let mut up = 5;
        for round in 0..1000 {
            stop_if_failed();
            if round == 200 {
                cluster.network().set_long_reordering(true);
            }
            // Every server is asked, whether it is connected or not.
            let took = |server: &ServerId| {
                cluster.start_command(*server, &command()).is_some()
                    && cluster.is_connected(*server)
            };
            let leader = cluster.servers().filter(took).last();
            sleep(a_moment());
            if let Some(leader) = leader
                && random_bool(0.5)
            {
                cluster.disconnect(leader);
                up -= 1;
            }
            let server = cluster.random_server();
            if up < 3 && !cluster.is_connected(server) {
                cluster.connect(server);
                up += 1;
            }
        }
        for server in cluster.servers().filter(|server| !cluster.is_connected(*server)) {
            cluster.connect(server);
        }
        cluster.agree_on(command(), 5, Retry::Yes);
        cluster.finish()
    });
}

/// Whatever clients saw committed while servers came and went is there in the end.
#[test]
fn reliable_churn_2c() {
    graded(|| churn(Cluster::reliable(5)));
}

/// The same while messages are late and get lost.
#[test]
fn unreliable_churn_2c() {
    graded(|| churn(Cluster::unreliable(5)));
}

/// How many clients give commands to a cluster whose servers come and go.
const CLIENTS: usize = 3;

/// Clients give commands while servers are disconnected, crashed and restarted.
fn churn(cluster: Cluster) -> Figures {
    let stop = AtomicBool::new(false);
    let seen_committed: Vec<Value> = thread::scope(|scope| {
        let client = |number| {
            let (cluster, stop) = (&cluster, &stop);
            move || give_commands(cluster, number, stop)
        };
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(client(number))).collect();
        for _ in 0..20 {
            disturb(&cluster);
            sleep(ELECTION_TIMEOUT * 7 / 10);
            stop_if_failed();
        }
        sleep(ELECTION_TIMEOUT);
        cluster.network().set_reliable(true);
        for server in cluster.servers() {
            start_if_down(&cluster, server);
            cluster.connect(server);
        }
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().flat_map(|client| client.join().expect("a client ended well")).collect()
    });
    sleep(ELECTION_TIMEOUT);
    let last = cluster.agree_on(Value::random(), 5, Retry::Yes);
    let committed: BTreeSet<Value> =
        (1..=last.0).filter_map(|index| cluster.wait_for(Index(index), 5, None)).collect();
    if let Some(lost) = seen_committed.iter().find(|value| !committed.contains(value)) {
        cluster.fail(format!("a client saw {lost} committed, but in the end it is nowhere"));
    }
    cluster.finish()
}

/// Client `number`: gives one command after the other to whoever takes it, until told to stop.
/// Returns those it saw committed.
fn give_commands(cluster: &Cluster, number: usize, stop: &AtomicBool) -> Vec<Value> {
    let think_time = ThinkTime::of(CLIENTS);
    let mut seen_committed = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        stop_if_failed();
        let value = Value::random();
        let start = |server| cluster.start_command(server, &value);
        match cluster.servers().filter_map(start).last() {
            Some((index, _)) if is_committed_soon(cluster, index, &value) => {
                seen_committed.push(value);
            }
            Some(_) => {}
            None => sleep(Duration::from_millis(79 + 17 * number as u64)),
        }
        think_time.pause();
    }
    seen_committed
}

/// Whether this value is the first thing that shows at the index within 380 ms.
fn is_committed_soon(cluster: &Cluster, index: Index, value: &Value) -> bool {
    for pause in [10, 20, 50, 100, 200] {
        if let (_, Some(applied)) = cluster.applied_at(index) {
            return applied == *value;
        }
        sleep(Duration::from_millis(pause));
    }
    false
}

/// Now and then disconnects one server, starts or connects one, crashes one.
fn disturb(cluster: &Cluster) {
    if random_bool(0.2) {
        cluster.disconnect(cluster.random_server());
    }
    if random_bool(0.5) {
        let server = cluster.random_server();
        start_if_down(cluster, server);
        cluster.connect(server);
    }
    if random_bool(0.2) {
        let server = cluster.random_server();
        if cluster.is_up(server) {
            cluster.crash(server);
        }
    }
}

fn start_if_down(cluster: &Cluster, server: ServerId) {
    if !cluster.is_up(server) {
        cluster.start(server);
    }
}

/// The pause of the figure 8 scenarios: mostly too short for an entry to be committed, now and
/// then long enough for an election.
fn a_moment() -> Duration {
    let end = if random_bool(0.1) { ELECTION_TIMEOUT.as_millis() as u64 / 2 } else { 13 };
    Duration::from_millis(random_range(0..end))
}
