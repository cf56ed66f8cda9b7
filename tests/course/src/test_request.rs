//! What the process of a test is asked to do, passed in environment variables by what starts it.
//! [`TestRequest::apply_to`] writes them, [`TestRequest::from_environment`] reads them; no other
//! source names them.
//!
//! Set by hand, for `make test-2A` and `cargo test` alike:
//!
//! | variable         | meaning                                                            |
//! |------------------|--------------------------------------------------------------------|
//! | `MODE`           | `os`, or `sim`: simulate                                           |
//! | `LAB_SEED`       | the seed of all random choices; otherwise each run draws one       |
//! | `LAB_TIME_LIMIT` | seconds a test may take, instead of the course's                   |
//! | `LAB_MEMORY_MIB` | MiB of memory a test may use, instead of the course's              |
//! | `LOG`            | what to log: `raft=debug,labrpc=info`                              |
//! | `LAB_LOG_FILE`   | with `cargo test`: the file to log to                              |
//! | `PREEMPT`        | simulated: the probability of a preemption                         |
//! | `PCT`            | simulated: the depth of PCT                                        |
//! | `POS`            | simulated: `1` for partial order sampling                          |
//! | `SURW`           | simulated: a uniform walk; of how many objects one is of interest  |
//! | `LATE`           | simulated: which threads are late: `off`, `spawned`, `woken`...    |
//! | `REORDER`        | simulated: how messages overtake: `off`, `messages` or `links`     |
//! | `RULES`          | `required`: fail a solution whose messages tell no facts           |
//! | `EVENTS`         | set: write all events beside the log on the OS, too                |
//! | `BACKEND`        | simulated: what carries the threads, `coroutines` or `threads`     |
//!
//! Set by whoever starts a child, and read by a child alone:
//!
//! | variable         | meaning                                                            |
//! |------------------|--------------------------------------------------------------------|
//! | `LAB_CHILD`      | set: be the child                                                  |
//! | `LAB_RESULT`     | the file to leave the outcome in; simulated, the seeds' events     |
//! | `LAB_SEEDS`      | simulated: the seeds, as `0..1000`, instead of `LAB_SEED`          |
//! | `LAB_LAST`       | simulated: set: log the last seed only, leave none to a next child |
//! | `LAB_TRACE`      | simulated: the file to write every event of the last seed to       |
//!
//! A variable that is set to nothing counts as not set. (`LAB_WATCHDOG` is labrt's own.)

mod read;

use crate::{Backend, LogFilter, Mode, Seeds, Simulation};
use std::env;
use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::Command;

const CHILD: &str = "LAB_CHILD";
const RESULT: &str = "LAB_RESULT";
const LOG_FILE: &str = "LAB_LOG_FILE";
const SEED: &str = "LAB_SEED";
const SEEDS: &str = "LAB_SEEDS";
const LAST: &str = "LAB_LAST";
const TRACE: &str = "LAB_TRACE";
const TIME_LIMIT: &str = "LAB_TIME_LIMIT";
const MEMORY: &str = "LAB_MEMORY_MIB";
const LOG: &str = "LOG";
const MODE: &str = "MODE";
const BACKEND: &str = "BACKEND";
const PREEMPT: &str = "PREEMPT";
const PCT: &str = "PCT";
const POS: &str = "POS";
const SURW: &str = "SURW";
const LATE: &str = "LATE";
const REORDER: &str = "REORDER";
const RULES: &str = "RULES";
const EVENTS: &str = "EVENTS";

/// What the process of a test is asked to do. What is not set has its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestRequest {
    /// Which of the two processes of a test this is.
    pub role: Role,
    /// Whether to simulate.
    pub mode: Mode,
    /// The seeds a child simulates the test with; on the OS, and of a parent, only the first
    /// counts. Without them the process draws one.
    pub seeds: Option<Seeds>,
    /// How many seconds the test may take, if not what is usual.
    pub time_limit_seconds: Option<NonZeroU32>,
    /// How much memory the test may use, in MiB, if not what is usual.
    pub memory_mib: Option<NonZeroU32>,
    /// How to simulate.
    pub simulation: Simulation,
    /// Whether a solution whose messages tell no facts fails, because the paper's rules cannot be
    /// watched.
    pub rules_required: bool,
    /// Whether all events are written beside the log on the OS, too, where otherwise only the last
    /// ones of a failure are.
    pub events: bool,
    /// What to log, if not what is usual.
    pub log_filter: Option<LogFilter>,
    /// Where to log to; without it nothing is logged.
    pub log_file: Option<PathBuf>,
    /// Where to leave the outcome, or in simulation the seeds' events.
    pub result: Option<PathBuf>,
    /// Whether the seeds are simulated for the last one's sake: only that one is logged, and no
    /// seed before it is left to another process.
    pub only_last: bool,
    /// Where to write every event of the last seed.
    pub trace: Option<PathBuf>,
}

