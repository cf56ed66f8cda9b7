//! The speed test of both parts: operations of one client, one after the other, must not wait for
//! heartbeats.

use crate::NetworkMode;
use crate::appends::element;
use crate::cluster::{Cluster, Setup};
use harness::ScenarioResult;
use labrt::time::{Duration, Instant};

/// How many appends are timed, one after the other.
const OPERATIONS: u32 = 1000;

/// A leader's heartbeats come about this often, and an operation must not wait for one.
const HEARTBEAT: Duration = Duration::from_millis(100);

/// Operations that must fit in between two of them.
const PER_HEARTBEAT: u32 = 3;

/// Plays the scenario on three servers that keep their Raft state down to this size, if any.
pub fn speed(max_raft_state: Option<usize>) -> ScenarioResult {
    let network_mode = NetworkMode::Reliable;
    let cluster = Cluster::new(Setup { servers: 3, network_mode, max_raft_state });
    let mut client = cluster.make_client(0, cluster.servers()).uncounted();
    // By the time this is answered there is a leader.
    client.get("x");
    let (began, most) = (Instant::now(), HEARTBEAT / PER_HEARTBEAT);
    for number in 0..OPERATIONS {
        client.append("x", &element(0, number as usize));
        // At once: a thousand slow ones would take longer than the test may.
        let taken = began.elapsed();
        cluster.require(taken <= most * OPERATIONS, || {
            let each = taken / (number + 1);
            format!(
                "an operation waits for no heartbeat: it may take {most:.1?}, but takes {each:.1?}"
            )
        });
    }
    let value = client.get("x");
    cluster.check_appends("x", &value, [(0, OPERATIONS as usize)]);
    cluster.finish()
}
