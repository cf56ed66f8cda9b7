use labrt::time::Duration;

use super::*;
use crate::message::{AppendEntries, AppendOutcome};
use crate::testing::fixture::{
    Server, deliver, follower, leader, next_message, replicate, run_rule, start, start_election,
    terms_of,
};
use crate::timing::HEARTBEAT_INTERVAL;

/// A candidate requests a vote.
fn ask(voter: &mut Server, term: u64, candidate: usize, last: (u64, u64)) -> RequestVoteReply {
    let request = RequestVote {
        term: Term(term),
        candidate: ServerId(candidate),
        last_log_index: Index(last.0),
        last_log_term: Term(last.1),
    };
    run_rule(voter, |voter| voter.on_request_vote(&request, start()))
}

fn reply(candidate: &mut Server, voter: usize, asked_in: u64, term: u64, granted: bool) {
    let reply = RequestVoteReply { term: Term(term), granted };
    run_rule(candidate, |candidate| {
        candidate.on_vote_reply(ServerId(voter), Term(asked_in), &reply, start());
    });
}

// 5.2: votes.

#[test]
fn one_vote_in_a_term_first_come_first_served() {
    let mut voter = follower(0, 3, 1, &[]);
    assert!(ask(&mut voter, 2, 1, (0, 0)).granted);
    assert!(!ask(&mut voter, 2, 2, (0, 0)).granted);
    assert!(ask(&mut voter, 2, 1, (0, 0)).granted, "asked again, it replies the same");
    assert!(ask(&mut voter, 3, 2, (0, 0)).granted, "a new term, a new vote");
}

#[test]
fn a_candidate_of_an_earlier_term_is_refused() {
    let mut voter = follower(0, 3, 5, &[]);
    assert_eq!(ask(&mut voter, 4, 1, (9, 4)), RequestVoteReply { term: Term(5), granted: false });
    assert_eq!(voter.voted_for, None);
}

#[test]
fn a_candidate_and_a_leader_have_voted_for_themselves() {
    let mut candidate = follower(0, 3, 1, &[]);
    start_election(&mut candidate);
    assert!(!ask(&mut candidate, 2, 1, (9, 1)).granted);
    assert!(!ask(&mut leader(0, 3, 2, &[]), 2, 1, (9, 1)).granted);
}

#[test]
fn granting_a_vote_resets_the_election_timer_and_refusing_does_not() {
    let mut voter = follower(0, 3, 1, &[1]);
    let deadline = voter.election_deadline;
    ask(&mut voter, 2, 1, (0, 0));
    assert_eq!(voter.election_deadline, deadline);
    let request = RequestVote {
        term: Term(2),
        candidate: ServerId(2),
        last_log_index: Index(1),
        last_log_term: Term(1),
    };
    let later = deadline + HEARTBEAT_INTERVAL;
    assert!(run_rule(&mut voter, |voter| voter.on_request_vote(&request, later)).granted);
    assert!(voter.election_deadline >= later + SHORTEST_ELECTION_TIMEOUT);
}

#[test]
fn a_vote_is_not_lost_by_a_restart() {
    let mut voter = follower(0, 3, 1, &[1]);
    ask(&mut voter, 2, 1, (1, 1));
    let mut restarted = voter.restarted();
    assert!(!ask(&mut restarted, 2, 2, (1, 1)).granted);
    assert!(ask(&mut restarted, 2, 1, (1, 1)).granted);
}

#[test]
fn a_vote_is_saved_even_if_nothing_else_changed() {
    let mut voter = follower(0, 4, 1, &[1]);
    assert!(!ask(&mut voter, 2, 1, (0, 0)).granted, "the term is saved, without a vote");
    assert!(ask(&mut voter, 2, 2, (1, 1)).granted);
    assert!(!ask(&mut voter.restarted(), 2, 3, (1, 1)).granted);
}

// 5.4.1: the election restriction.

