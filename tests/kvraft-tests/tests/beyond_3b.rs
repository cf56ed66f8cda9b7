//! Beyond 3B: links fail in one direction, and servers come back from snapshots.

use harness::graded;
use kvraft_tests::Scenario;

/// Requests arrive and their replies do not, or the other way round, then all servers crash: what
/// was done already is part of the snapshots.
#[test]
fn one_way_links_beyond_3b() {
    graded(|| {
        Scenario {
            clients: 5,
            one_way_links: true,
            restarts: true,
            max_raft_state: Some(1000),
            ..Scenario::default()
        }
        .play()
    });
}
