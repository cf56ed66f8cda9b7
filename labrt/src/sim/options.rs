//! How a world is simulated: the back end, and the policy of the scheduler.

use std::fmt;
use std::io::Write;

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
    /// that is not known.
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
