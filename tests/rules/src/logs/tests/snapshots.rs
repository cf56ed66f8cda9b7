//! A snapshot does not take a service back.

use crate::Rule;
use crate::story::*;

fn applied_five() -> Story {
    let mut story = Story::of(3);
    story.replicate(0, 2, append((0, 1), (0, 0), &[1, 1, 1, 1, 1], 0));
    story.replicate(0, 1, append((0, 1), (0, 0), &[1, 1, 1, 1, 1], 5));
    story.at(100);
    story.apply(1, 1..=5);
    story
}

#[test]
fn a_service_does_not_go_back() {
    let mut story = applied_five();
    story.exchange(0, 1, install((0, 1), (4, 1)), installed(1));
    story.at(200);
    story.apply_snapshot(1, 4);
    story.breaks(
        "a snapshot does not take a service back: S1 handed its service at 0.200 s the snapshot up \
         to 4, and it had applied 5 at 0.104 s: the service went back (7, figure 13)",
    );
}

#[test]
fn a_second_snapshot_is_not_older_than_the_first() {
    let mut story = Story::of(3);
    story.bring(0, 1, install((0, 1), (7, 1)));
    story.bring(0, 1, install((0, 1), (6, 1)));
    story.apply_snapshot(1, 7);
    story.apply_snapshot(1, 6);
    story.breaks_rule(Rule::Snapshots);
}

#[test]
fn a_snapshot_comes_from_somewhere() {
    let mut story = applied_five();
    story.bring(0, 1, install((0, 1), (7, 1)));
    story.at(200);
    story.apply_snapshot(1, 6);
    story.breaks(
        "a snapshot does not take a service back: S1 handed its service at 0.200 s a snapshot up \
         to 6, which no leader sent it and its service did not take (7, figure 13)",
    );
}

#[test]
fn newer_snapshots_are_handed_up() {
    let mut story = applied_five();
    story.bring(0, 1, install((0, 1), (5, 1)));
    story.bring(0, 1, install((0, 1), (7, 1)));
    story.apply_snapshot(1, 5);
    story.apply_snapshot(1, 7);
    story.is_legal();
}

#[test]
fn a_new_incarnation_begins_with_its_own_snapshot() {
    let mut story = applied_five();
    story.take_snapshot(1, 3);
    story.restart(1);
    story.apply_snapshot(1, 3);
    story.apply(1, 4..=5);
    story.is_legal();
}

#[test]
fn a_crashed_server_hands_up_what_it_likes() {
    let mut story = applied_five();
    story.crash(1);
    story.apply_snapshot(1, 9);
    story.apply(1, 10..=10);
    story.is_legal();
}
