//! The parent: starts the test again as a child and tells how that went.

use super::{Limits, number};
use course::{Collector, Mode, Outcome, SeedLog, Simulated, Verdict};
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

/// Runs the test `name` of this binary in a child and waits for it. Settings in the environment
/// that cannot be read are the child's to complain of.
pub(super) fn run(name: &str, limits: Limits, mode: Mode) -> Outcome {
    let began = Instant::now();
    let limits = limits.or_from_environment().unwrap_or(limits);
    let seed = number("LAB_SEED").ok().flatten().unwrap_or_else(labrt::rand::entropy);
    let result = ResultFile::new(name);
    let (child, output) = start(name, seed, &result).expect("a test can start itself again");
    let status = wait(child, limits.time.saturating_add(GRACE));
    let text = output.finish(OUTPUT_PATIENCE).text();
    print!("{text}");
    // Of a run that took its process down, nothing more is known than that it was simulated.
    let simulated = (mode == Mode::Sim).then(Simulated::default);
    result.read(mode).unwrap_or_else(|| Outcome {
        test: name.to_string(),
        verdict: Verdict::Failed,
        passed_lines: Vec::new(),
        notes: Vec::new(),
        what: Some(last_words(&text, status)),
        report: Some(text),
        seed,
        wall_seconds: began.elapsed().as_secs_f64(),
        simulated,
    })
}

/// Starts the child. Its standard input is a pipe that stays open as long as this process lives.
fn start(name: &str, seed: u64, result: &ResultFile) -> io::Result<(Child, Collector)> {
    let (reader, writer) = io::pipe()?;
    let child = Command::new(env::current_exe()?)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env("LAB_CHILD", "1")
        .env("LAB_RESULT", &result.path)
        .env_remove("LAB_SEEDS")
        .env("LAB_SEED", env::var_os("LAB_SEED").unwrap_or_else(|| seed.to_string().into()))
        .stdin(Stdio::piped())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()?;
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
