//! What was not saved: broken streams, and the oddest legal ones.

use crate::Options;
use crate::testing::{
    Stream, appended, entries, heartbeat, request_vote, stream, stream_with, vote,
};
use trace::{Fact, What};

/// A request arrives at S2 and is answered without a save.
fn unsaved(stream: &mut Stream, from: usize, request: Fact, reply: Fact) {
    let call = stream.send(from, 2, request);
    let arrival = stream.arrive(&call);
    stream.answer(&call, arrival, reply);
}

/// S2 follows S1 in a term.
fn follows(stream: &mut Stream, term: u64) {
    stream.elect(1, term, &[0]);
    stream.exchange(1, 2, heartbeat(1, term), appended(term, true));
}

#[test]
fn a_term_that_was_not_saved() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    unsaved(&mut stream, 1, heartbeat(1, 6), appended(6, true));
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, false));
    assert_eq!(
        stream.violation(),
        "2C: what a reply promises is saved first: S2 answered S0's RequestVote in term 7 at 0.020 \
         s without a save since 0.016 s, when its term was at most 6: was the term saved? (figure \
         2: updated on stable storage before responding to RPCs)"
    );
}

/// It stood itself, saved, and has not sent its own requests yet.
#[test]
fn a_term_may_have_been_saved_before_the_request_arrived() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    stream.save(2);
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, false));
    stream.assert_legal();
}

/// The last save of the life before may be recorded late.
#[test]
fn another_life_may_start_in_the_term() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    unsaved(&mut stream, 1, heartbeat(1, 6), appended(6, true));
    stream.restart(2);
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, false));
    stream.assert_legal();
}

/// A reply of an earlier term that is recorded late is no sign that the server was in it then.
#[test]
fn a_late_answer_of_an_earlier_term_counts_from_its_arrival() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    let late = stream.send(1, 2, heartbeat(1, 6));
    let arrival = stream.arrive(&late);
    stream.exchange(0, 2, request_vote(0, 7), vote(7, true));
    stream.answer(&late, arrival, appended(6, true));
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    stream.assert_legal();
}

#[test]
fn a_refusal_promises_no_term_and_is_no_sign_of_one() {
    let mut below = stream(3);
    follows(&mut below, 6);
    unsaved(&mut below, 1, heartbeat(1, 6), appended(6, true));
    unsaved(&mut below, 0, request_vote(0, 7), vote(6, false));
    below.assert_legal();
    // It stood for term 9 and saved; then it merely repeats the request's term.
    let mut repeats = stream(3);
    follows(&mut repeats, 6);
    repeats.save(2);
    unsaved(&mut repeats, 0, request_vote(0, 7), vote(7, false));
    repeats.elect(0, 7, &[1]);
    unsaved(&mut repeats, 0, heartbeat(0, 7), appended(7, false));
    unsaved(&mut repeats, 1, request_vote(1, 9), vote(9, false));
    repeats.assert_legal();
}

#[test]
fn entries_that_were_not_saved() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    unsaved(&mut stream, 1, entries(1, 6, 0, &[5, 6]), appended(6, true));
    assert_eq!(
        stream.violation(),
        "2C: what a reply promises is saved first: S2 acknowledged the entries of S1's \
         AppendEntries of term 6 at 0.017 s without a save since they arrived, at 0.016 s: were \
         they saved? (figure 2: updated on stable storage before responding to RPCs)"
    );
}

#[test]
fn entries_that_came_before_may_have_been_saved_before() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    let call = stream.send(1, 2, entries(1, 6, 0, &[6, 6]));
    let (first, second) = (stream.arrive(&call), stream.arrive(&call));
    stream.save(2);
    stream.answer(&call, second, appended(6, true));
    stream.answer(&call, first, appended(6, true));
    let third = stream.arrive(&call);
    stream.answer(&call, third, appended(6, true));
    unsaved(&mut stream, 1, entries(1, 6, 0, &[6]), appended(6, true));
    stream.assert_legal();
}

