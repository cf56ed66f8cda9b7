//! The course's table and the tests of Lab 3 name the same tests.

use harness::sources::check_against_table;

#[test]
fn the_tests_are_those_of_the_course() {
    check_against_table(
        "kvraft-tests",
        &[
            ("part_3a", include_str!("part_3a.rs")),
            ("part_3b", include_str!("part_3b.rs")),
            ("beyond_3a", include_str!("beyond_3a.rs")),
            ("beyond_3b", include_str!("beyond_3b.rs")),
        ],
    );
}
