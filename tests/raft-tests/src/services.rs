//! What a scenario beyond the course asks of services and disks: how slow they are, and when a
//! service takes its snapshots; and the size of what Raft keeps.

#![expect(
    clippy::disallowed_types,
    reason = "a service that took a lock of labrt's for each message might be late each time"
)]

use crate::SNAPSHOT_INTERVAL;
use crate::cluster::Cluster;
use harness::Slow;
use log::info;
use raft::{Index, ServerId};
use std::sync::{Mutex, PoisonError};

/// When a service takes a snapshot: after the commands at `interval - 1 - offset`, and every
/// `interval` commands from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshots {
    /// How many commands lie between two snapshots.
    pub interval: u64,
    /// How much earlier they come than those of a service without an offset.
    pub offset: u64,
}

impl Snapshots {
    pub(crate) fn is_due(self, index: Index) -> bool {
        (index.0 + 1 + self.offset).is_multiple_of(self.interval)
    }
}

/// How a server's service works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) slow: Slow,
    pub(crate) snapshots: Snapshots,
}

/// The services of all servers.
pub(crate) struct Services {
    plans: Mutex<Vec<Plan>>,
}

impl Services {
    /// All equally slow, with snapshots at the course's indexes.
    pub(crate) fn new(servers: usize, slow: Slow) -> Services {
        let snapshots = Snapshots { interval: SNAPSHOT_INTERVAL, offset: 0 };
        Services { plans: Mutex::new(vec![Plan { slow, snapshots }; servers]) }
    }

    pub(crate) fn plan(&self, server: usize) -> Plan {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)[server]
    }

    fn change(&self, server: ServerId, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plans.lock().unwrap_or_else(PoisonError::into_inner)[server.0]);
    }
}

impl Cluster {
    /// From now on the server's service takes its snapshots so.
    pub fn set_snapshots(&self, server: ServerId, snapshots: Snapshots) {
        info!(target: "cluster", "{server} takes snapshots: {snapshots:?}");
        self.shared.services.change(server, |plan| plan.snapshots = snapshots);
    }

    /// From now on the server's service is so slow with messages.
    pub fn set_slow_service(&self, server: ServerId, slow: Slow) {
        info!(target: "cluster", "{server} has a slow service: {slow:?}");
        self.shared.services.change(server, |plan| plan.slow = slow);
    }

    /// From its next start on the server's disk is so slow, if simulated.
    pub fn set_slow_disk(&self, server: ServerId, slow: Slow) {
        info!(target: "cluster", "{server} has a slow disk: {slow:?}");
        self.lock().servers[server.0].disk = slow;
    }

    /// Checks that no server's Raft state, without its snapshot, has this many bytes.
    #[track_caller]
    pub fn check_raft_state(&self, limit: usize) {
        let sizes = {
            let state = self.lock();
            state.servers.iter().map(|server| server.persister.state_size()).collect::<Vec<_>>()
        };
        let Some((server, size)) = sizes.iter().enumerate().max_by_key(|(_, size)| **size) else {
            return;
        };
        self.require(*size < limit, || {
            format!(
                "snapshots keep the log short: S{server}'s Raft state has {size} bytes (limit \
                 {limit}); is the log discarded up to the last index of each snapshot? (7)"
            )
        });
    }
}
