//! Odd behaviour of correct Rafts, which a rule accused once; and mistakes that look much like it.

use crate::rule::Rule;
use crate::testing::{Stream, appended, entries, heartbeat, request_vote, snapshot, stream, vote};
use trace::{Fact, What};

/// AppendEntries with a commit index.
fn with_commit(leader: usize, term: u64, previous: (u64, u64), terms: &[u64], commit: u64) -> Fact {
    Fact::AppendEntries {
        term,
        leader: leader as u64,
        previous_index: previous.0,
        previous_term: previous.1,
        entry_terms: terms.iter().copied().collect(),
        commit,
    }
}

fn ask(c: u64, term: u64, last: (u64, u64)) -> Fact {
    Fact::RequestVote { term, candidate: c, last_index: last.0, last_term: last.1 }
}

/// Own request sent to itself over the network: it saved its vote before it asked.
#[test]
fn a_server_may_ask_itself_for_its_vote() {
    let mut s = stream(3);
    s.save(0);
    let own = s.send(0, 0, request_vote(0, 1));
    let a = s.arrive(&own);
    s.answer(&own, a, vote(1, true));
    s.assert_legal();
}

#[test]
fn a_leader_may_send_its_entries_to_itself() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    let own = s.send(0, 0, entries(0, 1, 0, &[1]));
    let a = s.arrive(&own);
    s.answer(&own, a, appended(1, true));
    s.assert_legal();
}

/// AppendEntries tells its fact, its reply none.
#[test]
fn replies_that_tell_nothing_may_have_matched() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    for to in [1, 2] {
        let call = s.send(0, to, with_commit(0, 1, (0, 0), &[1], 0));
        let a = s.arrive(&call);
        s.save(to);
        let by = s.life(to);
        s.answer_by(&call, a, by, None);
        s.deliver(&call, None);
    }
    s.send(0, 1, with_commit(0, 1, (1, 1), &[], 1));
    s.assert_legal();
}

/// S0 sends S2 a message that tells no fact, and S2 saves before it replies.
fn exchange_silently(s: &mut Stream) {
    let call = s.call(0, 2, None);
    s.record(What::Sent { call: call.clone() });
    let a = s.arrive(&call);
    s.save(2);
    let by = s.life(2);
    s.answer_by(&call, a, by, None);
    s.deliver(&call, None);
}

/// InstallSnapshot tells no fact.
#[test]
fn a_message_that_tells_nothing_may_be_a_snapshot() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    exchange_silently(&mut s);
    let by = s.life(2);
    s.record(What::AppliedSnapshot { server: by, index: 10 });
    s.assert_legal();
}

#[test]
fn entries_may_follow_a_snapshot_that_no_message_told() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    exchange_silently(&mut s);
    s.exchange(0, 2, with_commit(0, 1, (10, 1), &[1], 10), appended(1, true));
    s.assert_legal();
}

/// A heartbeat of its own carries the commit index.
#[test]
fn a_message_that_tells_nothing_may_carry_a_commit_index() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    for to in [1, 2] {
        s.exchange(0, to, with_commit(0, 1, (0, 0), &[1], 0), appended(1, true));
    }
    let call = s.call(0, 2, None);
    s.record(What::Sent { call: call.clone() });
    let _ = s.arrive(&call);
    let by = s.life(2);
    s.record(What::Applied { server: by, index: 1 });
    s.assert_legal();
}

/// A reply tells how far its follower has acknowledged in this term; another handler has not
/// returned.
#[test]
fn a_reply_may_tell_the_match_of_an_open_handler() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    let first = s.send(0, 1, with_commit(0, 1, (0, 0), &[1, 1], 0));
    let a = s.arrive(&first); // handled: 1..2 are saved
    s.save(1);
    let second = s.send(0, 1, with_commit(0, 1, (0, 0), &[1], 0));
    let b = s.arrive(&second);
    s.answer(&second, b, appended(1, true)); // its reply says: match 2
    s.deliver(&second, Some(appended(1, true)));
    s.send(0, 2, with_commit(0, 1, (0, 0), &[1, 1], 2));
    s.answer(&first, a, appended(1, true));
    s.assert_legal();
}

/// S2 remembers the highest commit index that it heard; applies what matched a later leader's log.
#[test]
fn a_commit_index_heard_in_an_earlier_term_holds() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    s.exchange(0, 1, with_commit(0, 1, (0, 0), &[1, 1], 0), appended(1, true));
    s.exchange(0, 2, with_commit(0, 1, (2, 1), &[], 2), appended(1, false));
    s.save(1);
    s.exchange(1, 2, ask(1, 2, (2, 1)), vote(2, true));
    s.exchange(1, 2, with_commit(1, 2, (0, 0), &[1, 1], 0), appended(2, true));
    let by = s.life(2);
    s.record(What::Applied { server: by, index: 1 });
    s.assert_legal();
}

/// S1 has the entries of term 1, and heard in term 3 that they are committed.
#[test]
fn a_new_leader_may_apply_what_it_heard_was_committed() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    s.exchange(0, 1, with_commit(0, 1, (0, 0), &[1, 1], 0), appended(1, true));
    s.exchange(0, 2, with_commit(0, 1, (0, 0), &[1, 1], 0), appended(1, true));
    s.save(0);
    s.save(2);
    s.exchange(0, 2, ask(0, 3, (2, 1)), vote(3, true));
    s.save(1);
    s.exchange(0, 1, with_commit(0, 3, (0, 0), &[], 2), appended(3, true));
    s.save(1);
    s.save(2);
    let ask_s2 = s.send(1, 2, ask(1, 4, (2, 1)));
    let arrival = s.arrive(&ask_s2);
    s.save(2);
    s.answer(&ask_s2, arrival, vote(4, true));
    s.deliver(&ask_s2, Some(vote(4, true)));
    s.send(1, 2, with_commit(1, 4, (2, 1), &[], 2));
    let by = s.life(1);
    s.record(What::Applied { server: by, index: 1 });
    s.assert_legal();
}

