//! `staff selftest`: checks that the graded tests catch broken solutions, and name what is wrong.
//!
//! A tree is made in which a broken Raft and a broken service (`staff/selftest`) replace `raft/`
//! and `kvraft/`; the real crates are beside them under other names. The graded tests are run there
//! with make: with one bug at a time ([`bugs`]), which the environment names, and with none. This
//! tests everything that grades a student's solution: harness, checks, runner and results.

mod bugs;

use crate::exit::Exit;
use crate::handout::through::Through;
use crate::handout::tree::{self, STUDENT_CRATES, Tree};
use crate::handout::workspace;
use crate::problem::{Problem, say};
use crate::results::{Results, Run};
use crate::work_tree::{BUG, WorkTree, target_directory};
use bugs::{BUGS, Bug};
use course::Course;
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What `staff selftest` is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct SelftestArguments {
    /// With how many seeds each bug is simulated, if not the usual number.
    pub seeds: Option<NonZeroU32>,
}

/// Where the broken crates are, in the reference.
const BROKEN: &str = "staff/selftest";

/// Tries every bug and prints the result.
pub fn selftest(course: &Course, arguments: &SelftestArguments) -> Exit {
    let began = Instant::now();
    say(try_all(course, arguments).map(|()| {
        let seconds = began.elapsed().as_secs_f64();
        format!("the graded tests catch {} bugs, and nothing else, {seconds:.1} s", BUGS.len())
    }))
}

fn try_all(course: &Course, arguments: &SelftestArguments) -> Result<(), Problem> {
    let work_tree = WorkTree::in_target(&target_directory())?;
    work_tree.make(&broken_tree(&workspace(), &Through::nothing(course).everything())?)?;
    let attempt = Attempt { work_tree: &work_tree, arguments };
    let mut missed = Vec::new();
    for bug in &BUGS {
        match attempt.catches(bug).map_err(|problem| problem.at(bug.name)) {
            Err(Problem::Found(problem)) => {
                println!("{problem}");
                missed.push(bug.name);
            }
            done => done?,
        }
    }
    if !missed.is_empty() {
        return Err(Problem::Found(format!("not caught as expected: {}", missed.join(", "))));
    }
    attempt.sound_ones_pass()
}

/// The whole reference with the broken crates in the place of the students'.
fn broken_tree(workspace: &Path, everything: &Through) -> Result<Tree, String> {
    let reference = tree::tree(workspace, everything)?;
    let mut broken: Tree = reference.into_iter().map(|(path, text)| aside(path, text)).collect();
    add_files(&workspace.join(BROKEN), Path::new(""), &mut broken)?;
    Ok(broken)
}

/// Where a file is in the tree of the broken: `raft/src/log.rs` is `real-raft/src/log.rs` there.
fn aside(path: PathBuf, text: Vec<u8>) -> (PathBuf, Vec<u8>) {
    let Some(name) = STUDENT_CRATES.iter().find(|name| path.starts_with(name)) else {
        return (path, text);
    };
    let inner = path.strip_prefix(name).expect("the path starts with the crate's");
    let moved = Path::new(&format!("real-{name}")).join(inner);
    if inner != Path::new("Cargo.toml") {
        return (moved, text);
    }
    let [real, aside] = ["", "real-"].map(|begin| format!("name = \"{begin}{name}\""));
    (moved, String::from_utf8_lossy(&text).replacen(&real, &aside, 1).into_bytes())
}

/// Adds the files below a folder to a tree, by their paths in that folder.
fn add_files(sources: &Path, folder: &Path, tree: &mut Tree) -> Result<(), String> {
    let here = sources.join(folder);
    let problem = |error: std::io::Error| format!("{}: {error}", here.display());
    for entry in fs::read_dir(&here).map_err(problem)? {
        let path = folder.join(entry.map_err(problem)?.file_name());
        if sources.join(&path).is_dir() {
            add_files(sources, &path, tree)?;
        } else {
            tree.insert(path.clone(), fs::read(sources.join(&path)).map_err(problem)?);
        }
    }
    Ok(())
}

/// The graded tests against the broken crates.
struct Attempt<'a> {
    work_tree: &'a WorkTree,
    arguments: &'a SelftestArguments,
}

impl Attempt<'_> {
    /// The test that shows a bug fails, with all its seeds and on real threads, and says why.
    fn catches(&self, bug: &Bug) -> Result<(), Problem> {
        let began = Instant::now();
        let seeds = self.arguments.seeds.map_or(bug.seeds, NonZeroU32::get);
        let simulated = self.runs(&["sim", &format!("SEEDS={seeds}")], bug.test, Some(bug.name))?;
        let caught = bug.judge_all(&simulated)?;
        if bug.on_real_threads {
            bug.judge_all(&self.runs(&["test"], bug.test, Some(bug.name))?)?;
        }
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{}: {} catches it with {caught} of {seeds} seeds, {seconds:.1} s",
            bug.name, bug.test
        );
        Ok(())
    }

    /// Every test that shows a bug passes without one.
    fn sound_ones_pass(&self) -> Result<(), Problem> {
        let tests: BTreeSet<(&str, u32)> = BUGS.iter().map(|bug| (bug.test, bug.seeds)).collect();
        for (test, seeds) in tests {
            let began = Instant::now();
            let seeds = self.arguments.seeds.map_or(seeds / 2, NonZeroU32::get);
            let runs = self.runs(&["sim", &format!("SEEDS={seeds}")], test, None)?;
            if let Some(run) = runs.iter().find(|run| run.verdict != "pass") {
                return Err(Problem::Found(format!("without a bug {test}: {}", run.summary())));
            }
            let seconds = began.elapsed().as_secs_f64();
            println!("without a bug {test} passes with {seeds} seeds, {seconds:.1} s");
        }
        Ok(())
    }

    fn runs(&self, target: &[&str], test: &str, bug: Option<&str>) -> Result<Vec<Run>, Problem> {
        let variables: Vec<_> = bug.map(|bug| (BUG, bug.into())).into_iter().collect();
        let (json, _) = self.work_tree.make_target(target, &[test.to_owned()], &variables)?;
        let runs = Results::read(&json)?.into_runs(test);
        if runs.is_empty() {
            return Err(Problem::Found(format!("{test} was not run")));
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests;
