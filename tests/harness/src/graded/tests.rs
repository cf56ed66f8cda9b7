//! A graded test has the name of its function; the command to run it again is printed.

use super::{function_around, graded, settings_of};
use crate::{Figures, Work};
use course::{Outcome, Simulated, Verdict};
use labrt::time::Duration;

fn name_of<F: Fn()>(_: F) -> &'static str {
    function_around::<F>()
}

#[test]
fn a_closure_is_known_by_the_function_around_it() {
    let expected = "graded::tests::a_closure_is_known_by_the_function_around_it";
    assert_eq!(name_of(|| ()), expected);
    let captured = 7;
    assert_eq!(name_of(move || assert_eq!(captured, 7)), expected);
}

#[test]
#[should_panic(expected = "is not a test of the course: list it in course.toml, and call graded")]
fn a_function_that_the_course_does_not_list_is_refused() {
    let work = Work::Service { operations: 0 };
    graded(move || Figures { duration: Duration::ZERO, servers: 0, rpcs: 0, work });
}

#[test]
fn what_to_set_again_is_mode_and_seed() {
    let on_the_os = Outcome {
        test: String::from("initial_election_2a"),
        verdict: Verdict::Failed,
        passed_lines: Vec::new(),
        notes: Vec::new(),
        what: None,
        report: None,
        seed: 417,
        wall_seconds: 3.0,
        lateness: None,
        simulated: None,
    };
    assert_eq!(settings_of(&on_the_os), "LAB_SEED=417 ");
    let simulated = Outcome { simulated: Some(Simulated::default()), ..on_the_os };
    assert_eq!(settings_of(&simulated), "MODE=sim LAB_SEED=417 ");
}
