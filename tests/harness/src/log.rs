//! Writes the log of a test.
//!
//! Student and kit code log through the `log` crate, and simplelog writes. [`TestLog`] in between
//! adds time, server, topic and thread, and drops what `LOG` does not ask for. One event is one
//! line, and all lines have one shape, so that `grep` and `sort` work on them:
//!
//! ```text
//!   2.290134 S3 raft::election     became candidate in term 4  [ticker]
//! ```
//!
//! Those are the seconds since the test began, the server, the topic (the record's target), the
//! message and the thread.

use crate::events;
use course::{LogFilter, TestRequest};
use trace::What;

mod capped;

use capped::Capped;

use ::log::{LevelFilter, Log, Metadata, Record};
use labrt::{thread, world};
use simplelog::{Config, ConfigBuilder, WriteLogger};
use std::fs::File;
use std::io::{LineWriter, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

/// A log ends after so many bytes: a thread that logs in an endless loop would soon fill the disk.
const LOG_BYTES: usize = 64 << 20;

/// Where the log is, if there is one. A process writes one log.
static LOG_FILE: OnceLock<PathBuf> = OnceLock::new();

/// Logs from now on as the request asks. Without a file, nothing is logged.
pub fn install(request: &TestRequest) -> Result<(), String> {
    let Some(path) = request.log_file.clone() else { return Ok(()) };
    let filter = request.log_filter.clone().unwrap_or_default();
    let file = File::create(&path)
        .map_err(|error| format!("cannot write the log to {}: {error}", path.display()))?;
    // A line at a time: the log of a process that aborts is complete up to its last line.
    let log = TestLog::new(filter, Capped::new(LineWriter::new(file), LOG_BYTES));
    ::log::set_max_level(log.filter.most_verbose());
    ::log::set_boxed_logger(Box::new(log)).map_err(|error| error.to_string())?;
    LOG_FILE.set(path).map_err(|_| String::from("this process writes a log already"))
}

/// A file of this name beside the log, if there is a log: the runner keeps it with the log of a run
/// that does not pass.
pub fn beside(name: &str) -> Option<PathBuf> {
    LOG_FILE.get().map(|log| log.with_file_name(name))
}

/// The front of simplelog's writer.
pub struct TestLog<W: Write + Send + 'static> {
    filter: LogFilter,
    writer: Box<WriteLogger<W>>,
}

impl<W: Write + Send + 'static> TestLog<W> {
    /// A log that writes what `filter` lets through to `writer`.
    pub fn new(filter: LogFilter, writer: W) -> TestLog<W> {
        TestLog { filter, writer: WriteLogger::new(LevelFilter::Trace, message_only(), writer) }
    }
}

impl<W: Write + Send + 'static> Log for TestLog<W> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= self.filter.level_for(metadata.target())
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let thread = thread::current();
        let (server, message) = (thread.server(), one_line(record));
        events::record_for_readers(|| logged(record.target(), server.as_deref(), &message));
        self.write(format_args!(
            "{seconds:10.6} {server:2} {topic:<18} {message}  [{name}]",
            seconds = world::elapsed().as_secs_f64(),
            server = server.as_deref().unwrap_or("--"),
            topic = record.target(),
            name = thread.name(),
            message = message,
        ));
    }

    fn flush(&self) {
        self.writer.flush();
    }
}

impl<W: Write + Send + 'static> TestLog<W> {
    fn write(&self, line: std::fmt::Arguments<'_>) {
        self.writer.log(&Record::builder().args(line).build());
    }
}

/// A line of the log as an event: one of the test's own is a step of its scenario.
fn logged(topic: &str, server: Option<&str>, message: &str) -> What {
    let text = message.to_owned();
    match topic {
        "cluster" => What::Step { text },
        _ => What::Logged { server: server.map(str::to_owned), topic: topic.to_owned(), text },
    }
}

/// simplelog's own columns are all left out: wall-clock time and OS threads say nothing here.
fn message_only() -> Config {
    ConfigBuilder::new()
        .set_time_level(LevelFilter::Off)
        .set_max_level(LevelFilter::Off)
        .set_thread_level(LevelFilter::Off)
        .set_target_level(LevelFilter::Off)
        .set_location_level(LevelFilter::Off)
        .build()
}

/// The message, with warnings and errors marked, on one line whatever it holds.
fn one_line(record: &Record<'_>) -> String {
    let message = record.args().to_string().replace('\n', " | ");
    match record.level() {
        ::log::Level::Error => format!("error: {message}"),
        ::log::Level::Warn => format!("warning: {message}"),
        _ => message,
    }
}

#[cfg(test)]
mod tests;
