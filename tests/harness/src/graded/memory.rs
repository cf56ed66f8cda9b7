//! The memory cap of a test process: one test that eats memory must not push the machine, and
//! every other test with it, into swapping.
//!
//! There are two walls. The inner one is the cap proper, on memory that is really in use: a
//! thread looks at it now and then and ends the test with a word. The outer one is the system's
//! limit on data (`RLIMIT_DATA`), which no allocation gets past, however quick; the process
//! aborts there. That limit alone would not do. It counts every thread's stack in full, touched
//! or not (2 MiB), and a sound Raft may well have hundreds of threads waiting in calls that lead
//! nowhere: the reference gets to 570 MiB by that count with 10 MiB in use.

use labrt::thread;
use labrt::time::Duration;
use std::fs;

/// How often the memory in use is looked at. Seizing memory at full speed, a process gets a few
/// hundred MiB further in between.
const INTERVAL: Duration = Duration::from_millis(50);

/// The outer wall, in caps: room for the stacks of some two thousand threads.
const OUTER_WALL: u64 = 4;

/// Room beyond the outer wall for the stacks of simulated threads, in MiB: a world may have 24,000,
/// of 256 KiB each, and they count in full, too.
pub(super) const SIMULATED_STACKS_MIB: u64 = 8 * 1024;

/// Calls `exceeded` when this process has come to use more than so much memory. `stacks` is room
/// for stacks beyond that of an OS process, in MiB.
pub(super) fn cap(
    mebibytes: u64,
    stacks: u64,
    exceeded: impl FnOnce(String) + Send + 'static,
) -> Result<(), String> {
    limit_data(mebibytes.saturating_mul(OUTER_WALL).saturating_add(stacks))?;
    let watch = move || {
        while in_use().is_some_and(|used| used <= mebibytes) {
            thread::sleep(INTERVAL);
        }
        if let Some(used) = in_use() {
            exceeded(format!("the test uses {used} MiB of memory, more than its {mebibytes} MiB"));
        }
    };
    let started = thread::Builder::new().name("memory").spawn(watch);
    started.map(drop).map_err(|error| format!("memory cannot be watched: {error}"))
}

/// The memory this process has in use, in MiB, where the system tells it in the Linux way.
fn in_use() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes / 1024)
}

#[cfg(unix)]
fn limit_data(mebibytes: u64) -> Result<(), String> {
    let (_, highest) = rlimit::getrlimit(rlimit::Resource::DATA).map_err(|e| e.to_string())?;
    let bytes = mebibytes.saturating_mul(1 << 20).min(highest);
    rlimit::setrlimit(rlimit::Resource::DATA, bytes, bytes)
        .map_err(|error| format!("memory cannot be limited to {mebibytes} MiB: {error}"))
}

#[cfg(not(unix))]
fn limit_data(_mebibytes: u64) -> Result<(), String> {
    Ok(())
}
