//! The course as data, and what a test says of itself when it ends.
//!
//! `tests/course.toml` names every part and test of the course with its title, points and weight.
//! The test harness, the runner and the checks all read it here, so a test is added or renamed in
//! one place. The second half is what passes between a test process and whoever started it: how it is
//! to run ([`Mode`], [`Simulation`], [`Seeds`]), what it is to log ([`LogFilter`]), the note it
//! leaves ([`Outcome`], [`SeedLog`]), what it prints ([`Collector`]).

mod limits;
mod log_filter;
mod outcome;
mod output;
mod seed_log;
mod seeds;
mod simulation;
mod table;

pub use limits::{MEMORY_MIB, TIME_LIMIT_SECONDS};
pub use log_filter::LogFilter;
pub use outcome::{CANNOT_WRITE, Outcome, PassedLine, Simulated, Verdict, Work};
pub use output::{BothEnds, Collector, KEPT_BYTES};
pub use seed_log::{SeedEvent, SeedLog};
pub use seeds::Seeds;
pub use simulation::{Backend, Mode, Policy, Simulation};
pub use table::{Course, Part, Test, Titles};