/// A follower refuses what lies below its commit index: safe, though no figure says so.
#[test]
fn a_server_may_refuse_what_lies_below_its_commit_index() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    s.exchange(0, 1, with_commit(0, 1, (0, 0), &[1, 1, 1], 0), appended(1, true));
    s.exchange(0, 1, with_commit(0, 1, (3, 1), &[], 3), appended(1, true));
    let by = s.life(1);
    for index in 1..=3 {
        s.record(What::Applied { server: by, index });
    }
    let late = s.send(0, 1, with_commit(0, 1, (1, 1), &[1], 0));
    let a = s.arrive(&late);
    s.answer(&late, a, appended(1, false));
    s.assert_legal();
}

/// RequestVote tells its fact, AppendEntries none: and its own one-way vote message.
#[test]
fn votes_may_come_by_a_message_that_tells_nothing() {
    let mut s = stream(3);
    s.save(0);
    let ask = s.send(0, 1, request_vote(0, 1));
    let _ = s.arrive(&ask);
    s.save(1);
    // its reply is lost, the vote came by Raft.Vote, without facts
    let own = s.call(1, 0, None);
    s.record(What::Sent { call: own.clone() });
    let _ = s.arrive(&own);
    s.send(0, 1, heartbeat(0, 1));
    s.assert_legal();
}

/// The handler appends and commits, gives the lock back to save, finds a later term, and says so
/// with a no.
#[test]
fn a_later_term_in_a_reply_may_follow_an_acceptance() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.save(0);
    s.exchange(0, 1, with_commit(0, 1, (0, 0), &[1], 0), appended(1, true));
    let call = s.send(0, 2, with_commit(0, 1, (0, 0), &[1], 1));
    let a = s.arrive(&call);
    s.save(1);
    let other = s.send(1, 2, ask(1, 2, (1, 1)));
    let b = s.arrive(&other);
    s.save(2);
    s.answer(&other, b, vote(2, true));
    s.answer(&call, a, appended(2, false));
    let by = s.life(2);
    s.record(What::Applied { server: by, index: 1 });
    s.assert_legal();
}

/// A service that starts from its snapshot does not go back to an older one.
#[test]
fn a_service_that_was_restored_is_not_taken_back() {
    let mut s = stream(3);
    s.elect(0, 1, &[1]);
    s.exchange(0, 2, snapshot(0, 1, 30), Fact::Installed { term: 1 });
    s.exchange(0, 2, snapshot(0, 1, 50), Fact::Installed { term: 1 });
    s.restart(2);
    let by = s.life(2);
    s.record(What::Restored { server: by, index: 50 });
    s.record(What::AppliedSnapshot { server: by, index: 30 });
    assert!(s.violation().starts_with(Rule::Snapshots.claim()));
}

/// A message of one's own that says it carries nothing leaves all rules on.
#[test]
fn a_pre_vote_that_says_so_carries_nothing() {
    let mut s = stream(3);
    s.exchange(1, 2, Fact::Other, Fact::Other);
    assert!(s.untold().is_empty());
    s.exchange(1, 2, request_vote(1, 1), vote(1, false));
    s.send(1, 2, heartbeat(1, 1));
    assert!(s.violation().starts_with(Rule::Elected.claim()));
}

/// A request is on its way when its receiver restarts, and reaches the next life, which may answer
/// as if it had been sent to that.
#[test]
fn a_request_may_reach_a_later_life() {
    let mut s = stream(3);
    let vote_request = s.send(0, 2, request_vote(0, 1));
    s.restart(2);
    s.exchange(0, 1, request_vote(0, 1), vote(1, true));
    let first = s.send(0, 2, entries(0, 1, 0, &[1]));
    s.restart(2);
    let arrival = s.arrive(&vote_request);
    s.save(2);
    s.answer(&vote_request, arrival, vote(1, true));
    s.deliver(&vote_request, Some(vote(1, true)));
    s.restart(2);
    let arrival = s.arrive(&first);
    s.save(2);
    s.answer(&first, arrival, appended(1, true));
    s.deliver(&first, Some(appended(1, true)));
    // It knew and had saved all that, and twice it arrives in the next life.
    s.restart(2);
    for (call, reply) in [(&vote_request, vote(1, true)), (&first, appended(1, true))] {
        let arrival = s.arrive(call);
        s.answer(call, arrival, reply);
    }
    s.assert_legal();
}

/// The same request shows that a vote was forgotten.
#[test]
fn a_later_life_keeps_the_promises_of_the_earlier() {
    let mut s = stream(3);
    let late = s.send(1, 2, request_vote(1, 1));
    s.exchange(0, 2, request_vote(0, 1), vote(1, true));
    s.restart(2);
    let arrival = s.arrive(&late);
    s.save(2);
    s.answer(&late, arrival, vote(1, true));
    assert!(s.violation().starts_with(Rule::OneVote.claim()));
}
