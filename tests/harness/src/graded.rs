//! Runs one graded test, in a process of its own.
//!
//! A test may allocate without end, overflow its stack or leave threads behind, and must not take
//! other tests down with it. So the same `#[test]` function is run twice. Started by the runner (or
//! by itself), it is the child: it runs the scenario in a world of its own and leaves an
//! [`Outcome`]. Started by `cargo test` or cargo-nextest, it is the parent: it starts itself again
//! as the child and reports how that went. Which of the two it is, and all other settings, a
//! [`TestRequest`] in the environment says.
//!
//! The child runs the scenario on the OS, or with `MODE=sim` in simulated worlds: then with as many
//! seeds as it is asked for, one after the other, each in a world of its own. It leaves a
//! [`SeedEvent`] before and after each seed, so if a seed ends the process, the runner knows which
//! one. After ten seconds the child stops; the runner starts another for the seeds that remain.
//!
//! [`SeedEvent`]: course::SeedEvent

mod child;
mod lateness;
mod memory;
mod parent;
mod scenario_result;
mod schedule;
mod simulated;
mod test;
mod warnings;

pub use lateness::proved_wrong;
pub use warnings::note;

pub use course::Work;
pub use scenario_result::{Figures, ScenarioResult};
pub use test::{Limits, TIME_LIMIT};

use course::{Course, Mode, Outcome, Role, Seeds, TestRequest, Titles, Unreadable, Verdict};
use std::any;
use std::sync::Arc;
use test::Test;

/// Runs a test of the course: the `#[test]` function in which the closure `scenario` is written.
/// The course's table lists it by that function's name.
///
/// # Panics
/// If the test does not pass, with one line that says why; the whole report is printed before it.
/// `cargo test` knows only passed and failed, so an undecided test panics, too.
pub fn graded<F, H>(scenario: F)
where
    F: Fn() -> H + Send + Sync + 'static,
    H: Into<ScenarioResult>,
{
    let (course, name) = (Course::load(), function_around::<F>());
    let Some((part, test)) = course.test(name) else {
        panic!(
            "{name} is not a test of the course: list it in course.toml, and call graded(|| ..) in \
             the #[test] function itself"
        );
    };
    let outcome = outcome_of(name, part.titles(test), Limits::default(), scenario);
    if outcome.verdict != Verdict::Passed {
        let undecided = if outcome.verdict == Verdict::Undecided { "undecided: " } else { "" };
        panic!(
            "{name}: {undecided}{}\n  again    {}cargo test -p {} --test {} -- --exact {name}",
            outcome.what.as_deref().unwrap_or("no reason is known"),
            settings_of(&outcome),
            part.package,
            part.binary,
        );
    }
}

/// The name, as libtest has it, of the function in which a closure of type `F` is written.
fn function_around<F>() -> &'static str {
    // "part_2a::initial_election_2a::{{closure}}": the crate, the function, the closure.
    let closure = any::type_name::<F>();
    let function = closure.strip_suffix("::{{closure}}").unwrap_or(closure);
    function.split_once("::").map_or(function, |(_, path)| path)
}

/// What to set in the environment to run a test again, as one types it: `MODE=sim LAB_SEED=417 `.
fn settings_of(outcome: &Outcome) -> String {
    let mode = if outcome.simulated.is_some() { Mode::Sim } else { Mode::Os };
    let seeds = Some(Seeds::one(outcome.seed));
    let request = TestRequest { mode, seeds, ..TestRequest::default() };
    let settings = request.variables();
    settings.map(|(name, value)| format!("{name}={} ", value.to_string_lossy())).collect()
}

/// Runs the `#[test]` function `name`, which must be the one that calls this, in a process of its
/// own. Returns in the parent whatever happened, in the child only if the scenario held on the OS.
pub fn outcome_of<H: Into<ScenarioResult>>(
    name: &str,
    titles: impl Into<Titles>,
    limits: Limits,
    scenario: impl Fn() -> H + Send + Sync + 'static,
) -> Outcome {
    let (request, settings) = match TestRequest::from_environment() {
        Ok(request) => (request, Ok(())),
        Err(Unreadable { problem, rest }) => (*rest, Err(problem)),
    };
    let test = Test {
        name: name.to_owned(),
        titles: titles.into(),
        limits: limits.or_those_of(&request),
        scenario: Arc::new(move || scenario().into()),
    };
    match (request.role, request.mode) {
        (Role::Parent, _) => parent::run(&test, request, settings),
        (Role::Child, Mode::Os) => child::run(test, &request, settings),
        (Role::Child, Mode::Sim) => simulated::run(test, request, settings),
    }
}

#[cfg(test)]
mod tests;
