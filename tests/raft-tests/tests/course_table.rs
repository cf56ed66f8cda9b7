//! The course's table and the tests of Lab 2 name the same tests.

use harness::sources::check_against_table;

#[test]
fn the_tests_are_those_of_the_course() {
    check_against_table(
        "raft-tests",
        &[
            ("part_2a", include_str!("part_2a.rs")),
            ("part_2b", include_str!("part_2b.rs")),
            ("part_2c", include_str!("part_2c.rs")),
            ("part_2d", include_str!("part_2d.rs")),
            ("beyond_2a", include_str!("beyond_2a/main.rs")),
            ("beyond_2b", include_str!("beyond_2b/main.rs")),
            ("beyond_2c", include_str!("beyond_2c/main.rs")),
            ("beyond_2d", include_str!("beyond_2d/main.rs")),
        ],
    );
}
