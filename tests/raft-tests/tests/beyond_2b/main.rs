//! Beyond 2B: commands that follow each other closely, candidates whose logs are behind, and what a
//! failover, a conflict and an idle second cost.

mod costs;

use harness::graded;
use labrt::rand::random_range;
use labrt::thread::{self, sleep};
use labrt::time::Duration;
use raft_tests::beyond::{agree, timers};
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
