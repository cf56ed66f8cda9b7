//! `staff handout DIR`: the tree that a student receives, built from the reference.
//!
//! [`tree`](mod@tree) chooses the files and removes the solutions, as the [`marks`] say;
//! [`leak_check`] looks for lines of a solution that are left; [`build`](mod@build) writes the
//! tree. Nothing is written before all files have been read without an error.

pub mod build;
mod derived;
pub mod leak_check;
mod marks;
pub mod through;
pub mod tree;

use crate::exit::Exit;
use crate::problem::{Problem, say_made};
use build::build;
use course::Course;
use leak_check::Reference;
use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};
use through::Through;
use tree::{Tree, tree};

/// What `staff handout` is asked for.
#[derive(Debug, PartialEq)]
pub struct HandoutArguments {
    /// Where the tree is to be: a directory that does not exist yet, or is empty.
    pub directory: PathBuf,
    /// The part up to which the solution is filled in.
    pub through: Option<String>,
    /// Whether the tree is to be a Git repository with one commit.
    pub git: bool,
}

/// Makes the handout and says where it is.
pub fn handout(course: &Course, arguments: &HandoutArguments) -> Exit {
    say_made(make(course, arguments))
}

fn make(course: &Course, arguments: &HandoutArguments) -> Result<String, Problem> {
    let through = match &arguments.through {
        None => Through::nothing(course),
        Some(part) => Through::part(course, part).map_err(Problem::Usage)?,
    };
    let directory = &arguments.directory;
    refuse_if_taken(directory).map_err(Problem::Usage)?;
    let tree = tree(&workspace(), &through)?;
    refuse_leaks(&tree, &through)?;
    build(directory, &tree, arguments.git)?;
    Ok(format!("{}: {through}, {} files", directory.display(), tree.len()))
}

/// Where the reference is: the workspace this was built in.
pub fn workspace() -> PathBuf {
    let staff = Path::new(env!("CARGO_MANIFEST_DIR"));
    staff.parent().expect("staff is a directory of the workspace").to_owned()
}

/// Refuses a directory in which a tree cannot be made, and says why.
pub fn refuse_if_taken(directory: &Path) -> Result<(), String> {
    let name = directory.display();
    if directory.file_name().is_none() {
        return Err(format!("{name} does not end in a directory's name: name a new directory"));
    }
    if is_in_workspace(directory) {
        return Err(format!(
            "{name} is inside this tree, so it would be part of the next handout: name a directory \
             outside"
        ));
    }
    if directory.is_symlink() {
        return Err(format!("{name} is a link: name the directory itself"));
    }
    match fs::read_dir(directory) {
        Ok(entries) => match entries.count() {
            0 => Ok(()),
            _ => Err(format!(
                "{name} is not empty, and nothing was written: name a new or an empty directory"
            )),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("cannot read {name}: {error}; name a new or an empty directory")),
    }
}

/// Whether a directory, which need not exist, lies in the workspace, but not among what is built.
fn is_in_workspace(directory: &Path) -> bool {
    let absolute = path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let there = absolute.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    let workspace = workspace().canonicalize().unwrap_or_else(|_| workspace());
    there.is_some_and(|there| {
        there.starts_with(&workspace) && !there.starts_with(workspace.join("target"))
    })
}

/// A stray file, such as an editor's copy, may contain a solution.
fn refuse_leaks(tree: &Tree, through: &Through) -> Result<(), String> {
    let found = Reference::read(&workspace(), through)?.leaks_in(tree, through.open());
    match found.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "the handout would contain a line of a solution: {first}; delete it, or mark it"
        )),
    }
}
