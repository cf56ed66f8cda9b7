//! Part 2B: log replication (sections 5.3 and 5.4 of the paper).

use harness::graded;
use labrt::thread::{self, sleep};
use labrt::time::Duration;
use raft::{Index, ServerId, Term};
use raft_tests::{Cluster, ELECTION_TIMEOUT, Retry, Value};
use std::collections::BTreeSet;

/// How often a scenario that needs an undisturbed term starts over.
const TRIES: usize = 5;

/// The pause before it starts over: the leader should have settled.
const BETWEEN_TRIES: Duration = Duration::from_secs(3);

/// Commands that `rpc_bytes_2b` sends, and how long each is.
const COMMANDS: u64 = 10;
const COMMAND_BYTES: u64 = 5000;

/// Agreements that `count_2b` counts the RPCs of.
const AGREEMENTS: u64 = 10;

/// Commands are applied at the index the leader named, and not before they were given.
#[test]
fn basic_agree_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for number in 1..=3 {
            let expected = Index(number);
            cluster.check_nothing_applied_at(expected, "nothing was started there yet");
            let index = cluster.agree_on(100 * number as i32, 3, Retry::No);
            require_index(&cluster, index, expected);
        }
        cluster.finish()
    });
}

/// Each command is sent to each peer just once.
#[test]
fn rpc_bytes_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(99, 3, Retry::No);
        let before = cluster.network().total_bytes();
        for number in 2..2 + COMMANDS {
            let command = Value::random_text(COMMAND_BYTES as usize);
            let index = cluster.agree_on(command, 3, Retry::No);
            require_index(&cluster, index, Index(number));
        }
        let sent = cluster.network().total_bytes() - before;
        // The course allows for three copies, though two suffice, and something on top.
        let allowed = 3 * COMMANDS * COMMAND_BYTES + 50_000;
        cluster.require(sent <= allowed, || {
            format!("expected at most {allowed} bytes of RPCs for {COMMANDS} commands, got {sent}")
        });
        cluster.finish()
    });
}

/// Agreement goes on without one follower, and ends without two.
#[test]
fn follower_failure_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(101, 3, Retry::No);

        let first = cluster.check_one_leader();
        cluster.disconnect(cluster.after(first, 1));
        cluster.agree_on(102, 2, Retry::No);
        sleep(ELECTION_TIMEOUT);
        cluster.agree_on(103, 2, Retry::No);

        let second = cluster.check_one_leader();
        cluster.disconnect(cluster.after(second, 1));
        cluster.disconnect(cluster.after(second, 2));
        let index = start_on_leader(&cluster, second, 104);
        require_index(&cluster, index, Index(4));
        sleep(2 * ELECTION_TIMEOUT);
        cluster.check_nothing_applied_at(Index(4), "two of three servers are cut off");
        cluster.finish()
    });
}

/// Agreement survives the loss of one leader, and ends with the second.
#[test]
fn leader_failure_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(101, 3, Retry::No);

        let first = cluster.check_one_leader();
        cluster.disconnect(first);
        cluster.agree_on(102, 2, Retry::No);
        sleep(ELECTION_TIMEOUT);
        cluster.agree_on(103, 2, Retry::No);

        let second = cluster.check_one_leader();
        cluster.disconnect(second);
        for server in cluster.servers() {
            cluster.start_command(server, &104.into());
        }
        sleep(2 * ELECTION_TIMEOUT);
        cluster.check_nothing_applied_at(Index(4), "two of three servers are cut off");
        cluster.finish()
    });
}

/// A follower that was cut off catches up when it is back.
#[test]
fn fail_agree_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(101, 3, Retry::No);

        let follower = cluster.after(cluster.check_one_leader(), 1);
        cluster.disconnect(follower);
        cluster.agree_on(102, 2, Retry::No);
        cluster.agree_on(103, 2, Retry::No);
        sleep(ELECTION_TIMEOUT);
        cluster.agree_on(104, 2, Retry::No);
        cluster.agree_on(105, 2, Retry::No);

        cluster.connect(follower);
        cluster.agree_on(106, 3, Retry::Yes);
        sleep(ELECTION_TIMEOUT);
        cluster.agree_on(107, 3, Retry::Yes);
        cluster.finish()
    });
}

