//! `staff reached`: simulates the reference and writes down in how many runs of each test it
//! reached what (`tests/reached.toml`). The runner compares a student's seeds with that.

use crate::exit::Exit;
use crate::handout::workspace;
use crate::problem::{Problem, say};
use crate::results::Results;
use crate::work_tree::target_directory;
use course::{Course, Situation, TestRequest};
use std::env;
use std::fmt::Write;
use std::fs;
use std::num::NonZeroU32;
use std::process::Command;

/// What `staff reached` is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct ReachedArguments {
    /// With how many seeds each test is simulated, if not the usual number.
    pub seeds: Option<NonZeroU32>,
}

const SEEDS: u32 = 200;

/// Lab 3 takes ten times as long.
const LAB_3_SHARE: u32 = 4;

const TABLE: &str = "tests/reached.toml";

const HEADING: &str = "\
# In how many of its simulated runs the reference reached what, test by test, by `make reached`;
# the runner compares a student's seeds with it. The names are those of `Situation`
# (tests/course/src/reached.rs).
";

/// Does it and prints the result.
pub fn reached(course: &Course, arguments: &ReachedArguments) -> Exit {
    say(write_table(course, arguments))
}

fn write_table(course: &Course, arguments: &ReachedArguments) -> Result<String, Problem> {
    let seeds = arguments.seeds.map_or(SEEDS, NonZeroU32::get);
    let mut text = HEADING.to_owned();
    for (lab, seeds) in [("2", seeds), ("3", seeds.div_ceil(LAB_3_SHARE))] {
        let parts = course.parts.iter().filter(|part| part.lab() == lab);
        let names: Vec<&str> = parts.map(|part| part.name.as_str()).collect();
        let results = simulate(&names, seeds)?;
        if let Some((test, run)) = results.all().find(|(_, run)| run.verdict != "pass") {
            return Err(Problem::Found(format!("{test}: {}", run.summary())));
        }
        for (_, test) in course.tests().filter(|(part, _)| part.lab() == lab) {
            text += &table_of(&test.name, &results)?;
        }
    }
    let table = workspace().join(TABLE);
    fs::write(&table, text).map_err(|error| format!("{}: {error}", table.display()))?;
    Ok(format!("{TABLE} is made, of {seeds} seeds of each test"))
}

/// The rows of one test.
fn table_of(test: &str, results: &Results) -> Result<String, String> {
    let of_runs: Option<Vec<_>> = results.runs(test).iter().map(|run| run.reached()).collect();
    let of_runs = of_runs.ok_or_else(|| format!("{test}: a run does not say what it reached"))?;
    let mut text = format!("\n[tests.{test}]\nruns = {}\n", of_runs.len());
    let counts = Situation::ALL.map(|it| (it, of_runs.iter().filter(|run| run.has(it)).count()));
    let mut counts = counts.into_iter().filter(|(_, count)| *count > 0).peekable();
    if counts.peek().is_some() {
        let _ = writeln!(text, "[tests.{test}.reached]");
    }
    for (situation, count) in counts {
        let _ = writeln!(text, "\"{situation}\" = {count}");
    }
    Ok(text)
}

/// Simulates parts with the runner of this tree. Its lines appear on the screen.
fn simulate(parts: &[&str], seeds: u32) -> Result<Results, Problem> {
    let json = target_directory().join("reached.json");
    // Only what this run writes counts.
    let _ = fs::remove_file(&json);
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace()).args(["run", "--quiet", "--package", "lab", "--", "test"]);
    command.arg(format!("--seeds={seeds}")).arg(format!("--json={}", json.display())).args(parts);
    TestRequest::default().apply_to(&mut command);
    command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    let text = fs::read(&json).map_err(|error| format!("{}: {error}", json.display()))?;
    let results = Results::read(&text)?;
    match results.not_run() {
        None => Ok(results),
        Some(test) => Err(format!("{test} was not run: see what the runner printed above").into()),
    }
}

#[cfg(test)]
mod tests;
