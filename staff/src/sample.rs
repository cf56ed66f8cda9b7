//! A small course, for the unit tests.

use course::Course;
use serde_json::json;

/// The parts 2A, 2B and 3A, with one test each.
pub fn course() -> Course {
    let part = |name: &str, test: &str| {
        json!({ "name": name, "title": format!("part {name}"), "package": "tests",
            "binary": format!("part_{}", name.to_lowercase()), "tests_per_core": 1,
            "heading": "Test ({part}): {title}", "figures": format!("figures of {}", &name[..1]),
            "test": [{ "name": test, "title": format!("the {test}"), "points": 100,
                "seconds": 3, "scheduling_points": 100_000 }] })
    };
    let parts = [part("2A", "initial_2a"), part("2B", "agree_2b"), part("3A", "clients_3a")];
    serde_json::from_value(json!({ "part": parts })).expect("the sample is a course")
}
