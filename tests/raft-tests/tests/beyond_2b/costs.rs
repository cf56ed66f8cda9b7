//! What a Raft spends, measured in simulated time: the wait for a candidate, elections for a
//! failover, rounds to settle a conflict, RPCs and bytes of an idle second. No test fails by it;
//! what is three times the reference's or more is noted.

use harness::{Figures, note};
use labrt::thread::sleep;
use labrt::time::Duration;
use labrt::world;
use log::info;
use raft_tests::beyond::timers::{LAST_ROUND, usual_gaps};
use raft_tests::beyond::{agree, agree_all, start_some};
use raft_tests::{Cluster, ProtocolCounts};

const WAITS: usize = 3;
const FAILOVERS: usize = 6;
const CONFLICTS: usize = 4;
const IDLE_SECONDS: u32 = 5;

/// How many entries of either side conflict.
const CONFLICTING: usize = 20;

/// What the reference spends.
const REFERENCE_WAIT: f64 = 0.46;
const REFERENCE_ELECTIONS: f64 = 1.0;
const REFERENCE_ROUNDS: f64 = 1.0;
const REFERENCE_RPCS: f64 = 40.0;
const REFERENCE_BYTES: f64 = 640.0;

/// Measures all of it, in turn.
pub fn costs(cluster: Cluster) -> Figures {
    cluster.network().set_long_delays(false);
    agree_all(&cluster);
    if !world::simulated() {
        note("elections, rounds and traffic are measured under simulation only (make beyond-2B)");
        return cluster.finish();
    }
    idle_second(&cluster);
    let wait = usual_gaps(&cluster, &cluster.watch_election_timers(), WAITS).median();
    compare("seconds from the last heartbeat to a candidacy", wait.as_secs_f64(), REFERENCE_WAIT);
    let counts = cluster.count_protocol();
    let elections = elections_of_a_failover(&cluster, &counts);
    compare("elections for a failover", elections, REFERENCE_ELECTIONS);
    let rounds = rounds_of_a_conflict(&cluster, &counts);
    compare("refused AppendEntries until a conflict is settled", rounds, REFERENCE_ROUNDS);
    agree_all(&cluster);
    cluster.finish()
}

fn idle_second(cluster: &Cluster) {
    sleep(Duration::from_secs(1));
    let counters = || {
        let network = cluster.network();
        [network.total_count(), network.total_bytes()].map(|count| count as f64)
    };
    let before = counters();
    sleep(Duration::from_secs(1) * IDLE_SECONDS);
    let after = counters();
    let [rpcs, bytes] = [0, 1].map(|at| (after[at] - before[at]) / f64::from(IDLE_SECONDS));
    compare("RPCs in an idle second of five servers", rpcs, REFERENCE_RPCS);
    compare("bytes in an idle second of five servers", bytes, REFERENCE_BYTES);
}

/// The leader is cut off: how many elections the others start until they have agreed.
fn elections_of_a_failover(cluster: &Cluster, counts: &ProtocolCounts) -> f64 {
    mean(FAILOVERS, || {
        let leader = cluster.check_one_leader();
        let before = counts.elections_without(leader);
        cluster.disconnect(leader);
        agree(cluster, cluster.size() - 1);
        let elections = counts.elections_without(leader) - before;
        cluster.connect(leader);
        agree_all(cluster);
        elections
    })
}

/// A leader is cut off and takes commands, the others agree on as many under a second leader, and a
/// third is elected: how many AppendEntries the first refuses, for want of the entry before.
fn rounds_of_a_conflict(cluster: &Cluster, counts: &ProtocolCounts) -> f64 {
    mean(CONFLICTS, || {
        let first = cluster.check_one_leader();
        cluster.disconnect(first);
        start_some(cluster, first, CONFLICTING..CONFLICTING + 1);
        for _ in 0..CONFLICTING {
            agree(cluster, cluster.size() - 1);
        }
        // The third assumes that all logs are as long as its own.
        let second = cluster.check_one_leader();
        cluster.disconnect(second);
        agree(cluster, cluster.size() - 2);
        let before = counts.conflicts_of(first);
        cluster.connect(first);
        agree(cluster, cluster.size() - 1);
        let rounds = counts.conflicts_of(first) - before;
        cluster.connect(second);
        agree_all(cluster);
        rounds
    })
}

/// The mean of so many rounds, or of those that began in time.
fn mean(most: usize, mut round: impl FnMut() -> usize) -> f64 {
    let (mut sum, mut rounds) = (0, 0);
    while rounds < most && (rounds == 0 || world::elapsed() < LAST_ROUND) {
        sum += round();
        rounds += 1;
    }
    sum as f64 / rounds as f64
}

fn compare(what: &str, measured: f64, reference: f64) {
    let text = format!("{what}: {measured:.2}, the reference {reference:.2}");
    info!(target: "cluster", "{text}");
    if measured >= 3.0 * reference {
        note(text);
    }
}
