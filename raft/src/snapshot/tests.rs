use super::*;
use crate::message::ApplyMsg;
use crate::raft::Decision;
use crate::replication::PeerRequest;
use crate::testing::fixture::{
    Server, command, deliver, follower, leader, next_message, replicate, run_rule, start, terms_of,
};
use crate::timing::HEARTBEAT_INTERVAL;
use crate::types::Term;

/// A server that has applied everything up to `applied`.
fn applied(mut state: Server, applied: u64) -> Server {
    state.commit_up_to(Index(applied));
    state.last_applied = Index(applied);
    state
}

fn take(state: &mut Server, index: u64) {
    let snapshot = format!("up to {index}");
    run_rule(state, |state| state.take_snapshot(Index(index), snapshot.into()));
}

fn offer(state: &mut Server, term: u64, index: u64, included_term: u64) -> InstallSnapshotReply {
    let request = InstallSnapshot {
        term: Term(term),
        leader: ServerId(1),
        last_included_index: Index(index),
        last_included_term: Term(included_term),
        snapshot: format!("up to {index}").into(),
    };
    run_rule(state, |state| state.on_install_snapshot(request, start()))
}

fn next_to_apply(state: &mut Server) -> Option<ApplyMsg> {
    match run_rule(state, State::next_to_apply) {
        Decision::Act(message) => Some(message),
        Decision::WaitUntil(_) | Decision::Wait => None,
    }
}

fn snapshot(index: u64, term: u64) -> Option<ApplyMsg> {
    let snapshot = format!("up to {index}").into();
    Some(ApplyMsg::Snapshot { index: Index(index), term: Term(term), snapshot })
}

// The service's own snapshots.

#[test]
fn a_snapshot_replaces_the_log_before_it() {
    let mut state = applied(follower(0, 3, 2, &[1, 1, 2, 2]), 3);
    take(&mut state, 2);
    assert_eq!((state.log.snapshot_index(), terms_of(&state.log)), (Index(2), vec![2, 2]));
    take(&mut state, 3);
    assert_eq!((state.log.snapshot_index(), terms_of(&state.log)), (Index(3), vec![2]));
    assert_eq!(state.snapshot, "up to 3");
}

#[test]
fn a_snapshot_older_than_the_last_is_ignored() {
    let mut state = applied(follower(0, 3, 2, &[1, 1, 2, 2]), 3);
    take(&mut state, 3);
    take(&mut state, 2);
    take(&mut state, 3);
    take(&mut state, 0);
    assert_eq!((state.log.snapshot_index(), &state.snapshot[..]), (Index(3), &b"up to 3"[..]));
}

#[test]
#[should_panic(expected = "snapshot up to 4 is ahead of what was applied (3)")]
fn a_snapshot_of_what_was_not_applied_is_impossible() {
    take(&mut applied(follower(0, 3, 2, &[1, 1, 2, 2]), 3), 4);
}

// Figure 13: the receiver's rules.

#[test]
fn a_snapshot_of_an_earlier_term_is_refused() {
    let mut state = follower(0, 3, 5, &[1]);
    assert_eq!(offer(&mut state, 4, 9, 3).term, Term(5));
    assert_eq!((state.log.snapshot_index(), next_to_apply(&mut state)), (Index(0), None));
}

#[test]
fn a_snapshot_ahead_of_the_log_replaces_it_and_goes_to_the_service() {
    let mut state = applied(follower(0, 3, 2, &[1, 1]), 1);
    offer(&mut state, 4, 9, 3);
    assert_eq!((state.log.snapshot_index(), state.log.snapshot_term()), (Index(9), Term(3)));
    assert_eq!((state.log.last(), state.commit_index), (Index(9), Index(9)));
    assert_eq!(next_to_apply(&mut state), snapshot(9, 3));
    assert_eq!(next_to_apply(&mut state), None);
}

#[test]
fn entries_after_the_snapshot_are_kept_if_the_log_has_its_last_entry() {
    let mut state = follower(0, 3, 2, &[1, 1, 2, 2]);
    offer(&mut state, 2, 3, 2);
    assert_eq!((state.log.snapshot_index(), terms_of(&state.log)), (Index(3), vec![2]));
    assert_eq!((state.commit_index, next_to_apply(&mut state)), (Index(3), snapshot(3, 2)));
}

#[test]
fn entries_after_the_snapshot_are_discarded_if_its_last_entry_differs() {
    let mut state = follower(0, 3, 2, &[1, 1, 1, 1]);
    offer(&mut state, 2, 3, 2);
    assert_eq!((state.log.last(), state.log.last_term()), (Index(3), Term(2)));
}

