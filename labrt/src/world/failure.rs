//! A failure of a world: its kind, where it happened, and its report.

use std::fmt;
use std::time::Duration;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A thread panicked.
    Panic,
    /// A property that must hold does not; see [`fail`](super::fail).
    Violation,
    /// Threads wait for each other's locks in a cycle.
    Deadlock,
    /// A simulated thread loops while no virtual time passes.
    Livelock,
    /// The test did not end in time.
    TimeLimit,
    /// A simulated thread has run for seconds without reaching a scheduling point.
    Stuck,
    /// A simulated thread bypassed the simulation: it used a real clock, lock or sleep.
    Misuse,
}

/// The first thing that went wrong in a world.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind of thing it was.
    pub kind: FailureKind,
    /// What it was.
    pub message: String,
    /// The thread in which it showed.
    pub thread: String,
    /// The server that thread works for.
    pub server: Option<String>,
    /// The source line (`file:line`), if one is known.
    pub place: Option<String>,
    /// Time since the test began.
    pub elapsed: Duration,
    /// Who waits for what, one thread a line. With a violation, only those that have waited for a
    /// lock for half a second or more; nothing with a panic.
    pub threads: String,
    /// Of a panic, if `RUST_BACKTRACE` asks for it and no thread or memory was refused.
    pub backtrace: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.server.as_ref().map(|server| format!("{server}/")).unwrap_or_default();
        let thread = format!("{server}{}", self.thread);
        match self.kind {
            FailureKind::Panic => writeln!(f, "thread {thread} panicked: {}", self.message)?,
            _ => writeln!(f, "{}", self.message)?,
        }
        if let Some(place) = &self.place {
            writeln!(f, "  where    {place}")?;
        }
        writeln!(f, "  thread   {thread}")?;
        writeln!(f, "  after    {:.3} s", self.elapsed.as_secs_f64())?;
        if !self.threads.is_empty() {
            write!(f, "  threads at that time:\n{}", self.threads)?;
        }
        if let Some(backtrace) = &self.backtrace {
            write!(f, "{backtrace}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
