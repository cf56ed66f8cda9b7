//! Which tests ask for persistence.

use super::asks_for_persistence;
use course::Course;

#[test]
fn persistence_is_asked_for_from_2c_on_and_beyond_that() {
    for (part, test) in Course::load().tests() {
        let before = ["2A", "2B", "beyond-2A", "beyond-2B"].contains(&part.name.as_str());
        assert_eq!(asks_for_persistence(&test.name), !before, "{}", test.name);
    }
    assert!(asks_for_persistence("no_test_of_the_course"));
}
