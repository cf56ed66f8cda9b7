//! Simulates many seeds of a test in one process. If a seed takes its process down, the remaining
//! seeds go to another; the first failures are simulated again with their whole log.

mod determinism;
mod job;
mod keep;

use crate::run::artifacts::{Run, RunFiles};
use crate::run::batch::{Batch, Settlement};
use crate::run::failure_kind::kind;
use crate::run::result::RunResult;
use crate::run::runner::Runner;
use crate::select::SelectedTest;
use course::{LogFilter, SeedLog, Seeds, TestRequest};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// After so many processes of a test that died alike, its remaining seeds are left out: each would
/// cost a process, perhaps seconds, and most likely fail the same way.
const DEATHS_OF_A_KIND: usize = 20;

/// What all simulated runs have in common.
#[derive(Debug)]
pub struct Simulator<'s> {
    /// What they have in common with runs on the OS.
    pub runner: &'s Runner<'s>,
    /// The seeds of each test.
    pub seeds: Vec<Seeds>,
    /// Whether to simulate each seed twice.
    pub check_determinism: bool,
    /// How many failures are kept, by test and kind.
    pub kept: Mutex<BTreeMap<String, BTreeMap<String, usize>>>,
    /// How many processes died, by test and kind.
    pub deaths: Mutex<BTreeMap<String, BTreeMap<String, usize>>>,
}

/// What a process does beside simulating.
#[derive(Debug, Default)]
struct Extras {
    /// Where to log to, and what.
    log: Option<(PathBuf, LogFilter)>,
    /// Whether all this is for the last seed: only that one is logged, and no seed before it is
    /// left to another process.
    only_last: bool,
    /// Where to write the events of the last seed.
    trace: Option<PathBuf>,
}

fn run_of<'c>(selected: &SelectedTest<'c>, seed: u64) -> Run<'c> {
    Run { test: &selected.test.name, number: None, seed }
}

/// Everything is logged, and the log is thrown away: logging must make no difference.
fn logging_to_nowhere() -> Extras {
    let log = Some((PathBuf::from("/dev/null"), LogFilter::everything()));
    Extras { log, ..Extras::default() }
}

impl Simulator<'_> {
    /// Goes through the seeds, in as many processes as it takes.
    fn simulate(&self, selected: &SelectedTest, seeds: Seeds, extras: Extras) -> Vec<RunResult> {
        self.simulate_while(selected, seeds, extras, |_| true)
    }

    /// The same, as long as what became of a process's seeds is no reason to stop.
    fn simulate_while(
        &self,
        selected: &SelectedTest,
        seeds: Seeds,
        extras: Extras,
        goes_on: impl Fn(&Settlement) -> bool,
    ) -> Vec<RunResult> {
        let mut results = Vec::new();
        let mut left = Some(seeds);
        while let Some(seeds) = left {
            match self.in_one_process(selected, seeds, &extras) {
                Ok(settlement) => {
                    let on = goes_on(&settlement);
                    left = settlement.rest.filter(|_| on);
                    results.extend(settlement.results);
                }
                Err(error) => {
                    results.push(RunResult::fault(0, seeds.first(), &error));
                    left = None;
                }
            }
        }
        results
    }

    fn count_death(&self, selected: &SelectedTest, result: &RunResult) {
        let mut deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        *deaths
            .entry(selected.test.name.clone())
            .or_default()
            .entry(kind_of(result))
            .or_default() += 1;
    }

    /// Whether the rest of a test's seeds are left alone: too many of its processes died alike.
    pub fn is_given_up(&self, test: &str) -> bool {
        let deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds = deaths.get(test).into_iter().flat_map(BTreeMap::values);
        kinds.copied().any(|count| count >= DEATHS_OF_A_KIND)
    }

    fn in_one_process(
        &self,
        selected: &SelectedTest,
        seeds: Seeds,
        extras: &Extras,
    ) -> io::Result<Settlement> {
        let files = self.runner.artifacts.begin_seeds(&selected.test.name, seeds)?;
        let settlement = self.process(selected, seeds, &files, extras);
        self.runner.artifacts.discard(files);
        settlement.map(|(settlement, _)| settlement)
    }

    /// One process, and what it printed.
    fn process(
        &self,
        selected: &SelectedTest,
        seeds: Seeds,
        files: &RunFiles,
        extras: &Extras,
    ) -> io::Result<(Settlement, String)> {
        let (log_file, log_filter) = extras.log.clone().unzip();
        let request = TestRequest {
            seeds: Some(seeds),
            log_file,
            log_filter,
            result: Some(files.outcome()),
            only_last: extras.only_last,
            trace: extras.trace.clone(),
            ..self.runner.request.clone()
        };
        let process = self.runner.process(selected, request)?;
        let limits = self.runner.limits;
        let Some((ended, output)) = process.run(self.runner.process_groups, limits)? else {
            return Ok((
                Settlement { results: Vec::new(), rest: None, died: false },
                String::new(),
            ));
        };
        let title = selected.part.full_title(selected.test);
        let log = SeedLog::read(&files.outcome());
        let batch = Batch { seeds, log, ended: &ended, output: &output, title: &title, limits };
        Ok((batch.settle(), output))
    }
}

/// The kind of a result, with its verdict.
fn kind_of(result: &RunResult) -> String {
    format!("{} {}", result.verdict, kind(result.what.as_deref().unwrap_or_default()))
}

fn is_same(one: &RunResult, other: &RunResult) -> bool {
    difference(one, other).is_none()
}

/// How two runs of one seed differ, if they do.
pub fn difference(one: &RunResult, other: &RunResult) -> Option<String> {
    let text = |run: &RunResult| match run.hash() {
        Some(hash) => format!("{} with hash {hash:016x}", run.verdict),
        None => run.verdict.to_string(),
    };
    (text(one) != text(other)).then(|| format!("{}, then {}", text(one), text(other)))
}

#[cfg(test)]
mod tests;