/// A leader without a majority commits nothing; with one again, the cluster goes on.
#[test]
fn fail_no_agree_2b() {
    graded(|| {
        let cluster = Cluster::reliable(5);
        cluster.agree_on(10, 5, Retry::No);

        let first = cluster.check_one_leader();
        let majority = [1, 2, 3].map(|steps| cluster.after(first, steps));
        majority.into_iter().for_each(|server| cluster.disconnect(server));
        let index = start_on_leader(&cluster, first, 20);
        require_index(&cluster, index, Index(2));
        sleep(2 * ELECTION_TIMEOUT);
        cluster.check_nothing_applied_at(Index(2), "three of five servers are cut off");

        // The three may have elected a leader of their own, who does not know of index 2.
        majority.into_iter().for_each(|server| cluster.connect(server));
        let second = cluster.check_one_leader();
        let index = start_on_leader(&cluster, second, 30);
        cluster.require((Index(2)..=Index(3)).contains(&index), || {
            format!("expected {second} to put the command at index 2 or 3, got {index}")
        });
        cluster.agree_on(1000, 5, Retry::Yes);
        cluster.finish()
    });
}

/// Commands given at the same time are all agreed on.
#[test]
fn concurrent_starts_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        let agreed = in_one_term(&cluster, start_five_at_once);
        let expected: BTreeSet<Value> = (100..105).map(Value::from).collect();
        let missing: Vec<String> = expected.difference(&agreed).map(Value::to_string).collect();
        cluster.require(missing.is_empty(), || {
            format!("expected all of 100 to 104 to be agreed on, but missed {}", missing.join(", "))
        });
        cluster.finish()
    });
}

/// One try: five threads each give the leader a command. Returns what was agreed on, or None if
/// the term changed meanwhile.
fn start_five_at_once(cluster: &Cluster) -> Option<BTreeSet<Value>> {
    let leader = cluster.check_one_leader();
    let (_, term) = cluster.start_command(leader, &1.into())?;
    let indexes: Vec<Index> = thread::scope(|scope| {
        let start = |value: i32| move || cluster.start_command(leader, &value.into());
        let threads: Vec<_> = (100..105).map(|value| scope.spawn(start(value))).collect();
        let started = threads.into_iter().filter_map(|thread| thread.join().expect("it started"));
        started.filter(|(_, taken_in)| *taken_in == term).map(|(index, _)| index).collect()
    });
    if !all_in_term(cluster, term) {
        return None;
    }
    indexes.into_iter().map(|index| cluster.wait_for(index, 3, Some(term))).collect()
}

/// A leader that was cut off with entries of its own takes over the others' when it is back.
#[test]
fn rejoin_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.agree_on(101, 3, Retry::Yes);

        let first = cluster.check_one_leader();
        cluster.disconnect(first);
        for value in [102, 103, 104] {
            cluster.start_command(first, &value.into());
        }

        cluster.agree_on(103, 2, Retry::Yes);
        let second = cluster.check_one_leader();
        cluster.disconnect(second);
        cluster.connect(first);
        cluster.agree_on(104, 2, Retry::Yes);

        cluster.connect(second);
        cluster.agree_on(105, 3, Retry::Yes);
        cluster.finish()
    });
}

/// Followers with long wrong logs are put right quickly: a term at a time, not an entry at a time.
#[test]
fn backup_2b() {
    graded(|| {
        let cluster = Cluster::reliable(5);
        let all: Vec<ServerId> = cluster.servers().collect();
        cluster.agree_on(Value::random(), 5, Retry::Yes);

        // The first leader, with one follower, takes 50 commands that cannot be committed.
        let first = cluster.check_one_leader();
        let [_, with_first, third, fourth, fifth] =
            [0, 1, 2, 3, 4].map(|steps| cluster.after(first, steps));
        disconnect(&cluster, &[third, fourth, fifth]);
        start_fifty(&cluster, first);
        sleep(ELECTION_TIMEOUT / 2);

        // The other three agree on 50 of their own.
        disconnect(&cluster, &[first, with_first]);
        connect(&cluster, &[third, fourth, fifth]);
        agree_on_fifty(&cluster);

        // Their leader, with one follower, takes 50 more that cannot be committed.
        let second = cluster.check_one_leader();
        let other = if second == third { cluster.after(second, 1) } else { third };
        cluster.disconnect(other);
        start_fifty(&cluster, second);
        sleep(ELECTION_TIMEOUT / 2);

        // The first two and the one that was left out agree on 50 more.
        disconnect(&cluster, &all);
        connect(&cluster, &[first, with_first, other]);
        agree_on_fifty(&cluster);

        connect(&cluster, &all);
        cluster.agree_on(Value::random(), 5, Retry::Yes);
        cluster.finish()
    });
}

