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
mod held;
mod memory;
mod parent;
mod remarks;
mod simulated;

pub use remarks::note;

pub use course::Work;
pub use held::{Figures, Held};

use course::{Course, MEMORY_MIB, Mode, Outcome, Role, TestRequest, Titles, Unreadable, Verdict};
use labrt::time::Duration;
use std::num::NonZeroU32;
use std::sync::Arc;

/// The course's limit for one test. Grading fails a test that takes longer.
pub const TIME_LIMIT: Duration = Duration::from_secs(course::TIME_LIMIT_SECONDS.get() as u64);

/// What a test may use. The request in the environment may have others.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time by the clock.
    pub time: Duration,
    /// Memory, in MiB.
    pub memory_mib: u64,
}

/// A scenario, for a world of its own, or for many one after the other.
type Scenario = Arc<dyn Fn() -> Held + Send + Sync>;

/// A test, as a child runs it.
struct Test {
    /// The name of its `#[test]` function.
    name: String,
    titles: Titles,
    limits: Limits,
    scenario: Scenario,
}

/// Runs the test of the course called `name`, which is the `#[test]` function that calls this.
///
/// # Panics
/// If the test does not pass, with one line that says why; the whole report is printed before it.
/// `cargo test` knows nothing between passing and failing, so a test that could not tell panics,
/// too.
pub fn graded<H: Into<Held> + 'static>(name: &str, scenario: fn() -> H) {
    let course = Course::load();
    let Some((part, test)) = course.test(name) else {
        panic!("{name} is not a test of the course: add it to course.toml");
    };
    let outcome = outcome_of(name, part.titles(test), Limits::default(), scenario);
    if outcome.verdict != Verdict::Passed {
        let undecided = if outcome.verdict == Verdict::Undecided { "undecided: " } else { "" };
        let mode = if outcome.simulated.is_some() { "MODE=sim " } else { "" };
        panic!(
            "{name}: {undecided}{}\n  again    {mode}LAB_SEED={} cargo test -p {} --test {} -- \
             --exact {name}",
            outcome.what.as_deref().unwrap_or("no reason is known"),
            outcome.seed,
            part.package,
            part.binary,
        );
    }
}

/// Runs the `#[test]` function `name`, which must be the one that calls this, in a process of its
/// own. Returns in the parent whatever happened, in the child only if the scenario held on the OS.
pub fn outcome_of<H: Into<Held> + 'static>(
    name: &str,
    titles: impl Into<Titles>,
    limits: Limits,
    scenario: fn() -> H,
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

/// The course's time, and several times the memory that the hungriest test needs.
impl Default for Limits {
    fn default() -> Limits {
        Limits { time: TIME_LIMIT, memory_mib: MEMORY_MIB.get().into() }
    }
}

impl Limits {
    /// These limits, unless the request has others.
    fn or_those_of(self, request: &TestRequest) -> Limits {
        let seconds = |seconds: NonZeroU32| Duration::from_secs(seconds.get().into());
        let mebibytes = |count: NonZeroU32| u64::from(count.get());
        Limits {
            time: request.time_limit_seconds.map_or(self.time, seconds),
            memory_mib: request.memory_mib.map_or(self.memory_mib, mebibytes),
        }
    }
}
