use super::{groups, kind};
use crate::results::Results;
use crate::sample;
use crate::verdict::Word;
use course::Mode;

#[test]
fn messages_are_alike_up_to_numbers_and_servers() {
    assert_eq!(kind("two leaders in term 4: S1 and S3"), "two leaders in term #: S# and S#");
    assert_eq!(kind("took 3.5 s"), kind("took 12 s"));
    assert_ne!(kind("two leaders in term 4"), kind("no leader in term 4"));
    assert_eq!(kind(""), "");
    assert_eq!(kind(r#"key "0": got "x 1 \"y" at 7"#), kind(r#"key "13": got "" at 5"#));
    assert_ne!(kind(r#"key "0" is lost"#), kind(r#"key "0" is there twice"#));
    assert_ne!(kind("panicked at lib.rs:4: no 7"), kind("panicked at lib.rs:5: no 7"));
    assert_eq!(kind("panicked at lib.rs:4: no 7"), kind("panicked at lib.rs:4: no 8"));
}

#[test]
fn the_most_frequent_come_first_with_their_lowest_seed() {
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..1], Mode::Sim, 9);
    let told = [
        (Word::Fail, 9, "lost entry 7"),
        (Word::Fail, 8, "two leaders in term 4"),
        (Word::Fail, 4, "two leaders in term 11"),
        (Word::Crash, 3, "lost entry 7"),
        (Word::Stopped, 1, "after 1 s"),
        (Word::Pass, 0, ""),
    ];
    for (word, seed, what) in told {
        let mut run = sample::run(word, 1, 1);
        (run.seed, run.what) = (seed, Some(what.to_owned()));
        results.add(0, run);
    }
    let groups = groups(&results.tests[0]);
    let found: Vec<(usize, u64)> =
        groups.iter().map(|group| (group.count, group.first.seed)).collect();
    assert_eq!(found, [(2, 4), (1, 3), (1, 9)]);
}
