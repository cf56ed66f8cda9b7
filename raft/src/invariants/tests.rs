//! The invariants notice what they name; and a cluster under a hostile scheduler never violates
//! them, nor the properties of figure 3.

use super::*;
use crate::situation::{entry, follower, leader, step};
use crate::vocabulary::{ServerId, Term};

#[test]
#[should_panic(expected = "terms never go back")]
fn a_term_that_goes_back_is_noticed() {
    step(&mut follower(0, 3, 3, &[]), |state| state.term = Term(2));
}

#[test]
#[should_panic(expected = "a vote stands for its term")]
fn a_second_vote_is_noticed() {
    let mut state = follower(0, 3, 3, &[]);
    step(&mut state, |state| state.voted_for = Some(ServerId(1)));
    step(&mut state, |state| state.voted_for = Some(ServerId(2)));
}

#[test]
#[should_panic(expected = "what was committed stays so")]
fn a_commit_index_that_goes_back_is_noticed() {
    let mut state = follower(0, 3, 3, &[1, 1]);
    step(&mut state, |state| state.commit_index = Index(2));
    step(&mut state, |state| state.commit_index = Index(1));
}

#[test]
#[should_panic(expected = "what is committed is here")]
fn committing_what_is_not_there_is_noticed() {
    step(&mut follower(0, 3, 3, &[1, 1]), |state| state.commit_index = Index(3));
}

#[test]
#[should_panic(expected = "only what is committed is applied")]
fn applying_what_is_not_committed_is_noticed() {
    step(&mut follower(0, 3, 3, &[1, 1]), |state| state.last_applied = Index(1));
}

#[test]
#[should_panic(expected = "committed entries are never dropped or replaced")]
fn overwriting_a_committed_entry_is_noticed() {
    let mut state = follower(0, 3, 3, &[1, 1]);
    step(&mut state, |state| state.commit_index = Index(2));
    step(&mut state, |state| state.log.merge(Index(1), vec![entry(2, 3)]));
}

#[test]
#[should_panic(expected = "a leader only appends to its log")]
fn a_leader_that_overwrites_is_noticed() {
    let mut state = leader(0, 3, 3, &[1, 1]);
    step(&mut state, |state| state.log.merge(Index(1), vec![entry(2, 3)]));
}

#[test]
#[should_panic(expected = "terms never fall along a log")]
fn terms_that_fall_are_noticed() {
    step(&mut follower(0, 3, 3, &[1, 2]), |state| state.log.append(entry(3, 1)));
}

#[test]
#[should_panic(expected = "a majority has what a leader commits")]
fn committing_without_a_majority_is_noticed() {
    let mut state = leader(0, 3, 3, &[]);
    step(&mut state, |state| state.log.append(entry(1, 3)));
    step(&mut state, |state| state.commit_index = Index(1));
}
