use labrpc::Network;
use labrt::channel::bounded;
use labrt::time::Duration;

use super::*;
use crate::limits::LONGEST_ELECTION_TIMEOUT;
use crate::message::RequestVoteReply;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);

/// One of three servers. Its network is gone: every call fails at once.
fn alone() -> Raft {
    let network = Network::with_seed(1);
    let peers = (0..3).map(|peer| network.make_end(format!("to S{peer}"))).collect();
    let (apply, _) = bounded(0);
    Raft::new(peers, ServerId(0), Arc::new(Persister::new()), apply)
}

/// Waits until all threads have looked, so that only being told makes them look again.
fn settled() {
    thread::sleep(LONGEST_ELECTION_TIMEOUT + Duration::from_millis(100));
}

/// Whether it comes true soon.
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
    raft.step(|state, now| state.put_off_election(now + LONG));
    settled();
    let shared = Arc::downgrade(&raft.shared);
    raft.kill();
    drop(raft);
    assert!(soon(|| shared.strong_count() == 0), "each thread has a handle as long as it runs");
}

#[test]
fn the_ticker_of_a_leader_that_is_unseated_learns_of_its_deadline() {
    let raft = alone();
    raft.step(|state, now| {
        let term = state.stand_for_election(now).term;
        let granted = RequestVoteReply { term, granted: true };
        state.on_vote_reply(ServerId(1), term, &granted, now + LONG);
        assert!(state.is_leader());
    });
    settled();
    raft.step(|state, now| state.observe_term(Term(9), now));
    assert!(soon(|| raft.state().0 > Term(9)), "it stands for election");
    raft.kill();
}
