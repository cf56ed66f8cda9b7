//! The table lists every part and test.

use super::table;
use crate::sample;

#[test]
fn the_table_names_parts_tests_and_points() {
    let text = table(&sample::course());
    assert!(text.starts_with(
        "2A  part 2A\n  initial_2a   60 points    3 s  the initial_2a\n  many_2a      40 points"
    ));
}