/// Elections, agreement and idling take no more RPCs than they need.
#[test]
fn count_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.check_one_leader();
        let elections = received(&cluster);
        cluster.require((1..=30).contains(&elections), || {
            format!("expected 1 to 30 RPCs to elect the first leader, got {elections}")
        });

        let agreed = in_one_term(&cluster, count_while_agreeing);
        let allowed = (AGREEMENTS + 1 + 3) * 3;
        cluster.require(agreed <= allowed, || {
            format!("expected at most {allowed} RPCs for {AGREEMENTS} agreements, got {agreed}")
        });

        let before = received(&cluster);
        sleep(ELECTION_TIMEOUT);
        let idle = received(&cluster) - before;
        cluster.require(idle <= 3 * 20, || {
            format!("expected at most 60 RPCs in an idle second, got {idle}")
        });
        cluster.finish()
    });
}

/// One try: the RPCs it took to agree on a dozen commands. None if the term changed meanwhile.
fn count_while_agreeing(cluster: &Cluster) -> Option<u64> {
    let leader = cluster.check_one_leader();
    let before = received(cluster);
    let (start, term) = cluster.start_command(leader, &1.into())?;
    let mut values = Vec::new();
    for number in 1..AGREEMENTS + 2 {
        let value = Value::random_below(1 << 31);
        let (index, taken_in) = cluster.start_command(leader, &value)?;
        if taken_in != term {
            return None;
        }
        require_index(cluster, index, Index(start.0 + number));
        values.push(value);
    }
    for (number, value) in (1..=AGREEMENTS).zip(&values) {
        let index = Index(start.0 + number);
        let applied = cluster.wait_for(index, 3, Some(term))?;
        cluster.require(applied == *value, || {
            format!("expected {value} to be applied at index {index}, got {applied}")
        });
    }
    let after = received(cluster);
    all_in_term(cluster, term).then(|| after - before)
}

/// Repeats `attempt` until the term does not change while it runs.
fn in_one_term<T>(cluster: &Cluster, attempt: impl Fn(&Cluster) -> Option<T>) -> T {
    for number in 0..TRIES {
        if number > 0 {
            sleep(BETWEEN_TRIES);
        }
        if let Some(result) = attempt(cluster) {
            return result;
        }
    }
    cluster.fail(format!("expected a term that lasts, but the term changed in {TRIES} tries"))
}

fn all_in_term(cluster: &Cluster, term: Term) -> bool {
    cluster.servers().all(|server| cluster.term_of(server) == Some(term))
}

/// RPCs that have reached any server.
fn received(cluster: &Cluster) -> u64 {
    cluster.servers().map(|server| cluster.network().count(&server.to_string())).sum()
}

#[track_caller]
fn start_on_leader(cluster: &Cluster, leader: ServerId, value: i32) -> Index {
    match cluster.start_command(leader, &value.into()) {
        Some((index, _)) => index,
        None => cluster.fail(format!("expected {leader} to lead still and take {value}")),
    }
}

#[track_caller]
fn require_index(cluster: &Cluster, index: Index, expected: Index) {
    cluster.require(index == expected, || {
        format!("expected the command at index {expected}, got index {index}")
    });
}

fn start_fifty(cluster: &Cluster, server: ServerId) {
    for _ in 0..50 {
        cluster.start_command(server, &Value::random());
    }
}

#[track_caller]
fn agree_on_fifty(cluster: &Cluster) {
    for _ in 0..50 {
        cluster.agree_on(Value::random(), 3, Retry::Yes);
    }
}

fn connect(cluster: &Cluster, servers: &[ServerId]) {
    servers.iter().for_each(|server| cluster.connect(*server));
}

fn disconnect(cluster: &Cluster, servers: &[ServerId]) {
    servers.iter().for_each(|server| cluster.disconnect(*server));
}
