//! `lab linear`: checks recorded histories from files, or prints one in another format.

use crate::cli::LinearArguments;
use crate::exit::Exit;
use crate::report::console::Console;
use linear::format::{AnyHistory, Format};
use linear::{Checked, Limits, Verdict};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Checks every file, or prints the one there is. A file that cannot be read is reported and
/// skipped, and the exit code is that of a wrong command line.
pub fn linear(arguments: &LinearArguments) -> Exit {
    let mut exits = Vec::new();
    for path in &arguments.files {
        match listed(path) {
            Err(problem) => exits.push(refuse(path, &problem.to_string())),
            Ok(files) if files.is_empty() => {
                exits.push(refuse(path, "there is no file in this directory"));
            }
            Ok(files) => exits.extend(files.iter().map(|file| treat(file, arguments))),
        }
    }
    let worst = [Exit::Usage, Exit::Failed, Exit::Undecided];
    worst.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Exit::Passed)
}

/// The file, or those in the directory, by name.
fn listed(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
    let mut files: Vec<PathBuf> =
        entries?.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn treat(file: &Path, arguments: &LinearArguments) -> Exit {
    let read = fs::read_to_string(file).map_err(|error| error.to_string());
    let history = read.and_then(|text| AnyHistory::read(&text).map_err(|error| error.to_string()));
    match (history, arguments.format) {
        (Err(problem), _) => refuse(file, &problem),
        (Ok(history), Some(format)) => print_as(file, &history, format),
        (Ok(history), None) => check(file, &history, arguments),
    }
}

fn refuse(file: &Path, problem: &str) -> Exit {
    eprintln!("error: {}: {problem}", file.display());
    Exit::Usage
}

fn print_as(file: &Path, history: &AnyHistory, format: Format) -> Exit {
    match history.write(format) {
        Ok(text) => {
            Console::open().print(&text);
            Exit::Passed
        }
        Err(problem) => refuse(file, &problem.to_string()),
    }
}

fn check(file: &Path, history: &AnyHistory, arguments: &LinearArguments) -> Exit {
    let began = Instant::now();
    let is_time_up = || arguments.time.is_some_and(|limit| began.elapsed() >= limit);
    let default = Limits::default();
    let steps = arguments.steps.unwrap_or(default.steps);
    let checked = history.check(&Limits { steps, is_time_up: Some(&is_time_up), ..default });
    Console::open().print(&lines(file, history.len(), &checked, began.elapsed()));
    match checked.verdict {
        Verdict::Ok => Exit::Passed,
        Verdict::Illegal(_) => Exit::Failed,
        Verdict::Unknown => Exit::Undecided,
    }
}

/// A line for the file, and the report of a history that is not linearizable.
fn lines(file: &Path, operations: usize, checked: &Checked, time: Duration) -> String {
    let Checked { verdict, steps, .. } = checked;
    let milliseconds = time.as_secs_f64() * 1e3;
    let line = format!(
        "{:<8} {}  {operations} operations, {milliseconds:.1} ms, {steps} steps\n",
        verdict.name(),
        file.display()
    );
    match verdict {
        Verdict::Ok => line,
        Verdict::Illegal(violation) => {
            let report = violation.to_string();
            let indented: String = report.lines().map(|text| format!("  {text}\n")).collect();
            line + &indented
        }
        Verdict::Unknown => {
            line + "  WARNING: it could not be decided within the limits; --steps N allows more\n"
        }
    }
}

#[cfg(test)]
mod tests;
