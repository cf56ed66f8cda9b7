//! Clients of a service.

use super::elect;
use crate::testing::{Stream, heartbeat, request_vote, stream, vote};
use course::Situation::{
    ClientRepliesLost, DeposedWhileWaiting, OperationsAtTwoLeaders, OperationsTwice,
};
use std::sync::Arc;
use trace::{Call, Failure, Party, What};

/// S0 leads term 1.
fn service() -> Stream {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s.send(0, 1, heartbeat(0, 1));
    s
}

fn begins(s: &mut Stream, client: usize) {
    s.record(What::Called { client, operation: String::new() });
}

fn asks(s: &mut Stream, client: usize, to: usize) -> (Arc<Call>, u64) {
    let call = Call { from: Some(Party::Client(client)), ..(*s.call(0, to, None)).clone() };
    let call = Arc::new(call);
    s.record(What::Sent { call: call.clone() });
    let arrival = s.arrive(&call);
    (call, arrival)
}

/// S2 is elected in term 2 by S1.
fn next_leader(s: &mut Stream) {
    elect(s, (2, 2), (0, 0), &[1]);
    s.send(2, 1, heartbeat(2, 2));
}

#[test]
fn a_reply_to_a_client_is_lost() {
    let mut s = service();
    let (call, _) = asks(&mut s, 7, 0);
    s.record(What::Failed { call: call.clone(), why: Failure::RequestLost });
    let between_servers = s.send(0, 1, heartbeat(0, 1));
    s.record(What::Failed { call: between_servers, why: Failure::ReplyLost });
    s.misses(ClientRepliesLost);
    s.record(What::Failed { call, why: Failure::ReplyLost });
    s.reaches(ClientRepliesLost);
}

#[test]
fn a_leader_is_deposed_while_a_client_waits() {
    let mut s = service();
    let (call, arrival) = asks(&mut s, 7, 0);
    let (at_follower, arrival_there) = asks(&mut s, 8, 1);
    next_leader(&mut s);
    s.answer_by(&at_follower, arrival_there, s.life(1), None);
    s.misses(DeposedWhileWaiting);
    s.exchange(2, 0, request_vote(2, 2), vote(2, true));
    s.answer_by(&call, arrival, s.life(0), None);
    s.reaches(DeposedWhileWaiting);
}

#[test]
fn a_leader_that_answers_in_its_term_was_not_deposed() {
    let mut s = service();
    let (call, arrival) = asks(&mut s, 7, 0);
    next_leader(&mut s);
    s.answer_by(&call, arrival, s.life(0), None);
    s.exchange(2, 0, request_vote(2, 2), vote(2, true));
    s.misses(DeposedWhileWaiting);
}

#[test]
fn an_operation_reaches_two_leaders() {
    let mut s = service();
    begins(&mut s, 7);
    asks(&mut s, 7, 0);
    asks(&mut s, 7, 1);
    next_leader(&mut s);
    asks(&mut s, 8, 2);
    s.misses(OperationsAtTwoLeaders);
    asks(&mut s, 7, 2);
    s.reaches(OperationsAtTwoLeaders);
    s.misses(OperationsTwice);
}

#[test]
fn an_operation_reaches_a_leader_twice() {
    let mut s = service();
    begins(&mut s, 7);
    for _ in 0..2 {
        asks(&mut s, 7, 1);
    }
    asks(&mut s, 7, 0);
    s.record(What::Returned { client: 7, result: String::new() });
    begins(&mut s, 7);
    asks(&mut s, 7, 0);
    s.misses(OperationsTwice);
    asks(&mut s, 7, 0);
    s.reaches(OperationsTwice);
    s.misses(OperationsAtTwoLeaders);
}
