//! What the scenarios beyond the course have in common.
//!
//! A scenario there asks for no progress while it does its worst, only that no property is
//! violated, and for agreement (in 2A, for a leader) once all is well again.

pub mod figure_8;
pub mod timers;

use crate::{Cluster, NetworkMode, Retry, SNAPSHOT_INTERVAL, Service, Setup, Snapshots, Value};
use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::{Cut, Faults, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::{Duration, Instant};
use raft::ServerId;
use std::ops::Range;

/// No server's Raft state may reach this many bytes when all have caught up and take a snapshot
/// every ten commands: the course's limit, twice, since one that discards a moment after `snapshot`
/// has returned may hold ten entries more.
const RAFT_STATE_LIMIT: usize = 4000;

/// Waits until so many servers have applied a new command, whoever leads.
///
/// # Panics
/// If they have not in time: the test has failed.
#[track_caller]
pub fn agree(cluster: &Cluster, servers: usize) {
    cluster.agree_on(Value::random(), servers, Retry::Yes);
}

/// The same of all servers.
///
/// # Panics
/// If they have not in time: the test has failed.
#[track_caller]
pub fn agree_all(cluster: &Cluster) {
    agree(cluster, cluster.size());
}

/// From now on every service takes a snapshot every ten commands; all servers agree on twenty more,
/// and then their logs are short.
///
/// Until then one may have been due long ago, as services took them at other indexes. The first ten
/// commands bring one, and what it covers is discarded by the end of the last ten, though that need
/// not be done when `snapshot` returns.
///
/// # Panics
/// If they have not agreed in time, or a log is long: the test has failed.
#[track_caller]
pub fn check_logs_are_short(cluster: &Cluster) {
    for server in cluster.servers() {
        cluster.set_snapshots(server, Snapshots { interval: SNAPSHOT_INTERVAL, offset: 0 });
    }
    for _ in 0..2 * SNAPSHOT_INTERVAL {
        agree_all(cluster);
    }
    cluster.check_raft_state(RAFT_STATE_LIMIT);
}

/// Gives the server a number of commands drawn from this range, at once.
pub fn start_some(cluster: &Cluster, server: ServerId, commands: Range<usize>) {
    for _ in 0..random_range(commands) {
        cluster.start_command(server, &Value::random());
    }
}

/// Waits until it happens, or that long.
pub fn wait_until(limit: Duration, happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() && began.elapsed() < limit {
        stop_if_failed();
        sleep(Duration::from_millis(1));
    }
}

/// No request leaves over this link.
pub fn silent() -> LinkFaults {
    LinkFaults { cut: Some(Cut::Requests), ..LinkFaults::default() }
}

/// Messages are late, get lost, arrive twice and overtake each other, links fail one by one,
/// servers crash at any moment, and all are given commands. Once all is well, they agree.
pub fn everything_at_once(service: Service) -> Figures {
    let cluster =
        Cluster::new(Setup { servers: 5, network_mode: NetworkMode::Unreliable, service });
    let default = Faults::default();
    cluster.network().set_faults(Faults { duplication: 0.2, reordering: 0.3, ..default });
    for _ in 0..60 {
        stop_if_failed();
        match random_range(0..10) {
            0 => cluster.network().set_long_reordering(random_bool(0.5)),
            1 => cluster.fix_links(),
            2 => cluster.cut_link(cluster.random_server(), cluster.random_server()),
            3 => cluster.set_link(cluster.random_server(), cluster.random_server(), silent()),
            4 => cluster.restart(cluster.random_server()),
            5 => cluster.servers().for_each(|server| cluster.restart(server)),
            _ => {}
        }
        cluster.servers().for_each(|server| start_some(&cluster, server, 0..4));
        sleep(Duration::from_millis(random_range(0..200)));
    }
    cluster.network().set_long_reordering(false);
    cluster.network().set_reliable(true);
    cluster.fix_links();
    match service {
        Service::Plain => agree_all(&cluster),
        Service::Snapshotting => check_logs_are_short(&cluster),
    }
    cluster.finish()
}
