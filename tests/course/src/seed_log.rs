//! The lines that a process leaves which simulates one test with many seeds: a line of JSON before
//! each seed and one after it. A line is written at once, so if a seed takes the process down, the
//! lines show which: it began and did not end.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// A line.
#[expect(clippy::large_enum_variant, reason = "made twice a seed")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeedEvent {
    /// `{"began":417}`
    Began(u64),
    /// `{"ended":{"test":"figure_8_2c","verdict":"passed",..}}`
    Ended(Outcome),
}

/// What all the lines come to.
#[derive(Debug, Default)]
pub struct SeedLog {
    /// The outcomes, in the order the seeds ended.
    pub ended: Vec<Outcome>,
    /// The seed that began and did not end, if there is one.
    pub open: Option<u64>,
}

impl SeedEvent {
    /// Writes the line, in one piece: whoever reads finds all of it or nothing.
    pub fn append(&self, file: &mut impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self).map_err(io::Error::other)?;
        line.push(b'\n');
        file.write_all(&line)
    }
}

impl SeedLog {
    /// Reads the lines that [`SeedEvent::append`] wrote. No file is no lines. A last line without
    /// its end does not count: the process died over it.
    pub fn read(path: &Path) -> io::Result<SeedLog> {
        match fs::read(path) {
            Ok(bytes) => SeedLog::of(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(SeedLog::default()),
            Err(error) => Err(error),
        }
    }

    fn of(bytes: &[u8]) -> io::Result<SeedLog> {
        let mut log = SeedLog::default();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !line.ends_with(b"\n") {
                break;
            }
            match serde_json::from_slice(line).map_err(io::Error::other)? {
                SeedEvent::Began(seed) => log.open = Some(seed),
                SeedEvent::Ended(outcome) => {
                    log.open = None;
                    log.ended.push(outcome);
                }
            }
        }
        Ok(log)
    }
}

#[cfg(test)]
mod tests;
