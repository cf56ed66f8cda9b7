//! What the runner prints of many seeds: a line for each test, then the failures by what failed,
//! and the first of them in full.

use crate::report::color::Colors;
use crate::report::failure_groups::{FailureGroup, failure_groups};
use crate::report::one_run;
use crate::run::results::{Medians, Results, TestResults};
use crate::run::verdict::RunVerdict;
use crate::text::printable;
use std::collections::BTreeMap;
use std::fmt::Write;

/// So many failures are printed in full, each of another kind; all kinds are in the list.
const PRINTED_IN_FULL: usize = 3;

/// So many different notes are listed.
const LISTED_NOTES: usize = 10;

/// So many kinds of failures of one test are listed.
const LISTED_KINDS: usize = 10;

/// A line for each test.
pub fn table(results: &Results) -> String {
    let width = name_width(results);
    let mut text = format!(
        "{:<width$}   seeds  passed  failed  median virtual s  median points    CPU s\n",
        "test"
    );
    for test in &results.tests {
        text += &line(test, width);
    }
    text
}

fn name_width(results: &Results) -> usize {
    results.tests.iter().map(|test| test.selected.test.name.len()).max().unwrap_or(0)
}

fn line(test: &TestResults, width: usize) -> String {
    let (name, done, failed) = (&test.selected.test.name, test.done(), test.not_passed());
    let Medians { virtual_seconds, scheduling_points } = Medians::of(test);
    let seconds = virtual_seconds.map_or(String::from("-"), |seconds| format!("{seconds:.1}"));
    let points = scheduling_points.map_or(String::from("-"), |points| points.to_string());
    let cpu = test.cpu().as_secs_f64();
    let passed = done - failed;
    format!(
        "{name:<width$}  {done:>6}  {passed:>6}  {failed:>6}  {seconds:>16}  {points:>13}  \
         {cpu:>7.2}\n"
    )
}

/// What was noted of runs that passed, each note once: the runs' own output is not shown.
pub fn notes(results: &Results) -> String {
    let mut notes: BTreeMap<&str, Noted> = BTreeMap::new();
    for test in &results.tests {
        for run in test.runs.iter().filter(|run| run.verdict == RunVerdict::Pass) {
            for note in &run.notes {
                let noted = notes.entry(note).or_insert_with(|| Noted::first(test, run.seed));
                noted.runs += 1;
            }
        }
    }
    let mut text = String::new();
    for (note, Noted { runs, test, seed }) in notes.iter().take(LISTED_NOTES) {
        let runs = if *runs == 1 { String::from("1 run") } else { format!("{runs} runs") };
        let note = printable(note);
        let _ = writeln!(text, "note  {runs}, first {test} seed {seed}: {note}");
    }
    if notes.len() > LISTED_NOTES {
        let _ = writeln!(text, "... and {} more notes", notes.len() - LISTED_NOTES);
    }
    text
}

/// How many runs have a note, and the first of them.
struct Noted<'r> {
    runs: usize,
    test: &'r str,
    seed: u64,
}

impl<'r> Noted<'r> {
    fn first(test: &'r TestResults, seed: u64) -> Noted<'r> {
        Noted { runs: 0, test: &test.selected.test.name, seed }
    }
}

/// The failures by what failed, then the first ones in full.
pub fn failures(results: &Results, colors: Colors) -> String {
    let width = name_width(results);
    let mut text = String::new();
    let mut first_of_each = Vec::new();
    for test in &results.tests {
        let groups = failure_groups(test);
        for group in groups.iter().take(LISTED_KINDS) {
            text += &group_line(test, group, width, colors);
            first_of_each.push((test, group.first));
        }
        let left = (results.runs as usize).saturating_sub(test.done());
        if test.given_up && left > 0 {
            let name = &test.selected.test.name;
            let _ = writeln!(
                text,
                "{name}: {left} seeds were left out, since its processes kept dying"
            );
        }
        if groups.len() > LISTED_KINDS {
            let more = groups.len() - LISTED_KINDS;
            let _ = writeln!(text, "... and {more} more kinds of {}", test.selected.test.name);
        }
    }
    if !text.is_empty() {
        text += "\n";
    }
    for (test, run) in first_of_each.into_iter().take(PRINTED_IN_FULL) {
        text += &one_run::failure(&test.selected, run, colors);
        text += &one_run::excerpt(&run.report);
        text += "\n";
    }
    text
}

fn group_line(test: &TestResults, group: &FailureGroup, width: usize, colors: Colors) -> String {
    let FailureGroup { first, count } = group;
    let name = &test.selected.test.name;
    let what = first.what.as_deref().map(printable).unwrap_or_default();
    let seeds = if *count == 1 { "seed, " } else { "seeds," };
    let verdict = colors.verdict(first.verdict);
    format!("{verdict}  {name:<width$}  {count:>5} {seeds} first {:<6}  {what}\n", first.seed)
}

#[cfg(test)]
mod tests;
