//! The results so far: every run of every test, the status of each test, and points.

use crate::exit::Exit;
use crate::run::result::RunResult;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use course::{Mode, Part};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::mem;
use std::time::{Duration, Instant};

/// All results of one invocation.
#[derive(Debug)]
pub struct Results<'c> {
    /// The selected tests, in course order.
    pub tests: Vec<TestResults<'c>>,
    /// How often each is run; simulated, once for each seed.
    pub runs: u32,
    /// Whether they are simulated.
    pub mode: Mode,
    /// When the tests began.
    pub began: Instant,
}

/// The results of one test.
#[derive(Debug)]
pub struct TestResults<'c> {
    /// The test.
    pub selected: SelectedTest<'c>,
    /// Its runs, in the order they ended.
    pub runs: Vec<RunResult>,
    /// How many of them there are of each verdict: there may be too many to count them each time.
    verdicts: BTreeMap<RunVerdict, usize>,
    /// Whether the rest of its runs were given up, because its processes kept dying.
    pub given_up: bool,
}

/// What the runs of a test come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    /// All runs passed, if need be when run again after a failure on a busy machine.
    Passed,
    /// A run failed.
    Failed,
    /// No run failed, but one was undecided.
    Undecided,
    /// A run could not be run.
    Kit,
    /// No run failed, but not all are done.
    Unfinished,
}

/// Tests and points counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many tests.
    pub tests: usize,
    /// How many of them passed.
    pub passed: usize,
    /// The points of those that passed.
    pub points: u32,
    /// The points of all of them.
    pub points_possible: u32,
}

impl TestResults<'_> {
    /// What the runs come to: the worst of them, once there are `expected`.
    pub fn status(&self, expected: u32) -> TestStatus {
        let any = |matches: fn(RunVerdict) -> bool| {
            self.verdicts.iter().any(|(verdict, count)| *count > 0 && matches(*verdict))
        };
        if any(|verdict| verdict == RunVerdict::Kit) {
            TestStatus::Kit
        } else if any(failed) {
            TestStatus::Failed
        } else if any(|verdict| verdict == RunVerdict::Undecided) {
            TestStatus::Undecided
        } else if self.done() < expected as usize {
            TestStatus::Unfinished
        } else {
            TestStatus::Passed
        }
    }

    /// How many runs came to their end.
    pub fn done(&self) -> usize {
        self.runs.len() - self.count(RunVerdict::Stopped)
    }

    /// How many of the runs that came to their end did not pass.
    pub fn not_passed(&self) -> usize {
        self.done() - self.count(RunVerdict::Pass) - self.count(RunVerdict::Busy)
    }

    /// The runs that failed on a busy machine and have not been run again, by their places.
    fn to_run_again(&self) -> impl Iterator<Item = usize> {
        let failed = self.runs.iter().enumerate();
        failed.filter(|(_, run)| run.again.is_none() && run.why_again().is_some()).map(|it| it.0)
    }

    /// The run at `place` failed on a busy machine, and was run again.
    fn add_again(&mut self, place: usize, again: RunResult) {
        let run = &mut self.runs[place];
        if again.verdict == RunVerdict::Pass {
            if let Some(count) = self.verdicts.get_mut(&run.verdict) {
                *count -= 1;
            }
            run.verdict = RunVerdict::Busy;
            *self.verdicts.entry(run.verdict).or_default() += 1;
        }
        run.again = Some(Box::new(again));
    }

    /// Time on the cores that its processes took.
    pub fn cpu(&self) -> Duration {
        self.runs.iter().flat_map(RunResult::with_again).map(|run| run.usage.cpu).sum()
    }

    /// How many runs came to this.
    pub fn count(&self, verdict: RunVerdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }
}

/// The middle of a test's simulated runs that passed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Medians {
    /// Virtual time.
    pub virtual_seconds: Option<f64>,
    /// Scheduling points: what course.toml says of the test.
    pub scheduling_points: Option<u64>,
}

impl Medians {
    /// Of none there is no middle.
    pub fn of(test: &TestResults) -> Medians {
        let passed = || test.runs.iter().filter(|run| run.verdict == RunVerdict::Pass);
        let simulated = || passed().filter_map(|run| run.simulated.as_ref());
        let seconds = simulated().filter_map(|simulated| simulated.virtual_seconds).collect();
        let points = simulated().filter_map(|simulated| simulated.points).collect();
        Medians {
            virtual_seconds: median(seconds, f64::total_cmp),
            scheduling_points: median(points, u64::cmp),
        }
    }
}

