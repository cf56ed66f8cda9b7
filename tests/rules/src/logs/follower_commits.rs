//! A follower commits what matched (5.3; figure 2, AppendEntries 5): up to the leader's commit
//! index, but not beyond the last entry that it knows to be the leader's.
//!
//! A server applies an entry if a request reaches it and was not refused, and a commit index that
//! arrived in its term or an earlier one reaches it, too (a leader's log has all that was committed
//! before it, 5.4.3); or if a snapshot covers it, or the
//! server counted it itself as a leader. Requests are recorded before their handlers start and an
//! applied command after it was decided, so whatever the decision rests on has been recorded. A
//! request whose handler runs may have been accepted already. So may one whose handler ran at a
//! crash: the log survived. A refusal in a term below the request's says nothing.

use super::acknowledged::Open;
use super::by_term::ByTerm;
use super::entries::{Append, Entries};
use super::known::Known;
use crate::words::Time;
use crate::{Rule, Violation};
use std::time::Duration;
use trace::{Call, Incarnation};

/// What arrived in one term.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    /// The highest commit index that arrived in this term or an earlier one.
    commit: u64,
    /// The last entry of the requests that were not refused.
    matched: u64,
}

#[derive(Debug, Clone)]
struct Follower {
    terms: ByTerm<Heard>,
    /// What all of it allows.
    allowed: u64,
    /// The latest term in which a leader told it anything.
    term: u64,
}

#[derive(Debug)]
pub(crate) struct FollowerCommits {
    servers: Vec<Follower>,
}

impl FollowerCommits {
    pub(crate) fn new(servers: usize) -> FollowerCommits {
        let none = Follower { terms: ByTerm::new(), allowed: 0, term: 0 };
        FollowerCommits { servers: vec![none; servers] }
    }

    /// The latest term in which a leader told this server anything.
    pub(crate) fn term(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |follower| follower.term)
    }

    /// A request has arrived.
    pub(crate) fn arrived(&mut self, append: &Append, server: usize) {
        self.learn(append.term, server, |heard| heard.commit = heard.commit.max(append.commit));
    }

    /// A request was not refused, or may not have been.
    pub(crate) fn accepted(&mut self, call: &Call, server: usize) {
        if let Some(append) = Append::of_call(call) {
            let last = append.last();
            self.learn(append.term, server, |heard| heard.matched = heard.matched.max(last));
        }
    }

    fn learn(&mut self, term: u64, server: usize, how: impl FnOnce(&mut Heard)) {
        let Some(follower) = self.servers.get_mut(server) else { return };
        follower.term = follower.term.max(term);
        let below = follower.terms.neighbours(term)[0].map_or(0, |(_, heard)| heard.commit);
        let new = || Heard { commit: below, matched: 0 };
        how(follower.terms.get_or(term, new));
        let mut commit = 0;
        for heard in follower.terms.from(term) {
            heard.commit = heard.commit.max(commit);
            commit = heard.commit;
            follower.allowed = follower.allowed.max(heard.commit.min(heard.matched));
        }
    }

    /// Whether the server may apply this index.
    pub(crate) fn allows(&self, server: usize, index: u64, open: &[Open], known: &Known) -> bool {
        let Some(follower) = self.servers.get(server) else { return true };
        let allows = |open: &Open| {
            let Some(append) = Append::of_call(&open.call) else { return false };
            let commit = follower.terms.get(append.term).map_or(0, |heard| heard.commit);
            commit.min(append.last()) >= index
        };
        index <= follower.allowed.max(known.committed_alone(server)) || open.iter().any(allows)
    }

    /// It applied what it may not.
    pub(crate) fn broken(&self, by: Incarnation, index: u64, at: Duration) -> Option<Violation> {
        let follower = self.servers.get(by.server)?;
        let heard = follower.terms.get(follower.term).copied().unwrap_or_default();
        let what = format!(
            "{by} applied entry {index} at {}; in term {}, the latest in which a leader spoke to \
             it, it heard of commit index {} and did not refuse entries up to {}; in all terms \
             that allows to apply up to {}",
            Time(at),
            follower.term,
            heard.commit,
            heard.matched,
            follower.allowed,
        );
        Some(Violation { rule: Rule::CommitsMatched, what })
    }
}
