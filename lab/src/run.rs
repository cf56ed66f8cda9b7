//! Runs tests: builds their binaries, starts their processes, judges how they ended.

pub mod artifacts;
pub mod batch;
pub mod cargo;
pub mod divergence;
pub mod failure_kind;
pub mod interrupt;
pub mod process;
pub mod process_group;
pub mod result;
pub mod results;
pub mod runner;
pub mod schedule;
pub mod simulate;
pub mod verdict;
