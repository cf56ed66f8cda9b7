//! The result of one run of one test, on real threads or simulated.

use crate::run::process_group::Usage;
use crate::run::verdict::RunVerdict;
use crate::text::is_frame;
use course::{Lateness, Outcome, PassedLine, Seeds, Simulated};
use std::io;
use std::iter;
use std::path::PathBuf;
use std::time::Duration;

/// Of a crash, so many of the last lines of output are its report.
const LAST_LINES: usize = 30;

/// How one run went.
#[derive(Debug)]
pub struct RunResult {
    /// Which of the test's runs, from 1.
    pub number: u32,
    /// Its seed.
    pub seed: u64,
    /// How it ended.
    pub verdict: RunVerdict,
    /// Why it did not pass, in one line.
    pub what: Option<String>,
    /// Why it did not pass, at length.
    pub report: String,
    /// What the test found odd but no failure.
    pub notes: Vec<String>,
    /// The course's lines, if it passed.
    pub lines: Vec<PassedLine>,
    /// From start to end, by the clock.
    pub wall: Duration,
    /// What its process took.
    pub usage: Usage,
    /// Where its files are, if they were kept.
    pub kept: Option<PathBuf>,
    /// Of a simulated run: virtual time, scheduling points, hash and policy.
    pub simulated: Option<Simulated>,
    /// Of a simulated run, the seeds that its process was given, up to its own: it ran after these.
    pub after_seeds: Option<Seeds>,
    /// If it failed on the OS and a late machine may be why: how late that was.
    pub lateness: Option<Lateness>,
    /// Of such a run: the one that followed it, alone, with the same seed.
    pub again: Option<Box<RunResult>>,
    /// Whether a replay needs the earlier seeds: alone, the seed does something else.
    pub needs_earlier_seeds: bool,
}

impl RunResult {
    /// The result of a run that could not be run.
    pub fn fault(number: u32, seed: u64, error: &io::Error) -> RunResult {
        RunResult {
            number,
            seed,
            verdict: RunVerdict::Kit,
            what: Some(format!("could not be run: {error}")),
            report: String::new(),
            notes: Vec::new(),
            lines: Vec::new(),
            wall: Duration::ZERO,
            usage: Usage::default(),
            kept: None,
            simulated: None,
            after_seeds: None,
            lateness: None,
            again: None,
            needs_earlier_seeds: false,
        }
    }

    /// Why this run is to be followed by another, if it is: it failed on a busy machine. Never if
    /// it crashed or used up its memory: lateness is no excuse for that.
    pub fn why_again(&self) -> Option<String> {
        let lateness = self.lateness.filter(|lateness| {
            let may_be_why = matches!(self.verdict, RunVerdict::Fail | RunVerdict::Timeout);
            may_be_why && lateness.blames_the_machine()
        })?;
        Some(lateness.to_string())
    }

    /// This run, and the one that followed it, if one did.
    pub fn with_again(&self) -> impl Iterator<Item = &RunResult> {
        iter::once(self).chain(self.again.as_deref())
    }

    /// The hash of all its events, if it was simulated to its end.
    pub fn hash(&self) -> Option<u64> {
        self.simulated.as_ref()?.hash
    }
}

/// The harness's report; of a process that left none, the last lines of its output.
pub fn report(outcome: Option<&Outcome>, what: Option<&str>, output: &str) -> String {
    match outcome.and_then(|outcome| outcome.report.clone()) {
        Some(report) => report,
        None => {
            let lines: Vec<&str> = output.lines().filter(|line| !is_frame(line)).collect();
            let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
            format!("{}\nits last output:\n{}\n", what.unwrap_or_default(), last.join("\n"))
        }
    }
}
