//! One run of one test on the OS: start its process, wait for the end, judge it, keep or discard
//! its files. And what every run comes to, a simulated one as well.

use crate::cargo::Executables;
use crate::children::{Children, Ended, Usage};
use crate::process::TestProcess;
use crate::report::is_frame;
use crate::select::Chosen;
use crate::store::{Run, RunFiles, Store};
use crate::verdict::{Evidence, Judgement, Limits, Word, judge};
use course::{Outcome, PassedLine, Seeds, Simulated, TestRequest};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An outcome larger than this is not read: a failure's report is a few pages.
const OUTCOME_BYTES: u64 = 16 * 1024 * 1024;

/// Of a crash, so many of the last lines of output are its report.
const LAST_LINES: usize = 30;

/// How one run went.
#[derive(Debug)]
pub struct RunResult {
    /// Which of the test's runs, from 1.
    pub number: u32,
    /// The seed of its dice.
    pub seed: u64,
    /// How it went, in one word.
    pub word: Word,
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
    /// What there is to say of a simulated run beside that.
    pub simulated: Option<Simulated>,
    /// Of a simulated run, the seeds that its process was given, up to its own.
    pub among: Option<Seeds>,
    /// Whether it takes those to see it again: alone, the seed does something else.
    pub not_alone: bool,
}

/// What all runs have in common.
#[derive(Debug)]
pub struct Runner<'r> {
    /// The binaries that hold the tests.
    pub executables: &'r Executables,
    /// Where running processes are entered.
    pub children: &'r Children,
    /// Where the files go.
    pub store: &'r Store,
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
    pub fn run(&self, chosen: &Chosen, number: u32) -> Option<RunResult> {
        let seed = self.seed.unwrap_or_else(draw_seed);
        let run = Run { test: &chosen.test.name, number: Some(number), seed };
        let result = self.start_and_wait(chosen, number, &run);
        result.unwrap_or_else(|error| Some(RunResult::fault(number, seed, &error)))
    }

    /// Errors are the machine's: no such file, no space, no more processes.
    fn start_and_wait(
        &self,
        chosen: &Chosen,
        number: u32,
        run: &Run,
    ) -> io::Result<Option<RunResult>> {
        let files = self.store.begin(run)?;
        let request = TestRequest {
            seeds: Some(Seeds::one(run.seed)),
            log_file: Some(files.log()),
            result: Some(files.outcome()),
            ..self.request.clone()
        };
        let process = self.process(chosen, request)?;
        let Some((ended, output)) = process.run(self.children, self.limits)? else {
            return Ok(None);
        };
        let outcome = read_outcome(&files.outcome());
        let judged = outcome.as_ref().map(|read| read.as_ref().map_err(ToString::to_string));
        let evidence =
            Evidence { ended: &ended, outcome: judged, output: &output, limits: self.limits };
        let Judgement { word, what } = judge(&evidence);
        let outcome = outcome.and_then(Result::ok);
        let report = report(outcome.as_ref(), what.as_deref(), &output);
        let kept = self.put_away(files, run, word, &output, &report);
        let (mut notes, lines) =
            outcome.map(|outcome| (outcome.notes, outcome.passed_lines)).unwrap_or_default();
        // The verdict stands without its files, too.
        notes.extend(kept.as_ref().err().map(|error| format!("its files are lost: {error}")));
        let lines = if word == Word::Pass { lines } else { Vec::new() };
        let (seed, kept) = (run.seed, kept.ok().flatten());
        let Ended { wall, usage, .. } = ended;
        Ok(Some(RunResult {
            number,
            seed,
            word,
            what,
            report,
            notes,
            lines,
            wall,
            usage,
            kept,
            simulated: None,
            among: None,
            not_alone: false,
        }))
    }

    /// A process for a test.
    pub fn process<'p>(
        &'p self,
        chosen: &'p Chosen,
        request: TestRequest,
    ) -> io::Result<TestProcess<'p>> {
        let executable = self.executables.of(chosen).ok_or(io::ErrorKind::NotFound)?;
        Ok(TestProcess { executable, test: &chosen.test.name, request })
    }

    /// Only failures keep their files, unless all shall.
    fn put_away(
        &self,
        files: RunFiles,
        run: &Run,
        word: Word,
        output: &str,
        report: &str,
    ) -> io::Result<Option<PathBuf>> {
        if word == Word::Pass && !self.keep {
            self.store.discard(files);
            return Ok(None);
        }
        files.add(output, report)?;
        match word {
            Word::Pass => self.store.keep(files, run).map(Some),
            _ => self.store.keep_failure(files, run),
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

/// The harness's own report; of a process that did not come to it, its last words.
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

impl RunResult {
    /// The result of a run that could not be run.
    pub fn fault(number: u32, seed: u64, error: &io::Error) -> RunResult {
        RunResult {
            number,
            seed,
            word: Word::Kit,
            what: Some(format!("could not be run: {error}")),
            report: String::new(),
            notes: Vec::new(),
            lines: Vec::new(),
            wall: Duration::ZERO,
            usage: Usage::default(),
            kept: None,
            simulated: None,
            among: None,
            not_alone: false,
        }
    }

    /// The hash of all its events, if it was simulated to its end.
    pub fn hash(&self) -> Option<u64> {
        self.simulated.as_ref()?.hash
    }
}

#[cfg(test)]
mod tests;
