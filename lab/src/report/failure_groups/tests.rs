//! Failures are grouped by kind, the most frequent first.

use super::failure_groups;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::Mode;

#[test]
fn the_most_frequent_come_first_with_their_lowest_seed() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Sim, 9);
    let told = [
        (RunVerdict::Fail, 9, "lost entry 7"),
        (RunVerdict::Fail, 8, "two leaders in term 4"),
        (RunVerdict::Fail, 4, "two leaders in term 11"),
        (RunVerdict::Crash, 3, "lost entry 7"),
        (RunVerdict::Stopped, 1, "after 1 s"),
        (RunVerdict::Pass, 0, ""),
    ];
    for (verdict, seed, what) in told {
        let mut run = sample::run(verdict, 1, 1);
        (run.seed, run.what) = (seed, Some(what.to_owned()));
        results.add(0, run);
    }
    let groups = failure_groups(&results.tests[0]);
    let found: Vec<(usize, u64)> =
        groups.iter().map(|group| (group.count, group.first.seed)).collect();
    assert_eq!(found, [(2, 4), (1, 3), (1, 9)]);
}
