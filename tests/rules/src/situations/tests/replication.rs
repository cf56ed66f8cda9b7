//! Conflicts, entries thrown away, and what is committed by whom.

use super::{append, elect, refuse, replicate};
use crate::testing::{Stream, appended, heartbeat, request_vote, stream, vote};
use course::Situation::{
    Conflicts, ConflictsOverTerms, CrashesUncommitted, EntriesThrownAway, LateReplies,
    MajorityThrownAway, OldCommitted, OldOnMajority,
};

#[test]
fn a_follower_lacks_the_previous_entry() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    // A later term is no conflict.
    refuse(&mut s, 2, append((0, 1), (3, 1), &[], 0), 2);
    s.misses(Conflicts);
    refuse(&mut s, 1, append((0, 1), (3, 1), &[], 0), 1);
    s.reaches(Conflicts);
}

#[test]
fn a_leader_backs_up_over_two_terms() {
    let mut s = stream(3);
    elect(&mut s, (0, 5), (9, 4), &[1]);
    refuse(&mut s, 1, append((0, 5), (9, 4), &[], 0), 5);
    refuse(&mut s, 1, append((0, 5), (8, 4), &[4], 0), 5);
    // Another follower, and another leader.
    refuse(&mut s, 2, append((0, 5), (6, 3), &[3, 4, 4], 0), 5);
    elect(&mut s, (2, 6), (9, 5), &[1]);
    refuse(&mut s, 1, append((2, 6), (9, 5), &[], 0), 6);
    s.misses(ConflictsOverTerms);
    refuse(&mut s, 1, append((2, 6), (7, 3), &[3, 5], 0), 6);
    s.reaches(ConflictsOverTerms);
}

/// S0 leads term 1 and has one entry there that only S1 has; then S2 leads term 2.
fn overwritten(s: &mut Stream) {
    elect(s, (0, 1), (0, 0), &[1, 2]);
    replicate(s, 1, append((0, 1), (0, 0), &[1], 0));
    elect(s, (2, 2), (0, 0), &[3, 4]);
}

#[test]
fn a_follower_throws_entries_away() {
    let mut s = stream(5);
    overwritten(&mut s);
    s.misses(EntriesThrownAway);
    replicate(&mut s, 1, append((2, 2), (0, 0), &[2], 0));
    s.reaches(EntriesThrownAway);
    s.misses(MajorityThrownAway);
}

#[test]
fn a_request_with_the_same_or_fewer_entries_throws_nothing_away() {
    let mut s = stream(5);
    elect(&mut s, (0, 1), (0, 0), &[1, 2]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1, 1], 0));
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    replicate(&mut s, 1, append((0, 1), (0, 0), &[], 0));
    s.misses(EntriesThrownAway);
}

#[test]
fn a_leaders_command_that_no_one_got_is_thrown_away() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.took(0, 1);
    elect(&mut s, (2, 2), (0, 0), &[1]);
    s.took(2, 2);
    replicate(&mut s, 0, append((2, 2), (0, 0), &[2], 0));
    s.reaches(EntriesThrownAway);
}

/// Figure 8, up to (d): the entry of term 2 gets onto a majority by the leader of term 4, and is
/// overwritten by that of term 5.
fn figure_8(s: &mut Stream, third_has_it: bool) {
    elect(s, (0, 2), (0, 0), &[1, 2]);
    replicate(s, 1, append((0, 2), (0, 0), &[2], 0));
    elect(s, (4, 3), (0, 0), &[2, 3]);
    s.save(4);
    s.record(trace::What::Took { server: s.life(4), index: 1, term: 3 });
    elect(s, (0, 4), (1, 2), &[1, 2]);
    if third_has_it {
        replicate(s, 2, append((0, 4), (0, 0), &[2], 0));
    }
    replicate(s, 1, append((0, 4), (0, 0), &[2], 0));
}

#[test]
fn figure_8_has_an_old_entry_on_a_majority() {
    let mut s = stream(5);
    figure_8(&mut s, false);
    s.misses(OldOnMajority);
    let mut s = stream(5);
    figure_8(&mut s, true);
    s.reaches(OldOnMajority);
}

#[test]
fn an_entry_of_the_leaders_own_term_is_not_old() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    elect(&mut s, (1, 2), (1, 1), &[2]);
    replicate(&mut s, 2, append((1, 2), (0, 0), &[1, 2], 0));
    s.misses(OldOnMajority);
}

#[test]
fn figure_8_throws_away_what_a_majority_had() {
    for third_has_it in [false, true] {
        let mut s = stream(5);
        figure_8(&mut s, third_has_it);
        elect(&mut s, (4, 5), (1, 3), &[1, 2, 3]);
        s.misses(EntriesThrownAway);
        replicate(&mut s, 1, append((4, 5), (0, 0), &[3], 0));
        s.reaches(EntriesThrownAway);
        assert_eq!(s.reached().has(MajorityThrownAway), third_has_it);
    }
}

#[test]
fn a_later_leader_commits_an_old_entry() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    elect(&mut s, (1, 2), (1, 1), &[2]);
    replicate(&mut s, 2, append((1, 2), (0, 0), &[1, 2], 0));
    s.misses(OldCommitted);
    s.send(1, 2, append((1, 2), (2, 2), &[], 2));
    s.reaches(OldCommitted);
}

#[test]
fn what_was_committed_before_is_not_committed_by_the_later_leader() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    replicate(&mut s, 1, append((0, 1), (1, 1), &[], 1));
    elect(&mut s, (1, 2), (1, 1), &[2]);
    replicate(&mut s, 2, append((1, 2), (0, 0), &[1, 2], 1));
    s.send(1, 2, append((1, 2), (2, 2), &[], 2));
    s.misses(OldCommitted);
}

#[test]
fn a_reply_may_come_in_a_later_term() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    let call = s.send(0, 1, heartbeat(0, 1));
    let arrival = s.arrive(&call);
    s.answer(&call, arrival, appended(1, true));
    s.deliver(&call, Some(appended(1, true)));
    s.misses(LateReplies);
    s.exchange(2, 0, request_vote(2, 2), vote(2, true));
    s.deliver(&call, Some(appended(1, true)));
    s.reaches(LateReplies);
}

#[test]
fn a_server_crashes_with_what_it_acknowledged() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    s.crash(2);
    s.misses(CrashesUncommitted);
    s.crash(1);
    s.reaches(CrashesUncommitted);
}

#[test]
fn a_crash_after_the_commit_is_not_before_it() {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    replicate(&mut s, 1, append((0, 1), (0, 0), &[1], 0));
    replicate(&mut s, 1, append((0, 1), (1, 1), &[], 1));
    s.crash(1);
    s.misses(CrashesUncommitted);
}
