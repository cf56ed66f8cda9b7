//! The course as data, and what a test says of itself when it ends.
//!
//! `tests/course.toml` names every part and test of the course with its title, points and weight.
//! The test harness, the runner and the checks all read it here, so a test is added or renamed in
//! one place. The second half, [`Outcome`], is the note a test process leaves for whoever started
//! it.

mod outcome;
mod table;

pub use outcome::{Outcome, PassedLine, Verdict};
pub use table::{Course, Part, Test};
