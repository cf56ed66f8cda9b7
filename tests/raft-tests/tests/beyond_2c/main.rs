//! Beyond 2C: votes and acknowledgements that arrive after their sender has crashed, or when they
//! no longer count; crashes in mid-election, at a reply and at each step of figure 8; messages that
//! arrive at one moment; links that fail alone; requests that arrive twice, or in a later life.

mod crashes;
mod restarts;

use harness::checks::stop_if_failed;
use harness::graded;
use labrpc::LinkFaults;
use labrt::rand::{random_bool, random_range};
use labrt::thread::{self, sleep};
use labrt::time::{Duration, Instant};
use raft::ServerId;
use raft_tests::beyond::{agree, everything_at_once, figure_8, start_some, wait_until};
use raft_tests::{Cluster, ELECTION_TIMEOUT, Service, Value};
use std::ops::Range;

/// Two candidates that do not hear of each other ask the same voter, which crashes after it has
/// answered the first: it must still know in its next life (5.2, figure 2).
#[test]
fn vote_survives_crash_beyond_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..6 {
            agree(&cluster, 3);
            let voter = cluster.random_server();
            let before = cluster.term_of(voter);
            // The vote is still under way when the voter crashes.
            between_two_candidates(&cluster, voter, 20..50);
            cluster.servers().for_each(|server| cluster.restart(server));
            wait_until(ELECTION_TIMEOUT, || cluster.term_of(voter) > before);
            cluster.restart(voter);
            sleep(ELECTION_TIMEOUT);
            cluster.fix_links();
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// Two candidates that do not hear of each other ask the same voter, term after term, and its
/// votes reach them when they stand in another term than they asked in (5.2).
#[test]
fn late_votes_beyond_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..4 {
            agree(&cluster, 3);
            let voter = cluster.random_server();
            between_two_candidates(&cluster, voter, 150..900);
            cluster.servers().for_each(|server| cluster.restart(server));
            sleep(4 * ELECTION_TIMEOUT);
            stop_if_failed();
            cluster.fix_links();
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// A follower crashes while its acknowledgement is under way, and so does the leader when it has
/// heard it: what was committed thereby is on both disks (5.2, figure 2).
#[test]
fn acknowledged_survives_crash_beyond_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..6 {
            agree(&cluster, 3);
            let leader = cluster.check_one_leader();
            let (follower, absent) = (cluster.after(leader, 1), cluster.after(leader, 2));
            cluster.disconnect(absent);
            let reply_delay = Duration::from_millis(20);
            let late = LinkFaults { reply_delay, ..LinkFaults::default() };
            cluster.set_link(leader, follower, late);
            cluster.start_command(leader, &Value::random());
            sleep(Duration::from_millis(random_range(2..20)));
            cluster.restart(follower);
            sleep(Duration::from_millis(random_range(20..60)));
            cluster.restart(leader);
            cluster.fix_links();

            // Either of them has to know for the one that was absent.
            let away = if random_bool(0.5) { leader } else { follower };
            cluster.disconnect(away);
            cluster.connect(absent);
            agree(&cluster, 2);
            cluster.connect(away);
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// Servers crash at a reply, over and over: it leaves, nothing else does. What it promises is on
/// the disk (figure 2: updated on stable storage before responding to RPCs).
#[test]
fn crash_at_a_reply_beyond_2c() {
    graded(|| restarts::crash_at_a_reply(Cluster::reliable(3)));
}

/// Requests on their way to a server that restarts reach its next life, late and twice (5.1, 5.2,
/// 5.3: a request says all there is to know).
#[test]
fn requests_outlive_receivers_beyond_2c() {
    graded(|| restarts::requests_outlive_receivers(Cluster::unreliable(5)));
}

/// Everything at once, with a service that remembers all.
#[test]
fn everything_at_once_beyond_2c() {
    graded(|| everything_at_once(Service::Plain));
}

/// Two candidates that do not hear of each other, or a candidate and a leader, address the same
/// server at the same moment, amid commands: whether it has voted and that it votes now must not
/// come apart, nor what it answers an old leader and that it has voted for the next (5.2).
#[test]
fn addressed_at_once_beyond_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..10 {
            agree(&cluster, 3);
            let voter = cluster.random_server();
            let [one, other] = [1, 2].map(|steps| cluster.after(voter, steps));
            cluster.cut_link(one, other);
            if random_bool(0.5) {
                cluster.restart(one);
                cluster.restart(other);
            }
            // The voter begins later, so it is not the first to stand for election.
            sleep(Duration::from_millis(random_range(150..300)));
            cluster.restart(voter);
            pile_up_among_commands(&cluster, voter, random_range(150..350));
            sleep(ELECTION_TIMEOUT / 5);
            cluster.fix_links();
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// A candidate hears of its votes and of a later term at the same moment: it must not lead a term
/// for which it was not elected (5.2).
#[test]
fn elected_too_late_beyond_2c() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..8 {
            agree(&cluster, 3);
            let candidate = cluster.random_server();
            let others = [1, 2].map(|steps| cluster.after(candidate, steps));
            let delay_ms = random_range(320..560);
            for other in others {
                let reply_delay = Duration::from_millis(delay_ms);
                let late = LinkFaults { reply_delay, ..LinkFaults::default() };
                cluster.set_link(candidate, other, late);
            }
            cluster.restart(candidate);
            // The others begin later, so they are not the first to stand for election.
            sleep(Duration::from_millis(random_range(150..300)));
            others.into_iter().for_each(|other| cluster.restart(other));
            let before = cluster.term_of(candidate);
            wait_until(ELECTION_TIMEOUT, || cluster.term_of(candidate) > before);
            pile_up_among_commands(&cluster, candidate, delay_ms);
            sleep(ELECTION_TIMEOUT / 5);
            cluster.fix_links();
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// Figure 8 step by step, with a crash of all servers after each step (5.4.2; figure 2, persistent
/// state).
#[test]
fn figure_8_with_crashes_beyond_2c() {
    graded(|| {
        figure_8::step_by_step(Cluster::reliable(5), |cluster| {
            cluster.servers().for_each(|server| cluster.restart(server));
        })
    });
}

/// A candidate crashes, and is asked for its vote in the term in which it stood (5.2; figure 2,
/// votedFor).
#[test]
fn candidate_crashes_beyond_2c() {
    graded(|| crashes::candidate_crashes(Cluster::reliable(3)));
}

/// A leader crashes that was one of the two who had what was committed (figure 2, log).
#[test]
fn leader_crashes_beyond_2c() {
    graded(|| crashes::leader_crashes(Cluster::reliable(3)));
}

/// Holds up what is addressed to the server for so long, while every server is given a command now
/// and then. When it all arrives, several clients give commands without a pause, mostly to the
/// server.
fn pile_up_among_commands(cluster: &Cluster, server: ServerId, milliseconds: u64) {
    let duration = Duration::from_millis(milliseconds);
    let began = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            while began.elapsed() < duration {
                cluster.servers().for_each(|server| start_some(cluster, server, 0..2));
                sleep(Duration::from_millis(random_range(0..60)));
            }
        });
        cluster.pile_up(server, duration);
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..16 {
                    let any = cluster.random_server();
                    start_some(cluster, if random_bool(0.5) { server } else { any }, 1..2);
                }
            });
        }
    });
}

/// Only the voter talks to both others, and its answers are late by some milliseconds in `delay`.
fn between_two_candidates(cluster: &Cluster, voter: ServerId, delay: Range<u64>) {
    let candidates = [1, 2].map(|steps| cluster.after(voter, steps));
    cluster.cut_link(candidates[0], candidates[1]);
    for candidate in candidates {
        let reply_delay = Duration::from_millis(random_range(delay.clone()));
        let late = LinkFaults { reply_delay, ..LinkFaults::default() };
        cluster.set_link(candidate, voter, late);
    }
}
