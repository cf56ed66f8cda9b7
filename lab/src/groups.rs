//! Failures of many seeds, grouped by what failed: a thousand failures are mostly two or three.

use crate::results::TestResults;
use crate::run::RunResult;
use crate::verdict::Word;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Failures of one test that are alike.
#[derive(Debug)]
pub struct Group<'r> {
    /// The one of the lowest seed.
    pub first: &'r RunResult,
    /// How many there are.
    pub count: usize,
}

/// The failures of a test, grouped, the most frequent first.
pub fn groups<'r>(test: &'r TestResults) -> Vec<Group<'r>> {
    let mut groups: BTreeMap<(Word, String), Group<'r>> = BTreeMap::new();
    for run in test.runs.iter().filter(|run| !matches!(run.word, Word::Pass | Word::Stopped)) {
        let kind = kind(run.what.as_deref().unwrap_or_default());
        let group = groups.entry((run.word, kind)).or_insert(Group { first: run, count: 0 });
        group.count += 1;
        if run.seed < group.first.seed {
            group.first = run;
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| (Reverse(group.count), group.first.seed));
    groups
}

/// A message without its numbers, which includes those in the names of servers, and without the
/// texts in quotes, which are keys and values: messages of one kind are alike. Where a panic was belongs to its kind: many have the same message.
pub fn kind(what: &str) -> String {
    match what.strip_prefix("panicked at ").and_then(|panic| panic.split_once(": ")) {
        Some((place, message)) => format!("panicked at {place}: {}", without_values(message)),
        None => without_values(what),
    }
}

fn without_values(what: &str) -> String {
    // A quote within a quoted text is written with a backslash.
    let unescaped = what.replace("\\\"", "");
    let parts = unescaped.split('"').enumerate();
    let texts = parts.map(|(place, part)| if place % 2 == 0 { part } else { "\"\"" });
    without_numbers(&texts.collect::<String>())
}

fn without_numbers(what: &str) -> String {
    let mut kind = String::with_capacity(what.len());
    let mut in_number = false;
    for character in what.chars() {
        let digit = character.is_ascii_digit();
        if !digit {
            kind.push(character);
        } else if !in_number {
            kind.push('#');
        }
        in_number = digit;
    }
    // So is 3 to 3.5.
    kind.replace("#.#", "#")
}

#[cfg(test)]
mod tests;
