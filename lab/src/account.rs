//! What became of the seeds that a process was given: of those that ended it has told, one at most
//! took it down, and the rest are another's.

use crate::children::{Ended, Killed, Usage};
use crate::run::{RunResult, report};
use crate::verdict::{Evidence, Judgement, Limits, Word, judge};
use course::{Outcome, PassedLine, SeedLog, Seeds};
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// How a process ended that was given seeds.
#[derive(Debug)]
pub struct Account<'a> {
    /// The seeds it was given.
    pub seeds: Seeds,
    /// What it left.
    pub log: io::Result<SeedLog>,
    /// How it ended.
    pub ended: &'a Ended,
    /// What it printed.
    pub output: &'a str,
    /// The course's title of the test, which it prints before each seed.
    pub title: &'a str,
    /// What it was allowed.
    pub limits: Limits,
}

/// What that comes to.
#[derive(Debug)]
pub struct Settled {
    /// A result for every seed that was begun. Their numbers are all 0.
    pub results: Vec<RunResult>,
    /// The seeds for another process.
    pub rest: Option<Seeds>,
    /// Whether the last of the results took the process down.
    pub died: bool,
}

impl Account<'_> {
    /// Who is to blame for what, and what is left to do.
    pub fn settle(self) -> Settled {
        let log = match &self.log {
            Ok(log) if self.is_about_these_seeds(log) => log,
            Ok(_) => return self.settle_as_one(Some(Err(String::from("it is of other seeds")))),
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
        // Where the kit fails, it would go on failing.
        let at_fault = results.last().is_some_and(|result| result.word == Word::Kit);
        let rest = if self.stopped() || at_fault { None } else { self.seeds.after(last) };
        Settled { results, rest, died: !self.stopped() && !self.ended.status.success() }
    }

    /// No seed is known to have begun. The first one stands for all: the others would fare alike.
    fn settle_as_one(&self, outcome: Option<Result<&Outcome, String>>) -> Settled {
        let mut results = vec![self.result(self.seeds.first(), outcome, true)];
        self.share_usage(&mut results);
        Settled { results, rest: None, died: false }
    }

    fn is_about_these_seeds(&self, log: &SeedLog) -> bool {
        let mut told = log.ended.iter().map(|outcome| outcome.seed).chain(log.open);
        told.all(|seed| self.seeds.contains(seed))
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
        let told = outcome.as_ref().and_then(|outcome| outcome.as_ref().ok().copied());
        let counts = is_last && !(told.is_some() && self.stopped());
        let ended = if counts { self.ended } else { &in_order };
        let output = self.since_last_heading();
        let Judgement { word, what } =
            judge(&Evidence { ended, outcome, output, limits: self.limits });
        RunResult {
            number: 0,
            seed,
            report: match word {
                Word::Pass => String::new(),
                _ => report(told, what.as_deref(), output),
            },
            word,
            what,
            notes: told.map(|outcome| outcome.notes.clone()).unwrap_or_default(),
            lines: told.map(|outcome| outcome.passed_lines.clone()).unwrap_or_default(),
            wall: told.map_or(self.ended.wall, |outcome| {
                Duration::try_from_secs_f64(outcome.wall_seconds).unwrap_or_default()
            }),
            usage: Usage::default(),
            kept: None,
            simulated: Some(told.and_then(|outcome| outcome.simulated.clone()).unwrap_or_default()),
            among: Some(self.seeds.up_to(seed)),
            not_alone: false,
        }
    }

    /// Of a process that dies, what it printed under the last seed's heading is that seed's.
    fn since_last_heading(&self) -> &str {
        let heading = PassedLine::heading(self.title);
        self.output.rfind(&heading).map_or(self.output, |start| &self.output[start..])
    }

    /// What the process took was its seeds', in equal parts; the memory each of them might have.
    fn share_usage(&self, results: &mut [RunResult]) {
        let Usage { cpu, peak_memory } = self.ended.usage;
        let share = cpu / u32::try_from(results.len().max(1)).unwrap_or(u32::MAX);
        results.iter_mut().for_each(|result| result.usage = Usage { cpu: share, peak_memory });
    }
}

#[cfg(test)]
mod tests;
