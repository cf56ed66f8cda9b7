//! Each invariant panics when it is violated.

use super::*;
use crate::testing::fixture::{entry, follower, leader, run_rule};
use crate::types::{ServerId, Term};

#[test]
#[should_panic(expected = "terms never go back")]
fn a_term_that_goes_back_is_noticed() {
    run_rule(&mut follower(0, 3, 3, &[]), |state| state.term = Term(2));
}

#[test]
#[should_panic(expected = "a server votes once in a term")]
fn a_second_vote_is_noticed() {
    let mut state = follower(0, 3, 3, &[]);
    run_rule(&mut state, |state| state.voted_for = Some(ServerId(1)));
    run_rule(&mut state, |state| state.voted_for = Some(ServerId(2)));
}

#[test]
#[should_panic(expected = "the commit index never goes back")]
fn a_commit_index_that_goes_back_is_noticed() {
    let mut state = follower(0, 3, 3, &[1, 1]);
    run_rule(&mut state, |state| state.commit_index = Index(2));
    run_rule(&mut state, |state| state.commit_index = Index(1));
}

#[test]
#[should_panic(expected = "commit index <= last index")]
fn a_commit_index_after_the_end_is_noticed() {
    run_rule(&mut follower(0, 3, 3, &[1, 1]), |state| state.commit_index = Index(3));
}

#[test]
#[should_panic(expected = "only committed entries are applied")]
fn applying_an_uncommitted_entry_is_noticed() {
    run_rule(&mut follower(0, 3, 3, &[1, 1]), |state| state.last_applied = Index(1));
}

#[test]
#[should_panic(expected = "committed entries are never dropped or replaced")]
fn overwriting_a_committed_entry_is_noticed() {
    let mut state = follower(0, 3, 3, &[1, 1]);
    run_rule(&mut state, |state| state.commit_index = Index(2));
    run_rule(&mut state, |state| state.log.merge(Index(1), vec![entry(2, 3)]));
}

#[test]
#[should_panic(expected = "a leader only appends to its log")]
fn a_leader_that_overwrites_is_noticed() {
    let mut state = leader(0, 3, 3, &[1, 1]);
    run_rule(&mut state, |state| state.log.merge(Index(1), vec![entry(2, 3)]));
}

#[test]
#[should_panic(expected = "terms never decrease along a log")]
fn a_term_that_decreases_along_the_log_is_noticed() {
    run_rule(&mut follower(0, 3, 3, &[1, 2]), |state| state.log.append(entry(3, 1)));
}

#[test]
#[should_panic(expected = "a leader commits only what a majority has")]
fn committing_without_a_majority_is_noticed() {
    let mut state = leader(0, 3, 3, &[]);
    run_rule(&mut state, |state| state.log.append(entry(1, 3)));
    run_rule(&mut state, |state| state.commit_index = Index(1));
}
