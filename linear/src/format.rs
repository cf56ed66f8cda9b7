//! Reads and writes histories as files: in our format, and in those of Porcupine and Jepsen.
//!
//! - [`Format::Json`], ours: a line of JSON for every operation; times in nanoseconds.
//! - [`Format::Porcupine`]: the key/value logs of the checker Porcupine; a line for every call and
//!   every return, in the order of time.
//! - [`Format::Jepsen`]: Jepsen's logs of one register in etcd; the same.
//!
//! The first line shows which format a file is in. In the last two formats times are line numbers.

mod events;
mod jepsen;
mod json;
mod porcupine;

use crate::kv;
use crate::limits::Limits;
use crate::register;
use crate::verdict::Checked;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A history of either kind.
pub enum AnyHistory {
    /// Of a key/value service.
    KeyValue(kv::History),
    /// Of one register.
    Register(register::History),
}

/// Writes a history in our own format, without making it an [`AnyHistory`] first.
pub fn to_json(history: &kv::History) -> String {
    json::write_keys(history)
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A line of JSON for every operation of a history of either kind.
    Json,
    /// Porcupine's logs of a key/value service.
    Porcupine,
    /// Jepsen's logs of a register.
    Jepsen,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The line number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// Why a history cannot be written in a format, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRepresentable(String);

impl AnyHistory {
    /// Reads a file's text, in whichever format it is.
    pub fn read(text: &str) -> Result<AnyHistory, Malformed> {
        match Format::of(text)? {
            Format::Json => json::read(text),
            Format::Porcupine => porcupine::read(text).map(AnyHistory::KeyValue),
            Format::Jepsen => jepsen::read(text).map(AnyHistory::Register),
        }
    }

    /// Writes it in a format.
    pub fn write(&self, format: Format) -> Result<String, NotRepresentable> {
        match (self, format) {
            (_, Format::Json) => Ok(json::write(self)),
            (AnyHistory::KeyValue(history), Format::Porcupine) => porcupine::write(history),
            (AnyHistory::Register(history), Format::Jepsen) => Ok(jepsen::write(history)),
            (AnyHistory::KeyValue(_), Format::Jepsen) => Err(NotRepresentable(String::from(
                "a Jepsen log is about one register, and this history is about keys and values",
            ))),
            (AnyHistory::Register(_), Format::Porcupine) => Err(NotRepresentable(String::from(
                "a Porcupine log is about keys and values, and this history is about a register",
            ))),
        }
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        match self {
            AnyHistory::KeyValue(history) => history.len(),
            AnyHistory::Register(history) => history.operations.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is linearizable.
    pub fn check(&self, limits: &Limits<'_>) -> Checked {
        match self {
            AnyHistory::KeyValue(history) => history.check(limits),
            AnyHistory::Register(history) => history.check(limits),
        }
    }
}

impl Format {
    /// The format of a text, by its first line that is not blank. A text without one is a history
    /// without operations.
    fn of(text: &str) -> Result<Format, Malformed> {
        let mut lines = lines(text);
        match lines.next() {
            None => Ok(Format::Json),
            Some((_, line)) if line.starts_with("{:") => Ok(Format::Porcupine),
            Some((_, line)) if line.starts_with('{') => Ok(Format::Json),
            Some((_, line)) if line.contains(jepsen::MARK) => Ok(Format::Jepsen),
            Some((number, _)) => Err(Malformed::at(
                number,
                "unknown format: expected a history in JSON ({\"client\":..), a Porcupine log \
                 ({:process ..) or a Jepsen log (INFO  jepsen.util - ..)",
            )),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        match name {
            "json" => Ok(Format::Json),
            "porcupine" => Ok(Format::Porcupine),
            "jepsen" => Ok(Format::Jepsen),
            _ => Err(String::from("json, porcupine or jepsen")),
        }
    }
}

/// The lines that are not blank, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

impl Malformed {
    fn at(line: u64, problem: impl Into<String>) -> Malformed {
        Malformed { line, problem: problem.into() }
    }
}

impl Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for Malformed {}

impl Display for NotRepresentable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotRepresentable {}

#[cfg(test)]
mod tests;
