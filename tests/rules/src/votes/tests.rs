//! Votes and leaders: broken streams, and the oddest legal ones.

use crate::Options;
use crate::testing::{Stream, heartbeat, request_vote, snapshot, stream, stream_with, vote};

/// A server answers a candidate; nothing else happens.
fn asks(stream: &mut Stream, candidate: usize, voter: usize, term: u64, granted: bool) {
    stream.exchange(candidate, voter, request_vote(candidate, term), vote(term, granted));
}

#[test]
fn two_votes_in_a_term() {
    let mut stream = stream(5);
    asks(&mut stream, 0, 2, 7, true);
    asks(&mut stream, 4, 2, 7, true);
    assert_eq!(
        stream.violation(),
        "one vote a term: S2 voted for S0 in term 7 at 0.009 s and for S4 at 0.014 s (5.2; figure \
         2: votedFor)"
    );
}

#[test]
fn two_votes_in_a_term_with_a_crash_in_between() {
    let mut stream = stream(5);
    asks(&mut stream, 0, 2, 7, true);
    stream.restart(2);
    asks(&mut stream, 4, 2, 7, true);
    assert_eq!(
        stream.violation(),
        "one vote a term: S2 voted for S0 in term 7 at 0.009 s and for S4 at 0.016 s; it crashed \
         in between, at 0.011 s: was the vote saved? (5.2; figure 2: votedFor)"
    );
}

#[test]
fn a_candidate_that_votes_for_another() {
    let mut stream = stream(5);
    stream.send(2, 0, request_vote(2, 7));
    asks(&mut stream, 4, 2, 7, true);
    assert_eq!(
        stream.violation(),
        "one vote a term: S2 voted for itself in term 7 at 0.006 s and for S4 at 0.010 s (5.2; \
         figure 2: votedFor)"
    );
}

#[test]
fn a_voter_that_leads() {
    let mut stream = stream(5);
    asks(&mut stream, 4, 2, 7, true);
    stream.took(2, 7);
    assert_eq!(
        stream.violation(),
        "one vote a term: S2 voted for S4 in term 7 at 0.009 s and for itself at 0.011 s (5.2; \
         figure 2: votedFor)"
    );
}

#[test]
fn a_vote_may_be_given_to_the_same_candidate_again() {
    let mut stream = stream(5);
    let call = stream.send(0, 2, request_vote(0, 7));
    let (first, second) = (stream.arrive(&call), stream.arrive(&call));
    stream.save(2);
    stream.answer(&call, second, vote(7, true));
    stream.answer(&call, first, vote(7, true));
    stream.restart(2);
    asks(&mut stream, 0, 2, 7, true);
    asks(&mut stream, 4, 2, 7, false);
    asks(&mut stream, 4, 2, 8, true);
    stream.assert_legal();
}

/// The killed life's answer is not judged, nor is what the candidate makes of it.
#[test]
fn a_vote_of_a_killed_life_says_nothing() {
    let mut stream = stream(5);
    let call = stream.send(0, 2, request_vote(0, 7));
    let (arrival, killed) = (stream.arrive(&call), stream.life(2));
    stream.crash(2);
    stream.answer_by(&call, arrival, killed, Some(vote(7, true)));
    stream.start(2);
    stream.answer_by(&call, arrival, killed, Some(vote(7, true)));
    stream.deliver(&call, Some(vote(7, true)));
    asks(&mut stream, 4, 2, 7, true);
    stream.assert_legal();
}

#[test]
fn without_persistence_a_vote_binds_one_life() {
    let mut stream = stream_with(Options { servers: 5, persistence: false });
    asks(&mut stream, 0, 2, 7, true);
    stream.restart(2);
    asks(&mut stream, 4, 2, 7, true);
    stream.assert_legal();
}

#[test]
fn a_leader_without_a_majority() {
    let mut stream = stream(5);
    stream.elect(2, 7, &[0]);
    stream.send(2, 0, heartbeat(2, 7));
    assert_eq!(
        stream.violation(),
        "a leader has the votes of a majority: S2 sent AppendEntries as the leader of term 7 at \
         0.012 s, but of the 3 votes that a majority needs it had 2: its own, S0's (5.2; figure 2, \
         rules for candidates)"
    );
}

