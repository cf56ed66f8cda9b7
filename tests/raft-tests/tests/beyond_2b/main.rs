//! Beyond 2B: figure 8 without a crash, logs that differ amid late and overtaking messages,
//! commands that follow each other closely, candidates whose logs are behind, and what a failover,
//! a conflict and an idle second cost.

mod costs;
mod replication;

use harness::graded;
use labrt::rand::random_range;
use labrt::thread::{self, sleep};
use labrt::time::Duration;
use raft_tests::beyond::{agree, figure_8, timers};
use raft_tests::{Cluster, Value};

/// Commands that follow each other closely reach every service, without a later one to push them
/// along.
#[test]
fn every_command_arrives_beyond_2b() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        for _ in 0..5 {
            let leader = cluster.check_one_leader();
            for _ in 0..20 {
                let last = thread::scope(|scope| {
                    let start = || {
                        sleep(Duration::from_micros(random_range(0..1500)));
                        cluster.start_command(leader, &Value::random())
                    };
                    let clients: Vec<_> = (0..3).map(|_| scope.spawn(start)).collect();
                    clients.into_iter().filter_map(|client| client.join().ok()?).max()
                });
                // If the leader has changed meanwhile, they need not arrive.
                let arrived = last.and_then(|(index, term)| cluster.wait_for(index, 3, Some(term)));
                if arrived.is_none() {
                    break;
                }
            }
        }
        agree(&cluster, 3);
        cluster.finish()
    });
}

/// A server that refuses its vote stands for election as soon as if it had not been asked.
#[test]
fn refused_vote_keeps_timer_beyond_2b() {
    graded(|| timers::refused_candidates(Cluster::reliable(5)));
}

/// What a failover, a conflict and an idle second cost: nothing fails by it, but what is three
/// times the reference's is noted.
#[test]
fn costs_beyond_2b() {
    graded(|| costs::costs(Cluster::reliable(5)));
}

/// Figure 8 step by step, told by links that are cut: an entry of an earlier term is on a majority,
/// and is overwritten (5.4.2).
#[test]
fn figure_8_beyond_2b() {
    graded(|| figure_8::step_by_step(Cluster::reliable(5), |_| {}));
}

/// Of seven servers only the one with the longest log can be elected; the others keep asking it for
/// its vote (5.2, 5.4.1).
#[test]
fn refused_requests_beyond_2b() {
    graded(|| replication::refused_requests(Cluster::reliable(7)));
}

/// Entries are overtaken by the commit index that is for them, and arrive twice, at a server with
/// other entries (5.3).
#[test]
fn overtaken_entries_beyond_2b() {
    graded(|| replication::overtaken_entries(Cluster::reliable(3)));
}

/// A leader is cut off between taking commands and sending them; the next leader's entries reach it
/// alone (5.3).
#[test]
fn cut_off_leader_beyond_2b() {
    graded(|| replication::cut_off_leader(Cluster::reliable(5)));
}

/// What was acknowledged to a leader has been replaced when it leads again, in a later term; the
/// acknowledgement may arrive only then (5.3).
#[test]
fn earlier_acknowledgements_beyond_2b() {
    graded(|| replication::earlier_acknowledgements(Cluster::reliable(5)));
}
