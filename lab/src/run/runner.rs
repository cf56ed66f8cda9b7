//! Runs one test once on real threads: starts its process, waits for its end, finds the verdict,
//! keeps or discards its files.

use crate::run::artifacts::{Artifacts, Run, RunFiles};
use crate::run::cargo::Executables;
use crate::run::process::TestProcess;
use crate::run::process_group::{Ended, ProcessGroups};
use crate::run::result::{RunResult, report};
use crate::run::verdict::{Evidence, Judgement, Limits, RunVerdict, judge};
use crate::select::SelectedTest;
use course::{Outcome, Seeds, TestRequest};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// An outcome larger than this is not read: a failure's report is a few pages.
const OUTCOME_BYTES: u64 = 16 * 1024 * 1024;

/// What all runs have in common.
#[derive(Debug)]
pub struct Runner<'r> {
    /// The binaries that hold the tests.
    pub executables: &'r Executables,
    /// The processes that run now.
    pub process_groups: &'r ProcessGroups,
    /// Where the files go.
    pub artifacts: &'r Artifacts,
    /// What a test process may take.
    pub limits: Limits,
    /// What all test processes are asked to do.
    pub request: TestRequest,
    /// The seed of every run; without it each run draws its own.
    pub seed: Option<u64>,
    /// Whether to keep the files of runs that passed.
    pub keep: bool,
}

impl Runner<'_> {
    /// Runs a test. Nothing if everything was stopped before it began.
    pub fn run(&self, selected: &SelectedTest, number: u32) -> Option<RunResult> {
        self.run_with(selected, number, self.seed.unwrap_or_else(draw_seed))
    }

    /// Runs a test with this seed.
    pub fn run_with(&self, selected: &SelectedTest, number: u32, seed: u64) -> Option<RunResult> {
        let run = Run { test: &selected.test.name, number: Some(number), seed };
        let result = self.start_and_wait(selected, number, &run);
        result.unwrap_or_else(|error| Some(RunResult::fault(number, seed, &error)))
    }

    /// Errors are the machine's: no such file, no space, no more processes.
    fn start_and_wait(
        &self,
        selected: &SelectedTest,
        number: u32,
        run: &Run,
    ) -> io::Result<Option<RunResult>> {
        let files = self.artifacts.begin(run)?;
        let request = TestRequest {
            seeds: Some(Seeds::one(run.seed)),
            log_file: Some(files.log()),
            result: Some(files.outcome()),
            ..self.request.clone()
        };
        let process = self.process(selected, request)?;
        let Some((ended, output)) = process.run(self.process_groups, self.limits)? else {
            return Ok(None);
        };
        let outcome = read_outcome(&files.outcome());
        let judged = outcome.as_ref().map(|read| read.as_ref().map_err(ToString::to_string));
        let evidence =
            Evidence { ended: &ended, outcome: judged, output: &output, limits: self.limits };
        let Judgement { verdict, what } = judge(&evidence);
        let outcome = outcome.and_then(Result::ok);
        let report = report(outcome.as_ref(), what.as_deref(), &output);
        let kept = self.put_away(files, run, verdict, &output, &report);
        let lateness = outcome.as_ref().and_then(|outcome| outcome.lateness);
        let (mut notes, lines) =
            outcome.map(|outcome| (outcome.notes, outcome.passed_lines)).unwrap_or_default();
        // The verdict stands without its files, too.
        notes.extend(kept.as_ref().err().map(|error| format!("its files are lost: {error}")));
        let lines = if verdict == RunVerdict::Pass { lines } else { Vec::new() };
        let (seed, kept) = (run.seed, kept.ok().flatten());
        let Ended { wall, usage, .. } = ended;
        Ok(Some(RunResult {
            number,
            seed,
            verdict,
            what,
            report,
            notes,
            lines,
            wall,
            usage,
            kept,
            simulated: None,
            after_seeds: None,
            lateness,
            again: None,
            needs_earlier_seeds: false,
        }))
    }

    /// A process for a test.
    pub fn process<'p>(
        &'p self,
        selected: &'p SelectedTest,
        request: TestRequest,
    ) -> io::Result<TestProcess<'p>> {
        let executable = self.executables.of(selected).ok_or(io::ErrorKind::NotFound)?;
        Ok(TestProcess { executable, test: &selected.test.name, request })
    }

    /// Only failures keep their files, unless all shall.
    fn put_away(
        &self,
        files: RunFiles,
        run: &Run,
        verdict: RunVerdict,
        output: &str,
        report: &str,
    ) -> io::Result<Option<PathBuf>> {
        if verdict == RunVerdict::Pass && !self.keep {
            self.artifacts.discard(files);
            return Ok(None);
        }
        files.add(output, report)?;
        match verdict {
            RunVerdict::Pass => self.artifacts.keep(files, run).map(Some),
            _ => self.artifacts.keep_failure(files, run),
        }
    }
}

/// A seed from the operating system's entropy, below 2^32: short to type, and exact in every
/// program that reads JSON's numbers as floats.
pub fn draw_seed() -> u64 {
    RandomState::new().hash_one(()) >> 32
}

/// Nothing if the test did not come to write one.
fn read_outcome(path: &Path) -> Option<io::Result<Outcome>> {
    let size = fs::metadata(path).ok()?.len();
    if size > OUTCOME_BYTES {
        return Some(Err(io::Error::other(format!("{size} bytes long"))));
    }
    Some(Outcome::read(path))
}

#[cfg(test)]
mod tests;
