//! Failures are counted by seed, by test and by claim, those that name the bug apart.

use super::*;
use crate::zoo::record::sample::{failure, record, stage};

fn rules(rules: &[&str]) -> Vec<String> {
    rules.iter().map(|&rule| rule.to_owned()).collect()
}

#[test]
fn failures_that_name_the_bug_are_counted_apart() {
    let record = record(vec![
        stage(
            Suite::Graded,
            0..10,
            vec![
                failure("persist_2c", 3, "timeout"),
                failure("rejoin_2b", 7, "one vote a term"),
                failure("persist_2c", 7, "one vote a term"),
            ],
        ),
        stage(
            Suite::Graded,
            10..100,
            vec![
                failure("rejoin_2b", 12, "one vote a term"),
                failure("rejoin_2b", 13, "no agreement on N"),
            ],
        ),
        stage(Suite::Beyond, 0..10, vec![failure("costs_beyond_2b", 0, "one vote a term")]),
    ]);
    let kills = Kills::of(&record, Suite::Graded, &rules(&["one vote a term", "other"]));
    assert_eq!(kills.of, 100);
    assert_eq!((kills.named.len(), kills.any.len()), (2, 4));
    assert_eq!(kills.first, Some(failure("rejoin_2b", 7, "one vote a term")));
    assert_eq!((kills.tests["rejoin_2b"], kills.tests["persist_2c"]), (2, 1));
    assert_eq!(kills.claims(), "one vote a term (3); no agreement on N (1); timeout (1)");
    assert!((kills.rate() - 0.02).abs() < 1e-9);
    assert!(!kills.is_sure() && kills.is_named_within(8) && !kills.is_named_within(7));
}

#[test]
fn where_nothing_names_the_bug_the_first_failure_is_told() {
    let failures = vec![failure("a_2a", 5, "timeout"), failure("b_2a", 2, "no leader")];
    let record = record(vec![stage(Suite::Graded, 0..10, failures)]);
    let kills = Kills::of(&record, Suite::Graded, &rules(&["one vote a term"]));
    assert_eq!((kills.named.len(), kills.any.len()), (0, 2));
    assert_eq!(kills.first, Some(failure("b_2a", 2, "no leader")));
    assert_eq!(kills.tests.len(), 2);
}

#[test]
fn what_was_not_run_found_nothing() {
    let kills = Kills::of(&Record::default(), Suite::Beyond, &[]);
    assert_eq!(kills, Kills::default());
    assert_eq!(kills.rate(), 0.0);
}