#[test]
fn only_a_log_that_is_up_to_date_gets_the_vote() {
    let table = [
        ((3, 2), true),  // the same
        ((4, 2), true),  // longer
        ((1, 3), true),  // shorter, but of a later term
        ((2, 2), false), // shorter
        ((9, 1), false), // longer, but of an earlier term
        ((0, 0), false),
    ];
    for (last, granted) in table {
        let mut voter = follower(0, 3, 3, &[1, 2, 2]);
        assert_eq!(ask(&mut voter, 4, 1, last).granted, granted, "{last:?}");
    }
}

#[test]
fn a_log_without_entries_is_judged_by_its_sentinel() {
    let mut voter = follower(0, 3, 3, &[1, 2, 2]);
    voter.commit_up_to(Index(3));
    voter.last_applied = Index(3);
    run_rule(&mut voter, |voter| voter.take_snapshot(Index(3), "snapshot".into()));
    assert!(!ask(&mut voter, 4, 1, (2, 2)).granted);
    assert!(ask(&mut voter, 5, 2, (3, 2)).granted);
}

// 5.2: elections.

#[test]
fn without_a_leader_until_the_deadline_a_server_starts_an_election() {
    let mut state = follower(0, 3, 4, &[1, 3]);
    let deadline = state.election_deadline;
    assert!(matches!(state.tick(start()), Decision::WaitUntil(until) if until == deadline));
    let Decision::Act(TickAction::Election(request)) =
        run_rule(&mut state, |state| state.tick(deadline))
    else {
        panic!("no election")
    };
    assert_eq!((request.term, request.candidate), (Term(5), ServerId(0)));
    assert_eq!((request.last_log_index, request.last_log_term), (Index(2), Term(3)));
    assert_eq!((state.term, state.voted_for), (Term(5), Some(ServerId(0))));
    assert!(state.election_deadline > deadline, "it waits for the outcome");
}

#[test]
fn an_election_without_a_winner_is_followed_by_another() {
    let mut state = follower(0, 3, 4, &[]);
    start_election(&mut state);
    let deadline = state.election_deadline;
    assert!(matches!(
        run_rule(&mut state, |state| state.tick(deadline)),
        Decision::Act(TickAction::Election(RequestVote { term: Term(6), .. }))
    ));
}

#[test]
fn timeouts_lie_between_the_limits_and_differ() {
    let mut state = follower(0, 3, 0, &[]);
    let now = start();
    let timeouts: BTreeSet<Duration> = (0..100)
        .map(|_| {
            state.reset_election_timer(now);
            state.election_deadline - now
        })
        .collect();
    assert!(timeouts.len() > 90);
    assert!(*timeouts.first().unwrap() >= SHORTEST_ELECTION_TIMEOUT);
    assert!(*timeouts.last().unwrap() < LONGEST_ELECTION_TIMEOUT);
}

#[test]
fn a_candidate_with_a_majority_leads_and_its_heartbeats_are_due_at_once() {
    for servers in 1..=8 {
        let mut state = follower(0, servers, 0, &[]);
        start_election(&mut state);
        for voter in 1..quorum(servers) {
            assert!(!state.is_leader(), "{voter} of {servers}");
            reply(&mut state, voter, 1, 1, true);
        }
        assert!(state.is_leader(), "{servers} servers");
        assert_eq!(state.replicators_to_wake().count(), servers - 1);
        assert!((1..servers).all(|peer| next_message(&mut state, peer, start()).is_some()));
    }
}

#[test]
fn a_repeated_reply_counts_once() {
    let mut state = follower(0, 5, 0, &[]);
    start_election(&mut state);
    for _ in 0..4 {
        reply(&mut state, 1, 1, 1, true);
    }
    assert!(!state.is_leader());
}

