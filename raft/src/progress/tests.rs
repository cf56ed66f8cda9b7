use super::*;
use crate::testing::fixture::start;

const TERM: Term = Term(1);

/// The progress of a peer that a new leader assumes to have everything up to 5.
fn progress() -> Progress {
    Progress::new(Index(6), start())
}

fn send(progress: &mut Progress, last: u64) -> Sent {
    let first = progress.next();
    let last = if progress.may_send_entries() { Index(last) } else { first.previous() };
    progress.on_send(TERM, (first, last), Index(0), start())
}

fn due_in(progress: &Progress, last: u64, commit: u64) -> Duration {
    progress.due(Index(last), Index(commit)) - start()
}

#[test]
fn when_the_next_message_is_due() {
    let mut progress = progress();
    assert_eq!(due_in(&progress, 5, 0), Duration::ZERO, "the first heartbeat");
    let heartbeat = send(&mut progress, 5);
    assert_eq!(due_in(&progress, 5, 0), HEARTBEAT_INTERVAL);
    assert_eq!(due_in(&progress, 6, 0), Duration::ZERO, "new entries need no answer to it");
    assert_eq!(due_in(&progress, 5, 1), PAUSE, "a new commit index is less urgent");

    let entries = send(&mut progress, 6);
    assert_eq!(due_in(&progress, 9, 1), HEARTBEAT_INTERVAL, "unanswered");
    progress.on_match(&heartbeat);
    assert_eq!(
        due_in(&progress, 9, 1),
        HEARTBEAT_INTERVAL,
        "that was not the reply to the entries"
    );
    progress.on_match(&entries);
    assert_eq!(due_in(&progress, 9, 0), Duration::ZERO);

    let entries = send(&mut progress, 9);
    progress.on_loss(&entries);
    assert_eq!(due_in(&progress, 9, 0), PAUSE, "not at once, the network may be down");
    let heartbeat = send(&mut progress, 9);
    progress.on_match(&heartbeat);
    assert_eq!(due_in(&progress, 9, 0), HEARTBEAT_INTERVAL);
}

#[test]
fn a_replicator_must_be_woken_for_a_message_due_before_it_wakes() {
    let mut progress = progress();
    assert!(progress.must_wake_for(start()), "it waits until we lead");
    let heartbeat = send(&mut progress, 5);
    assert!(!progress.must_wake_for(start()), "it has just sent, and looks again");
    progress.on_wait(start() + HEARTBEAT_INTERVAL);
    assert!(!progress.must_wake_for(progress.due(Index(5), Index(0))));
    assert!(progress.must_wake_for(progress.due(Index(6), Index(0))), "new entries");
    assert!(progress.must_wake_for(progress.due(Index(5), Index(1))), "a new commit index");
    progress.on_match(&heartbeat);
    assert!(!progress.must_wake_for(progress.due(Index(5), Index(0))));
}

#[test]
fn replication_is_optimistic() {
    let mut progress = progress();
    send(&mut progress, 8);
    assert_eq!((progress.next(), progress.matched()), (Index(9), Index(0)));
}

#[test]
fn a_later_match_includes_earlier_ones() {
    let mut progress = progress();
    send(&mut progress, 6);
    let heartbeat = send(&mut progress, 6);
    progress.on_match(&heartbeat);
    assert_eq!(progress.matched(), Index(6));
    assert_eq!(due_in(&progress, 7, 0), Duration::ZERO);
}

#[test]
fn lost_entries_are_sent_again() {
    let mut progress = progress();
    let lost = send(&mut progress, 8);
    progress.on_loss(&lost);
    assert_eq!(progress.next(), Index(6));
}

#[test]
fn a_lost_heartbeat_does_not_matter() {
    let mut progress = progress();
    let lost = send(&mut progress, 5);
    progress.on_loss(&lost);
    assert_eq!((progress.next(), due_in(&progress, 5, 0)), (Index(6), HEARTBEAT_INTERVAL));
}

