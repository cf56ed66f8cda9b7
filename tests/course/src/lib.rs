//! The course as data, and everything that passes between the runner and a test's process.
//!
//! `tests/course.toml` names every part and test of the course with its title, points and weight.
//! The test harness, the runner and the checks all read it here ([`Course`]), so a test is added
//! or renamed in one place.
//!
//! The process that starts a test's process writes a [`TestRequest`] into its environment: how to
//! run the test ([`Mode`], [`Seeds`], [`Simulation`]), what to log ([`LogFilter`]), its limits and
//! its files. The process leaves an [`Outcome`] in a file, or, simulated, a line before and after
//! each seed ([`SeedLog`]), with the situations that it reached ([`Reached`]). A [`Collector`]
//! reads what it prints.

mod lateness;
mod limits;
mod log_filter;
mod outcome;
mod output;
mod reached;
mod seed_log;
mod seeds;
mod simulation;
mod table;
mod test_request;
mod version;

pub use lateness::{LATE, LATE_WAKEUPS, Lateness, OTHERS_SHARE};
pub use limits::{MEMORY_MIB, TIME_LIMIT_SECONDS};
pub use log_filter::LogFilter;
pub use outcome::{CANNOT_WRITE, Outcome, PassedLine, Simulated, Verdict, Work};
pub use output::{BothEnds, Collector, KEPT_BYTES};
pub use reached::{Reached, Reference, Situation};
pub use seed_log::{SeedEvent, SeedLog};
pub use seeds::Seeds;
pub use simulation::{Backend, Late, Mode, Policy, Reorder, Simulation};
pub use table::{Course, Part, Test, Titles};
pub use test_request::{Role, TestRequest, Unreadable};
pub use version::{VERSION, seed_with_version};