#[test]
fn a_vote_of_an_earlier_election_does_not_count() {
    let mut state = follower(0, 3, 0, &[]);
    start_election(&mut state);
    start_election(&mut state);
    reply(&mut state, 1, 1, 1, true);
    assert!(!state.is_leader());
    reply(&mut state, 1, 2, 2, true);
    assert!(state.is_leader());
}

#[test]
fn a_vote_that_arrives_after_another_leader_does_not_count() {
    let mut state = follower(0, 3, 0, &[]);
    start_election(&mut state);
    let heartbeat = AppendEntries {
        term: Term(1),
        leader: ServerId(2),
        previous_index: Index(0),
        previous_term: Term(0),
        entries: Vec::new(),
        leader_commit: Index(0),
    };
    let answer = run_rule(&mut state, |state| state.on_append_entries(heartbeat, start()));
    assert_eq!(answer.outcome, AppendOutcome::Matched);
    reply(&mut state, 1, 1, 1, true);
    assert!(!state.is_leader());
}

#[test]
fn a_refusal_from_a_later_term_ends_the_candidacy() {
    let mut state = follower(0, 3, 0, &[]);
    start_election(&mut state);
    reply(&mut state, 1, 1, 7, false);
    assert_eq!((state.term, state.voted_for), (Term(7), None));
    reply(&mut state, 2, 1, 1, true);
    assert!(!state.is_leader());
}

#[test]
#[should_panic(expected = "cannot both lead term 2")]
fn two_leaders_in_one_term_are_impossible() {
    let mut one = leader(0, 3, 2, &[]);
    let mut other = leader(1, 3, 2, &[]);
    let heartbeat = next_message(&mut one, 1, start()).expect("due at once");
    deliver(&mut one, &mut other, heartbeat, start());
}

// Stepping down (CheckQuorum).

#[test]
fn a_leader_steps_down_when_no_majority_answers_and_keeps_its_term() {
    let mut state = leader(0, 3, 2, &[1]);
    let Decision::WaitUntil(deadline) = state.tick(start()) else { panic!("too early") };
    assert!(deadline >= start() + QUORUM_TIMEOUT);
    assert!(matches!(
        run_rule(&mut state, |state| state.tick(deadline)),
        Decision::Act(TickAction::SteppedDown)
    ));
    assert_eq!((state.term, state.voted_for), (Term(2), Some(ServerId(0))));
    assert!(!state.is_leader());
    assert!(state.election_deadline > deadline);
}

#[test]
fn a_leader_stays_as_long_as_a_majority_answers() {
    let mut state = leader(0, 3, 2, &[1]);
    let mut peer = follower(1, 3, 2, &[1]);
    replicate(&mut state, &mut peer); // ... one heartbeat interval after the start.
    let deadline = start() + HEARTBEAT_INTERVAL + QUORUM_TIMEOUT;
    let just_before = deadline - HEARTBEAT_INTERVAL;
    assert!(matches!(state.tick(just_before), Decision::WaitUntil(until) if until == deadline));
    assert_eq!(terms_of(&peer.log), [1]);
}

#[test]
fn a_leader_stays_while_it_repairs_a_follower() {
    let mut state = leader(0, 3, 2, &[1, 1]);
    let mut peer = follower(1, 3, 2, &[]);
    let later = start() + HEARTBEAT_INTERVAL;
    let probe = next_message(&mut state, 1, later).expect("due");
    deliver(&mut state, &mut peer, probe, later);
    assert!(peer.log.last() < state.log.last(), "it only replied a conflict");
    let deadline = later + QUORUM_TIMEOUT;
    assert!(matches!(state.tick(later), Decision::WaitUntil(until) if until == deadline));
}

#[test]
fn a_cluster_of_one_never_steps_down() {
    let mut state = leader(0, 1, 2, &[1]);
    let much_later = start() + QUORUM_TIMEOUT * 10;
    assert!(matches!(state.tick(much_later), Decision::WaitUntil(until) if until > much_later));
}
