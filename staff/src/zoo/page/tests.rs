//! The same records make the same page, and what is not as it should be is said.

use super::*;
use crate::sample;
use crate::zoo::patch::Kind;
use crate::zoo::record::sample::{failure, record, stage};
use crate::zoo::record::{Failure, Stage};
use std::path::PathBuf;

const RULE: &str = "one vote a term";

fn bug(name: &str, number: u32, survives: Option<&str>) -> Patch {
    Patch {
        name: name.to_owned(),
        kind: Kind::Bug,
        what: format!("{name} does it | so"),
        file: PathBuf::from(format!("{name}.patch")),
        bases: vec![None],
        part: "2A".to_owned(),
        lab: "2".to_owned(),
        rules: vec![RULE.to_owned()],
        number,
        level: 2,
        survives: survives.map(str::to_owned),
    }
}

fn row(patch: &Patch, graded: Vec<Failure>, beyond: Vec<Failure>) -> Row<'_> {
    let stages = vec![stage(Suite::Graded, 0..10, graded), stage(Suite::Beyond, 0..10, beyond)];
    Row { specimen: Specimen { patch, base: None }, record: record(stages), is_earlier: false }
}

fn named(seed: u64) -> Failure {
    failure("initial_2a", seed, RULE)
}

fn reference() -> Vec<Record> {
    let cost = |seconds: f64, suite, seeds| Stage {
        cpu_seconds: seconds,
        ..stage(suite, seeds, Vec::new())
    };
    let costs = vec![
        cost(3.0, Suite::Graded, 0..10),
        cost(5.0, Suite::Beyond, 0..10),
        cost(7.0, Suite::RealThreads, 0..1),
    ];
    vec![record(costs), record(Vec::new())]
}

#[test]
fn the_page_has_the_key_the_kills_and_the_survivors() {
    let (twice, waits) =
        (bug("votes-twice", 17, None), bug("waits", 4, Some("it waits; 200 seeds.")));
    let rows = [
        row(&twice, vec![named(3), failure("initial_2a", 4, "timeout")], Vec::new()),
        row(&waits, Vec::new(), Vec::new()),
    ];
    let page = page(&sample::course(), &rows, &reference());
    for line in [
        "## 2A: part 2A",
        "| 17 | 2 | `votes-twice` | votes-twice does it \\| so |",
        "| `votes-twice` | reference | 1 of 10 | 3 | `initial_2a` | one vote a term | 1 |  | \
         0 of 10 | 2 | 2 |",
        "- `waits` on reference: it waits; 200 seeds.",
        "| `votes-twice` | reference | 1 of 10 | 0 of 10 |",
        "| `make test-2 MODE=sim` | the course's tests once, simulated | 5 % | 0.3 s |",
        "| `make sim-2 SEEDS=100` | the same with 100 seeds, simulated | 50 % | 30.0 s |",
        "| `make beyond-2 SEEDS=100` | beyond the course as well, 100 seeds | 50 % | 80.0 s |",
    ] {
        assert!(page.lines().any(|it| it == line), "no line {line:?} in\n{page}");
    }
    assert!(page.contains("see 0 on every seed that was tried,\nand 1 on none of 200."), "{page}");
    assert_eq!(page, super::page(&sample::course(), &rows, &reference()));
}

#[test]
fn what_is_of_an_earlier_state_is_marked() {
    let twice = bug("votes-twice", 17, None);
    let mut rows = [row(&twice, vec![named(3)], Vec::new())];
    let of_now = page(&sample::course(), &rows, &reference());
    assert!(!of_now.contains("earlier"), "{of_now}");
    rows[0].is_earlier = true;
    let page = page(&sample::course(), &rows, &reference());
    assert!(page.contains("| `votes-twice` | reference, earlier | 1 of 10 |"), "{page}");
    assert!(page.contains("- *earlier*"), "{page}");
}

#[test]
fn a_zoo_in_which_all_is_found_or_says_why_is_as_it_should_be() {
    let (twice, waits) = (bug("votes-twice", 17, None), bug("waits", 4, Some("it waits")));
    let rows = [
        row(&twice, Vec::new(), vec![named(3)]),
        row(&waits, vec![failure("initial_2a", 1, "timeout")], Vec::new()),
    ];
    let said = verdict(&rows).expect("it is as it should be");
    assert_eq!(said, "of 2 planted trees 1 are named, 1 survive");
}

#[test]
fn what_is_wrong_with_a_bug_is_said() {
    let found = |patch: &Patch, failures: Vec<Failure>| -> String {
        match verdict(&[row(patch, failures, Vec::new())]) {
            Err(Problem::Found(problem)) => problem,
            other => panic!("{other:?}"),
        }
    };
    let plain = bug("waits", 4, None);
    let excused = bug("waits", 4, Some("it waits"));
    let survived = found(&plain, Vec::new());
    assert!(survived.starts_with("survived: ") && survived.ends_with(": waits on reference"));
    let misnamed = found(&plain, vec![failure("initial_2a", 1, "timeout")]);
    assert!(misnamed.starts_with("found, but never by a claim of its Rule: waits"), "{misnamed}");
    let needless = found(&excused, vec![named(1)]);
    assert!(needless.starts_with("found, though its header says why it survives"), "{needless}");
    let mut never = row(&excused, Vec::new(), Vec::new());
    never.record.stages.iter_mut().for_each(|stage| stage.fired = 0);
    assert!(
        matches!(verdict(&[never]), Err(Problem::Found(it)) if it.starts_with("never fired: "))
    );
}

#[test]
fn a_row_says_who_found_the_bug() {
    let twice = bug("votes-twice", 17, None);
    let line = row(&twice, vec![named(3)], vec![named(0)]).line();
    let words: Vec<&str> = line.split_whitespace().collect();
    let expected = "votes-twice reference 1 of 10 3 initial_2a 1 of 10 2 2 s one vote a term (1)";
    assert_eq!(words.join(" "), expected);
}
