//! Few seeds first, more where they do not find the bug.

use super::*;
use crate::zoo::record::Failure;
use crate::zoo::record::sample::{failure, record, stage};

const RULE: &str = "one vote a term";

/// What comes next after a record.
type Next = fn(&Plan<'_>, &Record) -> Option<Step>;

const NEXT: Next = |plan, record| plan.next(record);
const UNTIL_NAMED: Next = |plan, record| plan.next_until_named(record);

/// Runs the plan: each suite names the bug on these seeds.
fn followed(named: impl Fn(Suite, u32) -> bool, next: Next) -> Vec<(Suite, Range<u32>)> {
    let rules = [RULE.to_owned()];
    let plan = Plan { numbers: [10, 40, 100, 200], rules: &rules, on_real_threads: true };
    let mut record = record(Vec::new());
    let mut steps = Vec::new();
    while let Some(Step { suite, seeds }) = next(&plan, &record) {
        let failed = seeds.clone().filter(|seed| named(suite, *seed));
        let failures: Vec<Failure> =
            failed.map(|seed| failure("test_2a", u64::from(seed), RULE)).collect();
        record.stages.push(stage(suite, seeds.clone(), failures));
        steps.push((suite, seeds));
        assert!(steps.len() < 10, "{steps:?}");
    }
    steps
}

use Suite::{Beyond, Graded, RealThreads};

#[test]
fn a_bug_that_every_seed_finds_is_run_with_few() {
    let steps = followed(|_, _| true, NEXT);
    assert_eq!(steps, [(Graded, 0..10), (Beyond, 0..10), (RealThreads, 0..1)]);
}

#[test]
fn one_that_some_seeds_find_is_run_with_more() {
    let every_tenth = |suite, seed| suite == Graded && seed % 10 == 5;
    let steps = followed(every_tenth, NEXT);
    let expected = [(Graded, 0..10), (Graded, 10..40), (Beyond, 0..10), (RealThreads, 0..1)];
    assert_eq!(steps, expected);
}

#[test]
fn one_that_nothing_finds_is_run_with_all() {
    let few = |suite| [0..10, 10..40, 40..100].map(|seeds| (suite, seeds));
    let last = [(Beyond, 100..200), (Graded, 100..200), (RealThreads, 0..1)];
    let expected = [&few(Graded)[..], &few(Beyond), &last].concat();
    assert_eq!(followed(|_, _| false, NEXT), expected);
    let on_seed_70 = |suite, seed| suite == Beyond && seed == 70;
    let expected = [&few(Graded)[..], &few(Beyond), &last[2..]].concat();
    assert_eq!(followed(on_seed_70, NEXT), expected);
}

#[test]
fn on_real_threads_only_the_first_base_is_run() {
    let plan = Plan { numbers: [10, 40, 100, 200], rules: &[], on_real_threads: false };
    let whole = [Graded, Beyond].map(|suite| stage(suite, 0..200, Vec::new()));
    assert_eq!(plan.next(&record(whole.to_vec())), None);
    assert!(Plan { on_real_threads: true, ..plan }.next(&record(whole.to_vec())).is_some());
}

#[test]
fn of_a_day_the_cheapest_that_names_the_bug_is_enough() {
    assert_eq!(followed(|_, _| true, UNTIL_NAMED), [(Graded, 0..10)]);
    let beyond = |suite, seed| suite == Beyond && seed == 20;
    let steps = followed(beyond, UNTIL_NAMED);
    assert_eq!(steps, [(Graded, 0..10), (Beyond, 0..10), (Graded, 10..40), (Beyond, 10..40)]);
    let none = followed(|_, _| false, UNTIL_NAMED);
    assert_eq!(none.len(), 8);
}

#[test]
fn tests_on_real_threads_failed_before_and_are_short() {
    let course = Course::load();
    let part =
        |name: &str| course.parts.iter().find(|part| part.name == name).expect("it is a part");
    let failures = |tests: &[(&str, usize)]| {
        tests.iter().map(|(test, count)| ((*test).to_owned(), *count)).collect::<BTreeMap<_, _>>()
    };
    let chosen = real_tests(
        &course,
        part("2A"),
        &failures(&[
            ("figure_8_2c", 10),
            ("count_2b", 3),
            ("rejoin_2b", 9),
            ("backup_2b", 3),
            ("re_election_2a", 1),
        ]),
    );
    assert_eq!(chosen, ["rejoin_2b", "count_2b", "backup_2b"], "figure 8 takes long");
    let only_long = failures(&[("figure_8_2c", 10), ("snapshot_install_2d", 1)]);
    assert_eq!(real_tests(&course, part("2C"), &only_long), ["figure_8_2c"]);
    let of_part = real_tests(&course, part("beyond-2A"), &failures(&[]));
    assert_eq!(of_part, ["initial_election_2a", "re_election_2a", "many_elections_2a"]);
}
