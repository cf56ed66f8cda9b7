//! What the runner says in words: the course's lines, failures, tables and totals. Text only; who
//! prints it where is the screen's business.

use crate::paint::Paint;
use crate::results::{Results, Standing, Tally, TestResults};
use crate::run::RunResult;
use crate::seed_report;
use crate::select::Chosen;
use crate::verdict::Word;
use course::{PassedLine, TestRequest};
use signal_hook::low_level::signal_name;
use std::borrow::Cow;
use std::env;
use std::fmt::Write;
use std::mem;
use std::path::{Path, PathBuf};

/// Of a report, so many lines are shown; all of it is in the kept files.
const REPORT_LINES: usize = 40;

/// A line that was made by the solution or the test is cut at so many characters.
const LINE_WIDTH: usize = 200;

/// Of the failures of many runs, so many are listed; each test's count is in the table.
const LISTED_FAILURES: usize = 20;

/// Explains the passed lines of these tests, once: those of several labs may differ.
pub fn figures(tests: &[Chosen]) -> String {
    let mut labs: Vec<(&str, &str)> =
        tests.iter().map(|chosen| (chosen.part.lab(), chosen.part.figures.as_str())).collect();
    labs.dedup();
    let columns = match labs.as_slice() {
        [(_, first), rest @ ..] if rest.iter().all(|(_, columns)| columns == first) => {
            (*first).to_string()
        }
        several => {
            let each = several.iter().map(|(lab, columns)| format!("{columns} (lab {lab})"));
            each.collect::<Vec<_>>().join("; ")
        }
    };
    format!("Figures after \"Passed\": {columns}.")
}

/// The course's lines for a run that passed, and before its figures what the test remarked.
pub fn passed(run: &RunResult) -> String {
    let mut notes: String = run.notes.iter().map(|note| labelled("note", note)).collect();
    let mut lines = String::new();
    for line in &run.lines {
        let heading = PassedLine::heading(&line.title);
        let _ = writeln!(lines, "{heading}\n{}{line}", mem::take(&mut notes));
    }
    lines
}

/// The block for a run that did not pass.
pub fn failure(chosen: &Chosen, run: &RunResult, paint: Paint) -> String {
    let (name, title) = (&chosen.test.name, chosen.part.full_title(chosen.test));
    let mut text = format!("{}  {name}  {title}\n", paint.word(run.word));
    let mut line = |label: &str, value: &str| text += &labelled(label, value);
    if let Some(what) = &run.what {
        line("what", what);
    }
    run.notes.iter().for_each(|note| line("note", note));
    line("seed", &run.seed.to_string());
    if let Some(after) = run.simulated.as_ref().and_then(seed_report::after) {
        line("after", &after);
    }
    line("again", &again(chosen, run));
    match &run.kept {
        Some(directory) => line("files", &format!("{}/", short(directory).display())),
        None => line("files", "not kept"),
    }
    text
}

/// The command that shows a run again. What was set by hand for the simulation has to be again.
pub fn again(chosen: &Chosen, run: &RunResult) -> String {
    let (name, seed) = (&chosen.test.name, run.seed);
    let by_hand = TestRequest::from_environment().unwrap_or_default();
    let settings: String = by_hand
        .variables_of_a_seed()
        .map(|(name, value)| format!(" {name}={}", value.to_string_lossy()))
        .collect();
    match (&run.simulated, run.word, run.among.filter(|_| run.not_alone)) {
        (None, ..) => format!("make test TEST={name} SEED={seed}"),
        (.., Some(seeds)) => format!("make replay TEST={name} SEEDS={seeds}{settings}"),
        (_, Word::Differs, _) => {
            format!("make sim TEST={name} SEED={seed} CHECK=determinism{settings}")
        }
        _ => format!("make replay TEST={name} SEED={seed}{settings}"),
    }
}

pub fn labelled(label: &str, value: &str) -> String {
    format!("  {label:<7}{}\n", printable(value))
}

/// The beginning of a failure's report, to go below its block. A backtrace is mostly the standard
/// library's and would push out everything else.
pub fn excerpt(report: &str) -> String {
    if report.is_empty() {
        return String::new();
    }
    let count = report.lines().count();
    let mut text = String::from("  report\n");
    let shown = report.lines().filter(|line| !is_frame(line)).take(REPORT_LINES);
    let shown = shown.map(|line| text += &format!("    {}\n", printable(line))).count();
    if count > shown {
        let _ = writeln!(text, "    ... and {} more lines in report.txt", count - shown);
    }
    text
}

/// Whether this is a line of a backtrace: `  12: core::ops::function` or `     at src/lib.rs:7`.
pub fn is_frame(line: &str) -> bool {
    let indented = line.trim_start();
    let number = indented.split_once(": ").map(|(number, _)| number.parse::<u32>().is_ok());
    line.starts_with("  ") && (number == Some(true) || indented.starts_with("at "))
}

/// One line of foreign text: no control characters, no endless lines.
pub fn printable(line: &str) -> Cow<'_, str> {
    let fits = line.chars().nth(LINE_WIDTH).is_none();
    if fits && !line.contains(char::is_control) {
        return Cow::Borrowed(line);
    }
    let mut text: String = line.replace('\t', "    ");
    text.retain(|character| !character.is_control());
    if text.chars().nth(LINE_WIDTH).is_some() {
        text = text.chars().take(LINE_WIDTH).chain("...".chars()).collect();
    }
    Cow::Owned(text)
}

