//! A leader commits by counting only entries of its term that a majority has; a follower commits
//! only what matched.

use crate::Rule;
use crate::story::*;

/// S0 leads term 3 of five; S1 and S2 have acknowledged entry 2 of term 2.
fn old_entry_on_a_majority() -> Story {
    let mut story = Story::of(5);
    story.replicate(0, 1, append((0, 3), (0, 0), &[1, 2], 0));
    story.replicate(0, 2, append((0, 3), (0, 0), &[1, 2], 0));
    story
}

#[test]
fn an_entry_of_an_older_term_is_not_committed_by_counting() {
    let mut story = old_entry_on_a_majority();
    story.at(100);
    story.send(0, 3, append((0, 3), (2, 2), &[], 2));
    story.breaks(
        "a leader commits by counting only entries of its term: S0, leader of term 3, sent commit \
         index 2 at 0.100 s, and nothing of its own term is on a majority: the replies delivered \
         to it in this term acknowledged by S1 entry 2 of term 2, by S2 entry 2 of term 2, by S3 \
         nothing, by S4 nothing (5.4.2, figure 8; figure 2, the last rule for leaders)",
    );
}

#[test]
fn an_entry_of_an_older_term_is_not_applied_by_counting() {
    let mut story = old_entry_on_a_majority();
    story.apply(0, 1..=1);
    story.breaks_rule(Rule::CommitsOwnTerm);
}

#[test]
fn what_no_majority_has_is_not_committed() {
    let mut story = old_entry_on_a_majority();
    story.replicate(0, 1, append((0, 3), (2, 2), &[3], 0));
    story.at(100);
    story.send(0, 1, append((0, 3), (3, 3), &[], 3));
    story.breaks(
        "a leader commits only what a majority has: S0, leader of term 3, sent commit index 3 at \
         0.100 s, and a majority has the entries up to 2 only: the replies delivered to it in this \
         term acknowledged by S1 entry 3 of term 3, by S2 entry 2 of term 2, by S3 nothing, by S4 \
         nothing (5.3; figure 2, the last rule for leaders)",
    );
}

#[test]
fn an_entry_of_its_own_term_commits_all_before_it() {
    let mut story = old_entry_on_a_majority();
    story.replicate(0, 1, append((0, 3), (2, 2), &[3], 0));
    story.replicate(0, 3, append((0, 3), (0, 0), &[1, 2, 3, 3], 0));
    story.apply(0, 1..=3);
    story.send(0, 4, append((0, 3), (0, 0), &[1], 3));
    story.is_legal();
    story.apply(0, 4..=4);
    story.breaks_rule(Rule::CommitsMajority);
}

