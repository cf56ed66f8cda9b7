//! Compares the sources of graded tests with the course's table. The packages of graded tests check
//! themselves with it.

use course::{Course, Part};
use std::collections::BTreeSet;

/// Checks that the test binaries of a package, given by name and source, hold the tests that the
/// table lists for them, that each calls `graded`, and that no part of the package is left out.
///
/// # Panics
/// If they do not, with what differs.
pub fn check_against_table(package: &str, binaries: &[(&str, &str)]) {
    let course = Course::load();
    let parts: Vec<&Part> = course.parts.iter().filter(|part| part.package == package).collect();
    let listed: BTreeSet<&str> = parts.iter().map(|part| part.binary.as_str()).collect();
    let given: BTreeSet<&str> = binaries.iter().map(|(binary, _)| *binary).collect();
    assert_eq!(given, listed, "test binaries of {package}, and in course.toml");
    for (binary, source) in binaries {
        let part = parts.iter().find(|part| part.binary == *binary).expect("just compared");
        check_names(part, binary, source);
    }
}

fn check_names(part: &Part, binary: &str, source: &str) {
    let listed: BTreeSet<&str> = part.tests.iter().map(|test| test.name.as_str()).collect();
    let written: BTreeSet<&str> = functions(source).into_iter().collect();
    assert_eq!(written, listed, "tests in {binary}.rs, and in course.toml");
    for name in written {
        let graded = format!("fn {name}() {{\n    graded(|| ");
        assert!(source.contains(&graded), "{name} in {binary}.rs calls graded(|| ..)");
    }
}

/// The names of the functions that follow a `#[test]`.
fn functions(source: &str) -> Vec<&str> {
    let bodies = source.split("#[test]\nfn ").skip(1);
    bodies.map(|body| body.split("()").next().expect("a split has a first part")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
/// One.
#[test]
fn initial_election_2a() {
    graded(|| scenario());
}

fn none() {}

#[test]
fn re_election_2a() {
    graded(|| scenario());
}

#[test]
fn many_elections_2a() {
    graded(|| scenario());
}
";

    fn check(source: &str) {
        let course = Course::load();
        check_names(course.parts_named("2A")[0], "part_2a", source);
    }

    #[test]
    fn tests_as_in_the_table_are_found_and_accepted() {
        let names = ["initial_election_2a", "re_election_2a", "many_elections_2a"];
        assert_eq!(functions(SOURCE), names);
        check(SOURCE);
    }

    #[test]
    #[should_panic(expected = "tests in part_2a.rs, and in course.toml")]
    fn a_test_that_the_table_lacks_is_refused() {
        check(&format!("{SOURCE}\n#[test]\nfn rejoin_2b() {{\n}}"));
    }

    #[test]
    #[should_panic(expected = "re_election_2a in part_2a.rs calls graded(|| ..)")]
    fn a_test_that_is_not_graded_is_refused() {
        let graded = "fn re_election_2a() {\n    graded(|| scenario());";
        check(&SOURCE.replace(graded, "fn re_election_2a() {\n    scenario();"));
    }

    #[test]
    #[should_panic(expected = "test binaries of raft-tests, and in course.toml")]
    fn a_binary_that_is_left_out_is_missed() {
        check_against_table("raft-tests", &[("part_2a", SOURCE)]);
    }
}
