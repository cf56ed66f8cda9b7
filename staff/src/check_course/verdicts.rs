//! Judges the results of a tree's tests: those of finished parts must pass, those of open parts
//! must fail with the sentence of a task.

use crate::results::{Results, Run};
use course::{Part, Test};

/// What is expected of every run of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It passes.
    Passes,
    /// It fails soon, with the sentence of a task that is still open; or it passes, if the course's
    /// table says that it may (`may_pass_early`).
    FailsByName,
}

/// The latest that a test may fail, in seconds: an open task fails at once, but elections may come
/// before it.
const SOON_SECONDS: f64 = 15.0;

impl Results {
    /// Whether every run of a test went as expected, while these parts are open.
    pub fn judge(
        &self,
        part: &Part,
        test: &Test,
        expected: Expected,
        open: &[String],
    ) -> Result<(), String> {
        let runs = self.runs(&test.name);
        if runs.is_empty() {
            return Err(format!("{} was not run", test.name));
        }
        let unexpected = runs.iter().find(|run| !run.is_as(expected, part, test, open));
        unexpected.map_or(Ok(()), |run| {
            let expected = match expected {
                Expected::Passes => "expected to pass",
                Expected::FailsByName => "expected to fail soon, by a task's name",
            };
            Err(format!("{} {}, but: {}", test.name, expected, run.summary()))
        })
    }
}

impl Run {
    fn is_as(&self, expected: Expected, part: &Part, test: &Test, open: &[String]) -> bool {
        match (expected, self.verdict.as_str()) {
            (Expected::Passes, verdict) => verdict == "pass",
            (Expected::FailsByName, "pass") => test.may_pass_early,
            (Expected::FailsByName, "fail") => {
                self.seconds() <= SOON_SECONDS && self.names_a_task(part, open)
            }
            _ => false,
        }
    }

    /// Whether what failed is named by an open part that the test's part rests on.
    fn names_a_task(&self, part: &Part, open: &[String]) -> bool {
        let what = self.what.as_deref().unwrap_or_default();
        let named = |open: &&String| {
            what.contains(&format!("not yet implemented: {open}: "))
                || what.starts_with(&format!("{open}: "))
        };
        // Names of parts are in the course's order.
        open.iter().filter(|open| open.as_str() <= part.in_course()).any(|open| named(&open))
    }
}

#[cfg(test)]
mod tests;
