//! What the graded tests of every lab share: how a test is run, what is logged, what is watched.
//!
//! - [`graded()`] runs one test of the course in a process of its own, under a time limit and a
//!   memory cap, and prints the course's passed line.
//! - [`log`] writes the log of a test: time since it began, server, topic, thread.
//! - [`checks`] holds the properties of a replicated log that must hold all the time, each with
//!   its name and its place in the paper.
//!
//! The harness knows no student's crate. The clusters and the scenarios are in `tests/raft`.

pub mod checks;
pub mod graded;
pub mod log;

pub use graded::{Figures, Held, Limits, TIME_LIMIT, Work, graded, note};