/// A path as one would type it from here.
pub fn short(path: &Path) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_path_buf()
}

/// Tests and points, a line for each part and one for the total of several.
pub fn points(results: &Results) -> String {
    let parts = results.by_part();
    let width = parts.iter().map(|(part, _)| part.title.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (part, tally) in &parts {
        text += &points_line(&format!("{}  {:<width$}", part.name, part.title), tally);
    }
    if parts.len() > 1 {
        text += &points_line(&format!("{:<width$}", "total", width = width + 4), &results.total());
    }
    text
}

fn points_line(label: &str, tally: &Tally) -> String {
    let Tally { tests, passed, points, points_possible } = tally;
    let tests = format!("{passed}/{tests}");
    let points = format!("{points}/{points_possible}");
    format!("{label}  {tests:>5} tests  {points:>7} points\n")
}

/// The last lines: how it went in one word, and what it took.
pub fn closing(results: &Results, interrupted_by: Option<i32>, paint: Paint) -> String {
    let mut text = verdict(results, interrupted_by, paint);
    let (wall, cpu) = (results.began.elapsed().as_secs_f64(), results.cpu().as_secs_f64());
    let _ = write!(text, "\n{wall:.1} s, {cpu:.1} s of CPU");
    if let Some((test, peak)) = results.peak_memory() {
        let peak = peak.div_ceil(1024 * 1024);
        let _ = write!(text, ", largest test process {peak} MiB ({})", test.chosen.test.name);
    }
    text + "\n"
}

fn verdict(results: &Results, interrupted_by: Option<i32>, paint: Paint) -> String {
    let (standing, word) = overall(results);
    let mut text = paint.standing(standing, word);
    if let (Standing::Unfinished, Some(signal)) = (standing, interrupted_by) {
        let _ = write!(text, " by {}", signal_name(signal).unwrap_or("a signal"));
    }
    let _ = write!(
        text,
        "  {} of {} tests passed",
        results.standing(Standing::Passed),
        results.tests.len()
    );
    for (standing, what) in [
        (Standing::Failed, "failed"),
        (Standing::Undecided, "undecided"),
        (Standing::Kit, "could not be run"),
        (Standing::Unfinished, "not finished"),
    ] {
        match results.standing(standing) {
            0 => {}
            count => {
                let _ = write!(text, ", {count} {what}");
            }
        }
    }
    text
}

/// The worst standing of all tests, with its word.
fn overall(results: &Results) -> (Standing, &'static str) {
    let by_weight = [
        (Standing::Unfinished, "STOPPED"),
        (Standing::Kit, "KIT"),
        (Standing::Failed, "FAIL"),
        (Standing::Undecided, "UNDECIDED"),
    ];
    let worst = by_weight.into_iter().find(|(standing, _)| results.standing(*standing) > 0);
    worst.unwrap_or((Standing::Passed, "PASS"))
}

/// The table of many runs, a line for each test.
pub fn repeats(results: &Results) -> String {
    let names = results.tests.iter().map(|test| test.chosen.test.name.len());
    let width = names.max().unwrap_or(0);
    let mut text = format!("{:<width$}   runs  failed  seconds, mean ± sd    max\n", "test");
    for test in &results.tests {
        text += &repeats_line(test, width);
    }
    text
}

fn repeats_line(test: &TestResults, width: usize) -> String {
    let (name, runs, failed) = (&test.chosen.test.name, test.done(), test.not_passed());
    let mut text = format!("{name:<width$}  {runs:>5}  {failed:>6}");
    let done = test.runs.iter().filter(|run| run.word != Word::Stopped);
    let seconds: Vec<f64> = done.map(|run| run.wall.as_secs_f64()).collect();
    if let Some(most) = seconds.iter().copied().reduce(f64::max) {
        let (mean, deviation) = mean_and_deviation(&seconds);
        let _ = write!(text, "  {mean:>11.1} ± {deviation:<4.1}  {most:>5.1}");
    }
    text + "\n"
}

/// The mean and the standard deviation of a sample that is not empty; of one value it is zero.
fn mean_and_deviation(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let squares: f64 = sample.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

/// The runs that did not pass, a line each.
pub fn failures(results: &Results, paint: Paint) -> String {
    let failures =
        results.all_runs().filter(|(_, run)| !matches!(run.word, Word::Pass | Word::Stopped));
    let mut text: String = failures
        .take(LISTED_FAILURES)
        .map(|(test, run)| failure_line(&test.chosen, run, paint))
        .collect();
    let count = results.not_passed();
    if count > LISTED_FAILURES {
        let _ = writeln!(text, "... and {} more", count - LISTED_FAILURES);
    }
    text
}

/// A run that did not pass, in a line.
pub fn failure_line(chosen: &Chosen, run: &RunResult, paint: Paint) -> String {
    let (word, name) = (paint.word(run.word), &chosen.test.name);
    let what = run.what.as_deref().map(printable).unwrap_or_default();
    // The last words of a test that was stopped: what each of its threads waited for.
    let file = if run.word == Word::Stopped { "output.txt" } else { "" };
    let files = run.kept.as_deref().map(|directory| short(directory).join(file));
    let files = files.map(|files| format!("  {}", files.display())).unwrap_or_default();
    let which = match run.simulated {
        Some(_) => format!("seed {}", run.seed),
        None => format!("run {}", run.number),
    };
    format!("{word}  {name}  {which}  {what}{files}\n")
}

#[cfg(test)]
mod tests;
