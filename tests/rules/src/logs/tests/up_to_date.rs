//! Votes go to logs that are up to date.

use crate::Rule;
use crate::story::*;

fn acknowledged() -> Story {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 2), (0, 0), &[1, 2], 0));
    story
}

#[test]
fn a_vote_does_not_go_to_a_log_that_is_behind() {
    let mut story = Story::of(3);
    let handler = story.bring(0, 2, append((0, 2), (0, 0), &[1, 2], 0));
    story.at(100);
    story.answer(&handler, matched(2));
    let handler = story.bring(1, 2, ask((1, 3), (7, 1)));
    story.at(200);
    story.answer(&handler, granted(3));
    story.breaks(
        "votes go to logs that are up to date: S2 acknowledged entry 2 of term 2 to S0 at 0.100 s, \
         and at 0.200 s voted in term 3 for S1, whose last entry is 7 of term 1 (5.4.1; figure 2, \
         RequestVote 2)",
    );
}

#[test]
fn of_the_same_term_the_longer_log_is_ahead() {
    let mut story = acknowledged();
    story.exchange(1, 2, ask((1, 3), (1, 2)), granted(3));
    story.breaks_rule(Rule::UpToDate);
}

#[test]
fn a_vote_goes_to_a_log_that_is_equal_or_ahead() {
    let mut story = acknowledged();
    story.exchange(1, 2, ask((1, 3), (2, 2)), granted(3));
    story.exchange(1, 2, ask((1, 4), (1, 3)), granted(4));
    story.is_legal();
}

#[test]
fn a_late_duplicate_of_a_winners_request_is_granted_again() {
    let mut story = acknowledged();
    let request = story.send(1, 2, ask((1, 3), (2, 2)));
    let handler = story.arrive(&request);
    story.answer(&handler, granted(3));
    story.replicate(1, 2, append((1, 3), (2, 2), &[3], 0));
    let handler = story.arrive(&request);
    story.answer(&handler, granted(3));
    story.is_legal();
}

#[test]
fn an_acknowledgement_beside_the_vote_may_be_the_later_one() {
    let mut story = Story::of(3);
    let entries = story.bring(0, 2, append((0, 2), (0, 0), &[1, 2], 0));
    let vote = story.bring(1, 2, ask((1, 2), (0, 0)));
    story.answer(&entries, matched(2));
    story.answer(&vote, granted(2));
    story.is_legal();
}

#[test]
fn a_newer_leader_may_cut_while_the_vote_is_decided() {
    let mut story = acknowledged();
    let vote = story.bring(1, 2, ask((1, 4), (1, 1)));
    story.replicate(0, 2, append((0, 3), (0, 0), &[1, 1], 0));
    story.answer(&vote, granted(4));
    story.is_legal();
}
