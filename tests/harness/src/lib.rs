//! What the graded tests of every lab share: how a test is run, what is logged, what is watched.
//!
//! - [`graded()`] runs one test of the course in a process of its own, under a time limit and a
//!   memory cap, and prints the course's passed line.
//! - [`log`] writes the log of a test: time since it began, server, topic, thread.
//! - [`checks`] holds the properties of a replicated log that must hold all the time, each with
//!   its name and its place in the paper.
//! - [`Roster`] knows the servers of a cluster by their lives, [`watch`] looks at them all the
//!   time.
//! - [`sources`] compares the tests as they are written with the course's table.
//!
//! The harness knows no student's crate. The clusters and the scenarios are in `tests/raft-tests`
//! and `tests/kvraft-tests`.

pub mod checks;
mod conditions;
pub mod graded;
pub mod log;
mod roster;
pub mod sources;
mod texts;
mod watcher;

pub use conditions::Conditions;
pub use roster::{Question, Roster};
pub use texts::random_text;
pub use watcher::watch;

pub use graded::{Figures, Held, Limits, TIME_LIMIT, Work, graded, note};
