//! Snapshots that arrive late, overtake, are overtaken, or meet a longer log; requests that arrive
//! after a snapshot; services and disks that are slow.
//!
//! No round asks for progress: agreement is wanted only when all links are well again. What a
//! correct Raft keeps in the worst of it: what it applied is applied in order and once, what it
//! acknowledged stays, and its log is discarded up to the last snapshot.

use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::{Faults, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;
use raft::ServerId;
use raft_tests::beyond::{agree, agree_all, check_logs_are_short, silent, start_some, wait_until};
use raft_tests::{Cluster, ELECTION_TIMEOUT, Slow, Snapshots};

/// A follower crashes, some commands pass, and it restarts behind a late link that is mended while
/// the first snapshot is on its way: a second snapshot and new entries overtake it.
///
/// A correct Raft ignores the first when it arrives: it has committed more by then (figure 13; 7).
pub fn late_snapshot(cluster: Cluster) -> Figures {
    for _ in 0..8 {
        stop_if_failed();
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let follower = cluster.after(leader, random_range(1..3));
        cluster.crash(follower);
        start_some(&cluster, leader, 12..25);
        agree(&cluster, 2);
        set_request_delay(&cluster, leader, follower, 150);
        cluster.restart(follower);
        sleep(Duration::from_millis(random_range(60..100)));
        start_some(&cluster, leader, 12..25);
        sleep(Duration::from_millis(random_range(10..40)));
        cluster.fix_links();
        for _ in 0..10 {
            start_some(&cluster, leader, 0..4);
            sleep(Duration::from_millis(20));
        }
    }
    finish(cluster)
}

/// Requests are late, arrive twice and outlive their receivers, while services take snapshots at
/// indexes of their own: AppendEntries arrive whose previous entry a snapshot has swallowed.
///
/// What a snapshot covers is committed, so a correct Raft knows that it equals the leader's, and
/// takes only what lies behind; or it refuses, and is asked again.
pub fn requests_after_snapshot(cluster: Cluster) -> Figures {
    cluster.network().set_faults(Faults {
        request_delay_limit: Duration::from_millis(120),
        request_loss: 0.0,
        reply_loss: 0.0,
        duplication: 0.5,
        ..Faults::default()
    });
    cluster.network().set_requests_outlive(true);
    for _ in 0..80 {
        stop_if_failed();
        if random_range(0..10) == 0 {
            cluster.restart(cluster.random_server());
        }
        if random_range(0..5) == 0 {
            take_snapshots_anyhow(&cluster);
        }
        cluster.servers().for_each(|server| start_some(&cluster, server, 0..6));
        sleep(Duration::from_millis(random_range(0..60)));
    }
    finish(cluster)
}

/// A leader that hears no replies of a follower sends it a snapshot, though it has all that covers
/// and more. Then the follower stands for election, with the rest of its log.
///
/// Figure 13, rule 6: "if existing log entry has same index and term as snapshot's last included
/// entry, retain log entries following it". The follower has acknowledged them.
pub fn snapshot_keeps_the_tail(cluster: Cluster) -> Figures {
    cluster.network().set_long_delays(false);
    for _ in 0..10 {
        stop_if_failed();
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let [follower, other] = [1, 2].map(|steps| cluster.after(leader, steps));
        for server in cluster.servers() {
            let interval = if server == follower { 20 } else { random_range(2..6) };
            cluster.set_snapshots(server, Snapshots { interval, offset: 0 });
        }
        let deaf = LinkFaults { reply_loss: 1.0, ..LinkFaults::default() };
        cluster.set_link(leader, follower, deaf);
        for _ in 0..random_range(1..4) {
            start_some(&cluster, leader, 4..15);
            sleep(Duration::from_millis(random_range(0..150)));
        }
        // The other can neither lead nor keep the follower from standing for election.
        cluster.set_link(other, follower, silent());
        cluster.disconnect(leader);
        sleep(ELECTION_TIMEOUT);
        cluster.fix_links();
        cluster.connect(leader);
    }
    finish(cluster)
}

/// A leader is cut off with commands that nobody else gets, and comes back when the others have
/// discarded what should be there instead: its log is longer than the snapshot, and wrong.
///
/// Figure 13, rule 7: "discard the entire log". Or it has a snapshot that the others lack, and
/// requests that begin before it come to the wrong log.
pub fn snapshot_replaces_the_log(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        stop_if_failed();
        if random_bool(0.5) {
            take_snapshots_anyhow(&cluster);
        }
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        cluster.disconnect(leader);
        start_some(&cluster, leader, 30..45);
        for _ in 0..random_range(1..4) {
            agree(&cluster, 2);
            let present = cluster.check_one_leader();
            start_some(&cluster, present, 4..12);
        }
        agree(&cluster, 2);
        if random_bool(0.5) {
            cluster.restart(leader);
        } else {
            cluster.connect(leader);
        }
        sleep(Duration::from_millis(random_range(0..200)));
        // It may have to stand for election at once, with what it has now.
        let new = cluster.check_one_leader();
        cluster.restart(new);
    }
    finish(cluster)
}

