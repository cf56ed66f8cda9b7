//! Part 2D: log compaction (section 7 of the paper). The service takes a snapshot every ten
//! commands.

use harness::{Figures, graded};
use labrt::rand::random_range;
use raft_tests::{Cluster, NetworkMode, Retry, SNAPSHOT_INTERVAL, Service, Setup, Value};

/// No server's Raft state may reach this many bytes: about 25 entries are left after a snapshot,
/// with some 75 bytes for each.
const RAFT_STATE_LIMIT: usize = 2000;

/// What happens to one server in every round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    None,
    Disconnect,
    Crash,
}

/// Logs stay short while all servers keep up.
#[test]
fn snapshot_basic_2d() {
    graded(|| snapshots(Disturbance::None, NetworkMode::Reliable));
}

/// A server that was cut off while the others threw away what it lacks catches up by a snapshot.
#[test]
fn snapshot_install_2d() {
    graded(|| snapshots(Disturbance::Disconnect, NetworkMode::Reliable));
}

/// The same while messages are late and get lost.
#[test]
fn snapshot_install_unreliable_2d() {
    graded(|| snapshots(Disturbance::Disconnect, NetworkMode::Unreliable));
}

/// A server that was down meanwhile catches up by a snapshot.
#[test]
fn snapshot_install_crash_2d() {
    graded(|| snapshots(Disturbance::Crash, NetworkMode::Reliable));
}

/// The same while messages are late and get lost.
#[test]
fn snapshot_install_unreliable_crash_2d() {
    graded(|| snapshots(Disturbance::Crash, NetworkMode::Unreliable));
}

/// All servers crash and come back with what their snapshots and logs hold.
#[test]
fn snapshot_all_crash_2d() {
    graded(|| {
        let cluster = snapshotting(NetworkMode::Reliable);
        agree(&cluster, 3);
        for _ in 0..5 {
            for _ in 0..some_commands() {
                agree(&cluster, 3);
            }
            let before = cluster.agree_on(Value::random(), 3, Retry::Yes);
            restart_all(&cluster);
            let after = cluster.agree_on(Value::random(), 3, Retry::Yes);
            cluster.require(after > before, || {
                format!("expected an index after {before}, before the crash, but got {after}")
            });
        }
        cluster.finish()
    });
}

/// A server that has restarted from a snapshot still has it after the next restart, though it has
/// taken no other in between.
#[test]
fn snapshot_init_2d() {
    graded(|| {
        let cluster = snapshotting(NetworkMode::Reliable);
        agree(&cluster, 3);
        for _ in 0..SNAPSHOT_INTERVAL + 1 {
            agree(&cluster, 3);
        }
        restart_all(&cluster);
        // Makes every server save its state once more.
        agree(&cluster, 3);
        restart_all(&cluster);
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// Thirty rounds of commands in bursts; in each, one server misses a burst.
fn snapshots(disturbance: Disturbance, network_mode: NetworkMode) -> Figures {
    let cluster = snapshotting(network_mode);
    let all = cluster.size();
    let present = if disturbance == Disturbance::None { all } else { all - 1 };
    agree(&cluster, all);
    let mut leader = cluster.check_one_leader();
    for round in 0..30 {
        let follower = cluster.after(leader, 1);
        let (victim, sender) = match round % 3 {
            1 => (leader, follower),
            _ => (follower, leader),
        };
        match disturbance {
            Disturbance::None => {}
            Disturbance::Disconnect => cluster.disconnect(victim),
            Disturbance::Crash => cluster.crash(victim),
        }
        if disturbance != Disturbance::None {
            agree(&cluster, present);
        }
        // As in the course, the sender need not lead; if it does not, this adds nothing.
        for _ in 0..some_commands() {
            cluster.start_command(sender, &Value::random());
        }
        agree(&cluster, present);
        cluster.check_raft_state(RAFT_STATE_LIMIT);
        match disturbance {
            Disturbance::None => continue,
            Disturbance::Disconnect => cluster.connect(victim),
            Disturbance::Crash => cluster.restart(victim),
        }
        agree(&cluster, all);
        leader = cluster.check_one_leader();
    }
    cluster.finish()
}

fn snapshotting(network_mode: NetworkMode) -> Cluster {
    Cluster::new(Setup { servers: 3, network_mode, service: Service::Snapshotting })
}

#[track_caller]
fn agree(cluster: &Cluster, servers: usize) {
    cluster.agree_on(Value::random(), servers, Retry::Yes);
}

fn restart_all(cluster: &Cluster) {
    cluster.servers().for_each(|server| cluster.crash(server));
    cluster.servers().for_each(|server| cluster.restart(server));
}

/// From half a snapshot interval to one and a half.
fn some_commands() -> u64 {
    SNAPSHOT_INTERVAL / 2 + random_range(0..SNAPSHOT_INTERVAL)
}
