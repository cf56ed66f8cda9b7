//! How a graded test is run: on the OS or simulated, and what may be set about a simulation. The
//! runner reads it to refuse a mistake before anything runs, the test process to obey.

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
}

/// What is set by hand about a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Simulation {
    /// Makes no difference to what happens.
    pub backend: Backend,
    /// Otherwise the seed chooses.
    pub policy: Option<Policy>,
}

impl Mode {
    /// `MODE` in the environment, into which `variable` looks. Unset or empty, it is the OS.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Mode, String> {
        set(&variable, "MODE").map_or(Ok(Mode::default()), |text| named("MODE", &text))
    }
}

impl Simulation {
    /// `BACKEND`, `PREEMPT` and `PCT` in the environment, into which `variable` looks. What is
    /// empty is not set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Simulation, String> {
        let backend = set(&variable, "BACKEND").map(|text| named("BACKEND", &text)).transpose()?;
        let policy = match (set(&variable, "PREEMPT"), set(&variable, "PCT")) {
            (Some(_), Some(_)) => {
                return Err(String::from("PREEMPT and PCT are two ways to choose: set one"));
            }
            (Some(text), None) => Some(Policy::Random { preemption: probability(&text)? }),
            (None, Some(text)) => Some(Policy::Pct { depth: depth(&text)? }),
            (None, None) => None,
        };
        Ok(Simulation { backend: backend.unwrap_or_default(), policy })
    }
}

fn set(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).filter(|text| !text.is_empty())
}

fn named<T: FromStr<Err = String>>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|choices| format!("{name} is {text:?}, and must be {choices}"))
}

fn probability(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("PREEMPT is {text:?}, and must be a number from 0 to 1"))
}

fn depth(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("PCT is {text:?}, and must be a whole number from 1"))
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
        }
    }
}

#[cfg(test)]
mod tests;
