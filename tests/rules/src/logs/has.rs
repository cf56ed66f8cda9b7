//! A server acknowledges only what it has (5.3; figure 2, AppendEntries 2): it refuses a request
//! whose previous entry is not in its log.
//!
//! An entry gets into a log by a request that brings it, by a snapshot that covers it, or because
//! its leader creates it in its own term. Every request is recorded before its handler starts, so
//! what has not arrived when the answer is recorded was not there when it was decided. Of the
//! entries of one term that a server was brought the lowest and the highest are remembered: those
//! in between count as brought.

use super::acknowledged::Open;
use super::by_term::ByTerm;
use super::entries::Append;
use super::known::Known;
use crate::words::Time;
use crate::{Rule, Violation};
use std::time::Duration;
use trace::{Call, Fact, Incarnation};

#[derive(Debug)]
pub(crate) struct Has {
    /// For each server and term: the lowest and the highest index that was brought.
    brought: Vec<ByTerm<(u64, u64)>>,
    leaders: ByTerm<usize>,
}

impl Has {
    pub(crate) fn new(servers: usize) -> Has {
        Has { brought: vec![ByTerm::new(); servers], leaders: ByTerm::new() }
    }

    /// A server leads a term.
    pub(crate) fn leads(&mut self, server: usize, term: u64) {
        self.leaders.get_or(term, || server);
    }

    /// A request has arrived.
    pub(crate) fn arrived(&mut self, call: &Call, server: usize) {
        let Some(brought) = self.brought.get_mut(server) else { return };
        if let Some(append) = Append::of_call(call) {
            for run in append.brought() {
                let (lowest, highest) = brought.get_or(run.term, || (run.first, run.last));
                *lowest = run.first.min(*lowest);
                *highest = run.last.max(*highest);
            }
        }
    }

    /// A server acknowledged.
    pub(crate) fn acknowledged(
        &self,
        open: &Open,
        by: Incarnation,
        at: Duration,
        known: &Known,
    ) -> Option<Violation> {
        let append = Append::of_call(&open.call)?;
        let (index, term) = (append.previous_index, append.previous_term);
        if index <= known.snapshot(by.server) || self.was_brought(by.server, index, term) {
            return None;
        }
        let leader = *self.leaders.get(term)?;
        if leader == by.server {
            return None;
        }
        let Some(Fact::AppendEntries { leader: to, .. }) = open.call.fact else { return None };
        let what = format!(
            "{by} acknowledged at {} to S{to}, the leader of term {}, that it has entry {index} of \
             term {term}, and no message has brought it that entry (S{leader} led term {term})",
            Time(at),
            append.term,
        );
        Some(Violation { rule: Rule::Has, what })
    }

    fn was_brought(&self, server: usize, index: u64, term: u64) -> bool {
        let brought = self.brought.get(server).and_then(|brought| brought.get(term));
        brought.is_some_and(|(lowest, highest)| (*lowest..=*highest).contains(&index))
    }
}
