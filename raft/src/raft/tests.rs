use labrpc::Network;
use labrt::channel::bounded;
use labrt::time::Duration;

use super::*;
use crate::message::RequestVoteReply;
use crate::timing::LONGEST_ELECTION_TIMEOUT;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);

/// One of three servers. It has no network: every call fails at once.
fn alone() -> Raft {
    let network = Network::with_seed(1);
    let peers = (0..3).map(|peer| network.make_end(format!("to S{peer}"))).collect();
    let (apply, _) = bounded(0);
    Raft::new(peers, ServerId(0), Arc::new(Persister::new()), apply)
}

/// Waits until all threads have looked and wait, so that only a notification wakes them.
fn wait_until_idle() {
    thread::sleep(LONGEST_ELECTION_TIMEOUT + Duration::from_millis(100));
}

/// Whether it becomes true within some seconds.
fn soon(done: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        if done() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    false
}

#[test]
fn all_threads_of_a_killed_server_end() {
    let raft = alone();
    raft.run_rule(|state, now| state.reset_election_timer(now + LONG));
    wait_until_idle();
    let shared = Arc::downgrade(&raft.shared);
    raft.kill();
    drop(raft);
    assert!(soon(|| shared.strong_count() == 0), "each thread has a handle as long as it runs");
}

#[test]
fn the_ticker_of_an_unseated_leader_learns_its_deadline() {
    let raft = alone();
    raft.run_rule(|state, now| {
        let term = state.start_election(now).term;
        let granted = RequestVoteReply { term, granted: true };
        state.on_vote_reply(ServerId(1), term, &granted, now + LONG);
        assert!(state.is_leader());
    });
    wait_until_idle();
    raft.run_rule(|state, now| state.adopt_later_term(Term(9), now));
    assert!(soon(|| raft.state().0 > Term(9)), "it starts an election");
    raft.kill();
}
