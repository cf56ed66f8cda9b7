//! Simulated runs: many seeds of a test in one process, the rest in another where a seed takes its
//! process down, and the first failures once more, with their whole log.

mod keep;

use crate::account::{Account, Settled};
use crate::divergence::{self, Divergence};
use crate::groups::kind;
use crate::run::{RunResult, Runner};
use crate::schedule::Job;
use crate::select::Chosen;
use crate::store::{Run, RunFiles};
use crate::verdict::Word;
use course::{LogFilter, SeedLog, Seeds, TestRequest};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// So many processes of a test may die alike. What the rest of its seeds would do is known then, and
/// each would cost a process, perhaps seconds.
const DEATHS_OF_A_KIND: usize = 20;

/// What it means if a seed differs among others and not alone.
const SAME_ALONE: &str = "  alone    it does the same twice, without other seeds before it: \
    something is kept from one seed to the next\n";

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

fn run_of<'c>(chosen: &Chosen<'c>, seed: u64) -> Run<'c> {
    Run { test: &chosen.test.name, number: None, seed }
}

/// Everything is logged, and the log is thrown away: logging must make no difference.
fn logging_to_nowhere() -> Extras {
    let log = Some((PathBuf::from("/dev/null"), LogFilter::everything()));
    Extras { log, ..Extras::default() }
}

