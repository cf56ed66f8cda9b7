//! Points, tables and the last lines.

use super::{beyond, closing, failures, figures, mean_and_deviation, points, repeats};
use crate::report::color::Colors;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample;
use crate::select::select;
use course::{Course, Mode};

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

/// The line about what lies beyond these parts of the course itself, whose tests have all passed;
/// or all but the last.
fn beyond_of(words: &[&str], last: RunVerdict) -> String {
    let course = Course::load();
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    let tests = select(&course, &words).expect("they are in the course");
    let mut results = Results::new(&tests, Mode::Os, 1);
    for test in 0..tests.len() {
        let verdict = if test + 1 == tests.len() { last } else { RunVerdict::Pass };
        results.add(test, sample::run(verdict, 1, 3));
    }
    beyond(&results, &course)
}

#[test]
fn after_parts_that_passed_one_line_says_what_lies_beyond() {
    let beyond = |words: &[&str]| beyond_of(words, RunVerdict::Pass);
    let tests = |name| Course::load().parts_named(name).iter().map(|it| it.tests.len()).sum();
    let line = |words, count: usize| {
        let tests = if count == 1 { "test" } else { "tests" };
        format!(
            "beyond  make {words} asks for more than the course does ({count} {tests}, no points)\n"
        )
    };
    for (asked, words) in [("2A", "beyond-2A"), ("3B", "beyond-3B"), ("2", "beyond-2")] {
        assert_eq!(beyond(&[asked]), line(words, tests(words)));
    }
    let [a, b, lab_3] = ["beyond-2A", "beyond-2B", "beyond-3"].map(tests);
    assert_eq!(beyond(&["2A", "2B"]), line("beyond-2A beyond-2B", a + b));
    assert_eq!(beyond(&["2B", "3"]), line("beyond-2B beyond-3", b + lab_3));
    assert_eq!(beyond(&["2A", "basic_agree_2b"]), line("beyond-2A", a), "2B was not run whole");
}

#[test]
fn nothing_is_said_of_it_after_a_failure_or_where_nothing_lies_beyond() {
    for verdict in [RunVerdict::Fail, RunVerdict::Undecided, RunVerdict::Kit, RunVerdict::Stopped] {
        assert_eq!(beyond_of(&["2A"], verdict), "");
    }
    for words in [&["initial_election_2a"][..], &["beyond-2A"], &["beyond-2"]] {
        assert_eq!(beyond_of(words, RunVerdict::Pass), "", "{words:?}");
    }
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Os, 1);
    results.add(0, sample::run(RunVerdict::Pass, 1, 3));
    assert_eq!(beyond(&results, &course), "", "no part lies beyond the sample's");
}

#[test]
fn names_of_parts_of_any_length_stand_in_one_column() {
    let course = Course::load();
    let tests = select(&course, &["2A", "beyond-2A"].map(str::to_owned)).expect("both are known");
    let text = points(&Results::new(&tests, Mode::Os, 1));
    let columns: Vec<Option<usize>> = text.lines().map(|line| line.find(" tests")).collect();
    assert!(columns.len() == 3 && columns.iter().all(|column| *column == columns[0]), "{text}");
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
