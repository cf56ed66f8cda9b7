use super::{
    closing, excerpt, failure, failures, figures, mean_and_deviation, passed, points, repeats,
};
use crate::paint::Paint;
use crate::results::Results;
use crate::sample;
use crate::verdict::Word;
use course::Mode;

#[test]
fn a_pass_is_the_courses_two_lines() {
    let text = passed(&sample::run(Word::Pass, 1, 3));
    assert_eq!(text, "Test (2A): the initial_2a ...\n  ... Passed --   3.1  3   58   16278    0\n");
}

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

#[test]
fn remarks_go_before_the_figures() {
    let mut run = sample::run(Word::Pass, 1, 3);
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
    let text = failure(&sample::all(&course)[0], &sample::run(Word::Fail, 1, 3), Paint::plain());
    assert_eq!(
        text,
        "FAIL  initial_2a  Test (2A): the initial_2a\n  what   lost entry 7\n  seed   7\n  \
         again  make test TEST=initial_2a SEED=7\n  files  not kept\n"
    );
}

#[test]
fn foreign_text_is_bounded_and_harmless() {
    let mut run = sample::run(Word::Fail, 1, 3);
    run.what = Some(format!("\x1b[2J{}", "long ".repeat(1000)));
    let course = sample::course();
    let text = failure(&sample::all(&course)[0], &run, Paint::plain());
    assert!(!text.contains('\x1b'));
    assert!(text.lines().all(|line| line.len() < 250));
}

#[test]
fn of_a_long_report_the_beginning_is_shown() {
    let report: String = (1..=100).map(|line| format!("line {line}\n")).collect();
    let text = excerpt(&report);
    assert!(text.starts_with("  report\n    line 1\n"));
    assert!(text.ends_with("    line 40\n    ... and 60 more lines in report.txt\n"));
    assert_eq!(excerpt(""), "");
}

/// Results of the first four sample tests, one of which failed.
fn one_of_four_failed(check: impl Fn(&Results)) {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..4], Mode::Os, 1);
    for test in 0..4 {
        let word = if test == 1 { Word::Fail } else { Word::Pass };
        results.add(test, sample::run(word, 1, 3));
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
        let text = closing(results, None, Paint::plain());
        assert!(text.starts_with("FAIL  3 of 4 tests passed, 1 failed\n"), "{text}");
        assert!(text.contains(" s, 2.0 s of CPU, largest test process 3 MiB ("), "{text}");
    });
}

#[test]
fn what_was_cut_short_says_by_what() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..2], Mode::Os, 1);
    results.add(0, sample::run(Word::Pass, 1, 3));
    let text = closing(&results, Some(2), Paint::plain());
    assert!(text.starts_with("STOPPED by SIGINT  1 of 2 tests passed, 1 not finished\n"), "{text}");
}

#[test]
fn many_runs_are_a_table() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Os, 3);
    for (number, seconds) in [(1, 3), (2, 5), (3, 4)] {
        let word = if number == 2 { Word::Timeout } else { Word::Pass };
        results.add(0, sample::run(word, number, seconds));
    }
    assert_eq!(
        repeats(&results),
        "test         runs  failed  seconds, mean ± sd    max\n\
         initial_2a      3       1          4.0 ± 1.0     5.0\n"
    );
    assert_eq!(failures(&results, Paint::plain()), "TIMEOUT  initial_2a  run 2  lost entry 7\n");
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
