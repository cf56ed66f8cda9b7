//! Part 3A: a linearizable key/value service on Raft (section 8 of the paper), without snapshots.

use harness::graded;
use kvraft_tests::{Client, Cluster, ELECTION_TIMEOUT, NetworkMode, Scenario, element, speed};
use labrt::channel::{Receiver, Sender, unbounded};
use labrt::thread::{self, sleep};
use labrt::time::{Duration, Instant};

/// Clients that append to one key at the same time, and how often each does.
const APPENDERS: usize = 5;
const APPENDS_EACH: usize = 10;

/// How long the minority of a partition is watched for progress that it cannot make.
const NO_PROGRESS: Duration = Duration::from_secs(1);

/// How soon what waited in the minority must be done, once the partition has healed and a leader
/// had time to be elected.
const HEALED: Duration = Duration::from_secs(3);

/// One client reads back what it wrote.
#[test]
fn basic_3a() {
    graded(|| Scenario::default().play());
}

/// An operation does not wait for a heartbeat.
#[test]
fn speed_3a() {
    graded(|| speed(None));
}

/// Clients do not get in each other's way.
#[test]
fn concurrent_3a() {
    graded(|| Scenario { clients: 5, ..Scenario::default() }.play());
}

/// The same while messages are late and get lost: each request is carried out once.
#[test]
fn unreliable_3a() {
    graded(|| Scenario { clients: 5, ..unreliable() }.play());
}

/// Clients append to one key while messages are late and get lost.
#[test]
fn unreliable_one_key_3a() {
    graded(|| {
        let cluster = Cluster::unreliable(3);
        let mut checker = cluster.make_client(APPENDERS, cluster.servers());
        checker.put("k", "");
        thread::scope(|scope| {
            for number in 0..APPENDERS {
                let mut client = cluster.make_client(number, cluster.servers());
                scope.spawn(move || {
                    (0..APPENDS_EACH).for_each(|next| client.append("k", &element(number, next)));
                });
            }
        });
        let value = checker.get("k");
        let appended = (0..APPENDERS).map(|number| (number, APPENDS_EACH));
        cluster.check_appends("k", &value, appended);
        cluster.finish()
    });
}

/// A majority goes on without the leader it lost; the minority neither writes nor reads; when they
/// are together again, what waited there is done.
#[test]
fn one_partition_3a() {
    graded(|| {
        let cluster = Cluster::reliable(5);
        let mut checker = cluster.make_client(0, cluster.servers());
        checker.put("1", "13");

        // Progress in majority.
        cluster.begin();
        let (majority, minority) = cluster.make_partition();
        cluster.partition(&majority, &minority);
        let mut free = cluster.make_client(1, majority);
        let writer = cluster.make_client(2, minority.iter().copied());
        let reader = cluster.make_client(3, minority.iter().copied());
        free.put("1", "14");
        free.check("1", "14");
        let in_majority = cluster.figures();

        // No progress in minority.
        cluster.begin();
        let (caught, (done, ends)) = ([writer.links(), reader.links()], unbounded());
        start("writer", WRITE, writer, done.clone(), |client| client.put("1", "15"));
        start("reader", READ, reader, done, |client| drop(client.get("1")));
        if let Ok(what) = ends.recv_timeout(NO_PROGRESS) {
            cluster.fail(format!("a minority makes no progress: {what} in one was done"));
        }
        free.check("1", "14");
        free.put("1", "16");
        free.check("1", "16");
        let in_minority = cluster.figures();

        // Completion after heal.
        cluster.begin();
        cluster.connect_all();
        caught.iter().for_each(|links| cluster.connect_client(links, cluster.servers()));
        sleep(ELECTION_TIMEOUT);
        check_all_done(&cluster, &ends);
        checker.check("1", "15");
        let after_heal = cluster.figures();
        cluster.finish_with(vec![in_majority, in_minority, after_heal])
    });
}

/// What waits in the minority, as failures call it.
const WRITE: &str = "client 2's Put";
const READ: &str = "client 3's Get";

/// Lets the client do something on a thread of its own, and tell when it is done.
fn start(
    name: &'static str,
    what: &'static str,
    mut client: Client,
    done: Sender<&'static str>,
    work: impl FnOnce(&mut Client) + Send + 'static,
) {
    let run = move || {
        work(&mut client);
        // Nobody listens any more if the test has failed.
        let _ = done.send(what);
    };
    thread::Builder::new().name(name).spawn(run).expect("the OS gives a thread to the client");
}

/// Checks that both are done in time.
///
/// A fix: the course looks for the Get at once and goes on without it.
#[track_caller]
fn check_all_done(cluster: &Cluster, ends: &Receiver<&'static str>) {
    let (deadline, mut waiting) = (Instant::now() + HEALED, vec![WRITE, READ]);
    while !waiting.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(what) = ends.recv_timeout(left) else {
            let (waiting, limit) = (waiting.join(" and "), HEALED.as_secs());
            cluster.fail(format!(
                "what waited in a minority is done when the partition has healed: {waiting} did \
                 not return within {limit} s"
            ));
        };
        waiting.retain(|other| *other != what);
    }
}

/// A client goes on while servers are partitioned at random.
#[test]
fn many_partitions_one_client_3a() {
    graded(|| Scenario { partitions: true, ..Scenario::default() }.play());
}

/// So do several.
#[test]
fn many_partitions_many_clients_3a() {
    graded(|| Scenario { clients: 5, partitions: true, ..Scenario::default() }.play());
}

/// What a client wrote is there when all servers have crashed and come back.
#[test]
fn persist_one_client_3a() {
    graded(|| Scenario { restarts: true, ..Scenario::default() }.play());
}

/// The same with several clients.
#[test]
fn persist_concurrent_3a() {
    graded(|| Scenario { clients: 5, restarts: true, ..Scenario::default() }.play());
}

/// The same while messages are late and get lost.
#[test]
fn persist_concurrent_unreliable_3a() {
    graded(|| Scenario { clients: 5, restarts: true, ..unreliable() }.play());
}

/// Partitions at random, then a crash of all.
#[test]
fn persist_partition_3a() {
    graded(|| {
        Scenario { clients: 5, restarts: true, partitions: true, ..Scenario::default() }.play()
    });
}

/// The same while messages are late and get lost.
#[test]
fn persist_partition_unreliable_3a() {
    graded(|| Scenario { clients: 5, restarts: true, partitions: true, ..unreliable() }.play());
}

/// All of it at once, with many clients that write to each other's keys: whatever they read must
/// have been so at one moment, for everybody.
#[test]
fn persist_partition_unreliable_linearizable_3a() {
    graded(|| {
        Scenario {
            clients: 15,
            servers: 7,
            restarts: true,
            partitions: true,
            random_keys: true,
            ..unreliable()
        }
        .play()
    });
}

fn unreliable() -> Scenario {
    Scenario { network_mode: NetworkMode::Unreliable, ..Scenario::default() }
}