#[test]
fn a_snapshot_of_what_is_committed_already_is_ignored() {
    let mut state = applied(follower(0, 3, 2, &[1, 1, 2, 2]), 2);
    state.commit_up_to(Index(3));
    for index in [1, 2, 3] {
        offer(&mut state, 2, index, 1);
        assert_eq!((state.log.snapshot_index(), state.snapshot.len()), (Index(0), 0));
    }
    assert!(matches!(next_to_apply(&mut state), Some(ApplyMsg::Command { index: Index(3), .. })));
}

#[test]
fn the_service_never_goes_back_nor_skips() {
    let mut state = applied(follower(0, 3, 2, &[1, 1, 2, 2, 2]), 1);
    state.commit_up_to(Index(3));
    assert!(matches!(next_to_apply(&mut state), Some(ApplyMsg::Command { index: Index(2), .. })));
    offer(&mut state, 2, 4, 2);
    take(&mut state, 2); // The service's own comes late.
    assert_eq!(next_to_apply(&mut state), snapshot(4, 2));
    state.commit_up_to(Index(5));
    assert!(matches!(next_to_apply(&mut state), Some(ApplyMsg::Command { index: Index(5), .. })));
    assert_eq!(next_to_apply(&mut state), None);
}

#[test]
fn an_installed_snapshot_is_saved_together_with_its_log() {
    let mut state = follower(0, 3, 2, &[1, 1]);
    offer(&mut state, 4, 9, 3);
    let mut restarted = state.restarted();
    assert_eq!((restarted.log.snapshot_index(), restarted.log.last()), (Index(9), Index(9)));
    assert_eq!(restarted.snapshot, "up to 9");
    assert_eq!(next_to_apply(&mut restarted), None, "a restarted service has its snapshot");
}

// The leader's side.

#[test]
fn a_peer_that_needs_discarded_entries_gets_the_snapshot_and_then_the_rest() {
    let mut leader = applied(leader(0, 3, 2, &[1, 1, 1, 1]), 3);
    take(&mut leader, 3);
    let mut peer = follower(1, 3, 1, &[1]);
    assert_eq!(replicate(&mut leader, &mut peer), 3, "conflict, snapshot, rest");
    assert_eq!((peer.log.snapshot_index(), terms_of(&peer.log)), (Index(3), vec![1]));
    assert_eq!(next_to_apply(&mut peer), snapshot(3, 1));
}

#[test]
fn a_lost_snapshot_is_sent_again() {
    let mut leader = applied(leader(0, 3, 2, &[1, 1, 1, 1]), 3);
    take(&mut leader, 3);
    let mut peer = follower(1, 3, 1, &[1]);
    let probe = next_message(&mut leader, 1, start()).expect("due at once");
    deliver(&mut leader, &mut peer, probe, start());
    let lost = next_message(&mut leader, 1, start()).expect("due at once");
    assert!(matches!(lost.request, PeerRequest::Snapshot(_)));
    assert!(next_message(&mut leader, 1, start()).is_none());
    run_rule(&mut leader, |leader| leader.on_snapshot_reply(peer.me, &lost.sent, None, start()));
    let again = next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).expect("due soon");
    assert!(matches!(again.request, PeerRequest::Snapshot(_)));
}

#[test]
fn a_reply_to_a_snapshot_from_a_later_term_unseats_the_leader() {
    let mut leader = applied(leader(0, 3, 2, &[1, 1, 1, 1]), 3);
    take(&mut leader, 3);
    let mut peer = follower(1, 3, 1, &[1]);
    let probe = next_message(&mut leader, 1, start()).expect("due at once");
    deliver(&mut leader, &mut peer, probe, start());
    let snapshot = next_message(&mut leader, 1, start()).expect("due at once");
    assert!(matches!(snapshot.request, PeerRequest::Snapshot(_)));
    run_rule(&mut peer, |peer| peer.adopt_later_term(Term(7), start()));
    deliver(&mut leader, &mut peer, snapshot, start());
    assert_eq!((leader.is_leader(), leader.term), (false, Term(7)));
}

#[test]
fn a_follower_whose_snapshot_is_ahead_is_caught_up() {
    let mut leader = leader(0, 3, 2, &[1, 1, 1, 1]);
    let mut peer = applied(follower(1, 3, 1, &[1, 1, 1]), 3);
    take(&mut peer, 3);
    replicate(&mut leader, &mut peer);
    run_rule(&mut leader, |leader| leader.propose(command(1)));
    replicate(&mut leader, &mut peer);
    assert_eq!(terms_of(&peer.log), [1, 2]);
}
