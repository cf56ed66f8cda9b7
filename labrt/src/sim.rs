//! The simulated runtime: threads that run one at a time, in virtual time, from a seed.

#[allow(dead_code, reason = "until the engine calls it")]
pub(crate) mod guard;

use std::fmt;
use std::io::Write;

use crate::time::Duration;
use crate::world::{Failure, Options, run};

/// What carries the simulated threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// Coroutines, all on one OS thread: fast.
    #[default]
    Coroutines,
    /// An OS thread each, of which one runs at a time: for a debugger, and as a cross-check.
    Threads,
}

/// How the scheduler chooses who runs next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Policy {
    /// At every scheduling point another thread may run, with this probability.
    Random {
        /// From 0 to 1.
        preemption: f64,
    },
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): threads have random
    /// priorities, which change at `depth - 1` random points.
    Pct {
        /// How many ordered events the bug needs.
        depth: u32,
    },
}

/// How to simulate a world.
#[derive(Default)]
pub struct Schedule {
    /// What carries the threads. Makes no difference to what happens.
    pub backend: Backend,
    /// How to choose who runs next; otherwise the seed says.
    pub policy: Option<Policy>,
    /// About how many scheduling points the world will have: where PCT puts its changes. 0 if
    /// nobody knows.
    pub expected_points: u64,
    /// Where to write every event, one a line, to compare two runs.
    pub trace: Option<Box<dyn Write + Send>>,
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Schedule { backend, policy, expected_points, trace } = self;
        f.debug_struct("Schedule")
            .field("backend", backend)
            .field("policy", policy)
            .field("expected_points", expected_points)
            .field("trace", &trace.is_some())
            .finish()
    }
}

/// How a simulated world ended.
#[derive(Debug)]
pub struct Simulated<T> {
    /// The value of its body, or the first failure.
    pub result: Result<T, Failure>,
    /// Virtual time from its beginning to its end.
    pub elapsed: Duration,
    /// Scheduling points passed.
    pub points: u64,
    /// The policy in force, chosen by the seed or by hand.
    pub policy: Policy,
    /// A hash of all events. Two runs with the same hash did the same.
    pub hash: u64,
    /// Threads that could not be ended, by name: they swallow the unwinding that ends them.
    pub leaked: Vec<String>,
}

/// Runs `body` as the thread `test` of a new simulated world and waits for the end.
///
/// # Panics
/// If the OS refuses a thread.
pub fn simulate<T: Send + 'static>(
    options: Options,
    schedule: Schedule,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    // STUB until the engine lands.
    let began = std::time::Instant::now();
    let hash = options.seed;
    let policy = schedule.policy.unwrap_or(Policy::Random { preemption: 0.5 });
    let result = run(options, body);
    Simulated { result, elapsed: began.elapsed(), points: 0, policy, hash, leaked: Vec::new() }
}

/// Sets what is called when a simulated world must take the process down: a thread in it never
/// reaches a scheduling point, or blocks in an OS lock for ever. The process aborts when `handler`
/// returns. Called at most once, from a thread outside all worlds.
pub fn on_fatal(handler: impl Fn(&Failure) + Send + Sync + 'static) {
    drop(handler);
}
