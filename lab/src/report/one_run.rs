//! What the runner prints of one run: the course's lines of a pass, the block of a failure.

use crate::report::color::Colors;
use crate::run::result::RunResult;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use crate::text::{after, is_frame, labelled, printable, short};
use course::{PassedLine, TestRequest, seed_with_version};
use std::fmt::Write;
use std::mem;

/// Of a report, so many lines are shown; all of it is in the kept files.
const REPORT_LINES: usize = 40;

/// The course's lines for a run that passed, and before its figures the notes of the test.
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
pub fn failure(selected: &SelectedTest, run: &RunResult, colors: Colors) -> String {
    let (name, title) = (&selected.test.name, selected.part.full_title(selected.test));
    let mut text = format!("{}  {name}  {title}\n", colors.verdict(run.verdict));
    let mut line = |label: &str, value: &str| text += &labelled(label, value);
    if let Some(what) = &run.what {
        line("what", what);
    }
    if let Some(lateness) = run.lateness {
        line("late", &lateness.to_string());
    }
    run.notes.iter().for_each(|note| line("note", note));
    line("seed", &seed_with_version(run.seed));
    if let Some(after) = run.simulated.as_ref().and_then(after) {
        line("after", &after);
    }
    line("again", &again(selected, run));
    match &run.kept {
        Some(directory) => line("files", &format!("{}/", short(directory).display())),
        None => line("files", "not kept"),
    }
    text
}

/// The command that shows a run again. What was set by hand for the simulation has to be again.
pub fn again(selected: &SelectedTest, run: &RunResult) -> String {
    let (name, seed) = (&selected.test.name, run.seed);
    let by_hand = TestRequest::from_environment().unwrap_or_default();
    let settings: String = by_hand
        .variables_of_a_seed()
        .map(|(name, value)| format!(" {name}={}", value.to_string_lossy()))
        .collect();
    match (&run.simulated, run.verdict, run.after_seeds.filter(|_| run.needs_earlier_seeds)) {
        (None, ..) => format!("make test TEST={name} SEED={seed}"),
        (.., Some(seeds)) => format!("make replay TEST={name} SEEDS={seeds}{settings}"),
        (_, RunVerdict::Differs, _) => {
            format!("make sim TEST={name} SEED={seed} CHECK=determinism{settings}")
        }
        _ => format!("make replay TEST={name} SEED={seed}{settings}"),
    }
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

/// A run that did not pass, in a line.
pub fn failure_line(selected: &SelectedTest, run: &RunResult, colors: Colors) -> String {
    let (verdict, name) = (colors.verdict(run.verdict), &selected.test.name);
    let what = run.what.as_deref().map(printable).unwrap_or_default();
    // The last words of a test that was stopped: what each of its threads waited for.
    let file = if run.verdict == RunVerdict::Stopped { "output.txt" } else { "" };
    let files = run.kept.as_deref().map(|directory| short(directory).join(file));
    let files = files.map(|files| format!("  {}", files.display())).unwrap_or_default();
    let which = match run.simulated {
        Some(_) => format!("seed {}", run.seed),
        None => format!("run {}", run.number),
    };
    format!("{verdict}  {name}  {which}  {what}{files}\n")
}

#[cfg(test)]
mod tests;
