//! Logs that differ, amid links that are late, or fail in one direction. No server crashes.

use harness::Figures;
use harness::checks::stop_if_failed;
use labrpc::{Faults, LinkFaults};
use labrt::rand::random_range;
use labrt::thread::sleep;
use labrt::time::{Duration, Instant};
use log::info;
use raft::ServerId;
use raft_tests::beyond::{agree, agree_all, silent, start_some, wait_until};
use raft_tests::{Cluster, ELECTION_TIMEOUT, Value};

/// As long as agreement may take.
const CANDIDACY_LIMIT: Duration = Duration::from_secs(10);

/// Time for two elections and what is between them.
const STORY: Duration = Duration::from_secs(6);

/// Only the server with the longest log can be elected, while all others keep asking it for its
/// vote.
pub fn refused_requests(cluster: Cluster) -> Figures {
    for _ in 0..2 {
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        info!(target: "cluster", "requests pass to {leader} only");
        for (from, to) in pairs(&cluster).filter(|(_, to)| *to != leader) {
            cluster.set_link(from, to, silent());
        }
        let longest = cluster.start_command(leader, &Value::random()).is_some();
        sleep(ELECTION_TIMEOUT);
        info!(target: "cluster", "the requests of {leader} pass, too");
        let (counts, led) = (cluster.count_protocol(), cluster.led_by(leader));
        for (from, to) in pairs(&cluster).filter(|(from, _)| *from == leader) {
            cluster.set_link(from, to, LinkFaults::default());
        }
        if longest && led.is_none() {
            stands_for_election(&cluster, leader, || counts.elections_of(leader));
        }
        agree_all(&cluster);
        cluster.fix_links();
    }
    agree_all(&cluster);
    cluster.finish()
}

/// Checks that the server, which refuses all others its vote, stands for election itself. (What
/// tells no facts must be elected to be seen.)
fn stands_for_election(cluster: &Cluster, server: ServerId, elections: impl Fn() -> usize) {
    let stood = || elections() > 0 || cluster.led_by(server).is_some();
    wait_until(CANDIDACY_LIMIT, stood);
    cluster.require(stood(), || {
        format!(
            "an election timer is reset by refused votes: {server} has the longest log, so only it \
             can be elected, and its requests pass; yet it has not stood for election for {} s, \
             while all others asked it for its vote and were refused (5.2; figure 2, rules for \
             followers)",
            CANDIDACY_LIMIT.as_secs()
        )
    });
}

/// A leader that is cut off takes commands; when it comes back, what its successor says arrives in
/// another order than it was sent, and some of it twice: a commit index before the entries that it
/// is for, and entries again after later ones (5.3).
pub fn overtaken_entries(cluster: Cluster) -> Figures {
    let jumble = Duration::from_millis(350);
    let faults = Faults {
        request_delay_limit: jumble,
        request_loss: 0.0,
        reply_loss: 0.0,
        duplication: 0.5,
        ..Faults::default()
    };
    cluster.network().set_faults(faults);
    for _ in 0..8 {
        agree_all(&cluster);
        let old = cluster.check_one_leader();
        cluster.disconnect(old);
        start_some(&cluster, old, 1..8);
        for _ in 0..random_range(1..5) {
            agree(&cluster, cluster.size() - 1);
        }
        info!(target: "cluster", "{old} comes back, messages overtake each other");
        cluster.network().set_reliable(false);
        cluster.connect(old);
        for _ in 0..8 {
            cluster.servers().for_each(|server| start_some(&cluster, server, 0..3));
            sleep(jumble / 2);
        }
        stop_if_failed();
        cluster.network().set_reliable(true);
    }
    agree_all(&cluster);
    cluster.finish()
}

