//! The table of many seeds, and their failures.

use super::{failures, notes, table};
use crate::report::color::Colors;
use crate::run::result::RunResult;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::{Mode, Simulated, VERSION};
use std::path::PathBuf;

fn run(verdict: RunVerdict, seed: u64) -> RunResult {
    let simulated = Simulated {
        virtual_seconds: Some(seed as f64),
        points: Some(1000 * seed),
        hash: Some(seed),
        policy: Some(String::from("PCT=3")),
        reached: None,
    };
    RunResult { seed, simulated: Some(simulated), ..sample::run(verdict, 1, 1) }
}

fn with_runs(runs: Vec<RunResult>, check: impl Fn(&Results)) {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Sim, runs.len() as u32);
    runs.into_iter().for_each(|run| results.add(0, run));
    check(&results);
}

#[test]
fn a_test_is_a_line_with_its_medians() {
    let runs = vec![
        run(RunVerdict::Pass, 9),
        run(RunVerdict::Pass, 2),
        run(RunVerdict::Pass, 3),
        run(RunVerdict::Fail, 1),
    ];
    with_runs(runs, |results| {
        assert_eq!(
            table(results),
            "test         seeds  passed  failed  median virtual s  median points    CPU s\n\
             initial_2a       4       3       1               3.0           3000     2.00\n"
        );
    });
}

#[test]
fn failures_are_counted_by_kind_and_the_first_is_told_in_full() {
    let mut first = run(RunVerdict::Fail, 4);
    first.kept = Some(PathBuf::from("/target/lab/initial_2a/seed-4"));
    first.report = String::from("lost entry 7\n  where    lib.rs:7\n");
    with_runs(vec![run(RunVerdict::Fail, 8), first, run(RunVerdict::Pass, 0)], |results| {
        let expected = format!(
            "FAIL  initial_2a      2 seeds, first 4       lost entry 7\n\
             \n\
             FAIL  initial_2a  Test (2A): the initial_2a\n\
             \x20 what   lost entry 7\n\
             \x20 seed   4 (version {VERSION})\n\
             \x20 after  4.000 s of virtual time (PCT=3)\n\
             \x20 again  make replay TEST=initial_2a SEED=4\n\
             \x20 files  /target/lab/initial_2a/seed-4/\n\
             \x20 report\n    lost entry 7\n      where    lib.rs:7\n\n"
        );
        assert_eq!(failures(results, Colors::plain()), expected);
    });
}

#[test]
fn where_nothing_failed_nothing_is_said() {
    with_runs(vec![run(RunVerdict::Pass, 1)], |results| {
        assert_eq!(failures(results, Colors::plain()), "");
    });
}

#[test]
fn a_note_is_told_once_with_its_runs() {
    let noted = |seed| {
        let notes = vec![String::from("rules not watched")];
        RunResult { notes, ..run(RunVerdict::Pass, seed) }
    };
    let failed = RunResult { notes: vec![String::from("odd")], ..run(RunVerdict::Fail, 3) };
    with_runs(vec![noted(4), noted(2), run(RunVerdict::Pass, 1), failed], |results| {
        assert_eq!(notes(results), "note  2 runs, first initial_2a seed 4: rules not watched\n");
    });
}
