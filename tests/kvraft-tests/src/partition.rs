//! Partitions the servers into two sides.

use crate::ELECTION_TIMEOUT;
use crate::cluster::Cluster;
use kvraft::ServerId;
use labrt::rand::{random_bool, random_range};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::thread::sleep;
use labrt::time::Duration;
use log::info;

impl Cluster {
    /// Partitions the servers into two sides: a server reaches those on its own side and no other.
    pub fn partition(&self, one: &[ServerId], other: &[ServerId]) {
        info!(target: "cluster", "partition: {} | {}", list(one), list(other));
        for (side, rest) in [(one, other), (other, one)] {
            for server in side {
                self.disconnect(*server, rest.iter().copied());
                self.connect(*server, side.iter().copied());
            }
        }
    }

    /// A majority without the leader, and a minority that ends with it. If no server leads, server
    /// 0 stands for the leader.
    pub fn make_partition(&self) -> (Vec<ServerId>, Vec<ServerId>) {
        split(self.size(), self.leader().unwrap_or(ServerId(0)))
    }

    /// Again and again gives each server a random side, until `stop` is set. A side may be empty.
    pub(crate) fn partition_at_random(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let (one, other): (Vec<_>, Vec<_>) = self.servers().partition(|_| random_bool(0.5));
            self.partition(&one, &other);
            sleep(ELECTION_TIMEOUT + Duration::from_millis(random_range(0..200)));
        }
    }
}

/// So many servers in a majority without this one, and the rest with it at the end.
fn split(servers: usize, last: ServerId) -> (Vec<ServerId>, Vec<ServerId>) {
    let mut majority: Vec<_> = (0..servers).map(ServerId).filter(|it| *it != last).collect();
    let mut minority = majority.split_off(servers / 2 + 1);
    minority.push(last);
    (majority, minority)
}

fn list(servers: &[ServerId]) -> String {
    servers.iter().map(ServerId::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
