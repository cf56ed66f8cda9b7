//! Finds the tests that the words on the command line name: a part ("2A"), a lab ("2"), a test.

use course::{Course, Part, Test};
use std::collections::BTreeSet;
use std::fmt;

/// A test that was asked for, with the part it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct SelectedTest<'c> {
    /// The part.
    pub part: &'c Part,
    /// The test.
    pub test: &'c Test,
}

/// A word that names no part and no test, or no word at all; with what would have been right.
#[derive(Debug)]
pub struct Unknown<'c> {
    word: Option<String>,
    course: &'c Course,
}

/// The tests that `words` name, each once, in course order.
pub fn select<'c>(
    course: &'c Course,
    words: &[String],
) -> Result<Vec<SelectedTest<'c>>, Unknown<'c>> {
    if words.is_empty() {
        return Err(Unknown { word: None, course });
    }
    let mut names = BTreeSet::new();
    for word in words {
        let named = names_of(course, word);
        if named.is_empty() {
            return Err(Unknown { word: Some(word.clone()), course });
        }
        names.extend(named);
    }
    let selected = course.tests().filter(|(_, test)| names.contains(test.name.as_str()));
    Ok(selected.map(|(part, test)| SelectedTest { part, test }).collect())
}

/// The names of the tests that one word stands for; none if it is unknown.
fn names_of<'c>(course: &'c Course, word: &str) -> Vec<&'c str> {
    let in_parts = course.parts_named(word).into_iter().flat_map(|part| &part.tests);
    let by_name = course.tests().map(|(_, test)| test).filter(|test| test.name == word);
    in_parts.chain(by_name).map(|test| test.name.as_str()).collect()
}

/// Below this likeness (1 is equal) a name is no help as a suggestion.
const LIKE_ENOUGH: f64 = 0.8;

/// The valid word that looks most like `word`, if any looks like it at all: a likely misspelling,
/// or the only test name of which `word` is a piece.
fn suggestion<'c>(course: &'c Course, word: &str) -> Option<&'c str> {
    let word = word.to_lowercase();
    let mut containing = course
        .tests()
        .map(|(_, test)| test.name.as_str())
        .filter(|name| word.len() >= 3 && name.contains(&word));
    if let (Some(only), None) = (containing.next(), containing.next()) {
        return Some(only);
    }
    valid_words(course)
        .map(|valid| (strsim::jaro_winkler(&word, &valid.to_lowercase()), valid))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, valid)| valid)
}

fn valid_words(course: &Course) -> impl Iterator<Item = &str> {
    let tests = course.tests().map(|(_, test)| test.name.as_str());
    course.part_names().into_iter().chain(tests)
}

/// How wide a list of names may grow before it goes on below.
const LIST_WIDTH: usize = 84;

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unknown { word, course } = self;
        match word {
            Some(word) => write!(formatter, "no part or test is called {word:?}")?,
            None => write!(formatter, "which tests? Name a part, a lab (all its parts) or tests")?,
        }
        if let Some(suggestion) = word.as_ref().and_then(|word| suggestion(course, word)) {
            write!(formatter, "; did you mean {suggestion}?")?;
        }
        write!(formatter, "\n\nparts  {}", course.part_names().join(" "))?;
        let tests: Vec<String> = course.parts.iter().flat_map(lines_of_names).collect();
        write!(formatter, "\ntests  {}", tests.join("\n       "))
    }
}

/// The names of a part's tests on as many lines as it takes.
fn lines_of_names(part: &Part) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for test in &part.tests {
        match lines.last_mut() {
            Some(line) if line.len() + test.name.len() < LIST_WIDTH => {
                line.push(' ');
                line.push_str(&test.name);
            }
            _ => lines.push(test.name.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
