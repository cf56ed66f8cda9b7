//! One test process: what it is told, from its start to its end, and what it printed. And how one
//! would start the same process by hand, to attach a debugger.

use crate::cargo::Executable;
use crate::children::{Children, Ended, NotStarted, Role};
use crate::verdict::Limits;
use course::{Collector, Mode};
use std::ffi::OsString;
use std::fmt::Write;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long after a test's end its output may stay open.
const OUTPUT_PATIENCE: Duration = Duration::from_secs(1);

/// A process to be started: a test of a binary, and what is set for it in the environment.
#[derive(Debug)]
pub struct TestProcess<'p> {
    executable: &'p Executable,
    test: &'p str,
    settings: Vec<(&'static str, OsString)>,
}

impl<'p> TestProcess<'p> {
    /// A process for `test`, which leaves its result in `result`.
    pub fn new(executable: &'p Executable, test: &'p str, mode: Mode, limits: Limits) -> Self {
        let mode = match mode {
            Mode::Os => "os",
            Mode::Sim => "sim",
        };
        let process = TestProcess { executable, test, settings: Vec::new() };
        process
            .with("LAB_CHILD", "1")
            .with("MODE", mode)
            .with("LAB_TIME_LIMIT", limits.time.as_secs().to_string())
            .with("LAB_MEMORY_MIB", limits.memory_mib.to_string())
    }

    /// The same with a further setting.
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Runs the process to its end. Returns how it ended and what it printed; nothing if the whole
    /// run was stopped before it began.
    pub fn run(&self, children: &Children, limits: Limits) -> io::Result<Option<(Ended, String)>> {
        let (reader, writer) = io::pipe()?;
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let role = Role::Test { time: limits.time + limits.grace };
        let child = match children.start(&mut command, role) {
            Ok(child) => child,
            Err(NotStarted::Stopped) => return Ok(None),
            Err(NotStarted::System(error)) => return Err(error),
        };
        // The command holds our copy of the pipe's writing end: without it we would never see
        // the pipe's end.
        drop(command);
        let collector = Collector::start(reader);
        let ended = children.wait(child)?;
        Ok(Some((ended, collector.finish(OUTPUT_PATIENCE).text())))
    }

    fn arguments(&self) -> [&str; 4] {
        ["--exact", self.test, "--nocapture", "--test-threads=1"]
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.executable.file);
        command.args(self.arguments()).current_dir(&self.executable.directory);
        // What this process was told as a child is not meant for the next one.
        command.env_remove("LAB_SEEDS").env_remove("LAB_TRACE").env_remove("LAB_LOG_FILE");
        command.env_remove("LAB_LAST");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The command line that runs the process under a debugger, for a shell. What is set in our own
    /// environment for the simulation is part of it.
    pub fn under_debugger(&self, debugger: &str, inherited: &[(&str, String)]) -> String {
        let mut line = String::from("env");
        let settings = self.settings.iter().map(|(name, value)| (*name, value.to_string_lossy()));
        let inherited = inherited.iter().map(|(name, value)| (*name, value.into()));
        for (name, value) in settings.chain(inherited) {
            let _ = write!(line, " {name}={}", quoted(&value));
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
