//! Votes and leaders.

use super::{append, ask, elect, replicate};
use crate::testing::{heartbeat, stream, vote};
use course::Situation::{
    LateVotes, LeadersDeposed, SplitVotes, TwoLeaders, VotersAskedAgain, VotersRestarted,
    VotesRefusedForLog,
};

/// Of five servers two have two votes each.
#[test]
fn two_candidates_without_a_majority_split_the_votes() {
    let mut s = stream(5);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    elect(&mut s, (2, 1), (0, 0), &[3]);
    s.exchange(0, 3, ask((0, 1), (0, 0)), vote(1, false));
    s.misses(SplitVotes);
    s.save(4);
    s.send(4, 0, ask((4, 2), (0, 0)));
    s.reaches(SplitVotes);
}

#[test]
fn a_candidate_with_a_majority_beside_another_splits_nothing() {
    let mut s = stream(5);
    elect(&mut s, (2, 1), (0, 0), &[3]);
    s.exchange(0, 2, ask((0, 1), (0, 0)), vote(1, false));
    elect(&mut s, (0, 1), (0, 0), &[1, 4]);
    elect(&mut s, (4, 2), (0, 0), &[]);
    s.send(4, 0, ask((4, 2), (0, 0)));
    s.misses(SplitVotes);
}

/// Neither is ever told no.
#[test]
fn candidates_that_reach_nobody_split_nothing() {
    let mut s = stream(5);
    for (candidate, term) in [(0, 1), (1, 1), (0, 2), (1, 2), (0, 3)] {
        s.save(candidate);
        s.send(candidate, 2, ask((candidate, term), (0, 0)));
        s.send(candidate, 3, ask((candidate, term), (0, 0)));
    }
    s.misses(SplitVotes);
}

#[test]
fn a_vote_is_refused_for_the_candidates_old_log() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    s.save(2);
    s.exchange(2, 1, ask((2, 2), (0, 0)), vote(2, false));
    s.reaches(VotesRefusedForLog);
}

#[test]
fn a_vote_that_is_gone_or_asked_in_an_old_term_is_not_refused_for_the_log() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    // The term has passed.
    s.save(2);
    s.exchange(2, 1, ask((2, 1), (0, 0)), vote(2, false));
    // It voted for another in this term.
    s.exchange(0, 1, ask((0, 3), (1, 1)), vote(3, true));
    s.exchange(2, 1, ask((2, 3), (0, 0)), vote(3, false));
    s.misses(VotesRefusedForLog);
    // The logs are equal.
    s.exchange(2, 1, ask((2, 4), (1, 1)), vote(4, false));
    s.misses(VotesRefusedForLog);
}

#[test]
fn a_vote_may_come_in_a_later_term() {
    let mut s = stream(3);
    s.save(0);
    let call = s.send(0, 1, ask((0, 1), (0, 0)));
    let arrival = s.arrive(&call);
    s.save(1);
    s.answer(&call, arrival, vote(1, true));
    let refused = s.send(0, 2, ask((0, 1), (0, 0)));
    s.send(0, 2, ask((0, 2), (0, 0)));
    s.deliver(&refused, Some(vote(1, false)));
    s.misses(LateVotes);
    s.deliver(&call, Some(vote(1, true)));
    s.reaches(LateVotes);
}

#[test]
fn a_leader_that_hears_of_a_later_term_is_deposed() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.said(0, 1, true);
    elect(&mut s, (2, 2), (0, 0), &[1]);
    s.misses(LeadersDeposed);
    s.exchange(2, 0, ask((2, 2), (0, 0)), vote(2, true));
    s.reaches(LeadersDeposed);
}

/// Nor is a candidate.
#[test]
fn a_leader_that_crashes_is_not_deposed() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.said(0, 1, true);
    s.restart(0);
    s.exchange(2, 0, ask((2, 2), (0, 0)), vote(2, true));
    s.exchange(2, 1, ask((2, 2), (0, 0)), vote(2, true));
    s.misses(LeadersDeposed);
}

#[test]
fn an_old_leader_may_go_on_beside_a_new_one() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.send(0, 1, heartbeat(0, 1));
    elect(&mut s, (2, 2), (0, 0), &[1]);
    s.send(0, 1, heartbeat(0, 1));
    // So far the other is a candidate.
    s.misses(TwoLeaders);
    s.send(2, 1, heartbeat(2, 2));
    s.misses(TwoLeaders);
    s.send(0, 1, heartbeat(0, 1));
    s.reaches(TwoLeaders);
}

#[test]
fn a_server_restarts_that_has_voted_in_its_term() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.restart(2);
    s.misses(VotersRestarted);
    s.restart(1);
    s.reaches(VotersRestarted);
}

#[test]
fn a_server_restarts_in_a_later_term_than_that_of_its_vote() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.exchange(2, 1, ask((2, 2), (0, 0)), vote(2, false));
    s.restart(1);
    s.misses(VotersRestarted);
}

#[test]
fn another_candidate_asks_a_restarted_voter() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    // Before the restart, and the same candidate after it.
    s.save(2);
    s.exchange(2, 1, ask((2, 1), (0, 0)), vote(1, false));
    s.restart(1);
    s.exchange(0, 1, ask((0, 1), (0, 0)), vote(1, true));
    s.misses(VotersAskedAgain);
    s.exchange(2, 1, ask((2, 1), (0, 0)), vote(1, false));
    s.reaches(VotersAskedAgain);
}
