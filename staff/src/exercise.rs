//! `staff exercise --bug 17 DIR`: a tree with a planted bug in it, for a student to find.
//!
//! It is what a student has who has finished the bug's lab, but for the bug. Nothing in it says
//! which one: no patch, no count of firings, no comment that came with the bug, but for those that
//! document an item; the files have one time; and the reference's own assertions, which would name
//! it at once, are off.

use crate::exit::Exit;
use crate::handout::through::Through;
use crate::handout::tree::{self, Tree};
use crate::handout::{build, refuse_if_taken, workspace};
use crate::problem::{Problem, say_made};
use crate::work_tree::target_directory;
use crate::zoo::firing;
use crate::zoo::patch::{Kind, Patch, Zoo};
use crate::zoo::plant::{self, Planter};
use course::Course;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What `staff exercise` is asked for.
#[derive(Debug, PartialEq)]
pub struct ExerciseArguments {
    /// The number of the bug.
    pub bug: u32,
    /// Where the tree is to be: a directory that does not exist yet, or is empty.
    pub directory: PathBuf,
}

/// Makes the tree and says where it is.
pub fn exercise(course: &Course, arguments: &ExerciseArguments) -> Exit {
    say_made(make(course, arguments))
}

fn make(course: &Course, arguments: &ExerciseArguments) -> Result<String, Problem> {
    let zoo = Zoo::read(&workspace(), course)?;
    let bug = find(&zoo, arguments.bug).map_err(Problem::Usage)?;
    refuse_if_taken(&arguments.directory).map_err(Problem::Usage)?;
    let planter = Planter::new(course, &workspace(), &target_directory())?;
    let tree = exercise_tree(course, &planter, &zoo, bug)?;
    compiles(&planter, &tree)?;
    build::build(&arguments.directory, &tree, false)?;
    let (directory, lab) = (arguments.directory.display(), &bug.lab);
    Ok(format!("{directory}: a bug of Lab {lab}"))
}

/// The bug with a number, or which numbers there are. A bug that no test finds is no exercise.
fn find(zoo: &Zoo, number: u32) -> Result<&Patch, String> {
    let found = || zoo.of(Kind::Bug).filter(|bug| bug.survives.is_none());
    found().find(|bug| bug.number == number).ok_or_else(|| {
        let numbers: BTreeSet<u32> = found().map(|bug| bug.number).collect();
        let is_there = zoo.of(Kind::Bug).any(|bug| bug.number == number);
        let what = if is_there { "no test finds bug" } else { "there is no bug" };
        format!("{what} {number}; there are {}", ranges(&numbers))
    })
}

/// `1 to 3, 7, 9 to 12`.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let said = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// A student's tree with the bug's lab filled in, and the bug in it.
fn exercise_tree(
    course: &Course,
    planter: &Planter,
    zoo: &Zoo,
    bug: &Patch,
) -> Result<Tree, String> {
    let base = bug.bases.first().and_then(Option::as_deref);
    let mut files = tree::files(&workspace())?;
    let mut sources = planter.sources(&zoo.stack(bug, base))?;
    for (path, text) in &mut sources {
        let old = files.get(path).map_or_else(String::new, |text| text_of(text));
        *text = without_hints(&firing::without_calls(&text_of(text)), &old).into_bytes();
    }
    files.extend(sources);
    let last = course.parts_named(&bug.lab).pop();
    let last = last.expect("a bug's part is one of the course, as its header was checked");
    let mut tree = tree::handed_out(&workspace(), files, &Through::part(course, &last.name)?)?;
    plant::switch_assertions_off(&mut tree);
    Ok(tree)
}

fn text_of(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// A source without the comments that were not in it before: they may speak of the bug. What
/// documents an item stays, or the bug's would be the only one without.
fn without_hints(text: &str, before: &str) -> String {
    let old: BTreeSet<&str> = before.lines().map(str::trim).collect();
    let is_comment = |line: &str| line.starts_with("//") && !line.starts_with("///");
    let is_hint = |line: &str| is_comment(line) && !old.contains(line);
    text.split_inclusive('\n').filter(|line| !is_hint(line.trim())).collect()
}

/// The tree compiles without the statements that count.
fn compiles(planter: &Planter, tree: &Tree) -> Result<(), String> {
    let packages = ["--package", "raft", "--package", "kvraft"];
    match planter.make(tree)?.compiles_without_warnings(&packages) {
        Ok(()) => Ok(()),
        Err(Problem::Found(said) | Problem::NotChecked(said) | Problem::Usage(said)) => {
            Err(format!("the exercise does not compile without a warning:\n{said}"))
        }
    }
}

#[cfg(test)]
mod tests;
