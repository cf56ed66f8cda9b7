//! Bugs of a service, in histories as long as the labs': each is found, with a witness of a few
//! operations. And a verdict takes the same number of steps every time.

mod service;

use linear::kv::History;
use linear::{Limits, Verdict, Violation};
use service::{Bug, simulated};
use std::cell::Cell;

fn found(history: &History) -> Violation {
    let checked = history.check(&Limits::default());
    match checked.verdict {
        Verdict::Illegal(violation) => *violation,
        other => panic!("this is not linearizable, and the verdict is {}", other.name()),
    }
}

/// The bug is found in many histories, of clients that mostly keep to themselves and of such that
/// all use one key; and its report is short.
fn is_caught(bug: Bug) {
    for seed in 0..20 {
        for keys in [1, 4] {
            let violation = found(&simulated(seed, keys, Some(bug)));
            let report = violation.to_string();
            assert!(violation.witness.len() <= 12, "{bug:?}, seed {seed}, {keys} keys: {report}");
            assert!(violation.is_confirmed, "{report}");
            assert!(report.lines().count() <= 18, "{report}");
            assert!(report.lines().all(|line| line.chars().count() <= 300), "{report}");
        }
    }
}

#[test]
fn without_a_bug_nothing_is_found() {
    for seed in 0..50 {
        for keys in [1, 4] {
            let checked = simulated(seed, keys, None).check(&Limits::default());
            assert!(checked.verdict.is_ok(), "seed {seed}, {keys} keys");
        }
    }
}

#[test]
fn a_stale_read_is_caught() {
    is_caught(Bug::StaleRead);
}

#[test]
fn a_lost_append_is_caught() {
    is_caught(Bug::LostAppend);
}

#[test]
fn an_append_done_twice_is_caught() {
    is_caught(Bug::AppendTwice);
}

#[test]
fn a_read_from_the_future_is_caught() {
    is_caught(Bug::FutureRead);
}

#[test]
fn clients_that_see_another_order_are_caught() {
    is_caught(Bug::OtherOrder);
}

#[test]
fn the_same_history_takes_the_same_steps() {
    for bug in [None, Some(Bug::StaleRead)] {
        let check = || simulated(7, 1, bug).check(&Limits::default());
        let (one, other) = (check(), check());
        assert_eq!((one.steps, one.dead_ends), (other.steps, other.dead_ends));
        assert_eq!(one.verdict.violation(), other.verdict.violation());
    }
}

#[test]
fn with_few_steps_the_verdict_is_unknown() {
    let history = simulated(7, 1, Some(Bug::LostAppend));
    let needed = history.check(&Limits::default()).steps;
    for steps in [0, 1, needed / 4, needed / 2] {
        let checked = history.check(&Limits { steps, ..Limits::default() });
        assert!(matches!(checked.verdict, Verdict::Unknown), "{steps} of {needed}");
        assert!(checked.steps <= steps + 100);
    }
}

#[test]
fn when_time_is_up_the_verdict_is_unknown() {
    let asked = Cell::new(0);
    let is_time_up = || {
        asked.set(asked.get() + 1);
        true
    };
    // Without pruning this takes forever.
    let limits = Limits { is_time_up: Some(&is_time_up), prunes: false, ..Limits::default() };
    let checked = simulated(7, 1, Some(Bug::LostAppend)).check(&limits);
    assert!(matches!(checked.verdict, Verdict::Unknown));
    assert_eq!(asked.get(), 1);
}

#[test]
fn forgetting_dead_ends_changes_no_verdict() {
    for seed in 0..20 {
        for bug in [None, Some(Bug::StaleRead)] {
            let limits = Limits { dead_ends: 0, ..Limits::default() };
            let checked = simulated(seed, 4, bug).check(&limits);
            assert_eq!(checked.verdict.is_ok(), bug.is_none());
            assert_eq!(checked.dead_ends, 0);
        }
    }
}

#[test]
fn without_a_budget_for_the_report_the_verdict_is_the_same() {
    let limits = Limits { report_steps: 0, ..Limits::default() };
    let checked = simulated(3, 4, Some(Bug::OtherOrder)).check(&limits);
    let violation = checked.verdict.violation().expect("it is not linearizable");
    assert!(violation.to_string().lines().count() < 50);
}