/// Which of the two processes of a test this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Started by `cargo test` or cargo-nextest: it starts itself again as the child.
    #[default]
    Parent,
    /// Started by its parent or by the runner: it runs the scenario.
    Child,
}

/// A variable that cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// Which one, its value, and what it must be: of several the first.
    pub problem: String,
    /// The request without what cannot be read: it says where this problem is to be reported.
    pub rest: Box<TestRequest>,
}

impl TestRequest {
    /// The request in this process's environment.
    pub fn from_environment() -> Result<TestRequest, Unreadable> {
        TestRequest::from_variables(|name| env::var_os(name))
    }

    /// The request in an environment, into which `variable` looks.
    pub fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<TestRequest, Unreadable> {
        read::request(variable)
    }

    /// Asks the process that `command` starts for this, and for nothing that this process was
    /// asked for.
    pub fn apply_to(&self, command: &mut Command) {
        for (name, value) in self.all_variables() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    /// The variables that are set, with their values.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.all_variables().into_iter().filter_map(|(name, value)| Some((name, value?)))
    }

    /// What was set by hand of the settings that change what a seed does: a seed fails again only
    /// with the same.
    pub fn variables_of_a_seed(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let shared = [PREEMPT, PCT, POS, SURW, LATE, REORDER, TIME_LIMIT, MEMORY, RULES];
        self.variables().filter(move |(name, _)| shared.contains(name))
    }

    /// Every variable there is; those without a value are not to be set.
    fn all_variables(&self) -> [(&'static str, Option<OsString>); 20] {
        let (seed, seeds) = match (self.role, self.mode) {
            (Role::Child, Mode::Sim) => (None, self.seeds),
            _ => (self.seeds.map(Seeds::first), None),
        };
        let Simulation { backend, policy, late, reorder } = self.simulation;
        let chosen_by = |name| {
            let set = policy.map(|policy| policy.to_string())?;
            set.strip_prefix(name)?.strip_prefix('=').map(OsString::from)
        };
        [
            (CHILD, flag(self.role == Role::Child)),
            (MODE, text((self.mode != Mode::default()).then_some(self.mode))),
            (TIME_LIMIT, text(self.time_limit_seconds)),
            (MEMORY, text(self.memory_mib)),
            (SEED, text(seed)),
            (SEEDS, text(seeds)),
            (LAST, flag(self.only_last)),
            (RULES, self.rules_required.then(|| OsString::from(REQUIRED))),
            (EVENTS, flag(self.events)),
            (BACKEND, text((backend != Backend::default()).then_some(backend))),
            (PREEMPT, chosen_by(PREEMPT)),
            (PCT, chosen_by(PCT)),
            (POS, chosen_by(POS)),
            (SURW, chosen_by(SURW)),
            (LATE, text(late)),
            (REORDER, text(reorder)),
            (LOG, text(self.log_filter.as_ref())),
            (LOG_FILE, self.log_file.clone().map(OsString::from)),
            (RESULT, self.result.clone().map(OsString::from)),
            (TRACE, self.trace.clone().map(OsString::from)),
        ]
    }
}

/// The value of `RULES`.
const REQUIRED: &str = "required";

/// The value of `POS`, and of what need only be set.
const SET: &str = "1";

fn flag(is_set: bool) -> Option<OsString> {
    is_set.then(|| OsString::from(SET))
}

fn text(value: Option<impl ToString>) -> Option<OsString> {
    value.map(|value| OsString::from(value.to_string()))
}

#[cfg(test)]
mod tests;
