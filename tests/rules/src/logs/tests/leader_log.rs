//! A leader's log only grows; log matching.

use crate::Rule;
use crate::story::*;

#[test]
fn a_leader_does_not_change_an_entry() {
    let mut story = Story::of(3);
    story.at(100);
    story.send(0, 1, append((0, 4), (4, 1), &[2, 2, 4], 0));
    story.at(200);
    story.send(0, 2, append((0, 4), (5, 3), &[], 0));
    story.breaks(
        "a leader's log only grows: S0, leader of term 4, sent entries 5 to 6 of term 2 by 0.100 \
         s, and at 0.200 s entries 5 to 5 of term 3: a leader does not change its log, and along \
         it terms do not fall (Leader Append-Only, figure 3 and section 5.3)",
    );
}

#[test]
fn a_leader_does_not_cut_its_log_short() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (1, 1), &[2, 2], 0));
    story.send(0, 1, append((0, 4), (1, 1), &[2, 4], 0));
    story.breaks_rule(Rule::AppendOnly);
}

#[test]
fn entries_have_no_later_term_than_their_leader() {
    let mut story = Story::of(3);
    story.at(100);
    story.send(0, 1, append((0, 4), (1, 1), &[5], 0));
    story.breaks(
        "a leader's log only grows: S0, leader of term 4, sent at 0.100 s entry 2 of term 5, later \
         than its own (Leader Append-Only, figure 3 and section 5.3)",
    );
}

#[test]
fn terms_do_not_fall_along_a_log() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (1, 1), &[3], 0));
    story.send(0, 1, append((0, 4), (7, 2), &[4], 0));
    story.breaks_rule(Rule::AppendOnly);
}

#[test]
fn a_leader_may_send_any_part_of_its_log_in_any_order() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (5, 3), &[4, 4], 0));
    story.send(0, 1, append((0, 4), (0, 0), &[1, 1], 0));
    story.send(0, 2, append((0, 4), (2, 1), &[3, 3, 3, 4, 4, 4], 0));
    story.send(0, 2, append((0, 4), (3, 3), &[], 0));
    story.send(0, 1, install((0, 4), (4, 3)));
    story.send(0, 1, append((0, 4), (0, 0), &[], 0));
    story.is_legal();
}

#[test]
fn another_leader_may_have_other_entries() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (1, 1), &[2, 2], 0));
    story.send(1, 2, append((1, 5), (1, 1), &[3, 5], 0));
    story.send(0, 1, append((0, 6), (1, 1), &[2, 2, 6], 0));
    story.is_legal();
}

#[test]
fn equal_entries_have_the_same_before_them() {
    let mut story = Story::of(3);
    story.at(100);
    story.send(0, 1, append((0, 4), (1, 1), &[1, 3], 0));
    story.at(200);
    story.send(1, 2, append((1, 5), (1, 1), &[2, 3], 0));
    story.breaks(
        "entries equal in index and term have the same entries before them: the entries of term 3 \
         begin at 3, behind one of term 1, in the log that S0 sent at 0.100 s, and begin at 3, \
         behind one of term 2, in the log that S1 sent at 0.200 s: one leader created them, in one \
         place (Log Matching, figure 3 and section 5.3)",
    );
}

#[test]
fn the_entries_of_a_term_begin_in_one_place() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (1, 1), &[1, 3], 0));
    story.send(1, 2, append((1, 5), (2, 3), &[3], 0));
    story.breaks_rule(Rule::LogMatching);
}

#[test]
fn a_part_may_show_the_contradiction_first() {
    let mut story = Story::of(3);
    story.send(1, 2, append((1, 5), (3, 3), &[3], 0));
    story.send(0, 1, append((0, 4), (3, 1), &[3], 0));
    story.breaks_rule(Rule::LogMatching);
}

#[test]
fn a_message_from_the_middle_and_a_snapshot_do_not_show_the_beginning() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (7, 3), &[3, 4], 0));
    story.send(0, 1, install((0, 4), (5, 3)));
    story.send(1, 2, append((1, 5), (6, 3), &[], 0));
    story.send(1, 2, append((1, 5), (4, 1), &[3, 3, 3, 3, 5], 0));
    story.send(0, 2, append((0, 6), (8, 3), &[5, 5, 6], 0));
    story.is_legal();
    story.send(2, 1, install((2, 7), (4, 3)));
    story.breaks_rule(Rule::LogMatching);
}

#[test]
fn what_a_crashed_server_sends_is_not_judged() {
    let mut story = Story::of(3);
    story.send(0, 1, append((0, 4), (1, 1), &[2], 0));
    story.crash(0);
    story.send(0, 1, append((0, 4), (1, 1), &[3], 9));
    story.is_legal();
}
