//! Running one graded test, in a process of its own.
//!
//! A test may allocate without end, overflow its stack or leave threads behind, and should take
//! nobody down with it. So the same `#[test]` function is run twice. Started by the runner (or by
//! itself) with `LAB_CHILD` set, it is the child: it runs the scenario in a world of its own and
//! leaves an [`Outcome`]. Started by `cargo test` or cargo-nextest, it is the parent: it starts
//! itself again as the child and passes on how that went.
//!
//! The child runs the scenario on the OS, or with `MODE=sim` in simulated worlds: then with as many
//! seeds as it is told, one after the other, each in a world of its own. It leaves a [`SeedEvent`]
//! before and after each seed, so a seed that takes the process down is known and costs itself
//! alone. After ten seconds the child leaves the seeds that remain to another.
//!
//! | variable         | the child's                                                        |
//! |------------------|--------------------------------------------------------------------|
//! | `LAB_CHILD`      | set: be the child                                                  |
//! | `LAB_RESULT`     | the file to leave the outcome in, in simulation the seeds' events  |
//! | `LAB_SEED`       | the seed of all dice; otherwise drawn, and told in the outcome     |
//! | `LAB_TIME_LIMIT` | seconds the test may take, instead of the course's                 |
//! | `LAB_MEMORY_MIB` | MiB of memory the test may use, instead of the course's            |
//! | `LAB_LOG_FILE`   | the file to log to                                                 |
//! | `LOG`            | what to log: `raft=debug,labrpc=info`                              |
//! | `MODE`           | `os`, or `sim`: simulate                                           |
//!
//! | in simulation    |                                                                    |
//! |------------------|--------------------------------------------------------------------|
//! | `LAB_SEEDS`      | the seeds, as `0..1000`, instead of the one in `LAB_SEED`          |
//! | `LAB_TRACE`      | the file to write every event of the last seed to                  |
//! | `LAB_LAST`       | set: log the last seed only, and leave no seed to another child    |
//! | `PREEMPT`        | the probability of a preemption, instead of the seed's choice      |
//! | `PCT`            | the depth of PCT, instead of the seed's choice                     |
//! | `BACKEND`        | what carries the threads: `coroutines`, or `threads`               |
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

use course::{Course, MEMORY_MIB, Mode, Outcome, Titles, Verdict};
use labrt::time::Duration;
use std::env;
use std::sync::Arc;

/// The course's limit for one test. Grading fails a test that takes longer.
pub const TIME_LIMIT: Duration = Duration::from_secs(course::TIME_LIMIT_SECONDS.get() as u64);

/// What a test may use. The environment overrides both.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time by the clock.
    pub time: Duration,
    /// Memory, in MiB.
    pub memory_mib: u64,
}

/// A scenario, for a world of its own, or for many one after the other.
type Scenario = Arc<dyn Fn() -> Held + Send + Sync>;

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
    let titles = titles.into();
    let scenario: Scenario = Arc::new(move || scenario().into());
    // A mode that does not exist is the child's to complain of, as of any setting.
    let mode = Mode::from_variables(variable);
    match (env::var_os("LAB_CHILD"), mode) {
        (None, mode) => parent::run(name, limits, mode.unwrap_or_default()),
        (Some(_), Ok(Mode::Sim)) => simulated::run(name, titles, limits, scenario),
        (Some(_), mode) => child::run(name, titles, limits, mode.map(drop), scenario),
    }
}

/// The course's time, and several times the memory that the hungriest test needs.
impl Default for Limits {
    fn default() -> Limits {
        Limits { time: TIME_LIMIT, memory_mib: MEMORY_MIB.get().into() }
    }
}

impl Limits {
    /// These limits, unless the environment says otherwise.
    fn or_from_environment(self) -> Result<Limits, String> {
        Ok(Limits {
            time: number("LAB_TIME_LIMIT")?.map_or(self.time, Duration::from_secs),
            memory_mib: number("LAB_MEMORY_MIB")?.unwrap_or(self.memory_mib),
        })
    }
}

/// The environment variable `name`, if it is set.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|text| text.to_string_lossy().into_owned())
}

/// The number in the environment variable `name`, if it is set.
fn number(name: &str) -> Result<Option<u64>, String> {
    match env::var(name) {
        Ok(text) => match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("{name}={text}: a whole number is expected")),
        },
        Err(_) => Ok(None),
    }
}
