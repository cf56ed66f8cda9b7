//! Facts that contradict their message.

use crate::testing::{Stream, appended, entries, heartbeat, request_vote, snapshot, stream, vote};
use trace::{Fact, Party, What};

const PLACE: &str = "(figure 2, the arguments and results of the RPCs)";

fn assert_problem(stream: &Stream, problem: &str) {
    let expected = format!("a message's facts fit the message: at {problem} {PLACE}");
    assert_eq!(stream.violation(), expected);
}

#[test]
fn a_request_names_its_sender() {
    let mut candidate = stream(3);
    candidate.send(0, 1, request_vote(2, 1));
    assert_problem(
        &candidate,
        "0.004 s, S0 sent a request Raft.RequestVote that names S2 as its candidate: it is S0 \
         itself",
    );
    for fact in [heartbeat(2, 1), snapshot(2, 1, 1)] {
        let mut leader = stream(3);
        leader.send(0, 1, fact);
        assert!(leader.violation().contains("that names S2 as its leader: it is S0 itself"));
    }
}

#[test]
fn a_request_tells_a_requests_fact() {
    let mut stream = stream(3);
    stream.send(0, 1, vote(1, true));
    assert_problem(
        &stream,
        "0.004 s, S0 sent a request Raft.Vote that tells the fact Vote, which is a reply's: see \
         its `fact`",
    );
}

#[test]
fn a_reply_tells_what_answers_its_request() {
    let mut stream = stream(3);
    stream.exchange(0, 1, request_vote(0, 1), appended(1, true));
    assert_problem(
        &stream,
        "0.007 s, S1 answered Raft.RequestVote with the fact Appended instead of Vote: see its \
         `reply_fact`",
    );
}

#[test]
fn a_number_that_wrapped() {
    let below_zero = 0_u64.wrapping_sub(2);
    let mut last = stream(3);
    last.send(0, 1, entries(0, 1, below_zero, &[1, 1, 1]));
    assert_problem(
        &last,
        "0.004 s, S0 sent a request Raft.AppendEntries with the number 18446744073709551615 for a \
         term or an index (the limit is 9223372036854775807): was it subtracted below 0?",
    );
    let mut term = stream(3);
    term.exchange(0, 1, heartbeat(0, 1), appended(below_zero, false));
    assert!(term.violation().contains("S1 answered Raft.AppendEntries with the number 18446"));
    let mut largest = stream(3);
    largest.send(0, 1, snapshot(0, 1, u64::MAX / 2));
    largest.assert_legal();
}

/// A killed life, a sender unknown to the network, an RPC of the student's own.
#[test]
fn what_is_not_judged() {
    let mut stream = stream(3);
    let own = stream.call(0, 1, None);
    stream.record(What::Sent { call: own.clone() });
    let arrival = stream.arrive(&own);
    stream.answer_by(&own, arrival, stream.life(1), Some(vote(1, true)));
    let mut unknown = (*stream.call(0, 1, Some(request_vote(2, 1)))).clone();
    for from in [None, Some(Party::Client(7))] {
        unknown.from = from;
        stream.record(What::Sent { call: unknown.clone().into() });
    }
    let call = stream.send(0, 1, request_vote(0, 1));
    let arrival = stream.arrive(&call);
    stream.crash(1);
    stream.answer(&call, arrival, appended(1, true));
    stream.crash(0);
    stream.send(0, 1, Fact::Installed { term: u64::MAX });
    stream.assert_legal();
}
