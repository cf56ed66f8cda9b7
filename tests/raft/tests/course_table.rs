//! The course's table and the tests of Lab 2 name the same tests.

use course::{Course, Part};
use std::collections::BTreeSet;

/// The test binaries of this package, by name, as they are written.
const BINARIES: [(&str, &str); 5] = [
    ("part_2a", include_str!("part_2a.rs")),
    ("part_2b", include_str!("part_2b.rs")),
    ("part_2c", include_str!("part_2c.rs")),
    ("part_2d", include_str!("part_2d.rs")),
    ("part_2x", include_str!("part_2x.rs")),
];

/// The names of the functions that follow a `#[test]`.
fn functions(source: &str) -> Vec<&str> {
    let bodies = source.split("#[test]\nfn ").skip(1);
    bodies.map(|body| body.split("()").next().expect("a split has a first part")).collect()
}

fn part_in(binary: &str) -> Part {
    let in_binary = |part: &Part| part.package == "raft-tests" && part.binary == binary;
    Course::load().parts.into_iter().find(in_binary).expect("every binary is a part's")
}

#[test]
fn every_test_is_in_the_course_and_in_its_binary() {
    for (binary, source) in BINARIES {
        let part = part_in(binary);
        let listed: BTreeSet<&str> = part.tests.iter().map(|test| test.name.as_str()).collect();
        let written: BTreeSet<&str> = functions(source).into_iter().collect();
        assert_eq!(written, listed, "tests in {binary}.rs, and in course.toml");
    }
}

#[test]
fn every_test_is_graded_under_its_own_name() {
    for (binary, source) in BINARIES {
        for name in functions(source) {
            let graded = format!("fn {name}() {{\n    graded(\"{name}\", ");
            assert!(source.contains(&graded), "{name} in {binary}.rs calls graded with its name");
        }
    }
}
