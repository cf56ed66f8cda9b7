//! A server acknowledges only what it has.

use crate::Rule;
use crate::story::*;

#[test]
fn what_no_message_brought_is_not_acknowledged() {
    let mut story = Story::of(3);
    let handler = story.bring(0, 2, append((0, 4), (12, 4), &[4], 0));
    story.at(200);
    story.answer(&handler, matched(4));
    story.breaks(
        "a server acknowledges only what it has: S2 acknowledged at 0.200 s to S0, the leader of \
         term 4, that it has entry 12 of term 4, and no message has brought it that entry (S0 led \
         term 4) (5.3; figure 2, AppendEntries 2)",
    );
}

#[test]
fn an_entry_of_another_term_is_not_the_one_meant() {
    let mut story = Story::of(3);
    story.replicate(1, 2, append((1, 1), (0, 0), &[1, 1], 0));
    story.exchange(0, 1, append((0, 2), (1, 1), &[2], 0), matched(2));
    story.replicate(0, 2, append((0, 3), (2, 2), &[3], 0));
    story.breaks_rule(Rule::Has);
}

#[test]
fn a_request_in_its_handler_may_have_brought_it() {
    let mut story = Story::of(3);
    story.bring(0, 2, append((0, 1), (0, 0), &[1, 1], 0));
    story.replicate(0, 2, append((0, 1), (2, 1), &[1], 0));
    story.is_legal();
}

#[test]
fn a_request_that_reached_an_earlier_incarnation_may_have_brought_it() {
    let mut story = Story::of(3);
    let entries = story.send(0, 2, append((0, 1), (0, 0), &[1, 1], 0));
    story.crash(2);
    story.arrive(&entries);
    story.start(2);
    story.replicate(0, 2, append((0, 1), (2, 1), &[1], 0));
    story.is_legal();
}

#[test]
fn a_leader_has_the_entries_of_its_own_term() {
    let mut story = Story::of(3);
    story.send(2, 0, append((2, 1), (0, 0), &[1], 0));
    story.replicate(0, 2, append((0, 2), (1, 1), &[2], 0));
    story.is_legal();
    story.replicate(0, 1, append((0, 2), (1, 1), &[2], 0));
    story.breaks_rule(Rule::Has);
}

#[test]
fn a_leader_that_sent_nothing_may_have_had_it() {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 2), (1, 1), &[2], 0));
    story.is_legal();
}

#[test]
fn a_snapshot_covers_its_entries() {
    let mut story = Story::of(3);
    story.bring(0, 2, install((0, 1), (7, 1)));
    story.replicate(0, 2, append((0, 1), (7, 1), &[1], 0));
    story.replicate(0, 2, append((0, 1), (5, 1), &[], 0));
    story.is_legal();
}
