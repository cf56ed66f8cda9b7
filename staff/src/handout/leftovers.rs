//! No line of a solution is left in a tree where it is still to be found.
//!
//! This looks at the marked regions by itself, without the filter: a line counts as a solution's if
//! it says something, and says it nowhere outside of regions.

use super::tree::{self, Tree, in_student_crate};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The lines of the student's crates in the reference: what is in regions, and in which.
#[derive(Debug, Default)]
pub struct Reference {
    /// The solutions' lines, with the part of each region that has them; `None` is for the
    /// reference alone.
    solutions: BTreeMap<String, BTreeSet<Option<String>>>,
    /// The lines outside of regions.
    given: BTreeSet<String>,
}

/// Shorter lines are anybody's: `return None;`, `} else {`.
const TELLING: usize = 13;

/// In the guide, which shows how the kit is used, more is: `thread::spawn(move || {`.
const TELLING_IN_THE_GUIDE: usize = 30;

impl Reference {
    /// Reads the student's crates of a workspace: what is handed out of them, with its regions.
    pub fn read(workspace: &Path) -> Result<Reference, String> {
        let mut reference = Reference::default();
        for path in tree::paths(workspace)?.iter().filter(|path| in_student_crate(path)) {
            let file = workspace.join(path);
            let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            reference.add(&String::from_utf8_lossy(&text));
        }
        Ok(reference)
    }

    /// Takes note of a file.
    fn add(&mut self, text: &str) {
        let mut region: Option<Option<String>> = None;
        for line in text.lines() {
            if let Some(begun) = line.trim().strip_prefix("// BEGIN ") {
                let part = begun.split([' ', ':']).nth(1).filter(|part| !part.is_empty());
                region = Some(part.map(str::to_owned));
            } else if line.trim().starts_with("// END ") {
                region = None;
            } else if let Some(part) = &region {
                self.solutions.entry(words(line).to_owned()).or_default().insert(part.clone());
            } else {
                self.given.insert(words(line).to_owned());
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
        let is_left =
            |line: &str| is_marker(line.trim()) || (tells(line) && self.is_closed(line, open));
        let left = text.lines().enumerate().filter(|(_, line)| is_left(line));
        left.map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim()))
            .collect()
    }

    /// Whether a line belongs to solutions only, none of which is filled in.
    fn is_closed(&self, line: &str, open: &[String]) -> bool {
        let line = words(line);
        let is_open = |part: &Option<String>| part.as_ref().is_none_or(|part| open.contains(part));
        self.solutions.get(line).is_some_and(|parts| parts.iter().all(is_open))
            && !self.given.contains(line)
    }
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

/// Whether a line is a marker that should have been taken out: of Rust, of TOML and make, or of
/// Markdown.
fn is_marker(line: &str) -> bool {
    let text = ["// ", "# ", "<!-- "].iter().find_map(|sign| line.strip_prefix(sign));
    text.is_some_and(|text| {
        ["BEGIN ", "END ", "HANDOUT: "].iter().any(|word| text.starts_with(word))
    })
}

#[cfg(test)]
mod tests;
