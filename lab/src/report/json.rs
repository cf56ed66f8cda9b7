//! Writes the results for machines: one JSON document, versioned, written in one step.

use crate::exit::Exit;
use crate::report::failure_groups::{FailureGroup, failure_groups};
use crate::report::reached::{self, PartReached};
use crate::run::result::RunResult;
use crate::run::results::{Medians, Results, Tally, TestResults, TestStatus};
use crate::run::verdict::RunVerdict;
use course::{Lateness, PassedLine, Reference, Simulated, VERSION};
use serde::Serialize;
use std::fs::{self, File};
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::process;

/// Goes up when a field is renamed, removed or changes its meaning; new fields leave it.
const FORMAT_VERSION: u32 = 1;

/// The file asked for with `--json`. It appears when it is complete.
#[derive(Debug)]
pub struct JsonFile {
    path: PathBuf,
    unfinished: PathBuf,
}

impl JsonFile {
    /// Makes sure that `path` can be written, before anything is run for it.
    pub fn create(path: &Path) -> io::Result<JsonFile> {
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
        let unfinished = path.with_file_name(format!(".{name}.unfinished-{}", process::id()));
        File::create(&unfinished)?;
        Ok(JsonFile { path: path.to_path_buf(), unfinished })
    }

    /// Writes the document.
    pub fn write(self, document: &Document) -> io::Result<()> {
        let mut json = serde_json::to_vec_pretty(document)?;
        json.push(b'\n');
        fs::write(&self.unfinished, json)?;
        fs::rename(&self.unfinished, &self.path)
    }
}

impl Drop for JsonFile {
    fn drop(&mut self) {
        // Gone already if it was written.
        let _ = fs::remove_file(&self.unfinished);
    }
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'r> {
    version: u32,
    kit_version: &'static str,
    exit_code: u8,
    ended: &'static str,
    jobs: usize,
    mode: String,
    runs: u32,
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_memory_bytes: u64,
    total: Tally,
    parts: Vec<Part<'r>>,
    tests: Vec<Test<'r>>,
}

#[derive(Debug, Serialize)]
struct Part<'r> {
    part: &'r str,
    title: &'r str,
    #[serde(flatten)]
    tally: Tally,
    /// Of many simulated seeds only.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<PartReached>,
}

#[derive(Debug, Serialize)]
struct Test<'r> {
    name: &'r str,
    part: &'r str,
    title: &'r str,
    verdict: TestStatus,
    points: u32,
    points_possible: u32,
    /// Of a simulated test only.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated: Option<Simulation<'r>>,
    runs: Vec<Run<'r>>,
}

#[derive(Debug, Serialize)]
struct Simulation<'r> {
    #[serde(flatten)]
    medians: Medians,
    cpu_seconds: f64,
    failures: Vec<Failures<'r>>,
}

/// Failures that are alike.
#[derive(Debug, Serialize)]
struct Failures<'r> {
    verdict: RunVerdict,
    what: Option<&'r str>,
    count: usize,
    first_seed: u64,
}

#[derive(Debug, Serialize)]
struct Run<'r> {
    run: u32,
    verdict: RunVerdict,
    what: Option<&'r str>,
    seed: u64,
    /// Whether this is the run that followed the one before, which failed on a busy machine.
    #[serde(skip_serializing_if = "is_false")]
    again: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lateness: Option<Lateness>,
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_memory_bytes: u64,
    notes: &'r [String],
    figures: &'r [PassedLine],
    files: Option<&'r Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated: Option<&'r Simulated>,
}

impl<'r> Document<'r> {
    /// What is known of an invocation that ends with `exit`.
    pub fn new(results: &'r Results, jobs: usize, exit: Exit) -> Document<'r> {
        let tests = results.tests.iter();
        Document {
            version: FORMAT_VERSION,
            kit_version: VERSION,
            exit_code: exit.code(),
            ended: exit.name(),
            jobs,
            mode: results.mode.to_string(),
            runs: results.runs,
            wall_seconds: results.began.elapsed().as_secs_f64(),
            cpu_seconds: results.cpu().as_secs_f64(),
            peak_memory_bytes: results.peak_memory().map_or(0, |(_, bytes)| bytes),
            total: results.total(),
            parts: Part::all(results),
            tests: tests.map(|test| Test::new(test, results.runs)).collect(),
        }
    }
}

impl<'r> Part<'r> {
    fn all(results: &'r Results) -> Vec<Part<'r>> {
        let mut reached = match results.many_seeds() {
            true => reached::by_part(results, &Reference::load()),
            false => Vec::new(),
        };
        let mut reached_in = |part: &course::Part| {
            let place = reached.iter().position(|(other, _)| other.name == part.name)?;
            Some(reached.swap_remove(place).1)
        };
        let parts = results.by_part().into_iter();
        let with_reached = parts.map(|(part, tally)| {
            let reached = reached_in(part);
            Part { part: &part.name, title: &part.title, tally, reached }
        });
        with_reached.collect()
    }
}

impl<'r> Test<'r> {
    fn new(results: &'r TestResults, expected: u32) -> Test<'r> {
        let selected = &results.selected;
        let verdict = results.status(expected);
        let points_possible = selected.test.points;
        Test {
            name: &selected.test.name,
            part: &selected.part.name,
            title: &selected.test.title,
            verdict,
            points: if verdict == TestStatus::Passed { points_possible } else { 0 },
            points_possible,
            simulated: results.runs.iter().any(|run| run.simulated.is_some()).then(|| {
                let failures = failure_groups(results).into_iter().map(Failures::new).collect();
                let cpu_seconds = results.cpu().as_secs_f64();
                Simulation { medians: Medians::of(results), cpu_seconds, failures }
            }),
            runs: results.runs.iter().flat_map(Run::new).collect(),
        }
    }
}

impl<'r> Failures<'r> {
    fn new(FailureGroup { first, count }: FailureGroup<'r>) -> Failures<'r> {
        let (verdict, what) = (first.verdict, first.what.as_deref());
        Failures { verdict, what, count, first_seed: first.seed }
    }
}

impl<'r> Run<'r> {
    /// The run, and the one that followed it, if one did.
    fn new(run: &'r RunResult) -> impl Iterator<Item = Run<'r>> {
        let again = run.again.as_deref().map(|again| Run { again: true, ..Run::one(again) });
        iter::once(Run::one(run)).chain(again)
    }

    fn one(run: &'r RunResult) -> Run<'r> {
        Run {
            run: run.number,
            verdict: run.verdict,
            what: run.what.as_deref(),
            seed: run.seed,
            again: false,
            lateness: run.lateness,
            wall_seconds: run.wall.as_secs_f64(),
            cpu_seconds: run.usage.cpu.as_secs_f64(),
            peak_memory_bytes: run.usage.peak_memory,
            notes: &run.notes,
            figures: &run.lines,
            files: run.kept.as_deref(),
            simulated: run.simulated.as_ref(),
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests;