/// A service is slow, and still has a batch of commands before it when a snapshot comes, which
/// covers them.
///
/// Messages reach a service one after the other, in order, however slow it is: the snapshot comes
/// when it has got what came before, and what it covers is not handed over after it.
pub fn slow_service(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        stop_if_failed();
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let follower = cluster.after(leader, random_range(1..3));
        cluster.set_slow_service(follower, Slow { one_in: 1, longest: Duration::from_millis(60) });
        start_some(&cluster, leader, 8..20);
        sleep(Duration::from_millis(random_range(5..100)));
        cluster.disconnect(follower);
        start_some(&cluster, leader, 15..30);
        sleep(Duration::from_millis(random_range(20..100)));
        cluster.connect(follower);
        start_some(&cluster, leader, 0..10);
        sleep(Duration::from_millis(random_range(0..400)));
        if random_range(0..3) == 0 {
            cluster.restart(follower);
        }
        agree_all(&cluster);
        cluster.set_slow_service(follower, Slow::default());
    }
    finish(cluster)
}

/// Disks are slow, and servers crash amid a save, while services take snapshots at indexes of their
/// own.
///
/// A save counts from when it is done, and a correct Raft speaks of nothing before.
pub fn slow_disks(cluster: Cluster) -> Figures {
    cluster.network().set_requests_outlive(true);
    for server in cluster.servers() {
        cluster.set_slow_disk(server, Slow { one_in: 2, longest: Duration::from_millis(20) });
        cluster.restart(server);
    }
    for _ in 0..40 {
        stop_if_failed();
        match random_range(0..6) {
            0 => cluster.restart(cluster.random_server()),
            1 => cluster.servers().for_each(|server| cluster.restart(server)),
            2 => take_snapshots_anyhow(&cluster),
            _ => {}
        }
        cluster.servers().for_each(|server| start_some(&cluster, server, 0..8));
        sleep(Duration::from_millis(random_range(0..400)));
    }
    finish(cluster)
}

/// A server crashes right after a save that makes its Raft state smaller: it has discarded what
/// its own snapshot covers, or the leader's, and begins anew from that.
///
/// A save replaces the state and the snapshot in one step, so whatever a correct Raft has saved at
/// any moment is one whole from which it can go on.
pub fn crash_at_a_save(cluster: Cluster) -> Figures {
    for round in 0..8 {
        stop_if_failed();
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let server = cluster.after(leader, random_range(0..3));
        if round % 2 == 1 && server != leader {
            // It misses what the others discard, and gets a snapshot.
            cluster.disconnect(server);
            start_some(&cluster, server, 0..4);
            start_some(&cluster, leader, 12..25);
            agree(&cluster, 2);
        }
        cluster.crash_at_smaller_save(server);
        cluster.connect(server);
        for _ in 0..10 {
            if cluster.has_crashed(server) {
                break;
            }
            cluster.servers().for_each(|server| start_some(&cluster, server, 0..6));
            wait_until(Duration::from_millis(100), || cluster.has_crashed(server));
        }
        cluster.restart(server);
    }
    finish(cluster)
}

/// Every service takes its snapshots at indexes of its own from now on.
fn take_snapshots_anyhow(cluster: &Cluster) {
    for server in cluster.servers() {
        let interval = random_range(2..=20);
        let offset = random_range(0..interval);
        cluster.set_snapshots(server, Snapshots { interval, offset });
    }
}

fn set_request_delay(cluster: &Cluster, from: ServerId, to: ServerId, milliseconds: u64) {
    let request_delay = Duration::from_millis(milliseconds);
    cluster.set_link(from, to, LinkFaults { request_delay, ..LinkFaults::default() });
}

/// All is well again: all agree, have caught up, and their logs are short.
#[track_caller]
fn finish(cluster: Cluster) -> Figures {
    cluster.network().set_reliable(true);
    cluster.fix_links();
    for server in cluster.servers() {
        cluster.set_slow_service(server, Slow::default());
        if cluster.has_crashed(server) {
            cluster.restart(server);
        }
    }
    check_logs_are_short(&cluster);
    cluster.finish()
}
