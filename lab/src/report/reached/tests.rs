//! What was reached is counted by runs; what never was is said only if it is plainly odd.

use super::{by_part, lines, paragraph};
use crate::run::result::RunResult;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::{Mode, Reached, Reference, Simulated, Situation};
use serde_json::json;

const SPLIT: Situation = Situation::SplitVotes;
const CONFLICTS: Situation = Situation::Conflicts;

/// A run that reached this; `None`: its messages did not tell.
fn run(verdict: RunVerdict, reached: Option<&[Situation]>) -> RunResult {
    let reached = reached.map(|reached| Reached::from_iter(reached.iter().copied()));
    let simulated = Simulated { reached, ..Simulated::default() };
    RunResult { simulated: Some(simulated), ..sample::run(verdict, 1, 1) }
}

/// Of 100 runs of `initial_2a` and of `agree_2b` the reference reaches these so often.
fn reference(of_2a: [u32; 2], of_2b: [u32; 2]) -> Reference {
    let of_test = |[split, conflicts]: [u32; 2]| {
        json!({ "runs": 100,
        "reached": { "split votes": split, "conflicts": conflicts } })
    };
    let tests = json!({ "initial_2a": of_test(of_2a), "agree_2b": of_test(of_2b) });
    serde_json::from_value(json!({ "tests": tests })).expect("the sample is a table")
}

/// The tests `initial_2a`, `many_2a` and `agree_2b`, with the runs of the first and the last.
fn with_runs(of_2a: Vec<RunResult>, of_2b: Vec<RunResult>, check: impl Fn(&Results)) {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..3], Mode::Sim, 100);
    of_2a.into_iter().for_each(|run| results.add(0, run));
    of_2b.into_iter().for_each(|run| results.add(2, run));
    check(&results);
}

fn passed(count: usize, reached: &[Situation]) -> Vec<RunResult> {
    (0..count).map(|_| run(RunVerdict::Pass, Some(reached))).collect()
}

#[test]
fn a_part_is_a_line_with_the_runs_in_which_each_occurred() {
    let mut of_2a = passed(2, &[SPLIT, CONFLICTS]);
    of_2a.push(run(RunVerdict::Fail, Some(&[SPLIT])));
    with_runs(of_2a, passed(10, &[CONFLICTS]), |results| {
        assert_eq!(
            lines(results, &reference([0, 0], [29, 0])),
            "reached 2A  in 3 runs: split votes 3, conflicts 2\n\
             reached 2B  in 10 runs: conflicts 10\n"
        );
        // Expected three times.
        assert_eq!(
            lines(results, &reference([0, 0], [30, 0])).lines().nth(1),
            Some("reached 2B  in 10 runs: split votes 0, conflicts 10")
        );
    });
}

#[test]
fn what_the_reference_would_have_reached_many_times_is_called_never_reached() {
    let reference = reference([100, 100], [49, 0]);
    let batch = |runs, check: fn(String)| {
        let runs = passed(runs, &[CONFLICTS]);
        with_runs(Vec::new(), runs, |results| check(lines(results, &reference)));
    };
    // 49 - 2 * 7 in 100 are sure.
    batch(58, |text| {
        assert_eq!(
            text,
            "reached 2B  in 58 runs: split votes 0, conflicts 58\n\
             never reached in 2B: split votes (the reference: in about 28 of 58 runs); your \
             election timeouts may\n        leave no room for it\n"
        );
    });
    batch(57, |text| assert!(!text.contains("never"), "{text}"));
}

#[test]
fn once_is_not_never() {
    let mut runs = passed(99, &[]);
    runs.push(run(RunVerdict::Fail, Some(&[SPLIT])));
    with_runs(runs, Vec::new(), |results| {
        let text = lines(results, &reference([90, 0], [0, 0]));
        assert_eq!(text, "reached 2A  in 100 runs: split votes 1\n");
    });
}

/// They end early.
#[test]
fn of_runs_that_failed_nothing_is_expected() {
    let failed = (0..100).map(|_| run(RunVerdict::Fail, Some(&[CONFLICTS]))).collect();
    with_runs(failed, Vec::new(), |results| {
        let text = lines(results, &reference([90, 90], [0, 0]));
        assert_eq!(text, "reached 2A  in 100 runs: conflicts 100\n");
    });
}

#[test]
fn where_messages_do_not_tell_nothing_is_said() {
    let untold = (0..100).map(|_| run(RunVerdict::Pass, None)).collect();
    with_runs(untold, Vec::new(), |results| {
        let reference = reference([90, 90], [90, 90]);
        assert_eq!(lines(results, &reference), "");
        assert!(by_part(results, &reference).is_empty());
    });
}

#[test]
fn machines_read_the_same() {
    with_runs(passed(50, &[CONFLICTS]), Vec::new(), |results| {
        let parts = by_part(results, &reference([64, 0], [0, 0]));
        let [(part, reached)] = parts.as_slice() else { panic!("2A was run") };
        assert_eq!(part.name, "2A");
        assert_eq!(
            serde_json::to_value(reached).unwrap(),
            json!({ "runs": 50, "situations": { "split votes": 0, "conflicts": 50 },
                "never": { "split votes": 32 } })
        );
    });
}

#[test]
fn a_long_line_is_broken_between_two_items() {
    let items = (10..40).map(|number| format!("an item {number}"));
    let text = paragraph("reached: ", ", ", items);
    assert!(text.lines().all(|line| line.chars().count() <= 100 && !line.ends_with(' ')));
    // Seven items a line.
    assert_eq!(text.matches("\n        an item").count(), 4);
    assert!(text.ends_with("an item 38, an item 39\n"));
}
