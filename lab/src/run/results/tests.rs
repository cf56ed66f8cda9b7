//! Runs make the status of a test, and statuses make points and an exit code.

use super::{Results, Tally, TestStatus};
use crate::exit::Exit;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::Mode;

/// The results of the sample's tests, each run twice, with these words.
fn with_words(words: &[&[RunVerdict]], check: impl Fn(&Results)) {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..words.len()], Mode::Os, 2);
    for (test, words) in words.iter().enumerate() {
        for (number, verdict) in (1..).zip(*words) {
            results.add(test, sample::run(*verdict, number, 3));
        }
    }
    check(&results);
}

#[test]
fn a_test_stands_as_the_worst_of_its_runs() {
    use RunVerdict::{Crash, Fail, Kit, Pass, Undecided};
    for (words, status) in [
        (&[Pass, Pass][..], TestStatus::Passed),
        (&[Pass], TestStatus::Unfinished),
        (&[], TestStatus::Unfinished),
        (&[Fail], TestStatus::Failed),
        (&[Pass, Crash], TestStatus::Failed),
        (&[Undecided, Pass], TestStatus::Undecided),
        (&[Undecided, Fail], TestStatus::Failed),
        (&[Fail, Kit], TestStatus::Kit),
    ] {
        with_words(&[words], |results| {
            assert_eq!(results.tests[0].status(2), status, "{words:?}");
        });
    }
}

#[test]
fn points_count_only_if_all_runs_passed() {
    use RunVerdict::{Fail, Pass};
    with_words(&[&[Pass, Pass], &[Pass, Fail], &[Pass, Pass], &[Pass]], |results| {
        let tallies: Vec<Tally> = results.by_part().into_iter().map(|(_, tally)| tally).collect();
        let half = |points, points_possible| Tally { tests: 2, passed: 1, points, points_possible };
        assert_eq!(tallies, [half(60, 100), half(50, 100)]);
        assert_eq!(
            results.total(),
            Tally { tests: 4, passed: 2, points: 110, points_possible: 200 }
        );
    });
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    use RunVerdict::{Fail, Kit, Pass, Undecided};
    let passed = &[Pass, Pass][..];
    for (worst, exit) in [
        (passed, Exit::Passed),
        (&[Undecided, Pass], Exit::Undecided),
        (&[Fail, Undecided], Exit::Failed),
        (&[Fail, Kit], Exit::KitFault),
    ] {
        with_words(&[passed, worst], |results| assert_eq!(results.exit(None), exit));
    }
}

#[test]
fn an_interrupt_counts_if_it_cut_something_short() {
    use RunVerdict::Pass;
    with_words(&[&[Pass]], |results| assert_eq!(results.exit(Some(2)), Exit::Interrupted(2)));
    with_words(&[&[Pass, Pass]], |results| assert_eq!(results.exit(Some(2)), Exit::Passed));
}

#[test]
fn usage_is_summed_and_the_peak_is_the_largest() {
    with_words(&[&[RunVerdict::Pass, RunVerdict::Pass], &[RunVerdict::Pass]], |results| {
        assert_eq!(results.cpu().as_millis(), 1500);
        assert_eq!(results.peak_memory().map(|(_, bytes)| bytes), Some(3 << 20));
        assert_eq!((results.done(), results.expected()), (3, 4));
    });
}
