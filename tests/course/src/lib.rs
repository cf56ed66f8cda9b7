//! The course as data, and what a test says of itself when it ends.
//!
//! `tests/course.toml` names every part and test of the course with its title, points and weight.
//! The test harness, the runner and the checks all read it here, so a test is added or renamed in
//! one place. The second half is what passes between a test process and whoever started it: the
//! note it leaves ([`Outcome`]), what it prints ([`Collector`]), what it is to log ([`LogFilter`]).

mod log_filter;
mod outcome;
mod output;
mod table;

pub use log_filter::LogFilter;
pub use outcome::{Outcome, PassedLine, Verdict};
pub use output::{BothEnds, Collector, KEPT_BYTES};
pub use table::{Course, Part, Test};
