//! Servers that crash at a reply, and requests that reach a later life.

use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::Faults;
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;
use raft_tests::beyond::{agree_all, start_some, wait_until};
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
    agree_all(&cluster);
    cluster.finish()
}

/// Servers restart at any moment, some at a reply, and what is on its way to them by then reaches
/// their next lives, late and twice, and their answers return to who asked.
///
/// A request says all there is to know of it: term, previous entry, last entry. A correct Raft does
/// not care when it was sent, nor to which life.
pub fn requests_outlive_receivers(cluster: Cluster) -> Figures {
    let request_delay_limit = Duration::from_millis(150);
    cluster.network().set_faults(Faults {
        request_delay_limit,
        duplication: 0.3,
        ..Faults::default()
    });
    cluster.network().set_requests_outlive(true);
    for _ in 0..60 {
        stop_if_failed();
        match random_range(0..8) {
            0 => cluster.servers().for_each(|server| cluster.restart(server)),
            1..4 => cluster.restart(cluster.random_server()),
            4 => cluster.crash_at_reply(cluster.random_server(), Promise::Vote),
            5 => cluster.crash_at_reply(cluster.random_server(), Promise::Entries),
            _ => {}
        }
        cluster.servers().for_each(|server| start_some(&cluster, server, 0..3));
        sleep(Duration::from_millis(random_range(0..300)));
        for server in cluster.servers().filter(|server| cluster.has_crashed(*server)) {
            cluster.restart(server);
        }
    }
    cluster.network().set_reliable(true);
    cluster.servers().for_each(|server| cluster.restart(server));
    agree_all(&cluster);
    cluster.finish()
}