/// The handler of the later term's request still waits for the lock.
#[test]
fn entries_may_come_again_when_a_later_term_has_arrived() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    stream.exchange(1, 2, entries(1, 6, 0, &[6]), appended(6, true));
    stream.elect(0, 7, &[1]);
    let later = stream.send(0, 2, heartbeat(0, 7));
    stream.arrive(&later);
    unsaved(&mut stream, 1, entries(1, 6, 0, &[6]), appended(6, true));
    stream.assert_legal();
}

/// Entries of older terms it may have made itself; a refused message promises nothing; a heartbeat
/// brings nothing; what a snapshot covers need not be saved again.
#[test]
fn what_brings_nothing_new_needs_no_save() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    unsaved(&mut stream, 1, entries(1, 6, 0, &[1, 1]), appended(6, true));
    unsaved(&mut stream, 1, entries(1, 6, 9, &[6]), appended(6, false));
    unsaved(&mut stream, 1, heartbeat(1, 6), appended(6, true));
    let covers = Fact::InstallSnapshot { term: 6, leader: 1, last_index: 12, last_term: 6 };
    unsaved(&mut stream, 1, covers, Fact::Installed { term: 6 });
    unsaved(&mut stream, 1, entries(1, 6, 9, &[6, 6, 6]), appended(6, true));
    stream.assert_legal();
}

#[test]
fn entries_that_first_came_to_an_earlier_life_may_be_on_the_disk() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    let call = stream.send(1, 2, entries(1, 6, 0, &[6]));
    stream.crash(2);
    stream.arrive(&call);
    stream.start(2);
    unsaved(&mut stream, 1, entries(1, 6, 0, &[6]), appended(6, true));
    stream.assert_legal();
}

#[test]
fn a_vote_that_was_not_saved() {
    let mut stream = stream(3);
    stream.exchange(1, 2, request_vote(1, 7), vote(7, false));
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    assert_eq!(
        stream.violation(),
        "2C: what a reply promises is saved first: S2 granted S0's RequestVote of term 7 at 0.011 \
         s without a save since the candidate's first message of that term arrived, at 0.010 s: \
         was the vote saved? (figure 2: updated on stable storage before responding to RPCs)"
    );
}

/// Asked twice, it saves once; nor is a vote of the life before saved again.
#[test]
fn a_vote_that_was_saved_may_be_repeated() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 7));
    let (first, second) = (stream.arrive(&call), stream.arrive(&call));
    stream.save(2);
    stream.answer(&call, second, vote(7, true));
    stream.answer(&call, first, vote(7, true));
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    stream.restart(2);
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    stream.assert_legal();
}

/// The request reached the life before, whose save may be recorded late.
#[test]
fn a_vote_that_an_earlier_life_saved_is_repeated() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 7));
    stream.arrive(&call);
    stream.restart(2);
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    stream.assert_legal();
}

#[test]
fn a_killed_life_need_not_save() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 7));
    let (arrival, killed) = (stream.arrive(&call), stream.life(2));
    stream.crash(2);
    stream.answer_by(&call, arrival, killed, Some(vote(7, true)));
    stream.assert_legal();
}

#[test]
fn before_part_2c_nothing_need_be_saved() {
    let mut stream = stream_with(Options { servers: 3, persistence: false });
    unsaved(&mut stream, 0, request_vote(0, 7), vote(7, true));
    stream.elect(0, 8, &[1]);
    unsaved(&mut stream, 0, entries(0, 8, 0, &[8]), appended(8, true));
    stream.assert_legal();
}

#[test]
fn a_late_save_of_the_life_before_saves_nothing_of_this_one() {
    let mut stream = stream(3);
    follows(&mut stream, 6);
    let before = stream.life(2);
    stream.restart(2);
    unsaved(&mut stream, 1, heartbeat(1, 6), appended(6, true));
    let call = stream.send(0, 2, request_vote(0, 7));
    let arrival = stream.arrive(&call);
    stream.record(What::Saved { server: before, state_bytes: 1, snapshot_bytes: 0 });
    stream.answer(&call, arrival, vote(7, false));
    assert!(stream.violation().contains("was the term saved?"), "{}", stream.violation());
}
