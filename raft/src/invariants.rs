//! What must hold after every transition, whatever the network does (figure 3, and the words of
//! figure 2). A sentence and an assertion each; the cost is that of what changed.

use crate::state::{Landmarks, RoleName, State};

// FROM 2B
use crate::log::Log;
use crate::quorum::reached_by_quorum;
use crate::vocabulary::Index;

/// Checks one transition, from what the state looked like `before`. To be called before what
/// changed is saved.
///
/// # Panics
/// If an invariant is violated.
pub(crate) fn check(before: &Landmarks, state: &State) {
    let after = state.landmarks();
    let same_term = after.term == before.term;

    assert!(after.term >= before.term, "terms never go back: {before:?} -> {after:?}");
    assert!(
        !same_term || before.voted_for.is_none() || after.voted_for == before.voted_for,
        "a vote stands for its term: in term {} it was for {:?}, and now is for {:?}",
        after.term,
        before.voted_for,
        after.voted_for
    );
    assert!(
        after.role == RoleName::Follower || after.voted_for == Some(state.me),
        "a candidate, and a leader, voted for itself: {after:?}"
    );
    assert!(
        !(same_term && before.role == RoleName::Leader && after.role == RoleName::Candidate),
        "a leader does not stand for election in its own term: {before:?} -> {after:?}"
    );

    // FROM 2B: what figure 3, and the words of figure 2, say of the log and of what is committed

    let first_changed = state.log.changed_from().unwrap_or(after.last.next());

    assert!(after.base >= before.base, "what was discarded stays so: {before:?} -> {after:?}");
    assert!(
        after.commit_index >= before.commit_index,
        "what was committed stays so: {before:?} -> {after:?}"
    );
    assert!(
        after.last_applied >= before.last_applied,
        "what was applied stays so: {before:?} -> {after:?}"
    );
    assert!(
        after.base <= after.commit_index && after.commit_index <= after.last,
        "what is discarded is committed, what is committed is here: {after:?}"
    );
    assert!(
        after.last_applied <= after.commit_index,
        "only what is committed is applied: {after:?}"
    );

    assert!(
        first_changed > before.commit_index,
        "committed entries are never dropped or replaced: {before:?}, changed at {first_changed}"
    );
    assert!(
        before.role != RoleName::Leader || !same_term || first_changed > before.last,
        "a leader only appends to its log: {before:?}, changed at {first_changed}"
    );
    assert!(
        terms_rise(&state.log, first_changed) && state.log.last_term() <= after.term,
        "terms never fall along a log, nor exceed the server's: {after:?} from {first_changed}"
    );

    if after.role == RoleName::Leader {
        check_leader(before, state);
    }
}

// FROM 2B

/// Whether no entry from `first` on has an earlier term than the one before it.
fn terms_rise(log: &Log, first: Index) -> bool {
    let mut index = first.max(log.base().next());
    while index <= log.last() {
        if log.term_at(index.previous()) > log.term_at(index) {
            return false;
        }
        index = index.next();
    }
    true
}

fn check_leader(before: &Landmarks, state: &State) {
    let last = state.log.last();
    for (peer, progress) in state.followers() {
        assert!(
            progress.matched() < progress.next() && progress.next() <= last.next(),
            "{peer} has what it matched, and is sent what we have: {progress:?}, log to {last}"
        );
    }
    if before.role == RoleName::Leader && state.commit_index > before.commit_index {
        let matched = state.followers().map(|(_, progress)| progress.matched());
        assert!(
            state.commit_index <= reached_by_quorum(matched.chain([last])),
            "a majority has what a leader commits: {}",
            state.commit_index
        );
        assert!(
            state.log.has(state.commit_index, state.term),
            "a leader commits by counting only in its own term (figure 8): {}",
            state.commit_index
        );
    }
}

#[cfg(test)]
mod tests;
