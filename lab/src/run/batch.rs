//! A batch: the seeds that one process was given. Finds the result of each from the lines that the
//! process left and from how it ended: a seed that began and did not end took the process down; the
//! seeds after it go to another process.

use crate::run::process_group::{Ended, Killed, Usage};
use crate::run::result::{RunResult, report};
use crate::run::verdict::{Evidence, Judgement, Limits, RunVerdict, judge};
use course::{Outcome, PassedLine, SeedLog, Seeds};
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// A process that was given seeds, after its end.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The seeds it was given.
    pub seeds: Seeds,
    /// The lines that it left, one before and one after each seed.
    pub log: io::Result<SeedLog>,
    /// How it ended.
    pub ended: &'a Ended,
    /// What it printed.
    pub output: &'a str,
    /// The course's title of the test, which it prints before each seed.
    pub title: &'a str,
    /// Its limits.
    pub limits: Limits,
}

/// The results of a batch.
#[derive(Debug)]
pub struct Settlement {
    /// A result for every seed that was begun. Their numbers are all 0.
    pub results: Vec<RunResult>,
    /// The seeds for another process.
    pub rest: Option<Seeds>,
    /// Whether the last of the results took the process down.
    pub died: bool,
}

impl Batch<'_> {
    /// The result of each seed that was begun, and the seeds that are left.
    pub fn settle(self) -> Settlement {
        let log = match &self.log {
            Ok(log) if self.is_about_these_seeds(log) => log,
            Ok(_) => {
                return self.settle_as_one(Some(Err(String::from(
                    "it has results of seeds that this process was not given",
                ))));
            }
            Err(error) => return self.settle_as_one(Some(Err(error.to_string()))),
        };
        let last = log.open.or(log.ended.last().map(|outcome| outcome.seed));
        let Some(last) = last else { return self.settle_as_one(None) };
        let mut results: Vec<RunResult> = (1..=log.ended.len())
            .zip(&log.ended)
            .map(|(place, outcome)| {
                let is_last = place == log.ended.len() && log.open.is_none();
                self.result(outcome.seed, Some(Ok(outcome)), is_last)
            })
            .collect();
        results.extend(log.open.map(|seed| self.result(seed, None, true)));
        self.share_usage(&mut results);
        // The kit would fail again with the other seeds.
        let at_fault = results.last().is_some_and(|result| result.verdict == RunVerdict::Kit);
        let rest = if self.stopped() || at_fault { None } else { self.seeds.after(last) };
        Settlement { results, rest, died: !self.stopped() && !self.ended.status.success() }
    }

    /// No seed is known to have begun: one result, of the first seed, stands for all of them.
    fn settle_as_one(&self, outcome: Option<Result<&Outcome, String>>) -> Settlement {
        let mut results = vec![self.result(self.seeds.first(), outcome, true)];
        self.share_usage(&mut results);
        Settlement { results, rest: None, died: false }
    }

    fn is_about_these_seeds(&self, log: &SeedLog) -> bool {
        let mut seeds = log.ended.iter().map(|outcome| outcome.seed).chain(log.open);
        seeds.all(|seed| self.seeds.contains(seed))
    }

    fn stopped(&self) -> bool {
        self.ended.killed == Some(Killed::Stopped)
    }

    /// The result of a seed. How the process ended counts only for the last one, and not if that
    /// had ended when all was stopped.
    fn result(
        &self,
        seed: u64,
        outcome: Option<Result<&Outcome, String>>,
        is_last: bool,
    ) -> RunResult {
        let in_order = Ended {
            status: ExitStatus::default(),
            wall: self.ended.wall,
            usage: Usage::default(),
            killed: None,
        };
        let left = outcome.as_ref().and_then(|outcome| outcome.as_ref().ok().copied());
        let counts = is_last && !(left.is_some() && self.stopped());
        let ended = if counts { self.ended } else { &in_order };
        let output = self.since_last_heading();
        let Judgement { verdict, what } =
            judge(&Evidence { ended, outcome, output, limits: self.limits });
        RunResult {
            number: 0,
            seed,
            report: match verdict {
                RunVerdict::Pass => String::new(),
                _ => report(left, what.as_deref(), output),
            },
            verdict,
            what,
            notes: left.map(|outcome| outcome.notes.clone()).unwrap_or_default(),
            lines: left.map(|outcome| outcome.passed_lines.clone()).unwrap_or_default(),
            wall: left.map_or(self.ended.wall, |outcome| {
                Duration::try_from_secs_f64(outcome.wall_seconds).unwrap_or_default()
            }),
            usage: Usage::default(),
            kept: None,
            simulated: Some(left.and_then(|outcome| outcome.simulated.clone()).unwrap_or_default()),
            after_seeds: Some(self.seeds.up_to(seed)),
            lateness: None,
            again: None,
            needs_earlier_seeds: false,
        }
    }

    /// The output since the last seed's heading: of a process that died, this is that seed's
    /// output.
    fn since_last_heading(&self) -> &str {
        let heading = PassedLine::heading(self.title);
        self.output.rfind(&heading).map_or(self.output, |start| &self.output[start..])
    }

    /// Each seed gets an equal part of the CPU time, and the whole peak of memory: any of them may
    /// have caused it.
    fn share_usage(&self, results: &mut [RunResult]) {
        let Usage { cpu, peak_memory } = self.ended.usage;
        let share = cpu / u32::try_from(results.len().max(1)).unwrap_or(u32::MAX);
        results.iter_mut().for_each(|result| result.usage = Usage { cpu: share, peak_memory });
    }
}

#[cfg(test)]
mod tests;
