//! Part 3B: the service takes snapshots (section 7 of the paper), so that the log stays short.

use harness::graded;
use kvraft::ServerId;
use kvraft_tests::{Cluster, ELECTION_TIMEOUT, NetworkMode, Scenario, Setup, speed};
use labrt::thread::sleep;

/// The size of the Raft state at which a snapshot is due, in bytes.
const MAX_RAFT_STATE: usize = 1000;

/// The size that no Raft state may exceed, in bytes.
const RAFT_STATE_LIMIT: usize = 8 * MAX_RAFT_STATE;

/// The size that no snapshot of a few small keys may exceed, in bytes.
const SNAPSHOT_LIMIT: usize = 500;

/// A server that was cut off while the others threw away what it lacks catches up by a snapshot,
/// and serves from it.
#[test]
fn snapshot_rpc_3b() {
    graded(|| {
        let cluster = snapshotting(3);
        let [first, second, third] = [0, 1, 2].map(ServerId);
        let mut checker = cluster.make_client(0, cluster.servers());
        checker.put("a", "A");
        checker.check("a", "A");

        // More than fits into a Raft state happens without the third.
        cluster.partition(&[first, second], &[third]);
        let mut client = cluster.make_client(1, [first, second]);
        for number in 0..50 {
            let number = number.to_string();
            client.put(&number, &number);
        }
        sleep(ELECTION_TIMEOUT);
        client.put("b", "B");
        cluster.check_raft_state(RAFT_STATE_LIMIT);

        // It has to catch up now, since no majority is without it.
        cluster.partition(&[first, third], &[second]);
        let mut client = cluster.make_client(2, [first, third]);
        client.put("c", "C");
        client.put("d", "D");
        for (key, value) in [("a", "A"), ("b", "B"), ("1", "1"), ("49", "49")] {
            client.check(key, value);
        }

        cluster.partition(&[first, second, third], &[]);
        checker.put("e", "E");
        for (key, value) in [("c", "C"), ("e", "E"), ("1", "1")] {
            checker.check(key, value);
        }
        cluster.finish()
    });
}

/// Neither logs nor snapshots grow with the number of operations on one key.
#[test]
fn snapshot_size_3b() {
    graded(|| {
        let cluster = snapshotting(3);
        let mut client = cluster.make_client(0, cluster.servers());
        for _ in 0..200 {
            for value in ["0", "1"] {
                client.put("x", value);
                client.check("x", value);
            }
        }
        cluster.check_raft_state(RAFT_STATE_LIMIT);
        let size = cluster.largest_snapshot();
        cluster.require(size <= SNAPSHOT_LIMIT, || {
            format!(
                "a snapshot holds what is there, not how it came to be: expected none over \
                 {SNAPSHOT_LIMIT} bytes for one key, got {size}"
            )
        });
        cluster.finish()
    });
}

/// An operation does not wait for a heartbeat, nor for a snapshot.
#[test]
fn speed_3b() {
    graded(|| speed(Some(MAX_RAFT_STATE)));
}

/// What a client wrote is there when all servers have come back from their snapshots.
#[test]
fn snapshot_recover_3b() {
    graded(|| Scenario { restarts: true, ..with_snapshots(NetworkMode::Reliable) }.play());
}

/// The same with many clients.
#[test]
fn snapshot_recover_many_clients_3b() {
    graded(|| {
        Scenario { clients: 20, restarts: true, ..with_snapshots(NetworkMode::Reliable) }.play()
    });
}

/// Snapshots while messages are late and get lost: what was done already is part of them.
#[test]
fn snapshot_unreliable_3b() {
    graded(|| Scenario { clients: 5, ..with_snapshots(NetworkMode::Unreliable) }.play());
}

/// The same, and all servers crash and come back.
#[test]
fn snapshot_unreliable_recover_3b() {
    graded(|| {
        Scenario { clients: 5, restarts: true, ..with_snapshots(NetworkMode::Unreliable) }.play()
    });
}

/// The same, with partitions at random before.
#[test]
fn snapshot_unreliable_recover_concurrent_partition_3b() {
    graded(|| {
        Scenario {
            clients: 5,
            restarts: true,
            partitions: true,
            ..with_snapshots(NetworkMode::Unreliable)
        }
        .play()
    });
}

/// All of it at once, with many clients that write to each other's keys.
#[test]
fn snapshot_unreliable_recover_concurrent_partition_linearizable_3b() {
    graded(|| {
        Scenario {
            clients: 15,
            servers: 7,
            restarts: true,
            partitions: true,
            random_keys: true,
            ..with_snapshots(NetworkMode::Unreliable)
        }
        .play()
    });
}

fn with_snapshots(network_mode: NetworkMode) -> Scenario {
    Scenario { network_mode, max_raft_state: Some(MAX_RAFT_STATE), ..Scenario::default() }
}

fn snapshotting(servers: usize) -> Cluster {
    let max_raft_state = Some(MAX_RAFT_STATE);
    Cluster::new(Setup { servers, network_mode: NetworkMode::Reliable, max_raft_state })
}
