//! Counts what a Raft spends: elections, and rounds in which a leader and a follower look for the
//! last entry that they share (5.3). Also keeps which terms replies have told.

#![expect(
    clippy::disallowed_types,
    reason = "held while an event is recorded, where no simulated thread may be switched"
)]

use crate::cluster::Cluster;
use raft::{ServerId, Term};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::{Event, Fact, Reaction, Watcher, What};

/// Counts on a cluster's messages. Those that tell no facts are not counted.
#[derive(Clone)]
pub struct ProtocolCounts(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    /// Who stood for election, and in which term.
    candidacies: BTreeSet<(usize, u64)>,
    /// For each server, how many AppendEntries it refused for want of the previous entry.
    conflicts: Vec<usize>,
    /// For each server, the latest term that a reply has told it.
    told: Vec<u64>,
}

struct CountsWatcher(ProtocolCounts);

impl Cluster {
    /// Counts from now on.
    pub fn count_protocol(&self) -> ProtocolCounts {
        let counts = ProtocolCounts::new(self.size());
        self.shared.events.stream().watch(CountsWatcher(counts.clone()));
        counts
    }
}

impl ProtocolCounts {
    fn new(servers: usize) -> ProtocolCounts {
        let (conflicts, told) = (vec![0; servers], vec![0; servers]);
        let counts = Counts { conflicts, told, ..Counts::default() };
        ProtocolCounts(Arc::new(Mutex::new(counts)))
    }

    /// How many elections the servers have started, but for one.
    pub fn elections_without(&self, absent: ServerId) -> usize {
        let counts = self.lock();
        counts.candidacies.iter().filter(|(server, _)| *server != absent.0).count()
    }

    /// How many elections this server has started.
    pub fn elections_of(&self, server: ServerId) -> usize {
        self.lock().candidacies.iter().filter(|(candidate, _)| *candidate == server.0).count()
    }

    /// How many AppendEntries of its term the server has refused, because it did not have the
    /// previous entry.
    pub fn conflicts_of(&self, server: ServerId) -> usize {
        self.lock().conflicts[server.0]
    }

    /// The latest term that a reply has told the server; 0 if none has. (Some solutions answer a
    /// refused request with an earlier term, or with 0.)
    pub fn told_by_replies(&self, server: ServerId) -> Term {
        Term(self.lock().told[server.0])
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for CountsWatcher {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        let mut counts = self.0.lock();
        match &event.what {
            What::Sent { call } => {
                if let (Some(sender), Some(Fact::RequestVote { term, .. })) =
                    (call.sender(), &call.fact)
                {
                    counts.candidacies.insert((sender.server, *term));
                }
            }
            What::Answered { call, by, fact: Some(Fact::Appended { term, matched }), .. } => {
                let in_its_term = call.fact.as_ref().is_some_and(|told| told.term() == *term);
                counts.conflicts[by.server] += usize::from(in_its_term && !matched);
            }
            What::Delivered { call, fact: Some(fact) } => {
                if let Some(sender) = call.sender() {
                    let told = &mut counts.told[sender.server];
                    *told = fact.term().max(*told);
                }
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests;
