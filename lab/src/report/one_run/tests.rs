//! The text for one run: passed lines, failures, excerpts of reports.

use super::{excerpt, failure, passed};
use crate::report::color::Colors;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::VERSION;

#[test]
fn a_pass_is_the_courses_two_lines() {
    let text = passed(&sample::run(RunVerdict::Pass, 1, 3));
    assert_eq!(text, "Test (2A): the initial_2a ...\n  ... Passed --   3.1  3   58   16278    0\n");
}

#[test]
fn remarks_go_before_the_figures() {
    let mut run = sample::run(RunVerdict::Pass, 1, 3);
    run.notes = vec![String::from("terms change")];
    let text = passed(&run);
    assert!(text.contains(" ...\n  note   terms change\n  ... Passed --"), "{text}");
}

#[test]
fn a_backtrace_is_left_to_the_file() {
    let frames = "   0: core::panicking::panic\n             at /rustc/panicking.rs:80:14\n";
    let report = format!("lost entry 7\n  where    lib.rs:7\n{frames}  seed     7\n");
    assert_eq!(
        excerpt(&report),
        "  report\n    lost entry 7\n      where    lib.rs:7\n      seed     7\n    \
         ... and 2 more lines in report.txt\n"
    );
}

#[test]
fn a_failure_says_how_to_see_it_again() {
    let course = sample::course();
    let text =
        failure(&sample::all(&course)[0], &sample::run(RunVerdict::Fail, 1, 3), Colors::plain());
    let expected = format!(
        "FAIL  initial_2a  Test (2A): the initial_2a\n  what   lost entry 7\n  seed   7 (version \
         {VERSION})\n  again  make test TEST=initial_2a SEED=7\n  files  not kept\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn foreign_text_is_bounded_and_harmless() {
    let mut run = sample::run(RunVerdict::Fail, 1, 3);
    run.what = Some(format!("\x1b[2J{}", "long ".repeat(1000)));
    let course = sample::course();
    let text = failure(&sample::all(&course)[0], &run, Colors::plain());
    assert!(!text.contains('\x1b'));
    assert!(text.lines().all(|line| line.len() < 450));
}

#[test]
fn of_a_long_report_the_beginning_is_shown() {
    let report: String = (1..=100).map(|line| format!("line {line}\n")).collect();
    let text = excerpt(&report);
    assert!(text.starts_with("  report\n    line 1\n"));
    assert!(text.ends_with("    line 40\n    ... and 60 more lines in report.txt\n"));
    assert_eq!(excerpt(""), "");
}
