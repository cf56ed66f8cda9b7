//! Starts the runner with scripts (`tests/fake`) in the place of cargo and the test binaries.

use course::TestRequest;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A target directory of its own, with the runner in front of it.
pub struct Bench {
    pub directory: PathBuf,
}

impl Bench {
    pub fn new(name: &str) -> Bench {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("Cargo's directory for tests is writable");
        Bench { directory }
    }

    /// The runner with these arguments, and these settings for the fakes.
    pub fn lab(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(arguments).current_dir(&self.directory);
        command.env("CARGO", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/cargo"));
        command.env("FAKE_TARGET", &self.directory);
        TestRequest::default().apply_to(&mut command);
        command.envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Ran {
        let output = self.lab(arguments, settings).output().expect("the runner starts");
        Ran::from(output)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn json(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.file(name)).expect("the results were written");
        serde_json::from_str(&text).expect("the results are JSON")
    }

    /// The names in `target/lab`.
    pub fn kept(&self) -> Vec<String> {
        names_in(&self.file("lab"))
    }
}

pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What a run of the runner came to.
pub struct Ran {
    code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("the runner prints text"),
            stderr: String::from_utf8(output.stderr).expect("the runner prints text"),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn says(&self, words: &str) -> &Ran {
        assert!(self.stdout.contains(words), "{words:?} is not in\n{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn complains(&self, words: &str) -> &Ran {
        assert!(self.stderr.contains(words), "{words:?} is not in\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Ran {
        assert_eq!(self.code, Some(code), "\n{}{}", self.stdout, self.stderr);
        self
    }
}

/// Waits for a file that a fake writes, and reads it.
pub fn await_file(path: &Path) -> String {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
            _ => sleep(Duration::from_millis(10)),
        }
    }
    panic!("{} did not appear", path.display());
}

/// Waits until a process has gone (or is only waiting to be reaped).
pub fn await_gone(id: &str) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        let output = Command::new("ps").args(["-o", "stat=", "-p", id]).output().expect("ps runs");
        let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if state.is_empty() || state.starts_with('Z') {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("process {id} is still there");
}

pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}
