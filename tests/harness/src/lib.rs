//! What the graded tests of all labs share: running a test, its log, and the properties that are
//! checked all the time.
//!
//! - [`graded()`] runs one test of the course in a process of its own, under a time limit and a
//!   memory cap, and prints the course's passed line.
//! - [`log`] writes the log of a test: time since it began, server, topic, thread.
//! - [`checks`] holds the properties of a replicated log that must hold all the time, each with
//!   its name and its place in the paper.
//! - [`Events`] is the stream of a test's events, watched by the rules of the paper.
//! - [`ServerRegistry`] keeps the servers of a cluster and their incarnations (one from each start
//!   to the next crash); [`watch`] checks them all the time.
//! - [`ServerLife`] is one of those incarnations as the network sees it: it may end at a reply.
//! - [`sources`] compares the sources of the tests with the course's table.
//!
//! The harness depends on no student's crate. The clusters and the scenarios are in
//! `tests/raft-tests` and `tests/kvraft-tests`.

pub mod checks;
mod events;
pub mod graded;
pub mod log;
mod network_mode;
mod server_life;
mod server_registry;
mod slowness;
pub mod sources;
mod texts;
mod think_time;
mod threads_left;
mod watcher;

pub use events::Events;
pub use network_mode::NetworkMode;
pub use server_life::{Promise, ServerLife};
pub use server_registry::{Poll, ServerRegistry};
pub use slowness::{Slow, Slowness};
pub use texts::random_text;
pub use think_time::ThinkTime;
pub use threads_left::note_threads_left;
pub use watcher::watch;

pub use graded::{Figures, Limits, ScenarioResult, TIME_LIMIT, Work, graded, note, proved_wrong};
