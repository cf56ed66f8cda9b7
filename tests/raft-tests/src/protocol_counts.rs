//! Counts what a Raft spends: elections, and rounds in which a leader and a follower look for the
//! last entry that they share (5.3).

#![expect(
    clippy::disallowed_types,
    reason = "held while an event is recorded, where no simulated thread may be switched"
)]

use crate::cluster::Cluster;
use raft::ServerId;
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
        let conflicts = vec![0; servers];
        ProtocolCounts(Arc::new(Mutex::new(Counts { conflicts, ..Counts::default() })))
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
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests;
