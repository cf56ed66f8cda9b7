//! The file of a stream: JSON lines, the first of which says what the file is. docs/trace.md
//! describes it for other programs.
//!
//! A process may die while it writes, so the last line may be cut off. A reader gets every event
//! before it, and is told.

use crate::event::Event;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// The version of the format. A reader refuses any other.
pub const VERSION: u32 = 1;

/// What the first line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The test's name.
    pub test: String,
    /// The seed of the run.
    pub seed: u64,
    /// How many servers the cluster has.
    pub servers: usize,
    /// Whether the test asks for persistence: from part 2C on.
    pub persistence: bool,
    /// Whether it was simulated.
    pub simulated: bool,
    /// The version of the kit that wrote it.
    pub kit: String,
}

/// The first line, as it is written.
#[derive(Serialize, Deserialize)]
struct FirstLine {
    raftlab_trace: u32,
    #[serde(flatten)]
    header: Header,
}

/// Writes a stream.
pub struct Writer<W: Write> {
    out: W,
    /// Bytes that may still be written.
    left: usize,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What the first line says.
    pub header: Header,
    /// The events, in order.
    pub events: Vec<Event>,
    /// What is wrong with the rest of the file, if it is cut off: `events` has all before that.
    pub cut_off: Option<String>,
}

/// A file that cannot be read as a trace.
#[derive(Debug)]
pub enum ReadError {
    /// The file cannot be read at all.
    Io(io::Error),
    /// It is no trace, or one of another version.
    Not(String),
}

impl<W: Write> Writer<W> {
    /// Begins a file, which may grow to `limit` bytes: events after that are left out.
    ///
    /// # Errors
    /// If the first line cannot be written.
    pub fn begin(mut out: W, header: Header, limit: usize) -> io::Result<Writer<W>> {
        let mut line = serde_json::to_vec(&FirstLine { raftlab_trace: VERSION, header })?;
        line.push(b'\n');
        out.write_all(&line)?;
        Ok(Writer { out, left: limit.saturating_sub(line.len()) })
    }

    /// Writes an event. If that fails, or the limit is reached, this and all later ones are left
    /// out.
    pub fn write(&mut self, event: &Event) {
        let Ok(mut line) = serde_json::to_vec(event) else { return };
        line.push(b'\n');
        if line.len() > self.left || self.out.write_all(&line).is_err() {
            self.left = 0;
        }
        self.left = self.left.saturating_sub(line.len());
    }

    /// Passes on what is buffered. A failure shows in the file: it is cut off.
    pub fn flush(&mut self) {
        let _ = self.out.flush();
    }
}

/// Reads a trace.
///
/// # Errors
/// If the file cannot be read, is no trace, or is one of another version.
pub fn read(path: &Path) -> Result<Trace, ReadError> {
    let mut lines = BufReader::new(File::open(path)?).split(b'\n');
    let first = lines.next().transpose()?.unwrap_or_default();
    let header = read_header(&first).map_err(ReadError::Not)?;
    let mut trace = Trace { header, events: Vec::new(), cut_off: None };
    for (line, number) in lines.zip(2..) {
        match serde_json::from_slice(&line?) {
            Ok(event) => trace.events.push(event),
            Err(error) => {
                trace.cut_off = Some(format!(
                    "line {number} is no event ({error}): the file is cut off or damaged there, \
                     and {} events before it were read",
                    trace.events.len()
                ));
                break;
            }
        }
    }
    Ok(trace)
}

fn read_header(line: &[u8]) -> Result<Header, String> {
    #[derive(Deserialize)]
    struct Version {
        raftlab_trace: u32,
    }
    let not_a_trace = |error: serde_json::Error| format!("not a trace: line 1: {error}");
    let Version { raftlab_trace } = serde_json::from_slice(line).map_err(not_a_trace)?;
    if raftlab_trace != VERSION {
        return Err(format!(
            "a trace of version {raftlab_trace}; this kit reads version {VERSION}: read it with \
             the kit that wrote it"
        ));
    }
    let first: FirstLine = serde_json::from_slice(line).map_err(not_a_trace)?;
    Ok(first.header)
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => error.fmt(formatter),
            ReadError::Not(problem) => problem.fmt(formatter),
        }
    }
}

impl Error for ReadError {}

impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Writer({} bytes left)", self.left)
    }
}

#[cfg(test)]
mod tests;
