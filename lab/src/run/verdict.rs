//! Finds the verdict on a run from the outcome that the test wrote, if it wrote one, from how its
//! process ended, and from its output.

use crate::run::process_group::{Ended, Killed};
use course::{CANNOT_WRITE, Outcome, Verdict};
use serde::Serialize;
use signal_hook::consts::SIGABRT;
use signal_hook::low_level::signal_name;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunVerdict {
    /// Every check held.
    Pass,
    /// A check did not hold, or the time was over, while the machine was busy; run again alone, the
    /// test passed.
    Busy,
    /// A check did not hold.
    Fail,
    /// It did not end within its time limit.
    Timeout,
    /// A signal ended its process.
    Crash,
    /// It needed more memory than its limit.
    Memory,
    /// Simulated twice with one seed, it did two different things.
    Differs,
    /// The test could not decide.
    Undecided,
    /// The kit or the machine is at fault: the run says nothing about the solution.
    Kit,
    /// The user interrupted it: it might have done either.
    Stopped,
}

impl fmt::Display for RunVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            RunVerdict::Pass => "PASS",
            RunVerdict::Busy => "BUSY",
            RunVerdict::Fail => "FAIL",
            RunVerdict::Timeout => "TIMEOUT",
            RunVerdict::Crash => "CRASH",
            RunVerdict::Memory => "MEMORY",
            RunVerdict::Differs => "DIFFERS",
            RunVerdict::Undecided => "UNDECIDED",
            RunVerdict::Kit => "KIT",
            RunVerdict::Stopped => "STOPPED",
        })
    }
}

/// Part of what the runtime says of a stack that is used up.
const OVERFLOW_SIZE: &str = " has overflowed its stack of ";

/// Part of what the harness says of memory that is refused.
const REFUSED: &str = " bytes refused: ";

/// What there is to judge a run by.
#[derive(Debug)]
pub struct Evidence<'e> {
    /// How the process ended.
    pub ended: &'e Ended,
    /// What the test wrote: nothing, an outcome, or something that cannot be read.
    pub outcome: Option<Result<&'e Outcome, String>>,
    /// What the process printed.
    pub output: &'e str,
    /// Its limits.
    pub limits: Limits,
}

/// What a test process may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may run. The test reports by itself when this is over.
    pub time: Duration,
    /// How much longer the runner waits for that report before it kills the process.
    pub grace: Duration,
    /// How much memory it may hold, in MiB. The test process sets the cap on itself.
    pub memory_mib: u64,
}

/// A verdict, and its reason in one line; a pass has none.
#[derive(Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: RunVerdict,
    /// The reason, in one line.
    pub what: Option<String>,
}

/// Judges a run.
pub fn judge(evidence: &Evidence) -> Judgement {
    match &evidence.outcome {
        Some(Ok(outcome)) => with_outcome(outcome, evidence),
        Some(Err(problem)) => {
            judgement(RunVerdict::Kit, format!("its result is unreadable: {problem}"))
        }
        None => without_outcome(evidence),
    }
}

fn judgement(verdict: RunVerdict, what: impl Into<String>) -> Judgement {
    Judgement { verdict, what: Some(what.into()) }
}

/// The verdict if the test wrote an outcome. A pass counts only if the process then ended in order.
fn with_outcome(outcome: &Outcome, evidence: &Evidence) -> Judgement {
    let said = || outcome.what.clone().unwrap_or_else(|| String::from("no reason given"));
    match outcome.verdict {
        Verdict::Undecided => judgement(RunVerdict::Undecided, said()),
        Verdict::Failed if ran_out_of_time(outcome, &evidence.limits) => {
            judgement(RunVerdict::Timeout, said())
        }
        Verdict::Failed if ran_out_of_memory(evidence) => judgement(RunVerdict::Memory, said()),
        Verdict::Failed => judgement(RunVerdict::Fail, said()),
        Verdict::Passed if evidence.ended.status.success() => {
            Judgement { verdict: RunVerdict::Pass, what: None }
        }
        Verdict::Passed => {
            let Judgement { verdict, what } = without_outcome(evidence);
            judgement(verdict, format!("passed, but then: {}", what.unwrap_or_default()))
        }
    }
}