#[test]
fn a_stale_loss_is_ignored() {
    let mut progress = progress();
    let first = send(&mut progress, 8);
    let second = send(&mut progress, 9);
    progress.on_loss(&first);
    assert_eq!(progress.next(), Index(6));
    let again = send(&mut progress, 9);
    progress.on_loss(&second);
    assert_eq!(progress.next(), Index(10), "set back since: those entries are in flight again");
    progress.on_match(&again);
    progress.on_loss(&again);
    assert_eq!(progress.next(), Index(10), "an answer to one copy of it stands");
}

#[test]
fn a_conflict_sets_back_once() {
    let mut progress = progress();
    let heartbeat = send(&mut progress, 5);
    let entries = send(&mut progress, 8);
    assert!(progress.on_conflict(&heartbeat, Index(3)));
    assert_eq!((progress.next(), due_in(&progress, 8, 0)), (Index(3), Duration::ZERO));
    assert!(!progress.on_conflict(&entries, Index(2)));
    assert_eq!(progress.next(), Index(3));
}

#[test]
fn until_a_match_every_message_probes_from_the_same_index() {
    let mut progress = progress();
    let heartbeat = send(&mut progress, 5);
    progress.on_conflict(&heartbeat, Index(4));
    let probes = [send(&mut progress, 9), send(&mut progress, 9)];
    assert_eq!(probes.map(|probe| probe.first), [Index(4), Index(4)]);
    assert_eq!(probes.map(|probe| probe.last), [Index(9), Index(3)], "the entries go once");
    assert!(progress.on_conflict(&probes[1], Index(2)), "further back");
    assert!(!progress.on_conflict(&probes[0], Index(3)), "stale");

    let lost = send(&mut progress, 9);
    let late = send(&mut progress, 9);
    progress.on_loss(&lost);
    assert_eq!((progress.next(), due_in(&progress, 9, 0)), (Index(2), PAUSE));
    progress.on_match(&late);
    assert_eq!(
        (progress.next(), progress.matched()),
        (Index(2), Index(1)),
        "the shared entry is found"
    );
    let entries = send(&mut progress, 9);
    assert_eq!((entries.first, entries.last), (Index(2), Index(9)));
    assert_eq!(progress.next(), Index(10), "optimistic again");
}

#[test]
fn an_old_match_does_not_end_the_probing() {
    let mut progress = progress();
    let early = Sent { last: Index(2), ..send(&mut progress, 5) };
    let heartbeat = send(&mut progress, 5);
    progress.on_conflict(&heartbeat, Index(4));
    progress.on_match(&early);
    assert_eq!((send(&mut progress, 9).first, progress.next()), (Index(4), Index(4)));
}

#[test]
fn a_message_that_begins_with_entry_1_needs_no_probing() {
    let mut progress = progress();
    let heartbeat = send(&mut progress, 5);
    progress.on_conflict(&heartbeat, Index(1));
    send(&mut progress, 9);
    assert_eq!(progress.next(), Index(10));
}

#[test]
fn a_conflict_older_than_a_match_is_ignored() {
    let mut progress = progress();
    let early = send(&mut progress, 5);
    let late = send(&mut progress, 5);
    progress.on_match(&late);
    assert!(!progress.on_conflict(&early, Index(1)));
    assert_eq!(progress.next(), Index(6));
}

#[test]
fn next_never_goes_back_to_what_matched() {
    let mut progress = progress();
    let heartbeat = send(&mut progress, 5);
    let entries = send(&mut progress, 9);
    progress.on_match(&heartbeat);
    progress.on_loss(&entries);
    assert_eq!(progress.next(), Index(6));
    progress.on_match(&entries);
    assert_eq!(
        (progress.matched(), progress.next()),
        (Index(9), Index(10)),
        "it arrived after all"
    );
    progress.on_match(&heartbeat);
    assert_eq!(progress.matched(), Index(9));
}

#[test]
fn a_loss_sets_back_only_to_what_has_not_matched_since() {
    let mut progress = progress();
    let early = send(&mut progress, 7);
    let heartbeat = send(&mut progress, 7);
    progress.on_conflict(&heartbeat, Index(6));
    send(&mut progress, 9);
    progress.on_match(&early);
    let again = send(&mut progress, 9);
    assert_eq!(again.first, Index(8));
    progress.on_loss(&again);
    assert_eq!((progress.matched(), progress.next()), (Index(7), Index(8)));
}
