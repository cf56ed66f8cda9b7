//! Acknowledged is kept.

use crate::story::*;
use crate::{Options, Rule};

/// S2 has acknowledged entries 1 to 3 of term 1 to S0 at 0.100 s.
fn acknowledged() -> Story {
    let mut story = Story::of(3);
    let handler = story.bring(0, 2, append((0, 1), (0, 0), &[1, 1, 1], 0));
    story.at(100);
    story.answer(&handler, matched(1));
    story.deliver(&handler.call, matched(1));
    story
}

#[test]
fn an_acknowledged_entry_is_not_cut_off() {
    let mut story = acknowledged();
    let handler = story.bring(0, 2, append((0, 1), (3, 1), &[1], 0));
    story.at(200);
    story.answer(&handler, refused(1));
    story.breaks(
        "what was acknowledged is kept: S2 acknowledged entry 3 of term 1 to S0 at 0.100 s, and at \
         0.200 s said it had no entry 3 of term 1; was it cut off, or never there? (5.3; figure 2, \
         AppendEntries 3 and 4)",
    );
}

#[test]
fn an_acknowledged_entry_is_saved() {
    let mut story = acknowledged();
    story.at(150);
    story.restart(2);
    let handler = story.bring(0, 2, append((0, 1), (2, 1), &[1], 0));
    story.at(200);
    story.answer(&handler, refused(1));
    story.breaks(
        "what was acknowledged is kept: S2 acknowledged entry 2 of term 1 to S0 at 0.100 s, and at \
         0.200 s said it had no entry 2 of term 1; it crashed in between, at 0.150 s: was the \
         entry saved? (5.3; figure 2, AppendEntries 3 and 4)",
    );
}

#[test]
fn a_candidate_has_what_it_acknowledged() {
    let mut story = acknowledged();
    story.at(200);
    story.send(2, 0, ask((2, 2), (2, 1)));
    story.breaks(
        "what was acknowledged is kept: S2 acknowledged entry 3 of term 1 to S0 at 0.100 s, and at \
         0.200 s stood for election in term 2 with entry 2 of term 1 as its last; was it cut off, \
         or never there? (5.3; figure 2, AppendEntries 3 and 4)",
    );
}

/// S2 acknowledged to S1 in term 2 what replaces its entries 2 and 3, and then leads term 3.
fn replaced() -> Story {
    let mut story = acknowledged();
    let handler = story.bring(1, 2, append((1, 2), (1, 1), &[2], 0));
    story.at(200);
    story.answer(&handler, matched(2));
    story
}

#[test]
fn a_leader_has_what_it_acknowledged() {
    let mut story = replaced();
    story.at(300);
    story.send(2, 0, append((2, 3), (2, 1), &[1, 3], 0));
    story.breaks(
        "what was acknowledged is kept: S2 acknowledged entry 2 of term 2 to S1 at 0.200 s, and at \
         0.300 s, as the leader of term 3, sent entry 2 of term 1; was it cut off, or never there? \
         (5.3; figure 2, AppendEntries 3 and 4)",
    );
}

#[test]
fn a_leader_sends_what_it_acknowledged() {
    let mut story = replaced();
    story.send(2, 0, append((2, 3), (0, 0), &[1, 2, 3], 0));
    story.send(2, 1, append((2, 3), (2, 2), &[3, 3], 0));
    story.is_legal();
}

/// It led term 1 itself, sends late, and has acknowledged others since.
#[test]
fn a_leader_that_sends_late_shows_the_log_of_its_term() {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 2), (0, 0), &[2, 2], 0));
    story.send(2, 1, append((2, 1), (0, 0), &[1, 1], 0));
    story.is_legal();
}

/// Another leader's request arrived, and may have been handled or not.
#[test]
fn a_leader_may_have_replaced_what_it_acknowledged() {
    let mut story = acknowledged();
    story.bring(1, 2, append((1, 2), (1, 1), &[2], 0));
    story.send(2, 0, append((2, 3), (1, 1), &[2, 3], 0));
    story.send(2, 1, append((2, 3), (1, 1), &[2, 3], 0));
    story.is_legal();
}

