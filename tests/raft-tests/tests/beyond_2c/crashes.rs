//! Crashes of a candidate in mid-election, and of a leader right after it has committed.

use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::LinkFaults;
use labrt::rand::random_range;
use labrt::thread::sleep;
use log::info;
use raft_tests::beyond::{agree, agree_all, wait_until};
use raft_tests::{Cluster, ELECTION_TIMEOUT};

/// A candidate crashes in mid-election. Another, which has not heard of it, stands in the same term
/// and asks it for its vote; but it has voted for itself (5.2; figure 2, votedFor).
pub fn candidate_crashes(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let candidates = [1, 2].map(|steps| cluster.after(leader, steps));
        let before = cluster.term_of(leader);
        cluster.disconnect(leader);
        cluster.cut_link(candidates[0], candidates[1]);
        let first = || candidates.into_iter().find(|it| cluster.term_of(*it) > before);
        wait_until(3 * ELECTION_TIMEOUT, || first().is_some());
        if let Some(first) = first() {
            info!(target: "cluster", "{first} stands for election, and crashes");
            cluster.restart(first);
            let others = candidates.into_iter().filter(|other| *other != first);
            others.for_each(|other| cluster.set_link(other, first, LinkFaults::default()));
            sleep(ELECTION_TIMEOUT);
            stop_if_failed();
        }
        cluster.fix_links();
        cluster.connect(leader);
    }
    agree_all(&cluster);
    cluster.finish()
}

/// A leader and one follower agree, and the leader crashes. It must know for the server that was
/// absent, with which it is a majority (5.4.1; figure 2, log).
pub fn leader_crashes(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let (follower, absent) = (cluster.after(leader, 1), cluster.after(leader, 2));
        cluster.disconnect(absent);
        for _ in 0..random_range(1..5) {
            agree(&cluster, 2);
        }
        info!(target: "cluster", "{leader} crashes, and is to lead {absent}");
        cluster.disconnect(follower);
        cluster.restart(leader);
        cluster.connect(absent);
        agree(&cluster, 2);
        cluster.connect(follower);
    }
    agree_all(&cluster);
    cluster.finish()
}
