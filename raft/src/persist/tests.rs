use super::*;
use crate::log::{Entry, Log};
use crate::testing::fixture::{Server, follower, run_rule, start};
use crate::types::{Index, ServerId, Term};

fn entries(log: &Log) -> Vec<Entry> {
    log.entries_from(log.snapshot_index().next(), usize::MAX)
}

#[test]
fn a_new_server_restores_nothing() {
    let server = Server::start(ServerId(0), 3, Persister::new());
    assert_eq!((server.term, server.voted_for, server.log.last()), (Term(0), None, Index(0)));
}

#[test]
fn a_restarted_server_has_its_term_vote_log_and_snapshot_and_nothing_else() {
    let mut server = follower(0, 3, 4, &[1, 1, 3, 4]);
    run_rule(&mut server, |state| state.voted_for = Some(ServerId(2)));
    run_rule(&mut server, |state| state.commit_up_to(Index(3)));
    run_rule(&mut server, State::next_to_apply);
    run_rule(&mut server, State::next_to_apply);
    run_rule(&mut server, |state| state.take_snapshot(Index(2), "snapshot".into()));

    let mut restored = server.restarted();
    assert_eq!((restored.term, restored.voted_for), (Term(4), Some(ServerId(2))));
    assert_eq!((restored.log.snapshot_index(), restored.log.snapshot_term()), (Index(2), Term(1)));
    assert_eq!(entries(&restored.log), entries(&server.log));
    assert_eq!(restored.snapshot, "snapshot");
    assert_eq!((restored.commit_index, restored.last_applied), (Index(2), Index(2)));

    run_rule(&mut restored, |state| state.adopt_later_term(Term(5), start()));
    assert_eq!(restored.restarted().snapshot, "snapshot", "what was restored is saved again");
}

#[test]
fn nothing_is_saved_when_nothing_changed() {
    let mut server = follower(0, 3, 4, &[1]);
    let disk = Persister::new();
    server.commit_up_to(Index(1));
    server.persist(&disk);
    assert_eq!(disk.state_size(), 0);
    server.term = Term(5);
    server.persist(&disk);
    assert_eq!(Server::start(ServerId(0), 3, disk).term, Term(5));
}

#[test]
#[should_panic(expected = "cannot decode the saved state of S0")]
fn a_damaged_state_is_refused() {
    let disk = Persister::new();
    State::new(ServerId(0), 3, start()).persist(&disk);
    let mut damaged = disk.state();
    damaged.pop();
    disk.save(damaged, Bytes::new());
    Server::start(ServerId(0), 3, disk);
}
