//! What must hold after every step, whatever the network does: the properties of figure 3, and what
//! figure 2 says of each field. A sentence and an assertion each; checking costs as much as what
//! changed.

use crate::state::{RoleName, State, StateDigest};

// FROM 2B
use crate::log::Log;
use crate::quorum::quorum_value;
use crate::types::Index;

/// Checks one step, from the state's values `before` it. To be called before what changed is saved.
///
/// # Panics
/// If an invariant is violated.
pub(crate) fn check(before: &StateDigest, state: &State) {
    let after = state.digest();
    let same_term = after.term == before.term;

    assert!(after.term >= before.term, "terms never go back: {before:?} -> {after:?}");
    assert!(
        !same_term || before.voted_for.is_none() || after.voted_for == before.voted_for,
        "a server votes once in a term: in term {} it voted for {:?}, and now for {:?}",
        after.term,
        before.voted_for,
        after.voted_for
    );
    assert!(
        after.role == RoleName::Follower || after.voted_for == Some(state.me),
        "a candidate and a leader have voted for themselves: {after:?}"
    );
    assert!(
        !(same_term && before.role == RoleName::Leader && after.role == RoleName::Candidate),
        "a leader does not become a candidate in its own term: {before:?} -> {after:?}"
    );

    // FROM 2B: what figures 2 and 3 say of the log and of what is committed

    let first_changed = state.log.changed_from().unwrap_or(after.last.next());

    assert!(
        after.snapshot_index >= before.snapshot_index,
        "the snapshot index never goes back: {before:?} -> {after:?}"
    );
    assert!(
        after.commit_index >= before.commit_index,
        "the commit index never goes back: {before:?} -> {after:?}"
    );
    assert!(
        after.last_applied >= before.last_applied,
        "the last applied index never goes back: {before:?} -> {after:?}"
    );
    assert!(
        after.snapshot_index <= after.commit_index && after.commit_index <= after.last,
        "snapshot index <= commit index <= last index: {after:?}"
    );
    assert!(
        after.last_applied <= after.commit_index,
        "only committed entries are applied: {after:?}"
    );

    assert!(
        first_changed > before.commit_index,
        "committed entries are never dropped or replaced: {before:?}, changed at {first_changed}"
    );
    // Leader Append-Only (figure 3).
    assert!(
        before.role != RoleName::Leader || !same_term || first_changed > before.last,
        "a leader only appends to its log: {before:?}, changed at {first_changed}"
    );
    assert!(
        terms_never_decrease(&state.log, first_changed) && state.log.last_term() <= after.term,
        "terms never decrease along a log, nor exceed the server's: {after:?} from {first_changed}"
    );

    if after.role == RoleName::Leader {
        check_leader(before, state);
    }
}

// FROM 2B

/// Whether no entry from `first` on has an earlier term than the one before it.
fn terms_never_decrease(log: &Log, first: Index) -> bool {
    let mut index = first.max(log.snapshot_index().next());
    while index <= log.last() {
        if log.term_at(index.previous()) > log.term_at(index) {
            return false;
        }
        index = index.next();
    }
    true
}

/// Checks what only a leader has: the progress of its peers, and its commit rule.
fn check_leader(before: &StateDigest, state: &State) {
    let last = state.log.last();
    for (peer, progress) in state.followers() {
        assert!(
            progress.matched() < progress.next() && progress.next() <= last.next(),
            "matched < next <= last index + 1: {peer} has {progress:?}, last index {last}"
        );
    }
    if before.role == RoleName::Leader && state.commit_index > before.commit_index {
        let matched = state.followers().map(|(_, progress)| progress.matched());
        assert!(
            state.commit_index <= quorum_value(matched.chain([last])),
            "a leader commits only what a majority has: {}",
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
