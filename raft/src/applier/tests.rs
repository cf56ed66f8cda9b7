use super::*;
use crate::situation::{Server, entry, follower, step};

fn told(state: &mut Server) -> Option<ApplyMsg> {
    match step(state, State::next_to_apply) {
        Decision::Do(message) => Some(message),
        Decision::WaitUntil(_) | Decision::Wait => None,
    }
}

fn command(index: u64, term: u64) -> Option<ApplyMsg> {
    let command = entry(index as usize, term).command;
    Some(ApplyMsg::Command { index: Index(index), command })
}

#[test]
fn what_is_committed_is_told_in_order_and_once() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    assert_eq!(told(&mut state), None);
    state.commit_up_to(Index(2));
    assert_eq!(told(&mut state), command(1, 1));
    assert_eq!(told(&mut state), command(2, 1));
    assert_eq!(told(&mut state), None);
    state.commit_up_to(Index(3));
    assert_eq!(told(&mut state), command(3, 2));
    assert_eq!(told(&mut state), None);
}

#[test]
fn the_own_snapshot_is_not_told_back() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    state.commit_up_to(Index(3));
    told(&mut state);
    told(&mut state);
    step(&mut state, |state| state.take_snapshot(Index(1), "snapshot".into()));
    assert_eq!(told(&mut state), command(3, 2));
}
