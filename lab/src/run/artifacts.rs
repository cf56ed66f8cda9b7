//! The files of runs, in `target/lab`: those of failed runs are kept there, and the processes that
//! run now write there.
//!
//! ```text
//! target/lab/<test>/run-<k>-seed-<seed>/   log.txt  output.txt  report.txt  outcome.json
//! target/lab/<test>/seed-<seed>/           the same of a simulated run
//! target/lab/latest                        a link to the last of these
//! target/lab/running-<process>/            of one invocation, gone at its end
//! ```
//!
//! A run writes into the invocation's own directory and is moved only once it has failed, so two
//! invocations at a time do not write into each other's files.

use course::Seeds;
use rustix::process::{Pid, test_kill_process};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};

/// Of one test, at most so many runs are kept: the first ones. The rest are counted only, so that
/// a thousand runs of a broken solution do not fill the disk.
pub const KEPT_RUNS: usize = 10;

const RUNNING: &str = "running-";

/// The directory `target/lab`, for one invocation.
#[derive(Debug)]
pub struct Artifacts {
    root: PathBuf,
    running: PathBuf,
    kept: Mutex<BTreeMap<String, usize>>,
}

/// Which run of which test.
#[derive(Debug, Clone, Copy)]
pub struct Run<'r> {
    /// The test's name.
    pub test: &'r str,
    /// Which of its runs, from 1; `None` for a simulated run, which its seed identifies.
    pub number: Option<u32>,
    /// Its seed.
    pub seed: u64,
}

impl Run<'_> {
    fn directory_name(&self) -> String {
        match self.number {
            Some(number) => format!("run-{number}-seed-{}", self.seed),
            None => format!("seed-{}", self.seed),
        }
    }
}

/// The files of one run.
#[derive(Debug)]
pub struct RunFiles {
    directory: PathBuf,
}

impl RunFiles {
    /// Where the test process logs.
    pub fn log(&self) -> PathBuf {
        self.directory.join("log.txt")
    }

    /// Where the test process writes its outcome.
    pub fn outcome(&self) -> PathBuf {
        self.directory.join("outcome.json")
    }

    /// Removes the outcome, which is another run's.
    pub fn forget_outcome(&self) -> io::Result<()> {
        match fs::remove_file(self.outcome()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where the test process writes every event, if it is asked to.
    pub fn trace(&self) -> PathBuf {
        self.directory.join("trace.txt")
    }

    /// Adds what the process printed, and the full report.
    pub fn add(&self, output: &str, report: &str) -> io::Result<()> {
        write(&self.directory.join("output.txt"), output)?;
        self.set_report(report)
    }

    /// Writes the full report, in the place of one that may be there.
    pub fn set_report(&self, report: &str) -> io::Result<()> {
        write(&self.directory.join("report.txt"), report)
    }
}

impl Artifacts {
    /// Opens `lab` in Cargo's target directory, creating it as needed.
    pub fn open(target: &Path) -> io::Result<Artifacts> {
        let root = target.join("lab");
        let running = root.join(format!("{RUNNING}{}", process::id()));
        fs::create_dir_all(&running)?;
        remove_abandoned(&root);
        Ok(Artifacts { root, running, kept: Mutex::default() })
    }

    /// Removes what earlier invocations kept of this test.
    pub fn clear(&self, test: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.root.join(test)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let latest = self.root.join("latest");
        // Exists, but what it points at does not.
        if latest.is_symlink() && !latest.exists() { fs::remove_file(latest) } else { Ok(()) }
    }

    /// A fresh directory for a run that begins.
    pub fn begin(&self, run: &Run) -> io::Result<RunFiles> {
        self.begin_in(format!("{}-{}", run.test, run.directory_name()))
    }

    /// A fresh directory for a process that is given these seeds of a test.
    pub fn begin_seeds(&self, test: &str, seeds: Seeds) -> io::Result<RunFiles> {
        self.begin_in(format!("{test}-seeds-{seeds}"))
    }

    fn begin_in(&self, name: String) -> io::Result<RunFiles> {
        let directory = self.running.join(name);
        // Otherwise files of an earlier process could be taken for this one's.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).map_err(|error| cannot_write(&directory, &error))?;
        Ok(RunFiles { directory })
    }

    /// What an earlier invocation kept of this run, if it did.
    pub fn earlier(&self, run: &Run) -> Option<RunFiles> {
        let directory = self.root.join(run.test).join(run.directory_name());
        directory.is_dir().then_some(RunFiles { directory })
    }

    /// Removes the files of a run.
    pub fn discard(&self, files: RunFiles) {
        // What cannot be removed now goes with the invocation's directory.
        let _ = fs::remove_dir_all(files.directory);
    }

    /// Keeps the files of a failed run, unless enough of this test are kept already. Returns
    /// where they are.
    pub fn keep_failure(&self, files: RunFiles, run: &Run) -> io::Result<Option<PathBuf>> {
        if !self.take_place(run.test) {
            self.discard(files);
            return Ok(None);
        }
        let kept = self.keep(files, run)?;
        self.point_latest_at(run, &kept)?;
        Ok(Some(kept))
    }

    /// Keeps the files of a run. Returns where they are: under the run's name, or one like it if
    /// another invocation has taken that.
    pub fn keep(&self, files: RunFiles, run: &Run) -> io::Result<PathBuf> {
        let parent = self.root.join(run.test);
        fs::create_dir_all(&parent).map_err(|error| cannot_write(&parent, &error))?;
        let mut kept = parent.join(run.directory_name());
        for number in 2.. {
            match fs::rename(&files.directory, &kept) {
                Err(error) if is_taken(&error) => {
                    kept.set_file_name(format!("{}-{number}", run.directory_name()));
                }
                Err(error) => return Err(cannot_write(&kept, &error)),
                Ok(()) => return Ok(kept),
            }
        }
        unreachable!("numbers do not end")
    }

    /// Keeps the files of a run in the place of what is kept of it already. Returns where they are.
    pub fn replace(&self, files: RunFiles, run: &Run) -> io::Result<PathBuf> {
        if let Some(RunFiles { directory }) = self.earlier(run) {
            fs::remove_dir_all(directory)?;
        }
        let kept = self.keep(files, run)?;
        self.point_latest_at(run, &kept)?;
        Ok(kept)
    }

    /// Counts a run to be kept of this test, or says that there are enough.
    fn take_place(&self, test: &str) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let count = kept.entry(test.to_owned()).or_default();
        *count += 1;
        *count <= KEPT_RUNS
    }

    /// Replaces the link in one step: it is never missing.
    fn point_latest_at(&self, run: &Run, kept: &Path) -> io::Result<()> {
        let unfinished = self.running.join(format!("latest-{}-{}", run.test, run.directory_name()));
        symlink(kept.strip_prefix(&self.root).unwrap_or(kept), &unfinished)?;
        fs::rename(unfinished, self.root.join("latest"))
    }
}

impl Drop for Artifacts {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.running);
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| cannot_write(path, &error))
}

/// The error with the path, which the system's does not have.
fn cannot_write(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

/// Whether a directory cannot be moved because there is one already, and not an empty one.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// Removes the directories of invocations that were killed.
fn remove_abandoned(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(RUNNING).and_then(|id| id.parse().ok());
        if process.and_then(Pid::from_raw).is_some_and(|pid| test_kill_process(pid).is_err()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests;
