//! Part 2A: leader election (section 5.2 of the paper).

use harness::{graded, note};
use labrt::thread::sleep;
use labrt::time::Duration;
use raft::Term;
use raft_tests::{Cluster, ELECTION_TIMEOUT};

/// A leader is elected, and stays while nothing fails.
#[test]
fn initial_election_2a() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        cluster.check_one_leader();

        // Followers have had time to hear of the election.
        sleep(Duration::from_millis(50));
        let term = cluster.check_terms();
        cluster.require(term >= Term(1), || format!("expected a term of at least 1, got {term}"));

        sleep(2 * ELECTION_TIMEOUT);
        let later = cluster.check_terms();
        if term != later {
            // As in the course, this fails nothing.
            note(format!("warning: term {term} became {later} though nothing had failed"));
        }
        cluster.check_one_leader();
        cluster.finish()
    });
}

/// A new leader takes over from one that is cut off; an old leader that comes back does not
/// disturb it; without a majority nobody leads.
#[test]
fn re_election_2a() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        let first = cluster.check_one_leader();

        cluster.disconnect(first);
        cluster.check_one_leader();

        cluster.connect(first);
        let second = cluster.check_one_leader();

        let follower = cluster.after(second, 1);
        cluster.disconnect(second);
        cluster.disconnect(follower);
        sleep(2 * ELECTION_TIMEOUT);
        cluster.check_no_leader();

        cluster.connect(follower);
        cluster.check_one_leader();

        cluster.connect(second);
        cluster.check_one_leader();
        cluster.finish()
    });
}

/// With up to three of seven servers cut off, in ever new selections, there is always one leader.
#[test]
fn many_elections_2a() {
    graded(|| {
        let cluster = Cluster::reliable(7);
        cluster.check_one_leader();
        for _ in 1..10 {
            // The same server may be drawn twice.
            let cut_off = [(); 3].map(|()| cluster.random_server());
            cut_off.into_iter().for_each(|server| cluster.disconnect(server));
            cluster.check_one_leader();
            cut_off.into_iter().for_each(|server| cluster.connect(server));
        }
        cluster.check_one_leader();
        cluster.finish()
    });
}
