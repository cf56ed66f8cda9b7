//! A leader counts its own entries when it has saved them.

use crate::story::*;
use crate::{Options, Rule};

/// S0 is elected in this term by S1, at 0.100 s.
fn elect(story: &mut Story, term: u64, last: Entry) {
    story.save(0);
    let handler = story.bring(0, 1, ask((0, term), last));
    story.answer(&handler, granted(term));
    story.at(100);
    story.deliver(&handler.call, granted(term));
}

fn elected() -> Story {
    let mut story = Story::of(3);
    elect(&mut story, 1, (0, 0));
    story
}

#[test]
fn an_own_entry_is_saved_before_it_counts() {
    let mut story = elected();
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.at(200);
    story.send(0, 2, append((0, 1), (0, 0), &[1, 1], 2));
    story.breaks(
        "2C: what a reply promises is saved first: S0, leader of term 1, sent commit index 2 at \
         0.200 s, without a save since it got the last vote that it needed, at 0.100 s; without \
         its own log a majority has the entries up to 0 only: were its own entries saved? (figure \
         2: updated on stable storage before responding to RPCs)",
    );
}

#[test]
fn an_own_entry_is_saved_before_it_is_applied() {
    let mut story = elected();
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.at(200);
    story.apply(0, 1..=1);
    story.breaks(
        "2C: what a reply promises is saved first: S0, leader of term 1, applied entry 1 at 0.200 \
         s, without a save since it got the last vote that it needed, at 0.100 s; without its own \
         log a majority has the entries up to 0 only: were its own entries saved? (figure 2: \
         updated on stable storage before responding to RPCs)",
    );
}

#[test]
fn a_save_at_any_time_since_is_one() {
    let mut story = elected();
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.save(0);
    story.apply(0, 1..=2);
    story.is_legal();
}

#[test]
fn the_others_are_a_majority_without_it() {
    let mut story = elected();
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    story.replicate(0, 2, append((0, 1), (0, 0), &[1], 0));
    story.apply(0, 1..=1);
    story.send(0, 1, append((0, 1), (2, 1), &[], 1));
    story.is_legal();
    story.apply(0, 2..=2);
    story.breaks_rule(Rule::SavedFirst);
}

/// It counted them in term 1, and shows it in term 2.
#[test]
fn what_it_may_have_committed_before_the_term_counts() {
    let mut story = elected();
    story.save(0);
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    elect(&mut story, 2, (2, 1));
    story.apply(0, 1..=1);
    story.send(0, 2, append((0, 2), (2, 1), &[], 2));
    story.is_legal();
}

/// It heard so from S1, and leads again.
#[test]
fn what_another_leader_told_it_needs_no_count() {
    let mut story = Story::of(3);
    story.replicate(1, 2, append((1, 1), (0, 0), &[1, 1], 0));
    story.replicate(1, 0, append((1, 1), (0, 0), &[1, 1], 2));
    elect(&mut story, 2, (2, 1));
    story.send(0, 2, append((0, 2), (2, 1), &[], 2));
    story.apply(0, 1..=2);
    story.is_legal();
}

/// Of the votes that it needs one more: nothing is known of the time before the last.
#[test]
fn a_refusal_elects_nobody() {
    let mut story = Story::of(3);
    let refusal = trace::Fact::Vote { term: 1, granted: false };
    story.exchange(0, 1, ask((0, 1), (0, 0)), refusal);
    story.replicate(0, 1, append((0, 1), (0, 0), &[1], 0));
    story.send(0, 2, append((0, 1), (0, 0), &[1], 1));
    story.is_legal();
}

/// In the parts before persistence nobody saves.
#[test]
fn without_persistence_nothing_is_saved() {
    let mut story = Story::with(Options { servers: 3, persistence: false });
    elect(&mut story, 1, (0, 0));
    story.replicate(0, 1, append((0, 1), (0, 0), &[1], 0));
    story.apply(0, 1..=1);
    story.is_legal();
}
