//! Beyond 2A: what makes elections slow, not wrong. Nothing here gives a command, so all of it can
//! run as soon as 2A is done.

use harness::graded;
use raft_tests::Cluster;
use raft_tests::beyond::timers;

/// A server that has granted its vote waits as long as after a heartbeat before it stands for
/// election itself (5.2).
#[test]
fn granted_vote_resets_timer_beyond_2a() {
    graded(|| timers::granted_vote(Cluster::reliable(5)));
}

/// Heartbeats of an earlier term do not keep a server from standing for election.
#[test]
fn old_leader_keeps_timer_beyond_2a() {
    graded(|| timers::old_leader(Cluster::reliable(5)));
}
