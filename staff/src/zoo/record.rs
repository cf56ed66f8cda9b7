//! What running the tests on a planted bug has brought so far. It is kept, one file for a bug and
//! what it stands on, so that an interrupted run of the whole zoo goes on where it was.

use super::claims::claim;
use crate::results::Results;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Which tests were run, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suite {
    /// The graded tests of a lab, simulated.
    Graded,
    /// The tests beyond the course of a lab, simulated.
    Beyond,
    /// Some graded tests of a lab, once on real threads.
    RealThreads,
}

/// What is known of a bug on a base.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// A hash of the tree that the stages were run in.
    pub fingerprint: String,
    /// What was run, in that order.
    pub stages: Vec<Stage>,
}

/// Tests with some seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Which tests.
    pub suite: Suite,
    /// The seeds of each; on real threads `0..1`, for the one run.
    pub seeds: Range<u32>,
    /// How many runs there were.
    pub runs: usize,
    /// Those that did not pass.
    pub failures: Vec<Failure>,
    /// What the test processes took, in seconds.
    pub cpu_seconds: f64,
    /// How often the mistake took effect, as far as it was counted.
    pub fired: u64,
}

/// A run that did not pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The test.
    pub test: String,
    /// Its seed.
    pub seed: u64,
    /// What it claims, without numbers.
    pub claim: String,
}

impl Stage {
    /// What the results of a stage say. A run that failed on a busy machine alone counts as passed.
    pub fn of(suite: Suite, seeds: Range<u32>, results: &Results, fired: u64) -> Stage {
        let is_failure = |verdict: &str| !["pass", "busy"].contains(&verdict);
        let failed = results.all().filter(|(_, run)| is_failure(&run.verdict));
        let failures = failed.map(|(test, run)| Failure {
            test: test.to_owned(),
            seed: run.seed,
            claim: claim(run.what.as_deref().unwrap_or(&run.verdict)),
        });
        let failures = failures.collect();
        let (runs, cpu_seconds) = (results.all().count(), results.cpu_seconds);
        Stage { suite, seeds, runs, failures, cpu_seconds, fired }
    }
}

impl Record {
    /// The record in a file, of whatever tree; `None` if there is none.
    pub fn kept(file: &Path) -> Option<Record> {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// The record in a file, if it is of a tree with this fingerprint; otherwise an empty one.
    pub fn read(file: &Path, fingerprint: &str) -> Record {
        let kept = Record::kept(file).filter(|record| record.fingerprint == fingerprint);
        kept.unwrap_or_else(|| Record { fingerprint: fingerprint.to_owned(), stages: Vec::new() })
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        let json = serde_json::to_vec_pretty(self).expect("a record is plain data");
        write_whole(file, &json).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// The stages with these tests.
    pub fn of(&self, suite: Suite) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.suite == suite)
    }

    /// How often the mistake took effect, as far as it was counted.
    pub fn fired(&self) -> u64 {
        self.stages.iter().map(|stage| stage.fired).sum()
    }
}

/// Writes a file in one step: nobody sees half of it.
pub fn write_whole(file: &Path, text: &[u8]) -> io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, file)
}

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
