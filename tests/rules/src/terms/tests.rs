//! Terms: broken streams, and the oddest legal ones.

use crate::Options;
use crate::testing::{
    Stream, appended, entries, heartbeat, request_vote, stream, stream_with, vote,
};
use trace::{Fact, What};

/// S2 shows term 7, and then answers a request of term 5.
fn after_term_7(request: Fact, reply: Fact) -> Stream {
    let mut stream = stream(3);
    stream.said(2, 7, false);
    stream.exchange(0, 2, request, reply);
    stream
}

#[test]
fn a_stale_request_that_is_granted() {
    let stream = after_term_7(request_vote(0, 5), vote(5, true));
    assert_eq!(
        stream.violation(),
        "stale requests are refused: S2 granted S0's RequestVote of term 5 at 0.008 s, but had \
         been in term 7 at 0.004 s, before that request arrived (5.1; figure 2, RequestVote 1 and \
         AppendEntries 1)"
    );
}

#[test]
fn a_stale_request_that_is_acknowledged_after_a_crash() {
    let mut stream = stream(3);
    stream.exchange(1, 2, request_vote(1, 7), vote(7, true));
    stream.restart(2);
    let call = stream.call(0, 2, Some(entries(0, 5, 0, &[5])));
    let arrival = stream.arrive(&call);
    stream.save(2);
    stream.answer(&call, arrival, appended(5, true));
    assert_eq!(
        stream.violation(),
        "stale requests are refused: S2 acknowledged S0's AppendEntries of term 5 at 0.013 s, but \
         had been in term 7 at 0.007 s, before that request arrived; it crashed in between, at \
         0.009 s: was the term saved? (5.1; figure 2, RequestVote 1 and AppendEntries 1)"
    );
}

#[test]
fn a_stale_request_may_be_refused_in_the_later_term() {
    after_term_7(request_vote(0, 5), vote(7, false)).assert_legal();
    after_term_7(request_vote(0, 5), vote(9, false)).assert_legal();
}

/// Strangers' solutions answer so, harmlessly.
#[test]
fn a_refusal_below_the_requests_term_says_nothing() {
    after_term_7(request_vote(0, 5), vote(0, false)).assert_legal();
    after_term_7(heartbeat(0, 8), appended(0, false)).assert_legal();
}

/// Its handler may have read the term for its reply after giving back the lock.
#[test]
fn a_yes_in_a_later_term_proves_nothing_by_itself() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 5));
    let arrival = stream.arrive(&call);
    stream.save(2);
    stream.said(2, 7, false);
    stream.answer(&call, arrival, vote(7, true));
    stream.assert_legal();
}

/// It was in that term before the request arrived.
#[test]
fn a_yes_to_a_stale_request_is_one_whatever_term_it_tells() {
    let stream = after_term_7(request_vote(0, 5), vote(7, true));
    assert!(stream.violation().starts_with("stale requests are refused: S2 granted"));
    let stream = after_term_7(heartbeat(0, 5), appended(7, true));
    assert!(stream.violation().starts_with("stale requests are refused: S2 acknowledged"));
}

/// The handler had granted before another saw the later term.
#[test]
fn a_handler_may_answer_after_a_later_term_was_seen() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 5));
    let arrival = stream.arrive(&call);
    stream.save(2);
    stream.exchange(1, 2, request_vote(1, 7), vote(7, true));
    stream.answer(&call, arrival, vote(5, true));
    stream.assert_legal();
    let again = stream.arrive(&call);
    stream.answer(&call, again, vote(5, true));
    assert!(stream.violation().starts_with("stale requests are refused: S2 granted"));
}

#[test]
fn a_reply_whose_term_goes_back() {
    let mut stream = stream(3);
    stream.took(2, 7);
    stream.exchange(0, 2, heartbeat(0, 5), appended(6, false));
    assert_eq!(
        stream.violation(),
        "terms do not go back in messages: S2 answered in term 6 S0's AppendEntries of term 5 at \
         0.008 s, but had been in term 7 at 0.004 s, before that request arrived (5.1; figure 2: \
         currentTerm)"
    );
}

#[test]
fn a_request_whose_term_goes_back_across_a_crash() {
    let mut stream = stream(3);
    stream.exchange(1, 2, request_vote(1, 7), vote(7, true));
    stream.restart(2);
    stream.send(2, 0, request_vote(2, 6));
    assert_eq!(
        stream.violation(),
        "terms do not go back in messages: S2 sent RequestVote in term 6 at 0.011 s, but had been \
         in term 7 at 0.007 s; it crashed in between, at 0.009 s: was the term saved? (5.1; figure \
         2: currentTerm)"
    );
}

#[test]
fn a_restart_in_the_same_term_is_legal() {
    let mut stream = stream(3);
    stream.exchange(1, 2, heartbeat(1, 7), appended(7, true));
    stream.restart(2);
    stream.exchange(1, 2, heartbeat(1, 7), appended(7, true));
    stream.send(2, 0, request_vote(2, 7));
    stream.assert_legal();
}

#[test]
fn within_one_life_a_request_proves_nothing() {
    let mut stream = stream(3);
    stream.said(2, 7, false);
    stream.send(2, 0, request_vote(2, 6));
    stream.assert_legal();
}

/// A term that was only in memory: adopted from a reply, said to the tests, read for a refusal.
#[test]
fn what_was_not_promised_need_not_survive_a_crash() {
    let mut stream = stream(3);
    stream.said(2, 7, false);
    stream.exchange(0, 2, request_vote(0, 5), vote(7, false));
    stream.restart(2);
    stream.exchange(0, 2, request_vote(0, 6), vote(6, true));
    stream.send(2, 0, request_vote(2, 7));
    stream.assert_legal();
}

#[test]
fn a_killed_life_shows_nothing() {
    let mut stream = stream(3);
    let call = stream.send(0, 2, request_vote(0, 8));
    let (arrival, killed) = (stream.arrive(&call), stream.life(2));
    stream.crash(2);
    stream.said(2, 9, false);
    stream.send(2, 0, request_vote(2, 9));
    stream.answer_by(&call, arrival, killed, Some(vote(8, true)));
    stream.start(2);
    stream.record(What::Said { server: killed, term: 9, leads: false });
    stream.exchange(1, 2, request_vote(1, 7), vote(7, true));
    stream.assert_legal();
}

#[test]
fn without_persistence_a_term_binds_one_life() {
    let mut stream = stream_with(Options { servers: 3, persistence: false });
    stream.exchange(1, 2, request_vote(1, 7), vote(7, true));
    stream.restart(2);
    stream.exchange(0, 2, request_vote(0, 1), vote(1, true));
    stream.send(2, 0, request_vote(2, 2));
    stream.assert_legal();
}
