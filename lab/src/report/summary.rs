//! What the runner prints of a whole invocation: what the figures mean, the table of many runs, the
//! failures, the points and the last lines.

use crate::report::color::Colors;
use crate::report::one_run::failure_line;
use crate::run::results::{Results, Tally, TestResults, TestStatus};
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use course::{Course, Part};
use signal_hook::low_level::signal_name;
use std::fmt::Write;

/// Of the failures of many runs, so many are listed; each test's count is in the table.
const LISTED_FAILURES: usize = 20;

/// Explains the passed lines of these tests, once: those of several labs may differ.
pub fn figures(tests: &[SelectedTest]) -> String {
    let mut labs: Vec<(&str, &str)> = tests
        .iter()
        .map(|selected| (selected.part.lab(), selected.part.figures.as_str()))
        .collect();
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

/// Tests and points, a line for each part and one for the total of several.
pub fn points(results: &Results) -> String {
    let parts = results.by_part();
    let widest =
        |length: fn(&Part) -> usize| parts.iter().map(|(part, _)| length(part)).max().unwrap_or(0);
    let names = widest(|part| part.name.len());
    let titles = widest(|part| part.title.chars().count());
    let mut text = String::new();
    for (part, tally) in &parts {
        let label = format!("{:<names$}  {:<titles$}", part.name, part.title);
        text += &points_line(&label, tally);
    }
    if parts.len() > 1 {
        let label = format!("{:<width$}", "total", width = names + 2 + titles);
        text += &points_line(&label, &results.total());
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
pub fn closing(results: &Results, interrupted_by: Option<i32>, colors: Colors) -> String {
    let mut text = overall_line(results, interrupted_by, colors);
    let (wall, cpu) = (results.began.elapsed().as_secs_f64(), results.cpu().as_secs_f64());
    let _ = write!(text, "\n{wall:.1} s, {cpu:.1} s of CPU");
    if let Some((test, peak)) = results.peak_memory() {
        let peak = peak.div_ceil(1024 * 1024);
        let _ = write!(text, ", largest test process {peak} MiB ({})", test.selected.test.name);
    }
    text + "\n"
}

/// What asks for more than the parts that were run whole, if everything passed: one line, or
/// nothing.
pub fn beyond(results: &Results, course: &Course) -> String {
    let parts = results.by_part();
    let whole = parts.iter().filter(|(part, tally)| tally.tests == part.tests.len());
    let beyond: Vec<&Part> = whole.filter_map(|(part, _)| course.beyond(part)).collect();
    if overall(results).0 != TestStatus::Passed || beyond.is_empty() {
        return String::new();
    }
    let mut words = Vec::new();
    for parts in beyond.chunk_by(|one, next| one.group() == next.group()) {
        let group = parts[0].group();
        match parts {
            several @ [_, _, ..] if course.parts_named(group).len() == several.len() => {
                words.push(group);
            }
            _ => words.extend(parts.iter().map(|part| part.name.as_str())),
        }
    }
    let words = words.join(" ");
    let tests: usize = beyond.iter().map(|part| part.tests.len()).sum();
    let noun = if tests == 1 { "test" } else { "tests" };
    format!("beyond  make {words} asks for more than the course does ({tests} {noun}, no points)\n")
}

fn overall_line(results: &Results, interrupted_by: Option<i32>, colors: Colors) -> String {
    let (status, verdict) = overall(results);
    let mut text = colors.status(status, verdict);
    if let (TestStatus::Unfinished, Some(signal)) = (status, interrupted_by) {
        let _ = write!(text, " by {}", signal_name(signal).unwrap_or("a signal"));
    }
    let _ = write!(
        text,
        "  {} of {} tests passed",
        results.tests_with(TestStatus::Passed),
        results.tests.len()
    );
    for (status, what) in [
        (TestStatus::Failed, "failed"),
        (TestStatus::Undecided, "undecided"),
        (TestStatus::Kit, "could not be run"),
        (TestStatus::Unfinished, "not finished"),
    ] {
        match results.tests_with(status) {
            0 => {}
            count => {
                let _ = write!(text, ", {count} {what}");
            }
        }
    }
    match results.busy() {
        0 => {}
        1 => text += "; 1 run failed on a busy machine and passed when run again",
        count => {
            let _ =
                write!(text, "; {count} runs failed on a busy machine and passed when run again");
        }
    }
    text
}

/// The worst status of all tests, with its word.
fn overall(results: &Results) -> (TestStatus, &'static str) {
    let by_weight = [
        (TestStatus::Unfinished, "STOPPED"),
        (TestStatus::Kit, "KIT"),
        (TestStatus::Failed, "FAIL"),
        (TestStatus::Undecided, "UNDECIDED"),
    ];
    let worst = by_weight.into_iter().find(|(status, _)| results.tests_with(*status) > 0);
    worst.unwrap_or((TestStatus::Passed, "PASS"))
}

/// The table of many runs, a line for each test.
pub fn repeats(results: &Results) -> String {
    let names = results.tests.iter().map(|test| test.selected.test.name.len());
    let width = names.max().unwrap_or(0);
    let mut text = format!("{:<width$}   runs  failed  seconds, mean ± sd    max\n", "test");
    for test in &results.tests {
        text += &repeats_line(test, width);
    }
    text
}

fn repeats_line(test: &TestResults, width: usize) -> String {
    let (name, runs, failed) = (&test.selected.test.name, test.done(), test.not_passed());
    let mut text = format!("{name:<width$}  {runs:>5}  {failed:>6}");
    let done = test.runs.iter().filter(|run| run.verdict != RunVerdict::Stopped);
    let seconds: Vec<f64> = done.map(|run| run.wall.as_secs_f64()).collect();
    if let Some(most) = seconds.iter().copied().reduce(f64::max) {
        let (mean, deviation) = mean_and_deviation(&seconds);
        let _ = write!(text, "  {mean:>11.1} ± {deviation:<4.1}  {most:>5.1}");
    }
    match test.count(RunVerdict::Busy) {
        0 => {}
        count => {
            let _ = write!(text, "  ({count} on a busy machine, passed when run again)");
        }
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
pub fn failures(results: &Results, colors: Colors) -> String {
    let failures: Vec<_> = results
        .all_runs()
        .filter(|(_, run)| !matches!(run.verdict, RunVerdict::Pass | RunVerdict::Stopped))
        .collect();
    let count = failures.len();
    let mut text: String = failures
        .into_iter()
        .take(LISTED_FAILURES)
        .map(|(test, run)| failure_line(&test.selected, run, colors))
        .collect();
    if count > LISTED_FAILURES {
        let _ = writeln!(text, "... and {} more", count - LISTED_FAILURES);
    }
    text
}

#[cfg(test)]
mod tests;