#[test]
fn replies_of_an_earlier_leadership_count_for_nothing() {
    let mut story = Story::of(3);
    let old = story.bring(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.send(0, 1, append((0, 3), (2, 1), &[3], 0));
    story.answer(&old, matched(1));
    story.deliver(&old.call, matched(1));
    story.is_legal();
    story.send(0, 2, append((0, 3), (2, 1), &[3], 2));
    story.breaks_rule(Rule::CommitsMajority);
}

#[test]
fn a_reply_may_tell_what_a_lost_reply_acknowledged() {
    let mut story = Story::of(3);
    let lost = story.bring(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.answer(&lost, matched(1));
    // "I have up to 2", in a field of its own.
    story.replicate(0, 1, append((0, 1), (0, 0), &[], 0));
    story.send(0, 2, append((0, 1), (2, 1), &[], 2));
    story.is_legal();
}

#[test]
fn what_was_committed_in_an_earlier_leadership_stays_so() {
    let mut story = Story::of(3);
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.restart(0);
    // A persisted commit index: more than figure 2 asks for.
    story.send(0, 2, append((0, 3), (2, 1), &[3], 2));
    story.apply(0, 1..=2);
    story.is_legal();
}

#[test]
fn a_leader_may_have_heard_its_commit_index_from_another() {
    let mut story = Story::of(3);
    story.replicate(1, 2, append((1, 1), (0, 0), &[1, 1], 0));
    story.replicate(1, 0, append((1, 1), (0, 0), &[1, 1], 2));
    story.send(0, 2, append((0, 2), (2, 1), &[2], 2));
    story.apply(0, 1..=2);
    story.is_legal();
}

#[test]
fn a_snapshot_is_committed() {
    let mut story = Story::of(3);
    story.bring(1, 0, install((1, 1), (7, 1)));
    story.send(0, 2, append((0, 2), (7, 1), &[2], 7));
    story.apply_snapshot(0, 7);
    story.is_legal();
}

#[test]
fn a_leaders_message_to_itself_is_no_peer() {
    let mut story = Story::of(3);
    story.replicate(0, 0, append((0, 1), (0, 0), &[1], 0));
    story.send(0, 1, append((0, 1), (0, 0), &[1], 1));
    story.breaks_rule(Rule::CommitsMajority);
}

#[test]
fn a_server_alone_counts_nobody() {
    let mut story = Story::of(1);
    story.apply(0, 1..=3);
    story.is_legal();
}

#[test]
fn a_follower_does_not_apply_beyond_what_matched() {
    let mut story = Story::of(3);
    story.replicate(0, 1, append((0, 1), (0, 0), &[1], 0));
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1, 1], 0));
    story.replicate(0, 1, append((0, 1), (0, 0), &[], 3));
    story.apply(1, 1..=1);
    story.at(100);
    story.apply(1, 2..=2);
    story.breaks(
        "a follower commits only what matched: S1 applied entry 2 at 0.100 s; in term 1, the \
         latest in which a leader spoke to it, it heard of commit index 3 and did not refuse \
         entries up to 1; in all terms that allows to apply up to 1 (5.3; figure 2, AppendEntries \
         5)",
    );
}

#[test]
fn a_follower_does_not_apply_beyond_the_commit_index() {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1], 0));
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 1));
    story.apply(1, 1..=1);
    story.is_legal();
    story.apply(1, 2..=2);
    story.breaks_rule(Rule::CommitsMatched);
}

/// S2 leads term 2 and may commit entry 3.
fn committed_by_two(story: &mut Story) {
    story.replicate(2, 0, append((2, 2), (0, 0), &[1, 1, 2], 0));
}

#[test]
fn a_commit_index_of_one_term_and_a_match_of_another_do_not_add_up() {
    let mut story = Story::of(3);
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    committed_by_two(&mut story);
    story.exchange(2, 1, append((2, 2), (3, 2), &[], 3), refused(2));
    story.apply(1, 1..=1);
    story.breaks_rule(Rule::CommitsMatched);
}

#[test]
fn a_follower_may_apply_while_the_handler_runs() {
    let mut story = Story::of(3);
    committed_by_two(&mut story);
    let handler = story.bring(2, 1, append((2, 2), (0, 0), &[1, 1, 2], 3));
    story.apply(1, 1..=3);
    story.answer(&handler, matched(2));
    story.is_legal();
}

#[test]
fn a_refused_request_matched_nothing() {
    let mut story = Story::of(3);
    committed_by_two(&mut story);
    story.exchange(2, 1, append((2, 2), (2, 1), &[2], 3), refused(2));
    story.apply(1, 1..=1);
    story.breaks_rule(Rule::CommitsMatched);
}

#[test]
fn a_request_may_have_been_accepted_at_a_crash() {
    let mut story = Story::of(3);
    committed_by_two(&mut story);
    let late = story.send(2, 1, append((2, 2), (0, 0), &[1, 1, 2], 0));
    story.bring(2, 1, append((2, 2), (0, 0), &[1, 1], 0));
    story.crash(1);
    story.arrive(&late);
    story.start(1);
    story.replicate(2, 1, append((2, 2), (0, 0), &[], 3));
    story.apply(1, 1..=3);
    story.is_legal();
}

#[test]
fn a_refusal_with_a_lower_term_may_hide_an_acceptance() {
    let mut story = Story::of(3);
    committed_by_two(&mut story);
    story.exchange(2, 1, append((2, 2), (0, 0), &[1, 1, 2], 3), refused(0));
    story.apply(1, 1..=3);
    story.is_legal();
}
