use super::*;
use crate::testing::fixture::{Server, entry, follower, run_rule};
use crate::types::Index;

fn next_message(state: &mut Server) -> Option<ApplyMsg> {
    match run_rule(state, State::next_to_apply) {
        Decision::Act(message) => Some(message),
        Decision::WaitUntil(_) | Decision::Wait => None,
    }
}

fn command(index: u64, term: u64) -> Option<ApplyMsg> {
    let command = entry(index as usize, term).command;
    Some(ApplyMsg::Command { index: Index(index), command })
}

#[test]
fn committed_commands_are_applied_in_order_and_once() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    assert_eq!(next_message(&mut state), None);
    state.commit_up_to(Index(2));
    assert_eq!(next_message(&mut state), command(1, 1));
    assert_eq!(next_message(&mut state), command(2, 1));
    assert_eq!(next_message(&mut state), None);
    state.commit_up_to(Index(3));
    assert_eq!(next_message(&mut state), command(3, 2));
    assert_eq!(next_message(&mut state), None);
}

#[test]
fn the_own_snapshot_is_not_sent_back() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    state.commit_up_to(Index(3));
    next_message(&mut state);
    next_message(&mut state);
    run_rule(&mut state, |state| state.take_snapshot(Index(1), "snapshot".into()));
    assert_eq!(next_message(&mut state), command(3, 2));
}
