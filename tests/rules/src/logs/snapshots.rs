//! A snapshot does not take a service back (7, figure 13): a server hands up a snapshot only if it
//! is newer than what it has applied.
//!
//! Commands and snapshots reach the service through one channel, and what the service receives is
//! recorded in that order. A snapshot that a server hands up is one that a leader sent it, which
//! is recorded before its handler starts, or one that its own service took, in whatever
//! incarnation.

use crate::words::Time;
use crate::{Rule, Violation};
use std::time::Duration;
use trace::Incarnation;

#[derive(Debug, Default, Clone)]
struct Service {
    /// The last index that this incarnation has applied, and when.
    applied: (u64, Duration),
    /// The last indexes of the snapshots that the server received or took, sorted.
    snapshots: Vec<u64>,
}

#[derive(Debug)]
pub(crate) struct Snapshots {
    services: Vec<Service>,
}

impl Snapshots {
    pub(crate) fn new(servers: usize) -> Snapshots {
        Snapshots { services: vec![Service::default(); servers] }
    }

    /// A new incarnation has applied nothing.
    pub(crate) fn started(&mut self, server: usize) {
        if let Some(service) = self.services.get_mut(server) {
            service.applied = (0, Duration::ZERO);
        }
    }

    /// The server received a snapshot from a leader, or from its service.
    pub(crate) fn got(&mut self, server: usize, index: u64) {
        if let Some(service) = self.services.get_mut(server)
            && let Err(place) = service.snapshots.binary_search(&index)
        {
            service.snapshots.insert(place, index);
        }
    }

    /// The service received a command.
    pub(crate) fn applied(&mut self, server: usize, index: u64, at: Duration) {
        if let Some(service) = self.services.get_mut(server) {
            service.applied = service.applied.max((index, at));
        }
    }

    /// The service received a snapshot.
    pub(crate) fn handed_up(
        &mut self,
        by: Incarnation,
        index: u64,
        at: Duration,
    ) -> Option<Violation> {
        let service = self.services.get(by.server)?;
        let (applied, when) = service.applied;
        let what = if index < applied {
            format!(
                "{by} handed its service at {} the snapshot up to {index}, and it had applied \
                 {applied} at {}: the service went back",
                Time(at),
                Time(when),
            )
        } else if service.snapshots.binary_search(&index).is_err() {
            format!(
                "{by} handed its service at {} a snapshot up to {index}, which no leader sent it \
                 and its service did not take",
                Time(at),
            )
        } else {
            self.applied(by.server, index, at);
            return None;
        };
        Some(Violation { rule: Rule::Snapshots, what })
    }
}
