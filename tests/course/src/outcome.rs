//! The outcome of a test, which its process leaves for the one that started it: one small JSON
//! file.

use crate::{Lateness, Reached};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process;

/// How a test process exits that cannot write its outcome, which is no fault of the solution's
/// (`EX_IOERR` of sysexits.h). Its last output says what it could not write, and why.
pub const CANNOT_WRITE: i32 = 74;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every check held.
    Passed,
    /// A check did not hold, or the test could not go on.
    Failed,
    /// The test could not decide: neither passed nor failed.
    Undecided,
}

/// The figures of a passed test, printed as the course prints them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassedLine {
    /// The course's title, with the part: "Test (2A): initial election".
    pub title: String,
    /// Seconds since the test began.
    pub seconds: f64,
    /// Servers in the cluster.
    pub servers: usize,
    /// RPCs sent, answered or not.
    pub rpcs: u64,
    /// What came of them.
    #[serde(flatten)]
    pub work: Work,
}

/// The columns in which the labs differ. In JSON they are told apart by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Work {
    /// Of a Raft (Lab 2).
    Agreement {
        /// Bytes of all requests, and of the replies that arrived.
        bytes: u64,
        /// Commands agreed on: how far the highest applied index grew.
        agreements: u64,
    },
    /// Of a service on top of it (Lab 3).
    Service {
        /// What clients asked for and got.
        operations: u64,
    },
}

impl PassedLine {
    /// The line that goes before this one: "Test (2A): initial election ...".
    pub fn heading(title: &str) -> String {
        format!("{title} ...")
    }
}

/// The course's own line, `  ... Passed --` and its columns, without the heading.
impl fmt::Display for PassedLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PassedLine { seconds, servers, rpcs, work, .. } = self;
        write!(formatter, "  ... Passed --  {seconds:4.1}  {servers} ")?;
        match work {
            Work::Agreement { bytes, agreements } => {
                write!(formatter, "{rpcs:4} {bytes:7} {agreements:4}")
            }
            Work::Service { operations } => write!(formatter, "{rpcs:5} {operations:4}"),
        }
    }
}

/// How one run of one test went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The test's name.
    pub test: String,
    /// How it ended.
    pub verdict: Verdict,
    /// The lines of a passed test: one, or more where the course prints more.
    pub passed_lines: Vec<PassedLine>,
    /// Warnings, one line each: odd, but no failure.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Why it did not pass, in one line.
    pub what: Option<String>,
    /// Why it did not pass, at length.
    pub report: Option<String>,
    /// The seed of all random choices.
    pub seed: u64,
    /// How long it ran, in seconds by the clock.
    pub wall_seconds: f64,
    /// Of a failure on the OS that a late machine may explain: how late it was, if that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Lateness>,
    /// What there is to say of a simulated run; nothing of one on the OS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<Simulated>,
}

/// What a simulated run has beside its outcome. Of a run that took its process down little of it
/// is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Simulated {
    /// Virtual time from its beginning to its end, in seconds.
    pub virtual_seconds: Option<f64>,
    /// Scheduling points passed.
    pub points: Option<u64>,
    /// The hash of all events: runs with the same hash did the same.
    #[serde(with = "sixteen_digits")]
    pub hash: Option<u64>,
    /// How the scheduler chose and which threads were late, as one would set it by hand:
    /// `PREEMPT=0.3 LATE=off`.
    pub policy: Option<String>,
    /// The situations that it reached. `None` if they were not watched, for its messages do not
    /// tell what they carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
}

/// A number of 64 bits as text: not every reader of JSON has room for it in a number.
mod sixteen_digits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub fn serialize<S: Serializer>(hash: &Option<u64>, to: S) -> Result<S::Ok, S::Error> {
        hash.map(|hash| format!("{hash:016x}")).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        let digits = Option::<String>::deserialize(from)?;
        digits.map(|digits| u64::from_str_radix(&digits, 16).map_err(de::Error::custom)).transpose()
    }
}

impl Outcome {
    /// Writes the outcome to `path` in one step: a reader finds all of it or nothing.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        let unfinished = path.with_extension(format!("unfinished-{}", process::id()));
        fs::write(&unfinished, json)?;
        fs::rename(&unfinished, path)
    }

    /// Reads an outcome that [`Outcome::write`] wrote.
    pub fn read(path: &Path) -> io::Result<Outcome> {
        serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests;
