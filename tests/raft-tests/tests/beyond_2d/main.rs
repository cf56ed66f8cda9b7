//! Beyond 2D: snapshots that are late, or meet a log that is longer; requests that arrive after a
//! snapshot; slow services and disks; snapshots amid everything else. In the end logs are short.

mod snapshots;

use harness::graded;
use raft_tests::beyond::everything_at_once;
use raft_tests::{Cluster, NetworkMode, Service, Setup};

/// A second snapshot and new entries overtake a snapshot: it changes nothing when it arrives.
#[test]
fn late_snapshot_beyond_2d() {
    graded(|| snapshots::late_snapshot(snapshotting(NetworkMode::Reliable)));
}

/// AppendEntries arrive late and twice, when a snapshot covers what they begin with.
#[test]
fn requests_after_snapshot_beyond_2d() {
    graded(|| snapshots::requests_after_snapshot(snapshotting(NetworkMode::Unreliable)));
}

/// A snapshot comes to a log that has what it covers, and more: the rest of the log stays.
#[test]
fn snapshot_keeps_the_tail_beyond_2d() {
    graded(|| snapshots::snapshot_keeps_the_tail(snapshotting(NetworkMode::Reliable)));
}

/// A snapshot comes to a log that is longer, and wrong: nothing of it stays.
#[test]
fn snapshot_replaces_the_log_beyond_2d() {
    graded(|| snapshots::snapshot_replaces_the_log(snapshotting(NetworkMode::Reliable)));
}

/// A service is busy with a batch of commands when a snapshot comes, which covers them.
#[test]
fn slow_service_beyond_2d() {
    graded(|| snapshots::slow_service(snapshotting(NetworkMode::Reliable)));
}

/// Disks are slow, and servers crash amid a save.
#[test]
fn slow_disks_beyond_2d() {
    graded(|| snapshots::slow_disks(snapshotting(NetworkMode::Reliable)));
}

/// Servers crash right after they have saved a shorter log.
#[test]
fn crash_at_a_save_beyond_2d() {
    graded(|| snapshots::crash_at_a_save(snapshotting(NetworkMode::Reliable)));
}

/// Everything at once, with a service that takes snapshots.
#[test]
fn everything_at_once_with_snapshots_beyond_2d() {
    graded(|| everything_at_once(Service::Snapshotting));
}

fn snapshotting(network_mode: NetworkMode) -> Cluster {
    Cluster::new(Setup { servers: 3, network_mode, service: Service::Snapshotting })
}