#[test]
fn every_sign_of_a_leader_counts() {
    type Sign = fn(&mut Stream);
    let signs: [(&str, Sign); 4] = [
        ("said so", |stream| stream.said(2, 7, true)),
        ("took a command", |stream| stream.took(2, 7)),
        ("sent AppendEntries", |stream| drop(stream.send(2, 0, heartbeat(2, 7)))),
        ("sent InstallSnapshot", |stream| drop(stream.send(2, 0, snapshot(2, 7, 1)))),
    ];
    for (words, sign) in signs {
        let mut elected = stream(3);
        elected.elect(2, 7, &[0]);
        sign(&mut elected);
        elected.assert_legal();
        let mut alone = stream(3);
        alone.elect(2, 7, &[]);
        alone.send(2, 0, request_vote(2, 7));
        sign(&mut alone);
        let violation = alone.violation();
        assert!(violation.contains(&format!("S2 {words} as the leader of term 7")), "{violation}");
    }
}

#[test]
fn what_is_no_vote_for_that_term_and_life_does_not_count() {
    let broken: [fn(&mut Stream); 6] = [
        // Refused.
        |stream| asks(stream, 2, 0, 7, false),
        // For an earlier term.
        |stream| asks(stream, 2, 0, 6, true),
        // The same voter twice.
        |stream| stream.elect(2, 7, &[1, 1]),
        // Granted, but not delivered.
        |stream| {
            let call = stream.send(2, 0, request_vote(2, 7));
            let arrival = stream.arrive(&call);
            stream.save(0);
            stream.answer(&call, arrival, vote(7, true));
        },
        // Delivered to the life before, when the next has begun.
        |stream| {
            let call = stream.send(2, 0, request_vote(2, 7));
            stream.restart(2);
            stream.deliver(&call, Some(vote(7, true)));
        },
        // Delivered to the life before.
        |stream| {
            stream.elect(2, 7, &[0]);
            stream.restart(2);
        },
    ];
    for case in broken {
        let mut stream = stream(5);
        case(&mut stream);
        stream.elect(2, 7, &[1]);
        stream.took(2, 7);
        assert!(stream.violation().starts_with("a leader has the votes of a majority: S2"));
    }
}

/// A thread may say late what was true in an earlier term.
#[test]
fn a_leader_may_speak_of_its_term_when_it_stands_for_a_later_one() {
    let mut stream = stream(3);
    stream.elect(2, 7, &[0]);
    stream.elect(2, 8, &[1]);
    stream.send(2, 0, heartbeat(2, 7));
    stream.said(2, 8, true);
    stream.send(2, 0, heartbeat(2, 7));
    stream.assert_legal();
}

/// The handler read the term for its reply after giving back the lock.
#[test]
fn a_vote_whose_own_term_exceeds_counts() {
    let mut stream = stream(3);
    stream.exchange(2, 0, request_vote(2, 7), vote(8, true));
    stream.said(2, 7, true);
    stream.assert_legal();
}

#[test]
fn the_own_vote_is_a_majority_of_one() {
    let mut stream = stream(1);
    stream.took(0, 1);
    stream.restart(0);
    stream.said(0, 2, true);
    stream.assert_legal();
}

#[test]
fn nothing_is_concluded_of_votes_that_tell_no_facts() {
    let mut silent_requests = stream(3);
    silent_requests.took(2, 7);
    silent_requests.send(2, 0, heartbeat(2, 7));
    silent_requests.assert_legal();
    let mut silent_replies = stream(3);
    let call = silent_replies.send(2, 0, request_vote(2, 7));
    silent_replies.deliver(&call, None);
    silent_replies.took(2, 7);
    silent_replies.assert_legal();
}

#[test]
fn a_killed_leader_says_nothing() {
    let mut stream = stream(3);
    stream.send(2, 0, request_vote(2, 6));
    stream.crash(2);
    stream.send(2, 0, heartbeat(2, 7));
    stream.took(2, 7);
    stream.assert_legal();
}
