//! Requests out of order, twice, and past the end of a server's life.

use super::{append, elect};
use crate::Options;
use crate::testing::{Stream, heartbeat, not_started, request_vote, stream};
use course::Situation::{Duplicates, ReceiverRestarted, RequestsOvertaken, SenderCrashed};
use std::sync::Arc;
use trace::{Call, What};

fn leads(servers: usize) -> Stream {
    let mut s = stream(servers);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    s
}

#[test]
fn a_request_overtakes_another() {
    let mut s = leads(3);
    let first = s.send(0, 1, append((0, 1), (0, 0), &[1], 0));
    let second = s.send(0, 1, append((0, 1), (0, 0), &[1, 1], 0));
    s.arrive(&second);
    s.misses(RequestsOvertaken);
    s.arrive(&first);
    s.reaches(RequestsOvertaken);
}

/// Nor do requests to different followers, or of different terms.
#[test]
fn a_heartbeat_overtakes_nothing() {
    let mut s = leads(3);
    let first = s.send(0, 1, heartbeat(0, 1));
    let to_another = s.send(0, 2, append((0, 1), (0, 0), &[1], 0));
    let second = s.send(0, 1, append((0, 1), (0, 0), &[1], 0));
    s.arrive(&second);
    s.arrive(&first);
    s.arrive(&to_another);
    s.misses(RequestsOvertaken);
}

fn doubled(s: &mut Stream, call: &Arc<Call>, duplicate: Option<f64>) {
    let (request_delay, reply_delay) = (0.0, 0.0);
    s.record(What::Planned { call: call.clone(), request_delay, reply_delay, duplicate });
}

#[test]
fn a_request_arrives_twice() {
    let mut s = leads(3);
    let call = s.send(0, 1, heartbeat(0, 1));
    doubled(&mut s, &call, Some(0.1));
    s.arrive(&call);
    s.misses(Duplicates);
    s.arrive(&call);
    s.reaches(Duplicates);
}

#[test]
fn two_requests_that_are_alike_are_no_duplicates() {
    let mut s = leads(3);
    for _ in 0..2 {
        let call = s.send(0, 1, heartbeat(0, 1));
        doubled(&mut s, &call, None);
        s.arrive(&call);
    }
    let doubled_once = s.send(0, 1, heartbeat(0, 1));
    doubled(&mut s, &doubled_once, Some(0.1));
    s.arrive(&doubled_once);
    s.misses(Duplicates);
}

#[test]
fn a_request_arrives_whose_sender_has_crashed() {
    let mut s = leads(3);
    let [first, second] = [1, 2].map(|to| s.send(0, to, heartbeat(0, 1)));
    s.arrive(&first);
    s.crash(1);
    s.misses(SenderCrashed);
    s.restart(0);
    s.arrive(&second);
    s.reaches(SenderCrashed);
}

#[test]
fn a_request_arrives_in_its_receivers_next_life() {
    let mut s = leads(3);
    let before = s.send(0, 2, heartbeat(0, 1));
    let elsewhere = s.send(0, 1, heartbeat(0, 1));
    s.restart(2);
    s.arrive(&elsewhere);
    let after = s.send(0, 2, heartbeat(0, 1));
    s.arrive(&after);
    s.misses(ReceiverRestarted);
    s.arrive(&before);
    s.reaches(ReceiverRestarted);
}

/// The servers of a cluster start one after the other.
#[test]
fn the_first_start_of_a_server_is_no_restart() {
    let mut s = not_started(Options { servers: 2, persistence: true });
    s.start(0);
    s.save(0);
    let call = s.send(0, 1, request_vote(0, 1));
    s.start(1);
    s.arrive(&call);
    s.misses(ReceiverRestarted);
}
