//! What goes into a handout: which files of the workspace, and what becomes of each.
//!
//! Everything is handed out but what is for the staff, the tests of solutions, and the pages about
//! the reference. What becomes of a file is the marker filter's business ([`markers`]).

use super::markers::{self, filter};
use super::through::Through;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The crates that the student completes: only there are markers for tasks.
pub const STUDENT_CRATES: [&str; 2] = ["raft", "kvraft"];

/// What is not handed out, besides what markers say, unit tests and hidden files.
const LEFT_OUT: [&str; 13] = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/for-staff.md",
    "docs/performance.md",
    "fuzz",
    "kvraft/tests",
    "raft/src/model.rs",
    "raft/src/situation.rs",
    "raft/tests",
    "staff",
    "tests/planted-kvraft",
    "tests/planted-raft",
];

/// The hidden names of the workspace that are handed out: the others are Git's, the staff's or an
/// editor's.
const HIDDEN: [&str; 2] = [".cargo", ".gitignore"];

/// Where the handout's own README is, in the reference.
const README: &str = "staff/handout/README.md";

/// A tree to be handed out: the text of each file, by its path.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// The files of a workspace that are handed out, in order.
pub fn paths(workspace: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    list(workspace, Path::new(""), &mut paths)?;
    Ok(paths)
}

/// All files of the handout, filtered.
pub fn tree(workspace: &Path, through: &Through) -> Result<Tree, String> {
    let mut tree = Tree::new();
    let mut is_marked = false;
    for path in paths(workspace)? {
        let file = workspace.join(&path);
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let bytes = match String::from_utf8(bytes) {
            Err(binary) => binary.into_bytes(),
            Ok(text) => {
                is_marked |= in_student_crate(&path) && markers::has_markers(&text);
                let filtered = filter(&text, through).map_err(|wrong| {
                    format!("{}:{}: {}", path.display(), wrong.line, wrong.problem)
                })?;
                filtered.into_bytes()
            }
        };
        tree.insert(path, bytes);
    }
    if !is_marked {
        return Err("no task is marked in raft and kvraft: is this a handout already?".to_owned());
    }
    let readme = workspace.join(README);
    let text = fs::read(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
    tree.insert(PathBuf::from("README.md"), text);
    Ok(tree)
}

/// The files at or below a path, in order, without those that are left out.
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
    let mut names = Vec::new();
    for entry in fs::read_dir(&here).map_err(problem)? {
        names.push(entry.map_err(problem)?.file_name());
    }
    names.sort();
    names.iter().try_for_each(|name| list(workspace, &path.join(name), found))
}

fn is_left_out(path: &Path) -> bool {
    let is_unit_test = in_student_crate(path) && path.ends_with("tests.rs");
    LEFT_OUT.iter().any(|left_out| path == Path::new(left_out))
        || is_unit_test
        || (has_hidden_name(path) && !HIDDEN.iter().any(|name| path == Path::new(name)))
        || path.ends_with("target")
        || (in_student_crate(path) && !is_source(path))
}

/// Whether a path is a source of a crate, or may lead to one: not the copy that an editor or a merge
/// left beside it, which would be handed out with its solutions.
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

#[cfg(test)]
mod tests;
