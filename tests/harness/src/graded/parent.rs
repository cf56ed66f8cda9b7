//! The parent: starts the test again as a child and returns the child's outcome.

use super::test::Test;
use course::{Collector, Mode, Outcome, Role, SeedLog, Seeds, Simulated, TestRequest, Verdict};
use labrt::thread;
use labrt::time::{Duration, Instant};
use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{self, Child, Command, ExitStatus, Stdio};

/// What a child gets beyond its time limit to report that it has passed.
const GRACE: Duration = Duration::from_secs(10);

/// How long after the child's end its output may stay open: something that it started may have it.
const OUTPUT_PATIENCE: Duration = Duration::from_secs(1);

/// How often the parent looks whether the child has ended.
const POLL: Duration = Duration::from_millis(10);

/// Runs the test in a child and waits for it; not if the settings cannot be read.
pub(super) fn run(test: &Test, request: TestRequest, settings: Result<(), String>) -> Outcome {
    let began = Instant::now();
    let seed = request.seeds.map_or_else(labrt::rand::entropy, Seeds::first);
    let result = ResultFile::new(&test.name);
    let mode = request.mode;
    let failed = |what: String, report: String| Outcome {
        test: test.name.clone(),
        verdict: Verdict::Failed,
        passed_lines: Vec::new(),
        notes: Vec::new(),
        what: Some(what),
        report: Some(report),
        seed,
        wall_seconds: began.elapsed().as_secs_f64(),
        lateness: None,
        // If the child left no outcome, nothing more is known than that it simulated.
        simulated: (mode == Mode::Sim).then(Simulated::default),
    };
    if let Err(problem) = settings {
        return failed(problem.clone(), problem);
    }
    let request = TestRequest {
        role: Role::Child,
        seeds: Some(Seeds::one(seed)),
        result: Some(result.path.clone()),
        ..request
    };
    let (child, output) = start(&test.name, &request).expect("a test can start itself again");
    let status = wait(child, test.limits.time.saturating_add(GRACE));
    let text = output.finish(OUTPUT_PATIENCE).text();
    print!("{text}");
    result.read(mode).unwrap_or_else(|| failed(last_words(&text, status), text))
}

/// Starts the child. Its standard input is a pipe that stays open as long as this process lives.
fn start(name: &str, request: &TestRequest) -> io::Result<(Child, Collector)> {
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(env::current_exe()?);
    request.apply_to(&mut command);
    let child = command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()?;
    // The command's copies of the pipe's writing end go with it: the reader sees the pipe's end.
    drop(command);
    Ok((child, Collector::start(reader)))
}

/// Waits for the child's end, and sees to it that it comes.
fn wait(mut child: Child, limit: Duration) -> ExitStatus {
    // Taken out, since `Child::wait` would close it.
    let stdin = child.stdin.take();
    let began = Instant::now();
    while began.elapsed() < limit && still_runs(&mut child) {
        thread::sleep(POLL);
    }
    if still_runs(&mut child) {
        child.kill().expect("a child that has not been waited for can be killed");
    }
    drop(stdin);
    child.wait().expect("a child can be waited for")
}

fn still_runs(child: &mut Child) -> bool {
    child.try_wait().expect("a child can be asked").is_none()
}

/// Why a child that left no outcome ended, as far as can be seen from outside.
fn last_words(text: &str, status: ExitStatus) -> String {
    let out_of_memory = |line: &&str| line.starts_with("memory allocation of");
    match text.lines().find(out_of_memory) {
        Some(line) => format!("out of memory: {line} ({status}; LAB_MEMORY_MIB sets the cap)"),
        None => format!("the test's process ended before the test did: {status}"),
    }
}

/// The file in which the child leaves its outcome; gone with this value.
struct ResultFile {
    path: PathBuf,
}

impl ResultFile {
    fn new(name: &str) -> ResultFile {
        let file = format!("raftlab-{}-{name}.json", process::id());
        ResultFile { path: env::temp_dir().join(file) }
    }

    fn read(&self, mode: Mode) -> Option<Outcome> {
        match mode {
            Mode::Os => Outcome::read(&self.path).ok(),
            Mode::Sim => SeedLog::read(&self.path).ok()?.ended.pop(),
        }
    }
}

impl Drop for ResultFile {
    fn drop(&mut self) {
        // A child that died has left none.
        let _ = fs::remove_file(&self.path);
    }
}
