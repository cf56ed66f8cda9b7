//! The directory in which check-course and selftest make their trees, one after another, and run
//! Cargo and make in them: `course/tree` in the target directory, built into `course/build`.

use crate::handout::build::{self, cargo};
use crate::handout::tree::Tree;
use crate::handout::workspace;
use crate::problem::Problem;
use course::TestRequest;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The directory of the trees, and the one they are built into.
pub struct WorkTree {
    tree: PathBuf,
    build: PathBuf,
}

/// The settings of make, removed from the environment of what runs in the tree (a [`TestRequest`]
/// removes the runner's): make exports what is on its command line, and
/// `make check-course SEEDS=3` must not change how a tree's own tests run.
const SETTINGS: [&str; 12] = [
    "CHECK",
    "JOBS",
    "JSON",
    "KEEP",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MAKEOVERRIDES",
    "MFLAGS",
    "RUNS",
    "SEED",
    "SEEDS",
    BUG,
];

/// The variable that says which bug a broken solution has (`staff/selftest`).
pub const BUG: &str = "SELFTEST_BUG";

/// The target directory that this program was built in.
pub fn target_directory() -> PathBuf {
    let built =
        env::current_exe().ok().and_then(|staff| Some(staff.parent()?.parent()?.to_owned()));
    built.unwrap_or_else(|| workspace().join("target"))
}

impl WorkTree {
    /// The work tree in a target directory.
    pub fn in_target(target: &Path) -> Result<WorkTree, String> {
        let course = target.join("course");
        let work_tree = WorkTree { tree: course.join("tree"), build: course.join("build") };
        fs::create_dir_all(&work_tree.tree).map_err(|error| about(&work_tree.tree, &error))?;
        Ok(work_tree)
    }

    /// Replaces the tree by this one. Files that are the same in both are not touched, so that
    /// Cargo does not build them again.
    pub fn make(&self, tree: &Tree) -> Result<(), String> {
        self.replace(tree)?;
        build::finish(&self.tree)
    }

    fn replace(&self, tree: &Tree) -> Result<(), String> {
        for stale in self.files()?.into_iter().filter(|path| !tree.contains_key(path)) {
            let file = self.tree.join(stale);
            fs::remove_file(&file).map_err(|error| about(&file, &error))?;
        }
        let differs = |path: &Path, text: &[u8]| {
            fs::read(self.tree.join(path)).map_or(true, |present| present != text)
        };
        let changed = tree.iter().filter(|(path, text)| differs(path, text));
        let changed = changed.map(|(path, text)| (path.clone(), text.clone())).collect();
        build::write(&self.tree, &changed)
    }

    /// Where the tree is.
    pub fn path(&self) -> &Path {
        &self.tree
    }

    /// The target directory it is built into.
    pub fn build(&self) -> &Path {
        &self.build
    }

    /// Reads the tree as it is now.
    pub fn read(&self) -> Result<Tree, String> {
        let with_text = |path: PathBuf| {
            let file = self.tree.join(&path);
            let text = fs::read(&file).map_err(|error| about(&file, &error))?;
            Ok((path, text))
        };
        self.files()?.into_iter().map(with_text).collect()
    }

    /// The files of the tree.
    fn files(&self) -> Result<BTreeSet<PathBuf>, String> {
        let mut files = BTreeSet::new();
        let mut open = vec![PathBuf::new()];
        while let Some(directory) = open.pop() {
            let here = self.tree.join(&directory);
            let entries = fs::read_dir(&here).map_err(|error| about(&here, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| about(&here, &error))?;
                let path = directory.join(entry.file_name());
                if entry.path().is_dir() {
                    open.push(path);
                } else {
                    files.insert(path);
                }
            }
        }
        Ok(files)
    }

    /// Whether rustfmt would leave everything as it is.
    pub fn is_formatted(&self) -> Result<(), Problem> {
        let output = self.run(self.command(cargo()).args(["fmt", "--all", "--check"]))?;
        if output.status.success() { Ok(()) } else { Err(Problem::Found(said(&output))) }
    }

    /// Whether these compile without a warning, as Cargo's arguments say: `--workspace`.
    pub fn compiles_without_warnings(&self, what: &[&str]) -> Result<(), Problem> {
        let mut cargo = self.command(cargo());
        cargo.args(["check", "--quiet", "--message-format=json"]).args(what);
        let output = self.run(&mut cargo)?;
        match first_warning(&output.stdout) {
            Some(warning) => Err(Problem::Found(warning)),
            None if output.status.success() => Ok(()),
            None => Err(Problem::Found(said(&output))),
        }
    }

    /// Runs tests by make, as the student does, and returns the results as JSON, and what make
    /// printed. These variables are set in their environment.
    pub fn make_target(
        &self,
        arguments: &[&str],
        tests: &[String],
        variables: &[(&str, OsString)],
    ) -> Result<(Vec<u8>, String), String> {
        let json = self.build.join("results.json");
        // Only what this run writes counts.
        let _ = fs::remove_file(&json);
        let mut make = self.command("make");
        make.args(arguments).arg(format!("TEST={}", tests.join(" ")));
        make.arg(format!("JSON={}", json.display())).envs(variables.iter().cloned());
        let output = self.run(&mut make)?;
        let said = said(&output);
        match fs::read(&json) {
            Ok(json) => Ok((json, said)),
            Err(_) => Err(format!("make ended without results:\n{said}")),
        }
    }

    /// A program to be run in the tree, without our own settings in its environment.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.build);
        TestRequest::default().apply_to(&mut command);
        for name in SETTINGS {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, command: &mut Command) -> Result<Output, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.output().map_err(|error| format!("{program} cannot be started: {error}"))
    }
}

fn about(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// What a program wrote: its standard output, then its standard error.
fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    format!("{out}{err}").trim_end().to_owned()
}

/// The first warning or error among Cargo's messages, as the compiler would print it.
fn first_warning(messages: &[u8]) -> Option<String> {
    let lines = messages.split(|byte| *byte == b'\n');
    let parsed = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    let mut said = parsed.filter_map(|message| message.message);
    said.find_map(|message| message.rendered.filter(|_| message.level != "note"))
}

/// The fields of Cargo's messages that are read here.
#[derive(Deserialize)]
struct Message {
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

#[cfg(test)]
mod tests;
