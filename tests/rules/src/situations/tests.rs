//! Each situation by a stream made by hand, which is reached at its last step and not before; and
//! the nearest thing that is none.

mod clients;
mod elections;
mod network;
mod replication;
mod snapshots;

use crate::testing::{Stream, appended, vote};
use trace::Fact;

/// AppendEntries of the leader in the term: entries of these terms behind `previous` (index, term).
fn append(
    (leader, term): (usize, u64),
    (previous_index, previous_term): (u64, u64),
    terms: &[u64],
    commit: u64,
) -> Fact {
    Fact::AppendEntries {
        term,
        leader: leader as u64,
        previous_index,
        previous_term,
        entry_terms: terms.iter().copied().collect(),
        commit,
    }
}

/// RequestVote of the candidate in the term, whose last entry is this (index, term).
fn ask((candidate, term): (usize, u64), (last_index, last_term): (u64, u64)) -> Fact {
    Fact::RequestVote { term, candidate: candidate as u64, last_index, last_term }
}

fn install((leader, term): (usize, u64), (last_index, last_term): (u64, u64)) -> Fact {
    Fact::InstallSnapshot { term, leader: leader as u64, last_index, last_term }
}

/// The candidate is elected by the voters, with this last entry.
fn elect(s: &mut Stream, by: (usize, u64), last: (u64, u64), voters: &[usize]) {
    s.save(by.0);
    for voter in voters {
        s.exchange(by.0, *voter, ask(by, last), vote(by.1, true));
    }
}

/// A request AppendEntries, saved by its leader, that its follower accepts.
fn replicate(s: &mut Stream, to: usize, request: Fact) {
    let Fact::AppendEntries { term, leader, .. } = request else { panic!("{request:?}") };
    s.save(leader as usize);
    s.exchange(leader as usize, to, request, appended(term, true));
}

/// A request AppendEntries that its follower refuses, in this term.
fn refuse(s: &mut Stream, to: usize, request: Fact, term: u64) {
    let Fact::AppendEntries { leader, .. } = request else { panic!("{request:?}") };
    s.exchange(leader as usize, to, request, appended(term, false));
}
