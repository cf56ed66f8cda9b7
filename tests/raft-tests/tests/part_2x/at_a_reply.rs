//! Servers that crash at a reply, and requests that reach a later life.

use crate::{agree, start_some, wait_until};
use harness::Figures;
use harness::checks::stop_if_failed;
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;
use raft_tests::{Cluster, ELECTION_TIMEOUT, Promise};

/// In each round some servers crash at their next reply of one kind, and start again at once or a
/// little later. For votes all are restarted first, so that there is an election.
///
/// A correct Raft has saved what a reply promises by the time its handler returns, and the crashed
/// life is heard no more, so its next life keeps every promise. Nothing else is asked for: rounds
/// in which nobody crashes pass, and agreement is wanted only at the end, when all are well.
pub fn crash_at_a_reply(cluster: Cluster) -> Figures {
    for round in 0..16 {
        stop_if_failed();
        let promise = if round % 2 == 0 { Promise::Vote } else { Promise::Entries };
        if promise == Promise::Vote {
            cluster.servers().for_each(|server| cluster.restart(server));
        }
        cluster.servers().for_each(|server| cluster.crash_at_reply(server, promise));
        let crashed = || cluster.servers().any(|server| cluster.has_crashed(server));
        wait_until(ELECTION_TIMEOUT, || {
            cluster.servers().for_each(|server| start_some(&cluster, server, 0..2));
            crashed()
        });
        if random_bool(0.5) {
            sleep(Duration::from_millis(random_range(0..30)));
        }
        for server in cluster.servers().filter(|server| cluster.has_crashed(*server)) {
            cluster.restart(server);
        }
        sleep(Duration::from_millis(random_range(0..400)));
    }
    cluster.servers().for_each(|server| cluster.restart(server));
    let servers = cluster.size();
    agree(&cluster, servers);
    cluster.finish()
}
