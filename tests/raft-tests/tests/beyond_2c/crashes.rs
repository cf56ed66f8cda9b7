//! Crashes in the middle of an election, and of a leader right after it has committed.

use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::LinkFaults;
use labrt::rand::random_range;
use labrt::thread::sleep;
use labrt::time::Duration;
use log::info;
use raft_tests::beyond::{agree, agree_all, wait_until};
use raft_tests::{Cluster, ELECTION_TIMEOUT};

/// Two candidates ask each other for their votes; both requests are late, and each candidate
/// crashes before the other's arrives. It has voted for itself (5.2; figure 2, votedFor).
pub fn candidates_crash(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let candidates = [1, 2].map(|steps| cluster.after(leader, steps));
        let [one, other] = candidates;
        cluster.disconnect(leader);
        info!(target: "cluster", "{one} and {other} ask each other, and crash");
        let request_delay = Duration::from_millis(random_range(400..700));
        for (from, to) in [(one, other), (other, one)] {
            cluster.set_link(from, to, LinkFaults { request_delay, ..Default::default() });
        }
        let before = candidates.map(|server| cluster.term_of(server));
        let stands = |at: usize| cluster.term_of(candidates[at]) > before[at];
        wait_until(3 * ELECTION_TIMEOUT, || stands(0) || stands(1));
        for _ in 0..2 {
            sleep(Duration::from_millis(random_range(0..300)));
            candidates.into_iter().for_each(|candidate| cluster.restart(candidate));
        }
        sleep(ELECTION_TIMEOUT);
        stop_if_failed();
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
