//! Starts the process of a test, waits for its end and collects what it printed; and the command
//! line that starts the same process under a debugger.

use crate::run::cargo::Executable;
use crate::run::process_group::{Ended, NotStarted, ProcessGroups, Role};
use crate::run::verdict::Limits;
use course::{Collector, TestRequest};
use std::fmt::Write;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long after a test's end its output may stay open.
const OUTPUT_PATIENCE: Duration = Duration::from_secs(1);

/// A process to be started: a test of a binary, and what it is asked to do.
#[derive(Debug)]
pub struct TestProcess<'p> {
    /// The binary that holds the test.
    pub executable: &'p Executable,
    /// The test's name.
    pub test: &'p str,
    /// What the process is asked to do.
    pub request: TestRequest,
}

impl TestProcess<'_> {
    /// Runs the process to its end. Returns how it ended and what it printed; nothing if the whole
    /// run was stopped before it began.
    pub fn run(
        &self,
        process_groups: &ProcessGroups,
        limits: Limits,
    ) -> io::Result<Option<(Ended, String)>> {
        let (reader, writer) = io::pipe()?;
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let role = Role::Test { time: limits.time + limits.grace };
        let child = match process_groups.start(&mut command, role) {
            Ok(child) => child,
            Err(NotStarted::Stopped) => return Ok(None),
            Err(NotStarted::System(error)) => return Err(error),
        };
        // The command holds our copy of the pipe's writing end: without it we would never see
        // the pipe's end.
        drop(command);
        let collector = Collector::start(reader);
        let ended = process_groups.wait(child)?;
        Ok(Some((ended, collector.finish(OUTPUT_PATIENCE).text())))
    }

    fn arguments(&self) -> [&str; 4] {
        ["--exact", self.test, "--nocapture", "--test-threads=1"]
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.executable.file);
        command.args(self.arguments()).current_dir(&self.executable.directory);
        self.request.apply_to(&mut command);
        command
    }

    /// The command line that runs the process under a debugger, for a shell.
    pub fn under_debugger(&self, debugger: &str) -> String {
        let mut line = String::from("env");
        for (name, value) in self.request.variables() {
            let _ = write!(line, " {name}={}", quoted(&value.to_string_lossy()));
        }
        let file = self.executable.file.to_string_lossy();
        let _ = write!(line, " {debugger} {} {}", quoted(&file), self.arguments().join(" "));
        line
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "/._-+,:=".contains(character);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests;
