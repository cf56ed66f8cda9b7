//! Chooses the files of a handout and makes each as the student receives it.
//!
//! All files of the workspace are handed out, except those for staff, the unit tests of solutions,
//! and the pages about the reference. In the student's crates marks say what belongs to a part that
//! is still open ([`marks`](super::marks)); what follows from something being left out is derived
//! ([`derived`](super::derived)).

use super::derived;
use super::marks::{Source, first_mark, first_mark_elsewhere};
use super::through::Through;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The crates that the student completes: only there are marks.
pub const STUDENT_CRATES: [&str; 2] = ["raft", "kvraft"];

/// What is not handed out, besides what marks say, the tests in the students' crates and hidden
/// files.
const LEFT_OUT: [&str; 8] = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/for-staff.md",
    "docs/performance.md",
    "docs/zoo.md",
    "fuzz",
    "staff",
];

/// The hidden names of the workspace that are handed out: the others are Git's, the staff's or an
/// editor's.
const HIDDEN: [&str; 2] = [".cargo", ".gitignore"];

/// Where the handout's own README is, in the reference.
const README: &str = "staff/handout/README.md";

/// A tree to be handed out: the text of each file, by its path.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Whether a path of the workspace is not handed out, nor anything below it.
pub fn is_left_out(path: &Path) -> bool {
    let is_of_solutions = in_student_crate(path) && path.iter().nth(1) == Some("tests".as_ref());
    LEFT_OUT.iter().any(|left_out| path == Path::new(left_out))
        || is_of_solutions
        || (has_hidden_name(path) && !HIDDEN.iter().any(|name| path == Path::new(name)))
        || path.ends_with("target")
        || (in_student_crate(path) && !is_source(path))
}

/// Whether a path is a source of a crate, or may lead to one: not the copy that an editor or a
/// merge left beside it, which would be handed out with its solutions.
fn is_source(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension == "rs" || extension == "toml")
}

/// What an editor or an operating system leaves behind.
fn has_hidden_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a path is in a crate that the student completes.
pub fn in_student_crate(path: &Path) -> bool {
    STUDENT_CRATES.iter().any(|name| path.starts_with(name))
}

/// All files of the handout, as they are in it.
pub fn tree(workspace: &Path, through: &Through) -> Result<Tree, String> {
    handed_out(workspace, files(workspace)?, through)
}

/// The handout of a workspace that has these files.
pub fn handed_out(workspace: &Path, files: Tree, through: &Through) -> Result<Tree, String> {
    let mut tree = files;
    let sources = derived::take_sources(&mut tree);
    refuse_marks_elsewhere(&tree)?;
    if !sources.values().any(|text| first_mark(text).is_some()) {
        return Err("no task is marked in raft and kvraft: is this a handout already?".to_owned());
    }
    tree.extend(filtered(&sources, through)?);
    for (path, text) in &mut tree {
        if let Ok(whole) = str::from_utf8(text) {
            *text = derived::without_left_out(path, whole).into_bytes();
        }
    }
    let readme = workspace.join(README);
    let text = fs::read(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
    tree.insert(PathBuf::from("README.md"), text);
    Ok(tree)
}

/// The sources of the students' crates that are handed out, without what is still open.
fn filtered(texts: &BTreeMap<PathBuf, String>, through: &Through) -> Result<Tree, String> {
    let mut sources = BTreeMap::new();
    for (path, text) in texts {
        let source = Source::read(text, through)
            .map_err(|wrong| format!("{}:{}: {}", path.display(), wrong.line, wrong.problem))?;
        sources.insert(path, source);
    }
    let mut left_behind = BTreeSet::new();
    for (path, source) in &sources {
        if source.is_open(through) {
            left_behind.insert((*path).clone());
        }
        let tests = source.test_modules().into_iter();
        left_behind.extend(tests.map(|name| derived::file_of_module(path, name)));
    }
    let is_left = |path: &Path| left_behind.iter().any(|left| derived::belongs_to(path, left));
    let kept = sources.iter().filter(|(path, _)| !is_left(path));
    let hand_out = |(path, source): (&&PathBuf, &Source)| {
        let modules = source.module_names().into_iter();
        let gone = modules.filter(|name| is_left(&derived::file_of_module(path, name)));
        let text = source.handed_out(through, &gone.map(str::to_owned).collect());
        ((*path).clone(), text.into_bytes())
    };
    Ok(kept.map(hand_out).collect())
}

/// Refuses a mark where no filter would take it out.
fn refuse_marks_elsewhere(tree: &Tree) -> Result<(), String> {
    for (path, text) in tree {
        let is_rust = path.extension().is_some_and(|it| it == "rs");
        let first = if is_rust { first_mark } else { first_mark_elsewhere };
        if let Some(line) = str::from_utf8(text).ok().and_then(first) {
            let crates = STUDENT_CRATES.join(" and ");
            let problem = format!("only the sources of {crates} have marks");
            return Err(format!("{}:{line}: {problem}", path.display()));
        }
    }
    Ok(())
}

/// The files of a workspace that may be handed out, as they are there.
pub fn files(workspace: &Path) -> Result<Tree, String> {
    let mut paths = Vec::new();
    list(workspace, Path::new(""), &mut paths)?;
    let read = |path: PathBuf| {
        let file = workspace.join(&path);
        let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok((path, text))
    };
    paths.into_iter().map(read).collect()
}

/// The files at or below a path, without those that are left out.
fn list(workspace: &Path, path: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if is_left_out(path) {
        return Ok(());
    }
    let here = workspace.join(path);
    let problem = |error: io::Error| format!("{}: {error}", here.display());
    if !here.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(&here).map_err(problem)? {
        let name = entry.map_err(problem)?.file_name();
        list(workspace, &path.join(name), found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
