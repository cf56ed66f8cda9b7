//! Beyond 2D: snapshots amid everything else.

use harness::graded;
use raft_tests::Service;
use raft_tests::beyond::everything_at_once;

/// Everything at once, with a service that takes snapshots.
#[test]
fn everything_at_once_with_snapshots_beyond_2d() {
    graded(|| everything_at_once(Service::Snapshotting));
}
