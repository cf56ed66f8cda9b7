//! Hand-made events: what begins a wait, what ends it, and what does neither.

use super::*;
use trace::{Incarnation, Party};

const HEARTBEAT: Duration = Duration::from_millis(100);

fn append(term: u64) -> Fact {
    let (leader, previous_index, previous_term, commit) = (0, 0, 0, 0);
    let entry_terms = trace::EntryTerms::new();
    Fact::AppendEntries { term, leader, previous_index, previous_term, entry_terms, commit }
}

fn request_vote(term: u64) -> Fact {
    Fact::RequestVote { term, candidate: 2, last_index: 0, last_term: 0 }
}

/// A call between servers 0 and 1, by its sender.
fn call(from: usize, fact: Option<Fact>) -> Arc<Call> {
    let sender = Party::Server(Incarnation { server: from, number: 1 });
    let (to, rpc) = (Some(1 - from), "Raft.Any".into());
    Arc::new(Call { number: 1, from: Some(sender), to, rpc, fact })
}

/// Server 1 sends this.
fn sends(fact: Option<Fact>) -> What {
    What::Sent { call: call(1, fact) }
}

/// Server 1 answers this.
fn answers(request: Fact, reply: Fact) -> What {
    answers_told(Some(request), Some(reply))
}

fn answers_told(request: Option<Fact>, fact: Option<Fact>) -> What {
    let by = Incarnation { server: 1, number: 1 };
    What::Answered { call: call(0, request), arrival: 1, by, fact }
}

fn accepts(term: u64) -> What {
    answers(append(term), Fact::Appended { term, matched: true })
}

fn votes(term: u64, granted: bool) -> What {
    answers(request_vote(term), Fact::Vote { term, granted })
}

/// What is known after these events, a tenth of a second apart, beginning at 0.1 s, and as much
/// later as well.
fn gaps(events: impl IntoIterator<Item = What>) -> Vec<Gap> {
    let timers = ElectionTimers::new(2);
    let mut at = Duration::ZERO;
    for what in events {
        at += HEARTBEAT;
        timers.lock().see(&Event { number: 1, at, thread: None, what });
    }
    timers.gaps_at(at + HEARTBEAT)
}

fn gap(since: Since, length: Duration) -> Gap {
    let (server, ended) = (ServerId(1), true);
    Gap { server, since, length, ended, refused_votes: 0, stale_heartbeats: 0 }
}

#[test]
fn a_wait_is_from_the_last_heartbeat_to_the_candidacy() {
    let events = [accepts(3), accepts(3), sends(Some(request_vote(4)))];
    assert_eq!(gaps(events), [gap(Since::Heartbeat, HEARTBEAT)]);
}

#[test]
fn a_granted_vote_begins_a_wait() {
    let events = [accepts(3), votes(4, true), sends(Some(request_vote(5)))];
    assert_eq!(gaps(events), [gap(Since::Vote, HEARTBEAT)]);
}

#[test]
fn a_question_before_the_election_ends_a_wait() {
    let events = [accepts(3), sends(None), sends(Some(request_vote(4)))];
    assert_eq!(gaps(events), [gap(Since::Heartbeat, HEARTBEAT)]);
}

#[test]
fn what_is_refused_is_counted_and_begins_nothing() {
    let stale = answers(append(2), Fact::Appended { term: 3, matched: false });
    let events = [accepts(3), votes(3, false), stale, sends(Some(request_vote(4)))];
    let gap = gap(Since::Heartbeat, 3 * HEARTBEAT);
    assert_eq!(gaps(events), [Gap { refused_votes: 1, stale_heartbeats: 1, ..gap }]);
}

#[test]
fn a_refusal_that_tells_no_term_is_one_all_the_same() {
    let stale = answers(append(2), Fact::Appended { term: 0, matched: false });
    let events = [accepts(3), stale, sends(Some(request_vote(4)))];
    let gap = gap(Since::Heartbeat, 2 * HEARTBEAT);
    assert_eq!(gaps(events), [Gap { stale_heartbeats: 1, ..gap }]);
}

#[test]
fn a_conflict_is_a_message_of_the_leader_all_the_same() {
    let conflict = answers(append(3), Fact::Appended { term: 3, matched: false });
    let events = [accepts(3), conflict, sends(Some(request_vote(4)))];
    assert_eq!(gaps(events), [gap(Since::Heartbeat, HEARTBEAT)]);
}

#[test]
fn a_request_that_was_late_ends_nothing() {
    let events = [accepts(3), sends(Some(request_vote(3))), sends(Some(append(2)))];
    assert_eq!(gaps(events), [Gap { ended: false, ..gap(Since::Heartbeat, 3 * HEARTBEAT) }]);
}

#[test]
fn a_candidacy_counts_though_a_later_term_was_refused_meanwhile() {
    let events = [accepts(3), votes(9, false), sends(Some(request_vote(4)))];
    let gap = gap(Since::Heartbeat, 2 * HEARTBEAT);
    assert_eq!(gaps(events), [Gap { refused_votes: 1, ..gap }]);
}

#[test]
fn nothing_is_known_of_a_wait_once_it_is_unclear_what_was_answered() {
    for (request, reply) in [(None, None), (Some(append(3)), None)] {
        let unclear = answers_told(request, reply);
        assert_eq!(gaps([accepts(3), unclear, sends(Some(request_vote(4)))]), []);
    }
}

#[test]
fn a_crash_ends_a_wait_and_is_no_candidacy() {
    let server = Incarnation { server: 1, number: 1 };
    let events = [accepts(3), What::Crashed { server }, sends(Some(request_vote(4)))];
    assert_eq!(gaps(events), []);
}
