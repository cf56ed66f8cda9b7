//! `linear`: recorded histories from files, each with its verdict, or in another format.
//!
//! `lab linear` and `make linear FILE=...` start this program. It is not part of the runner, so
//! that a student of Lab 2 need not wait until the checker is compiled.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the program measures real time and is never simulated"
)]

mod arguments;
mod exit;

use arguments::{Arguments, Request};
use exit::Exit;
use linear::format::{AnyHistory, Format};
use linear::{Checked, Limits, Verdict};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let exit = match arguments::parse(env::args_os().skip(1)) {
        Ok(Request::Help) => {
            print(arguments::HELP);
            Exit::Linearizable
        }
        Ok(Request::Check(arguments)) => check_all(&arguments),
        Err(problem) => {
            eprintln!("error: {problem}");
            Exit::Usage
        }
    };
    ExitCode::from(exit.code())
}

/// Checks every file, or prints the one there is in another format. A file that cannot be read is
/// named and passed over, and decides the exit code: the others alone prove nothing.
fn check_all(arguments: &Arguments) -> Exit {
    let mut exits = Vec::new();
    for path in &arguments.files {
        match files_at(path) {
            Err(problem) => exits.push(refuse(path, &problem.to_string())),
            Ok(files) if files.is_empty() => {
                exits.push(refuse(path, "there is no file in this directory"));
            }
            Ok(files) => exits.extend(files.iter().map(|file| check_or_print(file, arguments))),
        }
    }
    exits.into_iter().max().unwrap_or(Exit::Linearizable)
}

/// The file, or those in the directory, by name.
fn files_at(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
    let mut files: Vec<PathBuf> =
        entries?.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn check_or_print(file: &Path, arguments: &Arguments) -> Exit {
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
            print(&text);
            Exit::Linearizable
        }
        Err(problem) => refuse(file, &problem.to_string()),
    }
}

fn check(file: &Path, history: &AnyHistory, arguments: &Arguments) -> Exit {
    let began = Instant::now();
    let is_time_up = || arguments.time.is_some_and(|limit| began.elapsed() >= limit);
    let default = Limits::default();
    let steps = arguments.steps.unwrap_or(default.steps);
    let checked = history.check(&Limits { steps, is_time_up: Some(&is_time_up), ..default });
    print(&verdict_lines(file, history.len(), &checked, began.elapsed()));
    match checked.verdict {
        Verdict::Ok => Exit::Linearizable,
        Verdict::Illegal(_) => Exit::Illegal,
        Verdict::Unknown => Exit::Undecided,
    }
}

/// A line for the file, and the report of a history that is not linearizable.
fn verdict_lines(file: &Path, operations: usize, checked: &Checked, time: Duration) -> String {
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

/// Prints text. A reader that is gone (`linear ... | head`) does not stop the check: the exit code
/// still counts.
fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests;
