//! `staff check-course`: checks every tree that can be handed out.
//!
//! The trees are the one with nothing filled in and those filled in through each part. They are
//! made one after another in the same directory ([`WorkTree`]), so that Cargo builds only what
//! differs. Each must be formatted, contain no line of a solution that is still open
//! ([`handout::leak_check`]), and compile without warnings. Then its tests are run with make, as a
//! student does: those of a part that is filled in must pass, those of the next part must fail with
//! the sentence of a task ([`verdicts`]).

mod verdicts;

use crate::exit::Exit;
use crate::handout::{self, leak_check::Reference, through::Through};
use crate::problem::{Problem, say};
use crate::results::Results;
use crate::work_tree::{WorkTree, target_directory};
use course::{Course, Part};
use staff::links::dead_links;
use std::num::NonZeroU32;
use std::time::Instant;
use verdicts::Expected;

/// What `staff check-course` is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct CheckArguments {
    /// Whether the tests are run on real threads as well.
    pub full: bool,
    /// With how many seeds the parts that are filled in are simulated, if not the usual number.
    pub seeds: Option<NonZeroU32>,
}

/// Seeds for each test of Lab 2 that must pass.
const SEEDS_OF_LAB_2: u32 = 20;

/// The same of Lab 3, whose tests take seven times as long.
const SEEDS_OF_LAB_3: u32 = 4;

/// Seeds for each test that must fail. It fails at once whatever the seed, so one would do.
const SEEDS_TO_FAIL: u32 = 2;

/// Checks every tree and prints the result.
pub fn check_course(course: &Course, arguments: &CheckArguments) -> Exit {
    let began = Instant::now();
    let checked = check_all(course, arguments);
    say(checked
        .map(|trees| format!("the handout and {} more trees, {}", trees - 1, seconds(began))))
}

fn check_all(course: &Course, arguments: &CheckArguments) -> Result<usize, Problem> {
    let work_tree = WorkTree::in_target(&target_directory())?;
    let trees = Through::all(course);
    for through in &trees {
        let check = Check { course, arguments, work_tree: &work_tree, through };
        check.run().map_err(|problem| problem.at(&through.to_string()))?;
    }
    Ok(trees.len())
}

fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}

/// The checks of one tree.
struct Check<'c> {
    course: &'c Course,
    arguments: &'c CheckArguments,
    work_tree: &'c WorkTree,
    through: &'c Through,
}

impl Check<'_> {
    fn run(&self) -> Result<(), Problem> {
        self.step("is made", || {
            Ok(self.work_tree.make(&handout::tree::tree(&handout::workspace(), self.through)?)?)
        })?;
        self.step("is formatted", || self.work_tree.is_formatted())?;
        self.step("keeps no line of a solution", || self.has_no_leaks())?;
        self.step("compiles without warnings", || {
            self.work_tree.compiles_without_warnings(&["--workspace", "--all-targets"])
        })?;
        if self.through.filled().is_empty() {
            self.step("has no dead link in its guide", || self.has_no_dead_link())?;
        }
        for (words, seeds) in self.to_pass() {
            let what = format!("passes {} with {seeds} seeds", words.join(" "));
            self.step(&what, || self.simulate(&words, seeds, Expected::Passes))?;
            if self.arguments.full {
                let what = format!("passes {} on real threads", words.join(" "));
                self.step(&what, || self.test(&words, Expected::Passes))?;
            }
        }
        let words = self.to_fail();
        if words.is_empty() {
            return Ok(());
        }
        let what = format!("fails {} by name", words.join(" "));
        self.step(&what, || self.simulate(&words, SEEDS_TO_FAIL, Expected::FailsByName))?;
        if self.arguments.full {
            let what = format!("{what} on real threads");
            self.step(&what, || self.test(&words, Expected::FailsByName))?;
        }
        Ok(())
    }

    /// Makes one check and prints how long it took.
    fn step(&self, what: &str, check: impl FnOnce() -> Result<(), Problem>) -> Result<(), Problem> {
        let began = Instant::now();
        check().map_err(|problem| problem.at(&format!("\"{what}\" does not hold")))?;
        println!("{}: {what}, {}", self.through, seconds(began));
        Ok(())
    }

    fn has_no_leaks(&self) -> Result<(), Problem> {
        let reference = Reference::read(&handout::workspace(), self.through)?;
        let found = reference.leaks_in(&self.work_tree.read()?, self.through.open());
        if found.is_empty() { Ok(()) } else { Err(Problem::Found(found.join("; "))) }
    }

    /// Whether each link of the guide leads somewhere, though pages are left out.
    fn has_no_dead_link(&self) -> Result<(), Problem> {
        let dead = dead_links(self.work_tree.path());
        let dead: Vec<String> = dead.iter().map(|link| link.to_string()).collect();
        if dead.is_empty() { Ok(()) } else { Err(Problem::Found(dead.join("; "))) }
    }

    /// The parts that are filled in and what lies beyond them, by lab, with the number of their
    /// seeds.
    fn to_pass(&self) -> Vec<(Vec<String>, u32)> {
        let is_filled =
            |part: &&Part| self.through.filled().iter().any(|it| it == part.in_course());
        let of_lab = |lab: &str| -> Vec<String> {
            let parts = self.course.parts.iter().filter(is_filled);
            parts.filter(|part| part.lab() == lab).map(|part| part.name.clone()).collect()
        };
        let asked = self.arguments.seeds.map(NonZeroU32::get);
        let labs = [
            (of_lab("2"), asked.unwrap_or(SEEDS_OF_LAB_2)),
            (of_lab("3"), asked.unwrap_or(SEEDS_OF_LAB_3)),
        ];
        labs.into_iter().filter(|(words, _)| !words.is_empty()).collect()
    }

    /// The next part; of the tree with nothing filled in, every part.
    fn to_fail(&self) -> Vec<String> {
        match self.through.filled() {
            [] => self.course.parts.iter().map(|part| part.name.clone()).collect(),
            _ => self.through.open().first().cloned().into_iter().collect(),
        }
    }

    fn simulate(&self, words: &[String], seeds: u32, expected: Expected) -> Result<(), Problem> {
        let seeds = format!("SEEDS={seeds}");
        self.judge(&self.work_tree.make_target(&["sim", &seeds], words, &[])?.0, words, expected)
    }

    fn test(&self, words: &[String], expected: Expected) -> Result<(), Problem> {
        self.judge(&self.work_tree.make_target(&["test"], words, &[])?.0, words, expected)
    }

    fn judge(&self, json: &[u8], words: &[String], expected: Expected) -> Result<(), Problem> {
        let results = Results::read(json)?;
        let tests = self.course.tests().filter(|(part, _)| words.contains(&part.name));
        for (part, test) in tests {
            let judged = results.judge(part, test, expected, self.through.open());
            judged.map_err(Problem::Found)?;
        }
        Ok(())
    }
}
