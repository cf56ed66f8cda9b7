use super::*;
use crate::testing::fixture::{follower, leader, run_rule, start, start_election};
use crate::timing::SHORTEST_ELECTION_TIMEOUT;

#[test]
fn a_later_term_makes_a_follower_that_has_not_voted() {
    let mut candidate = follower(0, 3, 1, &[1]);
    start_election(&mut candidate);
    for mut state in [follower(0, 3, 2, &[1]), candidate, leader(0, 3, 2, &[1])] {
        state.voted_for = Some(ServerId(0));
        run_rule(&mut state, |state| state.adopt_later_term(Term(3), start()));
        assert_eq!((state.term, state.voted_for), (Term(3), None));
        assert_eq!(state.role.name(), RoleName::Follower);
    }
}

#[test]
fn the_own_term_or_an_earlier_one_changes_nothing() {
    let mut state = leader(0, 3, 2, &[1]);
    run_rule(&mut state, |state| state.adopt_later_term(Term(2), start()));
    run_rule(&mut state, |state| state.adopt_later_term(Term(1), start()));
    assert_eq!((state.term, state.voted_for), (Term(2), Some(ServerId(0))));
    assert!(state.is_leader());
}

#[test]
fn a_leader_that_becomes_a_follower_gets_an_election_deadline() {
    let mut state = leader(0, 3, 2, &[1]);
    let later = start() + SHORTEST_ELECTION_TIMEOUT * 10;
    run_rule(&mut state, |state| state.become_follower(later));
    assert!(state.election_deadline >= later + SHORTEST_ELECTION_TIMEOUT);
}

#[test]
fn a_candidate_that_becomes_a_follower_keeps_its_deadline() {
    let mut state = follower(0, 3, 2, &[1]);
    start_election(&mut state);
    let deadline = state.election_deadline;
    run_rule(&mut state, |state| state.adopt_later_term(Term(9), deadline));
    assert_eq!(state.election_deadline, deadline);
}

#[test]
fn a_killed_leader_leads_no_more_and_appends_no_command() {
    let mut state = leader(0, 3, 2, &[1]);
    run_rule(&mut state, |state| state.kill(start()));
    assert!(!state.is_leader());
    assert_eq!(state.propose(Bytes::new()), None);
}
