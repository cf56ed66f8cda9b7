//! What a batch of seeds reached, part by part: in how many runs each situation occurred, and which
//! never did although the reference would have reached it many times by now.

use crate::run::result::RunResult;
use crate::run::results::{Results, TestResults};
use crate::run::verdict::RunVerdict;
use course::{Part, Reached, Reference, Situation};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Lines end before this column.
const WIDTH: usize = 100;

/// A situation that occurred in no run is listed if the reference would have reached it so often.
const LISTED: f64 = 3.0;

/// A situation is called never reached if the reference would surely have reached it so often: a
/// solution that does what the reference does misses it by chance in one of e^20 batches.
const EXPECTED: f64 = 20.0;

/// What the runs of a part reached.
#[derive(Debug, Serialize)]
pub struct PartReached {
    /// The runs of which this is known.
    runs: usize,
    /// In how many of them each situation occurred, of those that count here.
    situations: BTreeMap<Situation, usize>,
    /// What occurred in none, and in how many of these runs it does with the reference.
    never: BTreeMap<Situation, usize>,
}

/// What each part reached, in course order, of the parts of which this is known.
pub fn by_part<'c>(results: &Results<'c>, reference: &Reference) -> Vec<(&'c Part, PartReached)> {
    let mut parts: Vec<(&Part, Vec<&TestResults>)> = Vec::new();
    for test in &results.tests {
        let part = test.selected.part;
        match parts.last_mut().filter(|(last, _)| last.name == part.name) {
            Some((_, tests)) => tests.push(test),
            None => parts.push((part, vec![test])),
        }
    }
    let parts = parts.into_iter().map(|(part, tests)| (part, PartReached::of(&tests, reference)));
    parts.filter(|(_, reached)| reached.runs > 0).collect()
}

/// A paragraph for each part: what was reached, in how many runs.
pub fn lines(results: &Results, reference: &Reference) -> String {
    let parts = by_part(results, reference);
    let width = parts.iter().map(|(part, _)| part.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (part, reached) in &parts {
        let (runs, counts) = (reached.runs, &reached.situations);
        let items = counts.iter().map(|(situation, count)| format!("{situation} {count}"));
        let head = format!("reached {:<width$}  in {runs} runs: ", part.name);
        text += &paragraph(&head, ", ", items);
    }
    for (part, reached) in &parts {
        for (situation, expected) in &reached.never {
            text += &never(part, *situation, *expected, reached.runs);
        }
    }
    text
}

fn never(part: &Part, situation: Situation, expected: usize, runs: usize) -> String {
    let why = situation.why_never().map(|why| format!("; {why}")).unwrap_or_default();
    let sentence = format!("{situation} (the reference: in about {expected} of {runs} runs){why}");
    let head = format!("never reached in {}: ", part.name);
    paragraph(&head, " ", sentence.split(' ').map(str::to_owned))
}

impl PartReached {
    fn of(tests: &[&TestResults], reference: &Reference) -> PartReached {
        let counts = |situation: Situation| {
            let has = |reached: &Reached| reached.has(situation);
            tests.iter().flat_map(|test| known(test)).filter(has).count()
        };
        // A run that failed ended early: nothing is expected of it.
        let sum = |share: &dyn Fn(&str) -> f64| -> f64 {
            let of_test = |test: &&TestResults| share(&test.selected.test.name);
            tests.iter().map(|test| passed(test) as f64 * of_test(test)).sum()
        };
        let (mut situations, mut never) = (BTreeMap::new(), BTreeMap::new());
        for situation in Situation::ALL {
            let (count, expected) =
                (counts(situation), sum(&|test| reference.share(test, situation)));
            if count > 0 || expected >= LISTED {
                situations.insert(situation, count);
            }
            if count == 0 && sum(&|test| reference.sure_share(test, situation)) >= EXPECTED {
                never.insert(situation, expected.round() as usize);
            }
        }
        let runs = tests.iter().map(|test| known(test).count()).sum();
        PartReached { runs, situations, never }
    }
}

/// What each run reached of which it is known.
fn known(test: &TestResults) -> impl Iterator<Item = Reached> {
    test.runs.iter().filter_map(reached_by)
}

/// How many runs passed of which it is known.
fn passed(test: &TestResults) -> usize {
    let passed = test.runs.iter().filter(|run| run.verdict == RunVerdict::Pass);
    passed.filter(|run| reached_by(run).is_some()).count()
}

fn reached_by(run: &RunResult) -> Option<Reached> {
    run.simulated.as_ref()?.reached
}

/// Items in lines that are not too long; all but the first are indented.
fn paragraph(head: &str, separator: &str, items: impl Iterator<Item = String>) -> String {
    let mut text = head.to_owned();
    let mut column = head.chars().count();
    let mut items = items.peekable();
    while let Some(item) = items.next() {
        let comma = if items.peek().is_some() { separator } else { "" };
        let length = item.chars().count() + comma.trim_end().chars().count();
        if column + length > WIDTH {
            text.truncate(text.trim_end().len());
            text += "\n        ";
            column = 8;
        }
        let _ = write!(text, "{item}{comma}");
        column += item.chars().count() + comma.chars().count();
    }
    text + "\n"
}

#[cfg(test)]
mod tests;
