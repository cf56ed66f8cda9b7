//! How a graded test is run: on real threads or simulated, and what may be set about a simulation.
//! The runner reads it to refuse a mistake before anything runs, the test's process to obey it.

use std::fmt;
use std::str::FromStr;

/// What carries a test's threads and its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The threads and the clock of the operating system.
    #[default]
    Os,
    /// Simulated threads in virtual time, from a seed.
    Sim,
}

/// What carries simulated threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// Coroutines: fast.
    #[default]
    Coroutines,
    /// Threads of the operating system, one at a time: for a debugger.
    Threads,
}

/// How the simulation chooses who runs next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Policy {
    /// At every scheduling point another thread may run, with this probability: `PREEMPT=0.3`.
    Random {
        /// From 0 to 1.
        preemption: f64,
    },
    /// Random priorities that change at `depth - 1` random points: `PCT=3`.
    Pct {
        /// At least 1.
        depth: u32,
    },
    /// A random priority for each operation, drawn again where two conflict: `POS=1`.
    Pos,
    /// Every interleaving of the operations of interest as likely as another: `SURW=1`.
    Surw {
        /// Of so many objects one is of interest. At least 1.
        one_in: u32,
    },
}

/// How the simulated network delivers messages: `REORDER=links`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reorder {
    /// All take about as long.
    Off,
    /// Some are overtaken by others.
    Messages,
    /// Each link is faster or slower than another.
    Links,
}

impl Reorder {
    /// All there are.
    pub const ALL: [Reorder; 3] = [Reorder::Off, Reorder::Messages, Reorder::Links];
}

/// Which threads the simulation makes late, all of them of servers: `LATE=woken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// None.
    Off,
    /// Some when they are spawned.
    Spawned,
    /// Some when they are spawned, or when their wait is over.
    Woken,
    /// Some when they take again a mutex that they have just given back.
    Relock,
    /// Some at any scheduling point.
    Points,
    /// All of these, each more seldom.
    Mixed,
}

impl Late {
    /// All there are.
    pub const ALL: [Late; 6] =
        [Late::Off, Late::Spawned, Late::Woken, Late::Relock, Late::Points, Late::Mixed];
}

/// What is set by hand about a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Simulation {
    /// Makes no difference to what happens.
    pub backend: Backend,
    /// Otherwise the seed chooses.
    pub policy: Option<Policy>,
    /// Otherwise the seed chooses.
    pub late: Option<Late>,
    /// Otherwise none overtakes another by this.
    pub reorder: Option<Reorder>,
}

impl FromStr for Mode {
    /// The good ones.
    type Err = String;

    fn from_str(text: &str) -> Result<Mode, String> {
        match text {
            "os" => Ok(Mode::Os),
            "sim" => Ok(Mode::Sim),
            _ => Err(String::from("os (real threads, real time) or sim (simulated, from a seed)")),
        }
    }
}

impl FromStr for Backend {
    /// The good ones.
    type Err = String;

    fn from_str(text: &str) -> Result<Backend, String> {
        match text {
            "coroutines" => Ok(Backend::Coroutines),
            "threads" => Ok(Backend::Threads),
            _ => Err(String::from("coroutines (fast) or threads (for a debugger)")),
        }
    }
}

impl FromStr for Late {
    /// The good ones.
    type Err = String;

    fn from_str(text: &str) -> Result<Late, String> {
        let late = Late::ALL.into_iter().find(|late| late.to_string() == text);
        late.ok_or_else(|| String::from("off, spawned, woken, relock, points or mixed"))
    }
}

impl FromStr for Reorder {
    /// The good ones.
    type Err = String;

    fn from_str(text: &str) -> Result<Reorder, String> {
        let reorder = Reorder::ALL.into_iter().find(|reorder| reorder.to_string() == text);
        reorder.ok_or_else(|| String::from("off, messages or links"))
    }
}

/// As it is set.
impl fmt::Display for Reorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Reorder::Off => "off",
            Reorder::Messages => "messages",
            Reorder::Links => "links",
        })
    }
}

/// As it is set.
impl fmt::Display for Late {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Late::Off => "off",
            Late::Spawned => "spawned",
            Late::Woken => "woken",
            Late::Relock => "relock",
            Late::Points => "points",
            Late::Mixed => "mixed",
        })
    }
}

/// As it is set.
impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Mode::Os => "os",
            Mode::Sim => "sim",
        })
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Backend::Coroutines => "coroutines",
            Backend::Threads => "threads",
        })
    }
}

/// As it is set: `PREEMPT=0.3`.
impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::Random { preemption } => write!(formatter, "PREEMPT={preemption}"),
            Policy::Pct { depth } => write!(formatter, "PCT={depth}"),
            Policy::Pos => formatter.write_str("POS=1"),
            Policy::Surw { one_in } => write!(formatter, "SURW={one_in}"),
        }
    }
}

#[cfg(test)]
mod tests;
