//! Situations have names of their own; a set of them is read as written; the reference's table is
//! about tests of the course.

use super::*;
use crate::Course;
use std::collections::BTreeSet;

#[test]
fn each_situation_has_a_name_and_a_bit_of_its_own() {
    let names: BTreeSet<&str> = Situation::ALL.iter().map(|situation| situation.name()).collect();
    assert_eq!(names.len(), Situation::ALL.len());
    let all: Reached = Situation::ALL.into_iter().collect();
    assert_eq!(all.iter().collect::<Vec<_>>(), Situation::ALL);
    assert_eq!(all.bits, (1 << Situation::ALL.len()) - 1);
}

#[test]
fn what_was_reached_is_read_as_written() {
    let reached: Reached = [Situation::Conflicts, Situation::SplitVotes].into_iter().collect();
    let json = serde_json::to_string(&reached).unwrap();
    assert_eq!(json, r#"["split votes","conflicts"]"#);
    assert_eq!(serde_json::from_str::<Reached>(&json).unwrap(), reached);
    assert!(!reached.has(Situation::Duplicates));
    let unknown = serde_json::from_str::<Reached>(r#"["split voices"]"#).unwrap_err().to_string();
    assert!(unknown.contains("there is no situation called \"split voices\""), "{unknown}");
}

#[test]
fn what_either_run_reached_is_reached() {
    let [first, second] = [Situation::Conflicts, Situation::Duplicates]
        .map(|situation| Reached::from_iter([situation]));
    let both = first.and(second);
    assert_eq!(both.iter().collect::<Vec<_>>(), [Situation::Conflicts, Situation::Duplicates]);
}

#[test]
fn the_table_of_the_reference_is_about_this_course() {
    let (course, reference) = (Course::load(), Reference::load());
    for test in reference.tests() {
        assert!(course.test(test).is_some(), "reached.toml: no test {test}: run `make reached`");
    }
    let in_table: BTreeSet<&str> = reference.tests().collect();
    for part in course.parts.iter().filter(|part| part.is_graded()) {
        for test in &part.tests {
            let name = test.name.as_str();
            assert!(in_table.contains(name), "reached.toml lacks {name}: run `make reached`");
        }
    }
}

#[test]
fn a_table_with_an_unknown_situation_is_refused() {
    let table = "[tests.count_2b]\nruns = 9\n[tests.count_2b.reached]\n\"split voices\" = 3\n";
    let problem = Reference::read(table).unwrap_err();
    assert!(problem.contains("there is no situation called \"split voices\""), "{problem}");
}

#[test]
fn what_few_runs_reached_is_not_sure_to_be_reached_again() {
    let table = |count| format!("[tests.a]\nruns = 100\n[tests.a.reached]\nconflicts = {count}\n");
    let shares = |count| {
        let reference = Reference::read(&table(count)).unwrap();
        [
            reference.share("a", Situation::Conflicts),
            reference.sure_share("a", Situation::Conflicts),
        ]
    };
    assert_eq!(shares(4), [0.04, 0.0]);
    assert_eq!(shares(25), [0.25, 0.15]);
    assert_eq!(shares(100), [1.0, 0.8]);
}

#[test]
fn of_a_test_that_is_not_in_the_table_nothing_is_expected() {
    let reference = Reference::load();
    assert_eq!(reference.share("no_such_test", Situation::SplitVotes), 0.0);
    let share = reference.share("figure_8_2c", Situation::CrashesUncommitted);
    assert!((0.5..=1.0).contains(&share), "figure 8 is about crashes: {share}");
}
