//! The table keeps its own rules.

use super::*;
use std::collections::BTreeSet;

#[test]
fn the_points_of_every_graded_part_add_up_to_100() {
    for part in Course::load().parts.iter().filter(|part| part.is_graded()) {
        assert_eq!(part.points(), 100, "points of part {}", part.name);
    }
}

#[test]
fn every_test_says_how_many_scheduling_points_it_passes() {
    for (_, test) in Course::load().tests() {
        assert!(test.scheduling_points > 0, "{}", test.name);
    }
}

#[test]
fn every_name_is_unique() {
    let course = Course::load();
    let names: BTreeSet<&str> = course.tests().map(|(_, test)| test.name.as_str()).collect();
    assert_eq!(names.len(), course.tests().count());
}

#[test]
fn every_test_name_ends_with_its_part() {
    for (part, test) in Course::load().tests() {
        let ending = format!("_{}", part.name.to_lowercase());
        assert!(test.name.ends_with(&ending), "{} is in part {}", test.name, part.name);
    }
}

#[test]
fn lab_2_has_its_28_tests() {
    let course = Course::load();
    let graded = course.parts.iter().filter(|part| part.is_graded());
    let sizes: Vec<_> = graded.map(|part| (&*part.name, part.tests.len())).collect();
    assert_eq!(sizes, [("2A", 3), ("2B", 10), ("2C", 8), ("2D", 7)]);
}

#[test]
fn parts_are_found_by_name_in_either_case_and_by_lab() {
    let course = Course::load();
    let names = |wanted| -> Vec<String> {
        course.parts_named(wanted).iter().map(|part| part.name.clone()).collect()
    };
    assert_eq!(names("2b"), ["2B"]);
    assert_eq!(names("2"), ["2A", "2B", "2C", "2D"]);
    assert_eq!(names("2x"), ["2X"], "beyond the course: only by its own name");
    assert!(names("9Z").is_empty());
    assert!(names("").is_empty());
    assert_eq!(course.part_names(), ["2", "2A", "2B", "2C", "2D", "2X"]);
}

#[test]
fn a_test_is_found_with_its_part_and_full_title() {
    let course = Course::load();
    let (part, test) = course.test("initial_election_2a").unwrap();
    assert_eq!(part.full_title(test), "Test (2A): initial election");
    assert!(course.test("initial_election").is_none());
}
