//! The tests as they are written, compared with the course's table: for the packages of graded
//! tests, to check themselves with.

use course::{Course, Part};
use std::collections::BTreeSet;

/// Checks that the test binaries of a package, given by name and source, hold the tests that the
/// table lists for them, that each calls `graded` with its own name, and that no part of the
/// package is left out.
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
        let graded = format!("fn {name}() {{\n    graded(\"{name}\", ");
        assert!(source.contains(&graded), "{name} in {binary}.rs calls graded with its name");
    }
}

/// The names of the functions that follow a `#[test]`.
fn functions(source: &str) -> Vec<&str> {
    let bodies = source.split("#[test]\nfn ").skip(1);
    bodies.map(|body| body.split("()").next().expect("a split has a first part")).collect()
}
