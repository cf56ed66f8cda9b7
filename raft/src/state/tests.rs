use super::*;
use crate::limits::SHORTEST_ELECTION_TIMEOUT;
use crate::situation::{follower, leader, stand, start, step};

#[test]
fn whoever_sees_a_later_term_follows_in_it_without_having_voted() {
    let mut candidate = follower(0, 3, 1, &[1]);
    stand(&mut candidate);
    for mut state in [follower(0, 3, 2, &[1]), candidate, leader(0, 3, 2, &[1])] {
        state.voted_for = Some(ServerId(0));
        step(&mut state, |state| state.observe_term(Term(3), start()));
        assert_eq!((state.term, state.voted_for), (Term(3), None));
        assert_eq!(state.role.name(), RoleName::Follower);
    }
}

#[test]
fn the_own_term_or_an_earlier_one_changes_nothing() {
    let mut state = leader(0, 3, 2, &[1]);
    step(&mut state, |state| state.observe_term(Term(2), start()));
    step(&mut state, |state| state.observe_term(Term(1), start()));
    assert_eq!((state.term, state.voted_for), (Term(2), Some(ServerId(0))));
    assert!(state.is_leader());
}

#[test]
fn a_leader_that_becomes_a_follower_waits_before_it_stands_again() {
    let mut state = leader(0, 3, 2, &[1]);
    let later = start() + SHORTEST_ELECTION_TIMEOUT * 10;
    step(&mut state, |state| state.become_follower(later));
    assert!(state.election_deadline >= later + SHORTEST_ELECTION_TIMEOUT);
}

#[test]
fn a_candidate_that_becomes_a_follower_keeps_its_deadline() {
    let mut state = follower(0, 3, 2, &[1]);
    stand(&mut state);
    let deadline = state.election_deadline;
    step(&mut state, |state| state.observe_term(Term(9), deadline));
    assert_eq!(state.election_deadline, deadline);
}

#[test]
fn the_killed_lead_no_more_and_take_no_command() {
    let mut state = leader(0, 3, 2, &[1]);
    step(&mut state, |state| state.kill(start()));
    assert!(!state.is_leader());
    assert_eq!(state.take_command(Bytes::new()), None);
}
