//! How a world is simulated: the back end, the policy of the scheduler, and which threads are late.

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
    /// Partial order sampling (Yuan, Yang and Gu, CAV 2018): every operation has a random priority,
    /// drawn again when another thread's operation on the same object comes first.
    Pos,
    /// A selectively uniform random walk (Zhao, Wolff, Mathur and Roychoudhury, ASPLOS 2025): a
    /// thread is as likely to do the next operation as it has many to go.
    Surw {
        /// Of so many objects, one is of interest; at 1 all are.
        one_in: u32,
    },
}

/// How the network of a simulated world delivers messages that are on their way together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reorder {
    /// All take about as long.
    #[default]
    Off,
    /// Some are overtaken by others, on the same link as well.
    Messages,
    /// Each link is faster or slower than another, in either direction, throughout.
    Links,
}

/// Which threads are late: those of servers only, never the test's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LateKind {
    /// None.
    #[default]
    Off,
    /// Some begin late when they are spawned.
    Spawned,
    /// Some begin late when they are spawned, or go on late when their wait is over.
    Woken,
    /// Some are late when they take again a mutex that they have just given back.
    Relock,
    /// Some are late at any scheduling point.
    Points,
    /// All of these, each more seldom.
    Mixed,
}

/// Late threads: as on a busy machine, a thread that could run does not for a while, and time
/// passes meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness {
    /// Which threads; otherwise the seed chooses, and [`LateKind::Off`] is among the choices.
    pub kind: Option<LateKind>,
    /// By up to 30 ms and not only 10, and with more of the seeds.
    pub severe: bool,
}

/// How to simulate a world.
#[derive(Default)]
pub struct Schedule {
    /// What carries the threads. Makes no difference to what happens.
    pub backend: Backend,
    /// How to choose who runs next; otherwise the seed says.
    pub policy: Option<Policy>,
    /// Which threads are late, and how late; without it none is.
    pub lateness: Option<Lateness>,
    /// In what order messages arrive.
    pub reorder: Reorder,
    /// About how many scheduling points the world will have: where PCT puts its changes. 0 if
    /// that is not known.
    pub expected_points: u64,
    /// Where to write every event, one a line, to compare two runs.
    pub trace: Option<Box<dyn Write + Send>>,
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Schedule { backend, policy, lateness, reorder, expected_points, trace } = self;
        f.debug_struct("Schedule")
            .field("backend", backend)
            .field("policy", policy)
            .field("lateness", lateness)
            .field("reorder", reorder)
            .field("expected_points", expected_points)
            .field("trace", &trace.is_some())
            .finish()
    }
}