/// A leader is cut off before the commands that it took reach anyone. The next leader's entries
/// reach it first, and only it, so that they are not committed; then another's are. None of what
/// reached no one is ever applied.
pub fn cut_off_leader(cluster: Cluster) -> Figures {
    for _ in 0..6 {
        agree_all(&cluster);
        let old = cluster.check_one_leader();
        let Some(term) = cluster.led_by(old) else { continue };
        info!(target: "cluster", "{old} is cut off with commands that reach no one");
        let others = || cluster.others(old);
        others().for_each(|other| cluster.cut_link(old, other));
        start_some(&cluster, old, 5..15);
        let next = || others().find(|other| cluster.led_by(*other).is_some_and(|led| led > term));
        wait_until(3 * ELECTION_TIMEOUT, || next().is_some());
        let Some(next) = next() else {
            cluster.fix_links();
            continue;
        };
        info!(target: "cluster", "{next}, the next leader, can reach {old} only");
        others().filter(|other| *other != next).for_each(|other| cluster.cut_link(next, other));
        start_some(&cluster, next, 1..8);
        cluster.set_link(next, old, LinkFaults::default());
        cluster.set_link(old, next, LinkFaults::default());
        sleep(ELECTION_TIMEOUT / 2);
        stop_if_failed();
        if random_range(0..2) == 0 {
            info!(target: "cluster", "the others elect a third");
            others().for_each(|other| cluster.cut_link(old, other));
            wait_until(2 * ELECTION_TIMEOUT, || {
                others().any(|other| other != next && cluster.led_by(other).is_some())
            });
            others().for_each(|other| start_some(&cluster, other, 0..4));
            sleep(ELECTION_TIMEOUT / 10);
        }
        cluster.fix_links();
    }
    agree_all(&cluster);
    cluster.finish()
}

/// A follower acknowledges much to a leader, and another leads, which replaces that. When the first
/// leads again, in a later term, what it was told counts no more: neither what arrives only now
/// (every other time), nor what it knew (5.3).
pub fn earlier_acknowledgements(cluster: Cluster) -> Figures {
    for round in 0..6 {
        agree_all(&cluster);
        let leader = cluster.check_one_leader();
        let [follower, others @ ..] = [1, 2, 3, 4].map(|steps| cluster.after(leader, steps));
        let late = round % 2 == 0;
        let reply_delay = if late { STORY } else { Duration::ZERO };
        info!(target: "cluster", "{leader}, {follower} are cut off, replies take {reply_delay:?}");
        cut_off(&cluster, leader, &others);
        cut_off(&cluster, follower, &others);
        cluster.set_link(leader, follower, LinkFaults { reply_delay, ..Default::default() });
        let began = Instant::now();
        start_some(&cluster, leader, 10..20);
        wait_until(2 * ELECTION_TIMEOUT, || others.iter().any(|it| cluster.led_by(*it).is_some()));
        let commands = if late { 1..2 } else { 20..30 };
        others.into_iter().for_each(|other| start_some(&cluster, other, commands.clone()));
        sleep(ELECTION_TIMEOUT / 10);
        cluster.fix_links();
        if !late {
            // It still has what it acknowledged.
            cut_off(&cluster, follower, &others);
            cut_off(&cluster, follower, &[leader]);
        }
        sleep(ELECTION_TIMEOUT / 2);

        info!(target: "cluster", "only {leader} can be elected");
        for (from, to) in pairs(&cluster) {
            let faults = if from == leader { LinkFaults::default() } else { silent() };
            cluster.set_link(from, to, faults);
        }
        sleep((STORY - ELECTION_TIMEOUT / 20).saturating_sub(began.elapsed()));
        if late {
            info!(target: "cluster", "what {leader} takes now reaches {} only", others[0]);
            for other in [follower, others[1], others[2]] {
                cluster.set_link(leader, other, silent());
            }
            start_some(&cluster, leader, 30..40);
            sleep(ELECTION_TIMEOUT / 2);
        }
        stop_if_failed();
        cluster.fix_links();
    }
    agree_all(&cluster);
    cluster.finish()
}

/// No message passes between the server and these.
fn cut_off(cluster: &Cluster, server: ServerId, others: &[ServerId]) {
    others.iter().for_each(|other| cluster.cut_link(server, *other));
}

/// Every server with every other.
fn pairs(cluster: &Cluster) -> impl Iterator<Item = (ServerId, ServerId)> {
    let servers = || cluster.servers();
    let pairs: Vec<_> = servers().flat_map(|from| servers().map(move |to| (from, to))).collect();
    pairs.into_iter().filter(|(from, to)| from != to)
}