impl Simulator<'_> {
    /// Simulates the seeds of a job. Nothing if everything was stopped before it began.
    pub fn run(&self, chosen: &Chosen, job: Job) -> Option<Vec<RunResult>> {
        if self.is_given_up(&chosen.test.name) {
            return Some(Vec::new());
        }
        let all = self.seeds[job.test];
        let seeds = all.part(job.first - 1, job.count);
        let mut results = self.simulate_while(chosen, seeds, Extras::default(), |settled| {
            let last = settled.results.last().filter(|_| settled.died);
            last.into_iter().for_each(|result| self.count_death(chosen, result));
            !self.is_given_up(&chosen.test.name)
        });
        if self.check_determinism {
            self.compare_with_second_runs(chosen, seeds, &mut results);
        }
        for result in &mut results {
            result.number = u32::try_from(result.seed - all.first() + 1).unwrap_or(u32::MAX);
            if self.shall_be_kept(chosen, result) {
                self.keep_whole(chosen, result);
            }
        }
        (!results.is_empty()).then_some(results)
    }

    /// Goes through the seeds, in as many processes as it takes.
    fn simulate(&self, chosen: &Chosen, seeds: Seeds, extras: Extras) -> Vec<RunResult> {
        self.simulate_while(chosen, seeds, extras, |_| true)
    }

    /// The same, as long as what became of a process's seeds is no reason to stop.
    fn simulate_while(
        &self,
        chosen: &Chosen,
        seeds: Seeds,
        extras: Extras,
        goes_on: impl Fn(&Settled) -> bool,
    ) -> Vec<RunResult> {
        let mut results = Vec::new();
        let mut left = Some(seeds);
        while let Some(seeds) = left {
            match self.in_one_process(chosen, seeds, &extras) {
                Ok(settled) => {
                    let on = goes_on(&settled);
                    left = settled.rest.filter(|_| on);
                    results.extend(settled.results);
                }
                Err(error) => {
                    results.push(RunResult::fault(0, seeds.first(), &error));
                    left = None;
                }
            }
        }
        results
    }

    fn count_death(&self, chosen: &Chosen, result: &RunResult) {
        let mut deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        *deaths.entry(chosen.test.name.clone()).or_default().entry(kind_of(result)).or_default() +=
            1;
    }

    /// Whether the rest of a test's seeds are left alone: too many of its processes died alike.
    pub fn is_given_up(&self, test: &str) -> bool {
        let deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds = deaths.get(test).into_iter().flat_map(BTreeMap::values);
        kinds.copied().any(|count| count >= DEATHS_OF_A_KIND)
    }

    fn in_one_process(
        &self,
        chosen: &Chosen,
        seeds: Seeds,
        extras: &Extras,
    ) -> io::Result<Settled> {
        let files = self.runner.store.begin_seeds(&chosen.test.name, seeds)?;
        let settled = self.process(chosen, seeds, &files, extras);
        self.runner.store.discard(files);
        settled.map(|(settled, _)| settled)
    }

    /// One process, and what it printed.
    fn process(
        &self,
        chosen: &Chosen,
        seeds: Seeds,
        files: &RunFiles,
        extras: &Extras,
    ) -> io::Result<(Settled, String)> {
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
        let process = self.runner.process(chosen, request)?;
        let limits = self.runner.limits;
        let Some((ended, output)) = process.run(self.runner.children, limits)? else {
            return Ok((Settled { results: Vec::new(), rest: None, died: false }, String::new()));
        };
        let title = chosen.part.full_title(chosen.test);
        let log = SeedLog::read(&files.outcome());
        let account = Account { seeds, log, ended: &ended, output: &output, title: &title, limits };
        Ok((account.settle(), output))
    }

    /// Simulates the seeds once more, logging, in processes that begin elsewhere: so a seed has
    /// other seeds before it than the first time.
    fn compare_with_second_runs(&self, chosen: &Chosen, seeds: Seeds, results: &mut [RunResult]) {
        let (first_half, second_half) = halves(seeds);
        let mut again = Vec::new();
        for half in [Some(first_half), second_half].into_iter().flatten() {
            again.extend(self.simulate(chosen, half, logging_to_nowhere()));
        }
        let again: BTreeMap<u64, RunResult> =
            again.into_iter().map(|result| (result.seed, result)).collect();
        for result in results {
            let Some(again) = again.get(&result.seed) else { continue };
            result.usage.cpu += again.usage.cpu;
            let stopped = result.word == Word::Stopped || again.word == Word::Stopped;
            let Some(difference) = difference(result, again).filter(|_| !stopped) else { continue };
            let start = second_half.filter(|half| half.contains(result.seed)).unwrap_or(first_half);
            let divergence = self.divergence(chosen, seeds, start, result.seed);
            // Without the hashes: failures are counted by what failed.
            result.what = Some(String::from("simulated twice, it did two different things"));
            result.report = format!("{difference}\n{}", divergence::report(divergence));
            if let Some(alone) = self.same_alone(chosen, result.seed) {
                result.report += SAME_ALONE;
                // One of the two differs from it.
                result.among = if is_same(&alone, result) { again.among } else { result.among };
                result.not_alone = true;
            }
            result.word = Word::Differs;
            result.lines.clear();
        }
    }

    /// What the seed does if no other is simulated before it, if that is twice the same.
    fn same_alone(&self, chosen: &Chosen, seed: u64) -> Option<RunResult> {
        let alone = |extras| self.simulate(chosen, Seeds::one(seed), extras).pop();
        // Without one of them all was stopped: nobody knows.
        let (one, other) = (alone(Extras::default())?, alone(logging_to_nowhere())?);
        is_same(&one, &other).then_some(one)
    }

    /// Simulates a seed twice again, as before, to see where the two runs part.
    fn divergence(
        &self,
        chosen: &Chosen,
        first: Seeds,
        second: Seeds,
        seed: u64,
    ) -> io::Result<Option<Divergence>> {
        let traced = |seeds: Seeds, extras: Extras, trace: &Path| {
            let trace = Some(trace.to_path_buf());
            self.simulate(chosen, seeds.up_to(seed), Extras { trace, ..extras });
        };
        let files = self.runner.store.begin(&run_of(chosen, seed))?;
        let (one, other) = (files.trace(), files.trace().with_extension("logging.txt"));
        traced(first, Extras::default(), &one);
        traced(second, logging_to_nowhere(), &other);
        let divergence = Divergence::of_files(&one, &other);
        self.runner.store.discard(files);
        divergence
    }
}

/// The kind of a result, with its word.
fn kind_of(result: &RunResult) -> String {
    format!("{} {}", result.word, kind(result.what.as_deref().unwrap_or_default()))
}

fn is_same(one: &RunResult, other: &RunResult) -> bool {
    difference(one, other).is_none()
}

/// What two runs of one seed do not have in common, if they are not the same.
pub fn difference(one: &RunResult, other: &RunResult) -> Option<String> {
    let told = |run: &RunResult| match run.hash() {
        Some(hash) => format!("{} with hash {hash:016x}", run.word),
        None => run.word.to_string(),
    };
    (told(one) != told(other)).then(|| format!("{}, then {}", told(one), told(other)))
}

/// The seeds in two halves; one has no second.
fn halves(seeds: Seeds) -> (Seeds, Option<Seeds>) {
    let count = seeds.count().unwrap_or(u32::MAX);
    let half = count.div_ceil(2);
    (seeds.part(0, half), (half < count).then(|| seeds.part(half, count - half)))
}

#[cfg(test)]
mod tests;