#[test]
fn a_late_duplicate_of_a_shorter_request_cuts_nothing() {
    let mut story = Story::of(3);
    let short = story.send(0, 2, append((0, 1), (0, 0), &[1], 0));
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1, 1], 0));
    let again = story.arrive(&short);
    story.answer(&again, matched(1));
    let again = story.arrive(&short);
    story.answer(&again, matched(1));
    story.replicate(0, 2, append((0, 1), (3, 1), &[1], 0));
    story.is_legal();
    // Whoever cuts there loses entries.
    story.exchange(0, 2, append((0, 1), (4, 1), &[], 0), refused(1));
    story.breaks_rule(Rule::Keeps);
}

#[test]
fn a_newer_leader_may_cut() {
    let mut story = acknowledged();
    story.replicate(1, 2, append((1, 2), (1, 1), &[2], 0));
    // An old leader's request is refused in the new term, a third leader's for lack of the entry.
    story.exchange(0, 2, append((0, 1), (3, 1), &[1], 0), refused(2));
    story.exchange(0, 2, append((0, 3), (3, 1), &[3], 0), refused(3));
    story.send(2, 0, ask((2, 4), (2, 2)));
    story.is_legal();
}

#[test]
fn a_newer_leader_cuts_at_the_arrival_of_its_request() {
    let mut story = acknowledged();
    // Its handler runs all the while; in the end a third leader finds the entry gone.
    story.bring(1, 2, append((1, 2), (1, 1), &[2], 0));
    story.exchange(0, 2, append((0, 3), (3, 1), &[3], 0), refused(3));
    story.is_legal();
}

#[test]
fn a_leader_that_was_told_of_less_may_cut_the_rest() {
    let mut story = acknowledged();
    story.replicate(1, 2, append((1, 3), (1, 1), &[], 0));
    story.bring(1, 2, append((1, 3), (1, 1), &[3], 0));
    story.exchange(0, 2, append((0, 5), (3, 1), &[5], 0), refused(5));
    story.is_legal();
}

#[test]
fn what_a_newer_leaders_open_handler_may_cut_is_not_held() {
    let mut story = Story::of(3);
    story.bring(1, 2, append((1, 2), (1, 1), &[2], 0));
    // Decided before the newer leader's, which has not been answered to the end.
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1, 1], 0));
    story.exchange(0, 2, append((0, 3), (3, 1), &[3], 0), refused(3));
    story.is_legal();
}

#[test]
fn what_an_answered_handler_may_have_cut_is_not_held() {
    let mut story = Story::of(3);
    // S2 decides the older leader's request first, but its answer is recorded last.
    let older = story.bring(0, 2, append((0, 3), (1, 1), &[3, 3], 0));
    let newer = story.bring(1, 2, append((1, 4), (1, 1), &[2], 0));
    story.answer(&newer, matched(4));
    story.answer(&older, matched(3));
    story.send(2, 0, ask((2, 5), (2, 2)));
    story.exchange(0, 2, append((0, 6), (3, 3), &[6], 0), refused(6));
    story.is_legal();
}

#[test]
fn a_handler_of_the_same_leader_does_not_make_an_answer_doubtful() {
    let mut story = Story::of(3);
    let first = story.bring(0, 2, append((0, 1), (0, 0), &[1], 0));
    let second = story.bring(0, 2, append((0, 1), (2, 1), &[1], 0));
    story.answer(&second, matched(1));
    story.answer(&first, matched(1));
    story.exchange(0, 2, append((0, 1), (3, 1), &[], 0), refused(1));
    story.breaks_rule(Rule::Keeps);
}

#[test]
fn a_refusal_may_be_older_than_a_concurrent_acknowledgement() {
    let mut story = Story::of(3);
    let early = story.bring(0, 2, append((0, 1), (2, 1), &[1], 0));
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1], 0));
    story.answer(&early, refused(1));
    story.is_legal();
}

#[test]
fn a_refusal_with_a_lower_term_says_nothing() {
    let mut story = acknowledged();
    story.exchange(0, 2, append((0, 1), (3, 1), &[1], 0), refused(0));
    story.is_legal();
}

