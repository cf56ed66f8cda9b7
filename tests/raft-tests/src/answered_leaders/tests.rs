//! Hand-made events: which candidacies of a leader count.

use super::*;
use trace::{EntryTerms, Incarnation};

/// Server 0 of three leads term 2, and stands for election in term 3 at 1 s. The events before that
/// are given by what happens and when, in milliseconds.
fn candidacies(before: &[(u64, What)]) -> usize {
    let leaders = AnsweredLeaders::new(3);
    let see = |at: u64, what: What| {
        let at = Duration::from_millis(at);
        let event = Event { number: 1, at, thread: None, what };
        assert!(LeadersWatcher(leaders.clone()).see(&event).is_none());
    };
    see(0, What::Sent { call: append() });
    before.iter().for_each(|(at, what)| see(*at, what.clone()));
    for _ in 0..2 {
        see(1000, What::Sent { call: call(0, 1, request_vote(3)) });
    }
    leaders.candidacies()
}

fn call(from: usize, to: usize, fact: Fact) -> Arc<Call> {
    let sender = Party::Server(Incarnation { server: from, number: 1 });
    let rpc = "Raft.Any".into();
    Arc::new(Call { number: 1, from: Some(sender), to: Some(to), rpc, fact: Some(fact) })
}

fn append() -> Arc<Call> {
    let (leader, previous_index, previous_term, commit) = (0, 0, 0, 0);
    let entry_terms = EntryTerms::new();
    let term = 2;
    call(
        0,
        1,
        Fact::AppendEntries { term, leader, previous_index, previous_term, entry_terms, commit },
    )
}

fn request_vote(term: u64) -> Fact {
    Fact::RequestVote { term, candidate: 0, last_index: 0, last_term: 0 }
}

fn reply(fact: Option<Fact>) -> What {
    What::Delivered { call: append(), fact }
}

fn appended(term: u64) -> Option<Fact> {
    Some(Fact::Appended { term, matched: true })
}

#[test]
fn a_leader_that_is_answered_does_not_stand() {
    assert_eq!(candidacies(&[(900, reply(appended(2)))]), 1);
}

#[test]
fn one_that_is_not_answered_may() {
    assert_eq!(candidacies(&[]), 0);
    assert_eq!(candidacies(&[(700, reply(appended(2)))]), 0, "too long ago");
}

#[test]
fn one_that_may_have_heard_of_a_later_term_may() {
    let at_server = Incarnation { server: 0, number: 1 };
    let asked = What::Arrived { call: call(1, 0, request_vote(3)), arrival: 1, at_server };
    assert_eq!(candidacies(&[(950, asked), (960, reply(appended(2)))]), 0);
    assert_eq!(candidacies(&[(900, reply(appended(2))), (950, reply(appended(4)))]), 0);
    assert_eq!(candidacies(&[(900, reply(appended(2))), (950, reply(None))]), 0);
    let crash = What::Crashed { server: at_server };
    assert_eq!(candidacies(&[(900, reply(appended(2))), (950, crash)]), 0);
}
