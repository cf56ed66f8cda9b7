//! `lab linear`: judging recorded histories, whoever recorded them.
//!
//! A line for every file: its verdict, how many operations it has, how long it took and how many
//! steps. Of an illegal one the report follows. A file that cannot be read is told of on standard
//! error, and the others are judged all the same.

use crate::cli::LinearArguments;
use crate::exit::Exit;
use crate::screen::Screen;
use linear::format::{AnyHistory, Format};
use linear::{Checked, Limits, Verdict};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

/// Judges histories, or converts one.
pub fn judge(arguments: &LinearArguments) -> Exit {
    let screen = Screen::open();
    let mut judge = Judge { screen, arguments, exit: Exit::Passed };
    match arguments.convert {
        Some(format) => judge.convert(&arguments.files[0], format),
        None => arguments.files.iter().for_each(|path| judge.all_in(path)),
    }
    judge.exit
}

struct Judge<'a> {
    screen: Screen,
    arguments: &'a LinearArguments,
    /// What the worst so far comes to.
    exit: Exit,
}

impl Judge<'_> {
    /// A file, or the files of a folder.
    fn all_in(&mut self, path: &Path) {
        match files_of(path) {
            Ok(files) if files.is_empty() => self.cannot(path, "there are no files in this folder"),
            Ok(files) => files.iter().for_each(|file| self.file(file)),
            Err(error) => self.cannot(path, error),
        }
    }

    fn file(&mut self, file: &Path) {
        let Some(history) = self.read(file) else { return };
        let start = Instant::now();
        let is_time_up = || self.arguments.time.is_some_and(|limit| start.elapsed() >= limit);
        let usual = Limits::default();
        let steps = self.arguments.steps.unwrap_or(usual.steps);
        let checked = history.check(&Limits { steps, is_time_up: Some(&is_time_up), ..usual });
        let took = start.elapsed();
        self.screen.print(&told(file, history.len(), &checked, took));
        self.exit = worse(self.exit, exit_of(&checked.verdict));
    }

    fn convert(&mut self, file: &Path, format: Format) {
        let Some(history) = self.read(file) else { return };
        match history.write(format) {
            Ok(text) => self.screen.print(&text),
            Err(problem) => self.cannot(file, problem),
        }
    }

    fn read(&mut self, file: &Path) -> Option<AnyHistory> {
        match fs::read_to_string(file) {
            Err(error) => self.cannot(file, error),
            Ok(text) => match AnyHistory::read(&text) {
                Ok(history) => return Some(history),
                Err(malformed) => self.cannot(file, malformed),
            },
        }
        None
    }

    fn cannot(&mut self, file: &Path, problem: impl std::fmt::Display) {
        eprintln!("error: {}: {problem}", file.display());
        self.exit = Exit::Usage;
    }
}

/// The file itself, or a folder's files by name.
fn files_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

/// A line about a file, and the report if there is one.
fn told(file: &Path, operations: usize, checked: &Checked, took: Duration) -> String {
    let verdict = checked.verdict.name();
    let milliseconds = took.as_secs_f64() * 1e3;
    let mut text = format!(
        "{verdict:<7}  {}  {operations} operations, {milliseconds:.1} ms, {} steps\n",
        file.display(),
        checked.steps,
    );
    if let Some(violation) = checked.verdict.violation() {
        violation.to_string().lines().for_each(|line| text += &format!("  {line}\n"));
    }
    text
}

fn exit_of(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Ok => Exit::Passed,
        Verdict::Illegal(_) => Exit::Failed,
        Verdict::Unknown => Exit::Undecided,
    }
}

/// Of two exits the one that matters more: a file that could not be read, then one that is illegal.
fn worse(one: Exit, other: Exit) -> Exit {
    let order = [Exit::Usage, Exit::Failed, Exit::Undecided];
    order.into_iter().find(|exit| [one, other].contains(exit)).unwrap_or(Exit::Passed)
}
