//! Calls Cargo: asks where its target directory is, and builds the test binaries.
//!
//! Cargo's own words go straight to the student's terminal, as with any `cargo test`; only its
//! messages for machines are read here.

use crate::run::process_group::{NotStarted, ProcessGroups, Role};
use crate::select::SelectedTest;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why there is nothing to run.
#[derive(Debug)]
pub enum BuildError {
    /// Cargo or the compiler refused, and has said why.
    Refused,
    /// The whole run was stopped.
    Stopped,
    /// Cargo could not be started, or its output could not be read.
    Cargo(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Refused => write!(formatter, "this does not compile; see above"),
            BuildError::Stopped => write!(formatter, "stopped while building"),
            BuildError::Cargo(problem) => write!(formatter, "{problem}"),
        }
    }
}

/// A test binary that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The file to run.
    pub file: PathBuf,
    /// Where Cargo would run it: the directory of its package.
    pub directory: PathBuf,
}

/// The test binaries, by package and name.
#[derive(Debug, Default)]
pub struct Executables {
    built: BTreeMap<(String, String), Executable>,
}

impl Executables {
    /// Adds a binary.
    pub fn insert(&mut self, package: &str, binary: &str, executable: Executable) {
        self.built.insert((package.to_owned(), binary.to_owned()), executable);
    }

    /// The binary that holds a test.
    pub fn of(&self, selected: &SelectedTest) -> Option<&Executable> {
        self.built.get(&(selected.part.package.clone(), selected.part.binary.clone()))
    }
}

/// How the tests are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quickly, and to run fast.
    Test,
    /// For a debugger: no variable is optimised away.
    Debugger,
}

impl Profile {
    /// Its name in Cargo.toml.
    fn name(self) -> &'static str {
        match self {
            Profile::Test => "test",
            Profile::Debugger => "debugger",
        }
    }
}

/// The `cargo` to call.
#[derive(Debug)]
pub struct Cargo<'c> {
    program: OsString,
    process_groups: &'c ProcessGroups,
}

impl Cargo<'_> {
    /// The cargo that started us, which sets `CARGO`, or the one on the path.
    pub fn from_environment(process_groups: &ProcessGroups) -> Cargo<'_> {
        let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        Cargo { program, process_groups }
    }

    /// The target directory, wherever it is configured.
    pub fn target_directory(&self) -> Result<PathBuf, BuildError> {
        let mut command = self.command();
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let json = self.output_of(command)?;
        let metadata: Metadata = serde_json::from_slice(&json).map_err(unreadable)?;
        Ok(metadata.target_directory)
    }

    /// Builds every test binary that the selected tests need.
    pub fn build(
        &self,
        tests: &[SelectedTest],
        profile: Profile,
    ) -> Result<Executables, BuildError> {
        let mut executables = Executables::default();
        for (package, binaries) in needed(tests) {
            let built =
                executables_in(&self.output_of(self.build_command(package, &binaries, profile))?);
            for binary in binaries {
                let executable = built.get(binary).ok_or_else(|| not_built(package, binary))?;
                executables.insert(package, binary, executable.clone());
            }
        }
        Ok(executables)
    }

    fn build_command(&self, package: &str, binaries: &BTreeSet<&str>, profile: Profile) -> Command {
        let mut command = self.command();
        command.args(["test", "--no-run", "--profile", profile.name(), "--package", package]);
        command.args(binaries.iter().flat_map(|binary| ["--test", binary]));
        command.arg("--message-format=json-render-diagnostics");
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Runs cargo and returns what it says on standard output.
    fn output_of(&self, mut command: Command) -> Result<Vec<u8>, BuildError> {
        let mut child =
            self.process_groups.start(&mut command, Role::Build).map_err(|why| match why {
                NotStarted::Stopped => BuildError::Stopped,
                NotStarted::System(error) => self.missing(&error),
            })?;
        let mut output = Vec::new();
        let read = child.stdout.take().map(|mut pipe| pipe.read_to_end(&mut output));
        let ended = self.process_groups.wait(child).map_err(unreadable)?;
        read.transpose().map_err(unreadable)?;
        match ended.status.success() {
            true => Ok(output),
            false if ended.killed.is_some() => Err(BuildError::Stopped),
            false => Err(BuildError::Refused),
        }
    }

    fn missing(&self, error: &io::Error) -> BuildError {
        let program = Path::new(&self.program).display();
        BuildError::Cargo(format!("cannot start {program}: {error}; is Rust installed?"))
    }
}

fn unreadable(error: impl fmt::Display) -> BuildError {
    BuildError::Cargo(format!("cannot read cargo's output: {error}"))
}

fn not_built(package: &str, binary: &str) -> BuildError {
    let binary = format!("test binary {binary} of package {package}");
    BuildError::Cargo(format!("course.toml names the {binary}, which cargo did not build"))
}

/// The test binaries to build, by package.
fn needed<'c>(tests: &[SelectedTest<'c>]) -> BTreeMap<&'c str, BTreeSet<&'c str>> {
    let mut needed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for SelectedTest { part, .. } in tests {
        needed.entry(&part.package).or_default().insert(&part.binary);
    }
    needed
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Of cargo's messages the one about a finished artifact; others lack one field or another.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: PathBuf,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The test binaries among cargo's messages, one JSON document a line.
fn executables_in(messages: &[u8]) -> BTreeMap<String, Executable> {
    let lines = BufReader::new(messages).lines().map_while(Result::ok);
    lines
        .filter_map(|line| serde_json::from_str::<Artifact>(&line).ok())
        .filter(|artifact| artifact.target.kind.iter().any(|kind| kind == "test"))
        .map(|Artifact { target, executable, manifest_path }| {
            let directory = manifest_path.parent().unwrap_or(Path::new(".")).to_path_buf();
            (target.name, Executable { file: executable, directory })
        })
        .collect()
}

#[cfg(test)]
mod tests;
