//! Hand-made events: what counts as an election, and what as a round of a conflict.

use super::*;
use labrt::time::Duration;
use trace::{Call, EntryTerms, Incarnation, Party};

fn see(counts: &ProtocolCounts, what: What) {
    let event = Event { number: 1, at: Duration::ZERO, thread: None, what };
    assert!(CountsWatcher(counts.clone()).see(&event).is_none());
}

fn call(from: usize, fact: Fact) -> Arc<Call> {
    let sender = Party::Server(Incarnation { server: from, number: 1 });
    let rpc = "Raft.Any".into();
    Arc::new(Call { number: 1, from: Some(sender), to: Some(1 - from), rpc, fact: Some(fact) })
}

#[test]
fn requests_of_one_term_are_one_election() {
    let counts = ProtocolCounts::new(2);
    for (candidate, term) in [(0, 3), (0, 3), (0, 4), (1, 4)] {
        let (last_index, last_term) = (0, 0);
        let request = Fact::RequestVote { term, candidate, last_index, last_term };
        see(&counts, What::Sent { call: call(candidate as usize, request) });
    }
    assert_eq!(counts.elections_without(ServerId(1)), 2);
    assert_eq!(counts.elections_without(ServerId(0)), 1);
}

#[test]
fn refusals_in_the_leaders_term_are_rounds_of_a_conflict() {
    let counts = ProtocolCounts::new(2);
    for (term, matched) in [(3, false), (3, true), (4, false)] {
        let (leader, previous_index, previous_term, commit) = (0, 7, 2, 0);
        let entry_terms = EntryTerms::new();
        let request = Fact::AppendEntries {
            term: 3,
            leader,
            previous_index,
            previous_term,
            entry_terms,
            commit,
        };
        let by = Incarnation { server: 1, number: 1 };
        let fact = Some(Fact::Appended { term, matched });
        see(&counts, What::Answered { call: call(0, request), arrival: 1, by, fact });
    }
    assert_eq!(counts.conflicts_of(ServerId(1)), 1);
    assert_eq!(counts.conflicts_of(ServerId(0)), 0);
}

#[test]
fn a_server_is_told_the_latest_term_of_the_replies_that_reach_it() {
    let counts = ProtocolCounts::new(2);
    assert_eq!(counts.told_by_replies(ServerId(0)), Term(0));
    for term in [5, 0] {
        let vote = Fact::Vote { term, granted: false };
        let request = Fact::RequestVote { term: 3, candidate: 0, last_index: 0, last_term: 0 };
        see(&counts, What::Delivered { call: call(0, request), fact: Some(vote) });
    }
    assert_eq!(counts.told_by_replies(ServerId(0)), Term(5));
    assert_eq!(counts.told_by_replies(ServerId(1)), Term(0));
}
