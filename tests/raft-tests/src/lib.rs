//! The cluster that the graded Raft tests (Lab 2) run on.
//!
//! A [`Cluster`] is a few Raft servers on a simulated network, each with a disk
//! (`Persister`) and a service on top that applies what Raft hands it. A scenario disconnects,
//! crashes and restarts servers, gives them commands and checks what they agree on:
//!
//! ```no_run
//! use raft_tests::{Cluster, Retry};
//!
//! let cluster = Cluster::reliable(3);
//! let leader = cluster.check_one_leader();
//! cluster.disconnect(leader);
//! cluster.agree_on(101, 2, Retry::No);
//! let figures = cluster.finish();
//! ```
//!
//! Steps and numbers are the course's. Where the course's own harness has a slip, the fix is
//! noted at its place. The scenarios are in `tests/`, one file or folder a part.

// First, so that its errors come first.
#[allow(dead_code, reason = "for Rust 1.88 a type in a nameless constant is not used")]
mod signatures;

mod agreement;
mod answered_leaders;
mod applier;
pub mod beyond;
mod cluster;
mod election_timers;
mod finish;
mod leaders;
mod lifecycle;
mod links;
mod protocol_counts;
mod report;
mod services;
mod value;
mod watcher;

pub use agreement::Retry;
pub use answered_leaders::AnsweredLeaders;
pub use cluster::{Cluster, Service, Setup};
pub use election_timers::{ElectionTimers, Gap, Since};
pub use harness::{NetworkMode, Promise, Slow};
pub use protocol_counts::ProtocolCounts;
pub use services::Snapshots;
pub use value::Value;

use labrt::time::Duration;

/// The time the tests allow for an election to settle.
pub const ELECTION_TIMEOUT: Duration = Duration::from_millis(1000);

/// A service that takes snapshots takes one before every multiple of this: at 9, 19, 29 and so on.
pub const SNAPSHOT_INTERVAL: u64 = 10;
