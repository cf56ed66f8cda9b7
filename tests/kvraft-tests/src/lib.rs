//! The cluster that the graded tests of the key/value service (Lab 3) run on, and the scenarios
//! that parts 3A and 3B have in common.
//!
//! A [`Cluster`] is a few servers on a simulated network, each with a disk (`Persister`).
//! [`Client`]s read and write keys meanwhile, over links of their own, and a scenario partitions
//! the servers, shuts them down and starts them again:
//!
//! ```no_run
//! use kvraft_tests::Cluster;
//!
//! let cluster = Cluster::reliable(5);
//! let mut client = cluster.make_client(0, cluster.servers());
//! client.put("1", "13");
//! let (majority, minority) = cluster.make_partition();
//! cluster.partition(&majority, &minority);
//! client.check("1", "13");
//! let held = cluster.finish();
//! ```
//!
//! Every operation of every client is recorded (`history`), and at the end of every scenario the
//! whole history is checked: is it linearizable, that is, is there an order, in which each
//! operation takes effect between its call and its return, that explains all that was read?
//!
//! Steps and numbers are the course's. Where the course's own harness has a slip, the fix is noted
//! at its place. The scenarios are in `tests/`, one file a part; those that only differ in their
//! parameters are a [`Scenario`].

// First, so that its errors come first.
#[allow(dead_code, reason = "for Rust 1.88 a type in a nameless constant is not used")]
mod signatures;

mod appends;
pub mod beyond;
mod checks;
mod client;
mod cluster;
mod difference;
mod finish;
mod history;
mod lifecycle;
mod links;
mod partition;
mod report;
mod scenario;
mod speed;
mod watcher;

pub use appends::element;
pub use client::Client;
pub use cluster::{Cluster, Setup};
pub use harness::NetworkMode;
pub use links::ClientLinks;
pub use scenario::Scenario;
pub use speed::speed;

use labrt::time::Duration;

/// The time the tests allow for an election to settle.
pub const ELECTION_TIMEOUT: Duration = Duration::from_millis(1000);
