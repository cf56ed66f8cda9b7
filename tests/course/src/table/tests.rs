//! Checks `course.toml`: points, names, titles.

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
        let ending = format!("_{}", part.name.to_lowercase().replace('-', "_"));
        assert!(test.name.ends_with(&ending), "{} is in part {}", test.name, part.name);
    }
}

#[test]
fn lab_2_has_its_28_tests_and_lab_3_its_23() {
    let course = Course::load();
    let graded = course.parts.iter().filter(|part| part.is_graded());
    let sizes: Vec<_> = graded.map(|part| (&*part.name, part.tests.len())).collect();
    assert_eq!(sizes, [("2A", 3), ("2B", 10), ("2C", 8), ("2D", 7), ("3A", 14), ("3B", 9)]);
}

#[test]
fn parts_are_found_by_name_in_either_case_and_by_lab() {
    let course = Course::load();
    let names = |wanted| -> Vec<String> {
        course.parts_named(wanted).iter().map(|part| part.name.clone()).collect()
    };
    assert_eq!(names("2b"), ["2B"]);
    assert_eq!(names("2"), ["2A", "2B", "2C", "2D"]);
    assert_eq!(names("3"), ["3A", "3B"]);
    assert_eq!(names("Beyond-2b"), ["beyond-2B"]);
    let beyond = ["beyond-2A", "beyond-2B", "beyond-2C", "beyond-2D"];
    assert_eq!(names("beyond-2"), beyond);
    assert_eq!(names("beyond-3"), ["beyond-3A", "beyond-3B"]);
    for unknown in ["9Z", "", "beyond", "beyond-", "beyond-9"] {
        assert!(names(unknown).is_empty(), "{unknown:?}");
    }
    let graded = ["2", "3", "2A", "2B", "2C", "2D", "3A", "3B", "beyond-2", "beyond-3"];
    let all = [&graded[..], &beyond, &["beyond-3A", "beyond-3B"]].concat();
    assert_eq!(course.part_names(), all);
}

#[test]
fn every_part_of_the_course_is_taken_further_and_nothing_beyond_it_counts() {
    let course = Course::load();
    for part in course.parts.iter().filter(|part| part.is_graded()) {
        let beyond = course.beyond(part).map(|beyond| beyond.name.clone());
        assert_eq!(beyond, Some(format!("beyond-{}", part.name)));
    }
    for part in course.parts.iter().filter(|part| part.is_beyond()) {
        assert_eq!((part.points(), part.lab()), (0, &part.name["beyond-".len()..][..1]));
        assert!(course.beyond(part).is_none());
    }
}

#[test]
fn a_test_is_found_with_its_part_and_full_title() {
    let course = Course::load();
    let (part, test) = course.test("initial_election_2a").unwrap();
    assert_eq!(part.full_title(test), "Test (2A): initial election");
    assert!(course.test("initial_election").is_none());
}

#[test]
fn the_title_reads_as_its_lab_has_it() {
    let course = Course::load();
    let title = |name| course.test(name).map(|(part, test)| part.full_title(test)).unwrap();
    assert_eq!(title("basic_3a"), "Test: one client (3A)");
    let longest = title("snapshot_unreliable_recover_concurrent_partition_linearizable_3b");
    let conditions = "unreliable net, restarts, partitions, snapshots, random keys, many clients";
    assert_eq!(longest, format!("Test: {conditions} (3B)"));
    for part in &course.parts {
        let fills_in = |piece| part.heading.matches(piece).count() == 1;
        assert!(fills_in("{part}") && fills_in("{title}"), "{}: {}", part.name, part.heading);
    }
}

#[test]
fn a_test_has_one_line_unless_the_table_says_otherwise() {
    let course = Course::load();
    for (part, test) in course.tests() {
        let Titles { test: title, lines } = part.titles(test);
        match test.name.as_str() {
            "one_partition_3a" => assert_eq!(
                lines,
                [
                    "Test: progress in majority (3A)",
                    "Test: no progress in minority (3A)",
                    "Test: completion after heal (3A)"
                ]
            ),
            _ => assert_eq!(lines, [title]),
        }
    }
}

/// What the course's general scenario of Lab 3 puts together, in its order.
const CONDITIONS: [&str; 7] = [
    "unreliable net",
    "restarts",
    "partitions",
    "snapshots",
    "random keys",
    "many clients",
    "one client",
];

#[test]
fn conditions_stand_in_titles_in_the_courses_order() {
    let course = Course::load();
    let clients = |test: &Test| test.title.ends_with("client") || test.title.ends_with("clients");
    let general = course.tests().filter(|(part, test)| part.is_graded() && clients(test));
    let mut count = 0;
    for (part, test) in general {
        let place = |piece| CONDITIONS.iter().position(|known| *known == piece);
        let places: Option<Vec<usize>> = test.title.split(", ").map(place).collect();
        let places = places.unwrap_or_else(|| panic!("{}: all are known", test.title));
        assert!(places.is_sorted_by(|one, next| one < next), "{}", test.title);
        let snapshots = test.title.contains("snapshots");
        assert_eq!(snapshots, part.name == "3B", "{}", test.name);
        count += 1;
    }
    assert_eq!(count, 17);
}
