//! Reads the text files of a tree, without build output and Git's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file. Rules take these, so that a test can hand them a broken sample.
#[derive(Debug)]
pub struct Source {
    /// Relative to the root of the tree.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

impl Source {
    /// A sample.
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: PathBuf::from(path), text: text.to_owned() }
    }

    /// The lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether its name has this extension.
    pub fn is(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|found| found == extension)
    }

    /// Whether it has this name, in whatever folder.
    pub fn is_named(&self, name: &str) -> bool {
        self.path.file_name().is_some_and(|found| found == name)
    }
}

/// The root of this tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("staff/ lies in the tree").to_path_buf()
}

/// All text files of this tree, by path.
pub fn sources() -> Vec<Source> {
    let found = sources_in(&root());
    assert!(found.len() > 100, "{} text files in {}", found.len(), root().display());
    found
}

/// All text files of a tree, by path.
pub fn sources_in(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    collect(root, Path::new(""), &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn collect(folder: &Path, relative: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("the tree can be listed") {
        let entry = entry.expect("the tree can be listed");
        let (path, name) = (entry.path(), entry.file_name());
        let relative = relative.join(&name);
        if path.is_dir() {
            if !is_left_out(&path) {
                collect(&path, &relative, found);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push(Source { path: relative, text });
        }
    }
}

/// What is built (cargo tags that folder), what a fuzzer has gathered, and git's own.
fn is_left_out(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    [".git", "corpus", "artifacts", "coverage"].iter().any(|it| name == *it)
        || folder.join("CACHEDIR.TAG").exists()
}
