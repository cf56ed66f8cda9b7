//! One run of one test: start its process, wait for the end, judge it, keep or discard its files.

use crate::cargo::{Executable, Executables};
use crate::children::{Children, Ended, NotStarted, Role, Usage};
use crate::select::Chosen;
use crate::store::{Run, RunFiles, Store};
use crate::verdict::{Evidence, Judgement, Limits, Word, judge};
use course::{Collector, Outcome, PassedLine};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long after a test's end its output may stay open.
const OUTPUT_PATIENCE: Duration = Duration::from_secs(1);

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
    /// The seed of every run; without it each run draws its own.
    pub seed: Option<u64>,
    /// Whether to keep the files of runs that passed.
    pub keep: bool,
}

impl Runner<'_> {
    /// Runs a test. Nothing if everything was stopped before it began.
    pub fn run(&self, chosen: &Chosen, number: u32) -> Option<RunResult> {
        let seed = self.seed.unwrap_or_else(draw_seed);
        let run = Run { test: &chosen.test.name, number, seed };
        self.start_and_wait(chosen, &run).unwrap_or_else(|error| Some(fault(&run, &error)))
    }

    /// Errors are the machine's: no such file, no space, no more processes.
    fn start_and_wait(&self, chosen: &Chosen, run: &Run) -> io::Result<Option<RunResult>> {
        let executable = self.executables.of(chosen).ok_or(io::ErrorKind::NotFound)?;
        let files = self.store.begin(run)?;
        let Some((ended, output)) = self.process(executable, run, &files)? else {
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
        let (number, seed, kept) = (run.number, run.seed, kept.ok().flatten());
        let Ended { wall, usage, .. } = ended;
        Ok(Some(RunResult { number, seed, word, what, report, notes, lines, wall, usage, kept }))
    }

    /// The process from its start to its end, and what it printed.
    fn process(
        &self,
        executable: &Executable,
        run: &Run,
        files: &RunFiles,
    ) -> io::Result<Option<(Ended, String)>> {
        let (reader, writer) = io::pipe()?;
        let mut command = self.command(executable, run, files);
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let role = Role::Test { time: self.limits.time + self.limits.grace };
        let child = match self.children.start(&mut command, role) {
            Ok(child) => child,
            Err(NotStarted::Stopped) => return Ok(None),
            Err(NotStarted::System(error)) => return Err(error),
        };
        // The command holds our copy of the pipe's writing end: without it we would never see
        // the pipe's end.
        drop(command);
        let collector = Collector::start(reader);
        let ended = self.children.wait(child)?;
        Ok(Some((ended, collector.finish(OUTPUT_PATIENCE).text())))
    }

    fn command(&self, executable: &Executable, run: &Run, files: &RunFiles) -> Command {
        let mut command = Command::new(&executable.file);
        command
            .args(["--exact", run.test, "--nocapture", "--test-threads=1"])
            .current_dir(&executable.directory)
            .env("LAB_CHILD", "1")
            .env("LAB_RESULT", files.outcome())
            .env("LAB_LOG_FILE", files.log())
            .env("LAB_SEED", run.seed.to_string())
            .env("LAB_TIME_LIMIT", self.limits.time.as_secs().to_string())
            .env("LAB_MEMORY_MIB", self.limits.memory_mib.to_string());
        command
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
fn draw_seed() -> u64 {
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
fn report(outcome: Option<&Outcome>, what: Option<&str>, output: &str) -> String {
    match outcome.and_then(|outcome| outcome.report.clone()) {
        Some(report) => report,
        None => {
            let lines: Vec<&str> = output.lines().collect();
            let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
            format!("{}\nits last output:\n{}\n", what.unwrap_or_default(), last.join("\n"))
        }
    }
}

/// The result of a run that could not be run.
fn fault(run: &Run, error: &io::Error) -> RunResult {
    RunResult {
        number: run.number,
        seed: run.seed,
        word: Word::Kit,
        what: Some(format!("could not be run: {error}")),
        report: String::new(),
        notes: Vec::new(),
        lines: Vec::new(),
        wall: Duration::ZERO,
        usage: Usage::default(),
        kept: None,
    }
}

#[cfg(test)]
mod tests;
