//! Points, tables and the last lines.

use super::{closing, failures, figures, mean_and_deviation, points, repeats};
use crate::report::color::Colors;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::Mode;

#[test]
fn the_columns_are_explained_and_those_of_two_labs_apart() {
    let course = sample::course();
    let tests = sample::all(&course);
    assert_eq!(figures(&tests[..4]), "Figures after \"Passed\": figures of 2.");
    assert_eq!(figures(&tests[4..]), "Figures after \"Passed\": figures of 3.");
    assert_eq!(
        figures(&tests),
        "Figures after \"Passed\": figures of 2 (lab 2); figures of 3 (lab 3)."
    );
}

/// Results of the first four sample tests, one of which failed.
fn one_of_four_failed(check: impl Fn(&Results)) {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..4], Mode::Os, 1);
    for test in 0..4 {
        let verdict = if test == 1 { RunVerdict::Fail } else { RunVerdict::Pass };
        results.add(test, sample::run(verdict, 1, 3));
    }
    check(&results);
}

#[test]
fn points_are_a_line_for_each_part_and_the_total() {
    one_of_four_failed(|results| {
        assert_eq!(
            points(results),
            "2A  part 2A    1/2 tests   60/100 points\n\
             2B  part 2B    2/2 tests  100/100 points\n\
             total          3/4 tests  160/200 points\n"
        );
    });
}

#[test]
fn the_last_lines_are_the_word_and_what_it_took() {
    one_of_four_failed(|results| {
        let text = closing(results, None, Colors::plain());
        assert!(text.starts_with("FAIL  3 of 4 tests passed, 1 failed\n"), "{text}");
        assert!(text.contains(" s, 2.0 s of CPU, largest test process 3 MiB ("), "{text}");
    });
}

#[test]
fn what_was_cut_short_says_by_what() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..2], Mode::Os, 1);
    results.add(0, sample::run(RunVerdict::Pass, 1, 3));
    let text = closing(&results, Some(2), Colors::plain());
    assert!(text.starts_with("STOPPED by SIGINT  1 of 2 tests passed, 1 not finished\n"), "{text}");
}

#[test]
fn many_runs_are_a_table() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Os, 3);
    for (number, seconds) in [(1, 3), (2, 5), (3, 4)] {
        let verdict = if number == 2 { RunVerdict::Timeout } else { RunVerdict::Pass };
        results.add(0, sample::run(verdict, number, seconds));
    }
    assert_eq!(
        repeats(&results),
        "test         runs  failed  seconds, mean ± sd    max\n\
         initial_2a      3       1          4.0 ± 1.0     5.0\n"
    );
    assert_eq!(failures(&results, Colors::plain()), "TIMEOUT  initial_2a  run 2  lost entry 7\n");
}

#[test]
fn a_test_without_runs_has_no_seconds() {
    let course = sample::course();
    let text = repeats(&Results::new(&sample::all(&course)[..1], Mode::Os, 3));
    assert!(text.ends_with("\ninitial_2a      0       0\n"), "{text}");
}

#[test]
fn the_deviation_is_that_of_a_sample() {
    assert_eq!(mean_and_deviation(&[3.0]), (3.0, 0.0));
    assert_eq!(mean_and_deviation(&[1.0, 3.0]), (2.0, 2.0_f64.sqrt()));
}