#[test]
fn what_was_never_acknowledged_may_be_lost_in_a_crash() {
    let mut story = acknowledged();
    story.bring(0, 2, append((0, 1), (3, 1), &[1], 0));
    let answered_after = story.bring(0, 2, append((0, 1), (4, 1), &[1], 0));
    story.crash(2);
    story.answer(&answered_after, matched(1));
    story.start(2);
    story.exchange(0, 2, append((0, 1), (5, 1), &[1], 0), refused(1));
    story.send(2, 0, ask((2, 2), (3, 1)));
    story.is_legal();
}

#[test]
fn a_request_may_cut_while_the_server_crashes() {
    let mut story = acknowledged();
    let newer = story.send(1, 2, append((1, 2), (1, 1), &[2], 0));
    story.crash(2);
    // Handled before the disk is copied.
    story.arrive(&newer);
    story.start(2);
    story.send(2, 0, ask((2, 3), (2, 2)));
    story.exchange(0, 2, append((0, 4), (3, 1), &[1], 0), refused(4));
    story.is_legal();
}

#[test]
fn without_persistence_a_crash_may_lose_all() {
    let mut story = Story::with(Options { servers: 3, persistence: false });
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1], 0));
    story.restart(2);
    story.exchange(0, 2, append((0, 1), (2, 1), &[1], 0), refused(1));
    story.is_legal();
}

#[test]
fn a_snapshot_that_fits_keeps_what_follows() {
    let mut story = acknowledged();
    story.exchange(1, 2, install((1, 2), (2, 1)), installed(2));
    story.exchange(1, 2, append((1, 2), (3, 1), &[2], 0), refused(2));
    story.breaks_rule(Rule::Keeps);
}

#[test]
fn a_snapshot_that_does_not_fit_drops_the_log() {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 3), (0, 0), &[1, 3, 3], 0));
    story.exchange(1, 2, install((1, 4), (2, 2)), installed(4));
    story.exchange(1, 2, append((1, 4), (3, 3), &[4], 0), refused(4));
    story.send(2, 0, ask((2, 5), (2, 2)));
    story.is_legal();
}

#[test]
fn an_answer_to_a_snapshot_is_no_acknowledgement_of_it() {
    let mut story = acknowledged();
    // It is installed later, or never, for a candidate's log does not have it yet.
    story.exchange(0, 2, install((0, 1), (9, 1)), installed(1));
    story.exchange(0, 2, append((0, 1), (9, 1), &[1], 0), refused(1));
    story.exchange(0, 2, append((0, 1), (3, 1), &[1], 0), refused(1));
    story.send(2, 0, ask((2, 2), (3, 1)));
    story.is_legal();
}

#[test]
fn what_a_snapshot_covers_may_be_compacted() {
    let mut story = acknowledged();
    story.replicate(0, 2, append((0, 1), (3, 1), &[], 3));
    story.apply(2, 1..=2);
    story.take_snapshot(2, 2);
    story.exchange(0, 2, append((0, 1), (2, 1), &[1], 3), refused(1));
    story.is_legal();
}

#[test]
fn what_is_committed_may_be_compacted_and_nothing_else() {
    let mut story = acknowledged();
    story.replicate(0, 2, append((0, 1), (3, 1), &[1], 3));
    story.exchange(0, 2, append((0, 1), (3, 1), &[1], 3), refused(1));
    story.is_legal();
    story.exchange(0, 2, append((0, 1), (4, 1), &[1], 3), refused(1));
    story.breaks_rule(Rule::Keeps);
}

#[test]
fn acknowledgements_in_its_own_term_do_not_bind_a_candidate() {
    let mut story = Story::of(3);
    // S2 stood in term 2 with an empty log; its thread sends late, after S0 has won.
    story.replicate(0, 2, append((0, 2), (0, 0), &[2], 0));
    story.send(2, 1, ask((2, 2), (0, 0)));
    story.is_legal();
}

#[test]
fn an_acknowledgement_above_a_gap_is_remembered() {
    let mut story = acknowledged();
    story.bring(1, 2, append((1, 2), (5, 1), &[2], 0));
    story.replicate(1, 2, append((1, 2), (6, 2), &[2], 0));
    story.exchange(1, 2, append((1, 2), (3, 1), &[], 0), refused(2));
    story.is_legal();
    story.exchange(1, 2, append((1, 2), (7, 2), &[], 0), refused(2));
    story.breaks_rule(Rule::Keeps);
}