fn median<T: Copy>(mut values: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Option<T> {
    values.sort_by(order);
    values.get(values.len() / 2).copied()
}

/// Whether a verdict is the solution's failure.
fn failed(verdict: RunVerdict) -> bool {
    match verdict {
        RunVerdict::Fail
        | RunVerdict::Timeout
        | RunVerdict::Crash
        | RunVerdict::Memory
        | RunVerdict::Differs => true,
        RunVerdict::Pass
        | RunVerdict::Busy
        | RunVerdict::Undecided
        | RunVerdict::Kit
        | RunVerdict::Stopped => false,
    }
}

impl<'c> Results<'c> {
    /// Nothing is known yet.
    pub fn new(tests: &[SelectedTest<'c>], mode: Mode, runs: u32) -> Results<'c> {
        let empty = |selected: &SelectedTest<'c>| TestResults {
            selected: *selected,
            runs: Vec::new(),
            verdicts: BTreeMap::new(),
            given_up: false,
        };
        Results { tests: tests.iter().map(empty).collect(), runs, mode, began: Instant::now() }
    }

    /// Adds a run of a test. Its report stays only if its files were kept, which are few: those of
    /// a thousand failures would fill the memory.
    pub fn add(&mut self, test: usize, mut run: RunResult) {
        if run.kept.is_none() && self.runs > 1 {
            drop(mem::take(&mut run.report));
        }
        *self.tests[test].verdicts.entry(run.verdict).or_default() += 1;
        self.tests[test].runs.push(run);
    }

    /// The runs that failed on a busy machine and have not been run again: test and place.
    pub fn to_run_again(&self) -> Vec<(usize, usize)> {
        let places = self.tests.iter().enumerate();
        places.flat_map(|(test, it)| it.to_run_again().map(move |place| (test, place))).collect()
    }

    /// Adds the run that followed the run at `place` of a test.
    pub fn add_again(&mut self, test: usize, place: usize, again: RunResult) {
        self.tests[test].add_again(place, again);
    }

    /// How many runs failed on a busy machine and passed when run again.
    pub fn busy(&self) -> usize {
        self.tests.iter().map(|test| test.count(RunVerdict::Busy)).sum()
    }

    /// Whether there are many seeds of each test, rather than a run or a few.
    pub fn many_seeds(&self) -> bool {
        self.mode == Mode::Sim && self.runs > 1
    }

    /// How many runs came to their end.
    pub fn done(&self) -> usize {
        self.tests.iter().map(TestResults::done).sum()
    }

    /// How many runs there will be.
    pub fn expected(&self) -> usize {
        self.tests.len() * self.runs as usize
    }

    /// How many of those did not pass.
    pub fn not_passed(&self) -> usize {
        self.tests.iter().map(TestResults::not_passed).sum()
    }

    /// How many tests stand like this.
    pub fn tests_with(&self, status: TestStatus) -> usize {
        self.tests.iter().filter(|test| test.status(self.runs) == status).count()
    }

    /// Tests and points by part, in course order.
    pub fn by_part(&self) -> Vec<(&'c Part, Tally)> {
        let mut parts: Vec<(&Part, Tally)> = Vec::new();
        for test in &self.tests {
            let part = test.selected.part;
            if parts.last().is_none_or(|(last, _)| last.name != part.name) {
                parts.push((part, Tally::default()));
            }
            let (_, tally) = parts.last_mut().expect("the part was just pushed");
            *tally = tally.with(self.tally_of(test));
        }
        parts
    }

    /// Tests and points of everything.
    pub fn total(&self) -> Tally {
        self.tests.iter().map(|test| self.tally_of(test)).fold(Tally::default(), Tally::with)
    }

    fn tally_of(&self, test: &TestResults) -> Tally {
        let points_possible = test.selected.test.points;
        let passed = test.status(self.runs) == TestStatus::Passed;
        let points = if passed { points_possible } else { 0 };
        Tally { tests: 1, passed: usize::from(passed), points, points_possible }
    }

    /// Time on the cores that all test processes took.
    pub fn cpu(&self) -> Duration {
        self.tests.iter().map(TestResults::cpu).sum()
    }

    /// The largest memory of any one test process, with the test it was.
    pub fn peak_memory(&self) -> Option<(&TestResults<'c>, u64)> {
        let peaks = self.all_runs().map(|(test, run)| (test, run.usage.peak_memory));
        peaks.max_by_key(|(_, peak)| *peak)
    }

    /// Every run that has ended.
    pub fn all_runs(&self) -> impl Iterator<Item = (&TestResults<'c>, &RunResult)> {
        self.tests.iter().flat_map(|test| test.runs.iter().map(move |run| (test, run)))
    }

    /// The exit code these results come to.
    pub fn exit(&self, interrupted_by: Option<i32>) -> Exit {
        let any = |status| self.tests_with(status) > 0;
        match interrupted_by {
            Some(signal) if self.done() < self.expected() => Exit::Interrupted(signal),
            _ if any(TestStatus::Kit) => Exit::KitFault,
            _ if any(TestStatus::Failed) => Exit::Failed,
            _ if any(TestStatus::Undecided) => Exit::Undecided,
            _ => Exit::Passed,
        }
    }
}

impl Tally {
    fn with(self, other: Tally) -> Tally {
        Tally {
            tests: self.tests + other.tests,
            passed: self.passed + other.passed,
            points: self.points + other.points,
            points_possible: self.points_possible + other.points_possible,
        }
    }
}

#[cfg(test)]
mod tests;
