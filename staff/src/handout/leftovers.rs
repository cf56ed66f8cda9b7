//! No line of a solution is left in a tree where it is still to be found.
//!
//! This reads the marks by itself, by indentation, without the filter, which counts brackets: a
//! line counts as a solution's if it says something, and says it nowhere outside of what
//! marks cover.

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

/// Shorter lines are anybody's: `return None;`, `} else {`.
const TELLING: usize = 13;

/// In the guide, which shows how the kit is used, more is: `thread::spawn(move || {`.
const TELLING_IN_THE_GUIDE: usize = 30;

/// What begins a mark, and what began one in the scheme before, which may still be somewhere.
const MARKS: [&str; 5] = ["TASK ", "FROM ", "BEGIN ", "END ", "HANDOUT: "];

impl Reference {
    /// Reads the student's crates of a workspace: what is handed out of them in the end.
    pub fn read(workspace: &Path, through: &Through) -> Result<Reference, String> {
        let mut reference = Reference::default();
        let whole = tree::tree(workspace, &through.everything())?;
        let sources = take_sources(&mut tree::files(workspace)?);
        for (_, text) in sources.iter().filter(|(path, _)| whole.contains_key(*path)) {
            reference.add(text);
        }
        Ok(reference)
    }

    /// Takes note of a file.
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

    /// What should not be in a tree where the solutions of these parts are open: each line with
    /// its place.
    pub fn left_in(&self, tree: &Tree, open: &[String]) -> Vec<String> {
        tree.iter().flat_map(|(path, text)| self.left_in_file(path, text, open)).collect()
    }

    fn left_in_file(&self, path: &Path, text: &[u8], open: &[String]) -> Vec<String> {
        let text = String::from_utf8_lossy(text);
        let tells = |line: &str| telling(path).is_some_and(|length| words(line).len() >= length);
        let is_mark = |line: &str| in_student_crate(path) && is_mark(line);
        let is_left = |line: &str| is_mark(line) || (tells(line) && self.is_closed(line, open));
        let left = text.lines().enumerate().filter(|(_, line)| is_left(line));
        left.map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim()))
            .collect()
    }

    /// Whether a line belongs to solutions only, none of which is filled in.
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
        // A mark within is read after this one, and has the last word.
        parts[at..begin].fill(None);
        parts[begin..end.unwrap_or(lines.len())].fill(Some(part.to_owned()));
    }
    parts
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// What a line says, whether it is code, a comment, or code in a comment.
fn words(line: &str) -> &str {
    line.trim().trim_start_matches(['/', '!']).trim()
}

/// How long a line must be to give a solution away, where a solution could be left: in what the
/// student completes, in what the guide says of it, and in a file that somebody left at the root.
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
