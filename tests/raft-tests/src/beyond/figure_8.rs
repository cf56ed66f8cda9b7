//! Figure 8 of the paper, step by step: an entry of an earlier term is on a majority, no entry of
//! the leader's own term behind it, and a rival with a later last term overwrites it (5.4.2).
//!
//! The servers are the paper's S1 to S5, whichever they are here: S1 leads when the story begins.

use super::{agree, agree_all, silent, start_some, wait_until};
use crate::{Cluster, ELECTION_TIMEOUT};
use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::LinkFaults;
use labrt::thread::sleep;
use labrt::time::Duration;
use log::info;
use raft::ServerId;

/// Replies among S3, S4 and S5 take this long, so that the votes for one of them arrive after it
/// can reach no other any more.
const VOTE_DELAY: Duration = Duration::from_millis(30);

/// Tells the story some times; `between` is run after each step.
///
/// # Panics
/// If the servers do not agree in time once they can: the test has failed.
pub fn step_by_step(cluster: Cluster, between: impl Fn(&Cluster)) -> Figures {
    for _ in 0..3 {
        agree_all(&cluster);
        let first = cluster.check_one_leader();
        let [second, third, fourth, fifth] = [1, 2, 3, 4].map(|steps| cluster.after(first, steps));
        info!(target: "cluster", "(a) {first} leads; its last command reaches {second} only");
        for one in [third, fourth, fifth] {
            cluster.cut_link(first, one);
            cluster.cut_link(second, one);
        }
        start_some(&cluster, first, 1..2);
        sleep(ELECTION_TIMEOUT / 10);
        cluster.cut_link(first, second);
        between(&cluster);

        info!(target: "cluster", "(b) one of the others leads, and its command reaches no one");
        let Some(rival) = elect_alone(&cluster, [third, fourth, fifth]) else {
            cluster.fix_links();
            continue;
        };
        let [one, away] = [1, 2].map(|steps| {
            let others = [third, fourth, fifth];
            let at = others.iter().position(|other| *other == rival).unwrap_or(0);
            others[(at + steps) % 3]
        });
        isolate(&cluster, rival);
        isolate(&cluster, away);
        between(&cluster);

        info!(target: "cluster", "(c) {first} or {second} leads {one}, and is given no command");
        for (from, to) in [(first, second), (first, one), (second, one)] {
            join(&cluster, from, to);
        }
        sleep(3 * ELECTION_TIMEOUT);
        stop_if_failed();
        between(&cluster);

        info!(target: "cluster", "(d) {rival} can be elected by {one} and {away}");
        isolate(&cluster, first);
        isolate(&cluster, second);
        for (from, to) in [(rival, one), (rival, away), (one, away)] {
            join(&cluster, from, to);
        }
        sleep(2 * ELECTION_TIMEOUT);
        stop_if_failed();
        between(&cluster);

        info!(target: "cluster", "the three agree, then all");
        [first, second].into_iter().for_each(|server| cluster.disconnect(server));
        agree(&cluster, 3);
        between(&cluster);
        cluster.fix_links();
        [first, second].into_iter().for_each(|server| cluster.connect(server));
    }
    agree_all(&cluster);
    cluster.finish()
}

/// One of the three is elected by the others, and takes a command, but reaches none of them.
fn elect_alone(cluster: &Cluster, three: [ServerId; 3]) -> Option<ServerId> {
    let pairs = || three.into_iter().flat_map(|from| three.map(|to| (from, to)));
    let pairs = || pairs().filter(|(from, to)| from != to);
    for _ in 0..5 {
        for (from, to) in pairs() {
            let late = LinkFaults { reply_delay: VOTE_DELAY, ..LinkFaults::default() };
            cluster.set_link(from, to, late);
        }
        let highest = || three.into_iter().filter_map(|server| cluster.term_of(server)).max();
        let before = highest();
        wait_until(3 * ELECTION_TIMEOUT, || highest() > before);
        // What asks for votes has arrived by then.
        sleep(Duration::from_millis(5));
        for (from, to) in pairs() {
            cluster.set_link(from, to, silent());
        }
        let leader = || three.into_iter().find(|server| cluster.led_by(*server) > before);
        wait_until(2 * VOTE_DELAY, || leader().is_some());
        if let Some(leader) = leader() {
            start_some(cluster, leader, 1..2);
            return Some(leader);
        }
    }
    None
}

fn isolate(cluster: &Cluster, server: ServerId) {
    let others = cluster.others(server);
    others.for_each(|other| cluster.cut_link(server, other));
}

fn join(cluster: &Cluster, one: ServerId, other: ServerId) {
    cluster.set_link(one, other, LinkFaults::default());
    cluster.set_link(other, one, LinkFaults::default());
}