/// The verdict if the test wrote no outcome: the process's end and output decide.
fn without_outcome(evidence: &Evidence) -> Judgement {
    let Evidence { ended, output, limits, .. } = evidence;
    match (ended.killed, ended.status.signal(), failed_allocation(output)) {
        (Some(Killed::Overdue), ..) => judgement(RunVerdict::Timeout, killed_overdue(limits)),
        (Some(Killed::Stopped), ..) => {
            judgement(RunVerdict::Stopped, format!("after {:.1} s", ended.wall.as_secs_f64()))
        }
        (None, Some(SIGABRT), Some(bytes)) => {
            judgement(RunVerdict::Memory, over_memory(limits, output, bytes))
        }
        (None, Some(signal), _) => judgement(RunVerdict::Crash, crashed(signal, output)),
        (None, None, _) => ended_by_itself(ended.status, output),
    }
}

fn killed_overdue(limits: &Limits) -> String {
    let Limits { time, grace, .. } = limits;
    format!(
        "killed: did not end within {} s, nor report in the {} s after",
        time.as_secs(),
        grace.as_secs()
    )
}

fn over_memory(limits: &Limits, output: &str, bytes: u64) -> String {
    let cap = limits.memory_mib;
    refused_allocation(output).map_or_else(
        || format!("memory allocation of {bytes} bytes failed (cap {cap} MiB)"),
        String::from,
    )
}

fn crashed(signal: i32, output: &str) -> String {
    // The runtime's own sentence says more.
    let overflow = |line: &&str| line.contains("thread ") && line.contains(OVERFLOW_SIZE);
    if let Some(line) = output.lines().rev().find(overflow) {
        return line.to_owned();
    }
    let name = signal_name(signal).map_or_else(|| format!("signal {signal}"), String::from);
    let overflow =
        if output.contains("has overflowed its stack") { ": stack overflow" } else { "" };
    format!("ended by {name}{overflow}")
}

/// The process exited by itself and wrote no outcome.
fn ended_by_itself(status: ExitStatus, output: &str) -> Judgement {
    if output.contains("running 0 tests") {
        return judgement(
            RunVerdict::Kit,
            "the test binary has no test of this name; course.toml has",
        );
    }
    let code = status.code().unwrap_or_default();
    if code == CANNOT_WRITE {
        // Before it on the line there may be libtest's "test rejoin_2b ... ".
        let words = output.rfind("cannot write ").and_then(|start| output[start..].lines().next());
        return judgement(
            RunVerdict::Kit,
            words.unwrap_or("the test process cannot write its result"),
        );
    }
    let what = match panic_message(output) {
        Some(message) => format!("panicked before it could report: {message}"),
        None => format!("exited with code {code} in mid-test (std::process::exit?)"),
    };
    judgement(RunVerdict::Fail, what)
}

/// Whether the harness ended the test for its time limit: nothing else fails that late. Simulated,
/// the time is virtual.
fn ran_out_of_time(outcome: &Outcome, limits: &Limits) -> bool {
    let seconds = match &outcome.simulated {
        Some(simulated) => simulated.virtual_seconds,
        None => Some(outcome.wall_seconds),
    };
    seconds.is_some_and(|seconds| seconds >= limits.time.as_secs_f64())
}

/// Whether the harness ended the test for its memory: nothing else fails that large, or was refused
/// some.
fn ran_out_of_memory(evidence: &Evidence) -> bool {
    evidence.ended.usage.peak_memory > evidence.limits.memory_mib.saturating_mul(1 << 20)
        || refused_allocation(evidence.output).is_some()
}

/// The harness's line when the system refuses memory: how much, and what is in use.
fn refused_allocation(output: &str) -> Option<&str> {
    let refused = |line: &&str| line.starts_with("memory allocation of ") && line.contains(REFUSED);
    output.lines().find(refused)
}

/// The size in the message of Rust's allocator: "memory allocation of 1024 bytes failed".
fn failed_allocation(output: &str) -> Option<u64> {
    let (_, after) = output.rsplit_once("memory allocation of ")?;
    let (bytes, rest) = after.split_once(' ')?;
    rest.starts_with("bytes failed").then(|| bytes.parse().ok()).flatten()
}

/// The message of the first panic on the output: the line after "thread '..' panicked at ..:".
fn panic_message(output: &str) -> Option<&str> {
    let mut lines = output.lines();
    lines.find(|line| line.starts_with("thread '") && line.contains(" panicked at "))?;
    lines.next()
}

#[cfg(test)]
mod tests;
