//! A test is judged as expected, or the run that was not is named.

use super::*;
use crate::sample;
use course::Course;

/// The verdict on the first test of 2B, if its run ended so while `open` is still to be done.
fn judged(run: &str, expected: Expected, open: &[&str]) -> Result<(), String> {
    let course = sample::course();
    let (part, test) = first_test_of(&course, "2B");
    let json = format!("{{\"tests\":[{{\"name\":{:?},\"runs\":[{run}]}}]}}", test.name);
    let open: Vec<String> = open.iter().map(|part| (*part).to_owned()).collect();
    Results::read(json.as_bytes()).expect("it is JSON").judge(part, test, expected, &open)
}

fn first_test_of<'c>(course: &'c Course, part: &str) -> (&'c Part, &'c Test) {
    course.tests().find(|(in_part, _)| in_part.name == part).expect("the sample has the part")
}

fn run(verdict: &str, what: &str, seconds: f64) -> String {
    format!(
        "{{\"verdict\":{verdict:?},\"what\":{what:?},\"seed\":7,\"wall_seconds\":99.0,\
         \"simulated\":{{\"virtual_seconds\":{seconds}}}}}"
    )
}

fn failed(what: &str) -> String {
    run("fail", what, 0.5)
}

const TASK: &str = "panicked at raft/src/log.rs:7: not yet implemented: 2B: append (5.3)";

#[test]
fn what_must_pass_passes() {
    assert_eq!(judged(&run("pass", "", 3.0), Expected::Passes, &[]), Ok(()));
    let problem = judged(&failed("two leaders"), Expected::Passes, &[]).expect_err("it failed");
    assert!(
        problem.contains("expected to pass, but: fail with seed 7 after 0.5 s: two leaders"),
        "{problem}"
    );
}

#[test]
fn what_must_fail_fails_by_the_name_of_an_open_task() {
    for what in [TASK, "2B: what must be so is not"] {
        assert_eq!(judged(&failed(what), Expected::FailsByName, &["2B", "3A"]), Ok(()), "{what}");
    }
    for what in ["two leaders", "they say 2B: nothing", "not yet implemented: 3A: ask"] {
        assert!(judged(&failed(what), Expected::FailsByName, &["2B", "3A"]).is_err(), "{what}");
    }
    assert!(judged(&failed(TASK), Expected::FailsByName, &["3A"]).is_err(), "2B is done");
}

#[test]
fn what_must_fail_neither_passes_nor_hangs_nor_takes_long() {
    for run in [
        run("pass", "", 1.0),
        run("timeout", TASK, 120.0),
        run("crash", TASK, 1.0),
        run("fail", TASK, 60.0),
    ] {
        assert!(judged(&run, Expected::FailsByName, &["2B"]).is_err(), "{run}");
    }
}

#[test]
fn one_run_that_is_not_as_expected_is_enough() {
    let runs = [failed(TASK), failed("two leaders")].join(",");
    assert!(judged(&runs, Expected::FailsByName, &["2B"]).is_err());
}

#[test]
fn what_may_pass_early_may() {
    let course = sample::course();
    let (part, test) = first_test_of(&course, "2B");
    let early = Test { may_pass_early: true, ..test.clone() };
    let judged = |run: String| {
        let json = format!("{{\"tests\":[{{\"name\":{:?},\"runs\":[{run}]}}]}}", test.name);
        let results = Results::read(json.as_bytes()).expect("it is JSON");
        results.judge(part, &early, Expected::FailsByName, &["2B".to_owned()])
    };
    assert_eq!(judged(run("pass", "", 3.0)), Ok(()));
    assert!(judged(failed("two leaders")).is_err(), "but if it fails, then by name");
}

#[test]
fn what_was_not_run_is_not_as_expected() {
    let course = sample::course();
    let (part, test) = first_test_of(&course, "2B");
    let nothing = Results::read(b"{\"tests\":[]}").expect("it is JSON");
    let problem = nothing.judge(part, test, Expected::Passes, &[]).expect_err("it was not run");
    assert!(problem.ends_with("was not run"), "{problem}");
    assert!(Results::read(b"make: no such target").is_err());
}
