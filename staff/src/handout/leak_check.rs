//! Looks for lines of a solution in a tree whose students have yet to write it.
//!
//! This is a second opinion on [`marks`](super::marks): it reads the marks with code of its own, by
//! indentation instead of brackets. A line belongs to a solution if it is long enough to tell
//! something and stands in the reference only where marks cover it.

use super::derived::take_sources;
use super::through::Through;
use super::tree::{self, Tree, in_student_crate};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The lines of the student's crates in the reference: what marks cover, and of which parts.
#[derive(Debug, Default)]
pub struct Reference {
    /// The solutions' lines, with the part of each mark that covers them.
    solutions: BTreeMap<String, BTreeSet<String>>,
    /// The lines that no mark covers.
    given: BTreeSet<String>,
}

/// A shorter line gives nothing away: `return None;`, `} else {`.
const TELLING: usize = 13;

/// The same for the guide, whose examples have longer lines in common with solutions:
/// `thread::spawn(move || {`.
const TELLING_IN_THE_GUIDE: usize = 30;

/// What a mark begins with: the present ones, and those of release 2026.1, should one be left.
const MARKS: [&str; 5] = ["TASK ", "FROM ", "BEGIN ", "END ", "HANDOUT: "];

impl Reference {
    /// Reads the sources of the student's crates that a handout with everything filled in has.
    pub fn read(workspace: &Path, through: &Through) -> Result<Reference, String> {
        let mut reference = Reference::default();
        let whole = tree::tree(workspace, &through.everything())?;
        let sources = take_sources(&mut tree::files(workspace)?);
        for (_, text) in sources.iter().filter(|(path, _)| whole.contains_key(*path)) {
            reference.add(text);
        }
        Ok(reference)
    }

    /// Adds the lines of a file.
    fn add(&mut self, text: &str) {
        for (line, part) in text.lines().zip(parts_by_indentation(text)) {
            let line = words(line).to_owned();
            match part {
                Some(part) => {
                    self.solutions.entry(line).or_default().insert(part);
                }
                None => {
                    self.given.insert(line);
                }
            }
        }
    }

    /// The lines that must not be in a tree where these parts are open, each with file and line.
    pub fn leaks_in(&self, tree: &Tree, open: &[String]) -> Vec<String> {
        tree.iter().flat_map(|(path, text)| self.leaks_in_file(path, text, open)).collect()
    }

    fn leaks_in_file(&self, path: &Path, text: &[u8], open: &[String]) -> Vec<String> {
        let text = String::from_utf8_lossy(text);
        let tells = |line: &str| telling(path).is_some_and(|length| words(line).len() >= length);
        let is_mark = |line: &str| in_student_crate(path) && is_mark(line);
        let is_leak = |line: &str| is_mark(line) || (tells(line) && self.is_closed(line, open));
        let leaks = text.lines().enumerate().filter(|(_, line)| is_leak(line));
        leaks
            .map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim()))
            .collect()
    }

    /// Whether a line stands only in solutions that are all still open.
    fn is_closed(&self, line: &str, open: &[String]) -> bool {
        let line = words(line);
        let is_open = |part: &String| open.contains(part);
        self.solutions.get(line).is_some_and(|parts| parts.iter().all(is_open))
            && !self.given.contains(line)
    }
}

/// The part that each line belongs to, by the indentation of the marks and of what follows them.
fn parts_by_indentation(text: &str) -> Vec<Option<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut parts: Vec<Option<String>> = vec![None; lines.len()];
    for (at, mark) in lines.iter().enumerate().filter(|(_, line)| is_mark(line)) {
        let Some(part) = mark.trim().trim_start_matches('/').split([' ', ':']).nth(2) else {
            continue;
        };
        let here = indent(mark);
        let is_sentence = |line: &&&str| indent(line) == here && line.trim().starts_with("//   ");
        let begin = at + 1 + lines[at + 1..].iter().take_while(is_sentence).count();
        let is_section = lines.get(begin).is_some_and(|line| line.trim().is_empty());
        let is_task = mark.trim().starts_with("// TASK");
        let ends = |place: usize| {
            let line = lines[place];
            let next = lines[place..].iter().find(|line| !line.trim().is_empty());
            let is_outside = next.is_none_or(|next| indent(next) < here);
            let is_gap = line.trim().is_empty() && next.is_none_or(|next| indent(next) == here);
            let is_next = (is_gap && !is_section) || (is_mark(line) && indent(line) == here);
            is_outside || (is_next && !is_task)
        };
        let end = (begin..lines.len()).find(|place| at > 0 && ends(*place));
        // A mark inside is read later and overrides this one.
        parts[at..begin].fill(None);
        parts[begin..end.unwrap_or(lines.len())].fill(Some(part.to_owned()));
    }
    parts
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text of a line, without the sign of a comment.
fn words(line: &str) -> &str {
    line.trim().trim_start_matches(['/', '!']).trim()
}

/// How long a line must be to count as a leak, in the files that could have one: the students'
/// crates, the guide, and files at the root of the tree.
fn telling(path: &Path) -> Option<usize> {
    if in_student_crate(path) {
        return Some(TELLING);
    }
    let is_at_root = path.parent() == Some(Path::new(""));
    (is_at_root || path.starts_with("docs")).then_some(TELLING_IN_THE_GUIDE)
}

/// Whether a line is a mark.
fn is_mark(line: &str) -> bool {
    let text = line.trim().strip_prefix("// ");
    text.is_some_and(|text| MARKS.iter().any(|word| text.starts_with(word)))
}

#[cfg(test)]
mod tests;
