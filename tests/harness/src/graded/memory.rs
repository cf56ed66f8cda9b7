//! The memory cap of a test process: one test that eats memory must not push the machine, and
//! every other test with it, into swapping.
//!
//! There are two limits. The cap proper is on memory that is really in use: a thread looks at it
//! now and then and ends the test with a report. The outer one is the system's limit on data
//! (`RLIMIT_DATA`), which no allocation gets past, however quick. It counts every thread's stack in
//! full, touched or not, and a correct Raft may well have thousands of threads waiting in calls to
//! servers that are away. So the outer limit is the cap and room for as many stacks as there may be
//! threads: it never refuses a thread before labrt does.
//!
//! When the outer limit refuses an allocation, a reserve is released ([`refusal`]), so that the
//! test ends with a report.

mod refusal;

use labrpc::CallsInFlight;
use labrt::thread;
use labrt::time::Duration;
use labrt::world;
use std::fs::File;
use std::io::Read;

/// How often the memory in use is looked at. Seizing memory at full speed, a process gets a few
/// hundred MiB further in between.
const INTERVAL: Duration = Duration::from_millis(50);

/// How long std may take to abort the process, with a backtrace, after an allocation that could not
/// be served at all. If it has not by then, it never will.
const ABORT: Duration = Duration::from_secs(5);

/// What a report may take beyond the outer limit, in bytes: with the source lines of a backtrace
/// some 20 MiB.
#[cfg(unix)]
const RESERVE: u64 = 64 << 20;

/// Calls `exceeded` with the problem and its report when this process has come to use more than so
/// much memory, or was refused some. `stacks` is what the stacks of its threads may take, in bytes.
pub(super) fn cap(
    mebibytes: u64,
    stacks: u64,
    exceeded: impl FnOnce(&str, &str) + Send + 'static,
) -> Result<(), String> {
    refusal::set_cap(mebibytes);
    limit_data(mebibytes.saturating_mul(1 << 20).saturating_add(stacks))?;
    let watch = move || {
        let problem = loop {
            match problem(mebibytes) {
                Some(problem) => break problem,
                None => thread::sleep(INTERVAL),
            }
        };
        // Memory may be short: what the report takes is not to be refused.
        world::release_reserve();
        let problem = format!("{problem}; {}", world::largest_group_of_threads());
        let (calls, threads) = (CallsInFlight::now(), world::threads_report());
        exceeded(&problem, &format!("{problem}\n  {calls}\n  threads at that time:\n{threads}"));
    };
    let started = thread::Builder::new().name("memory").spawn(watch);
    started.map(drop).map_err(|error| format!("memory cannot be watched: {error}"))
}

/// What is wrong with the memory of this process, if anything is.
fn problem(cap: u64) -> Option<String> {
    if let Some(refusal) = refusal::first() {
        if refusal::aborts() {
            thread::sleep(ABORT);
        }
        return Some(format!("out of memory: {refusal}"));
    }
    let Usage { mebibytes, .. } = Usage::now().filter(|usage| usage.mebibytes > cap)?;
    Some(format!("the test uses {mebibytes} MiB of memory, more than its {cap} MiB"))
}

/// What this process has in use, where the system tells it in the Linux way.
#[derive(Clone, Copy)]
struct Usage {
    /// Memory that is resident, in MiB.
    mebibytes: u64,
    threads: u64,
}

impl Usage {
    /// Allocates nothing.
    fn now() -> Option<Usage> {
        let mut bytes = [0; 4096];
        let length = File::open("/proc/self/status").ok()?.read(&mut bytes).ok()?;
        let status = str::from_utf8(&bytes[..length]).ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Usage { mebibytes: number("VmRSS:")? / 1024, threads: number("Threads:")? })
    }
}

#[cfg(unix)]
fn limit_data(bytes: u64) -> Result<(), String> {
    let (_, highest) = rlimit::getrlimit(rlimit::Resource::DATA).map_err(|e| e.to_string())?;
    let hard = bytes.saturating_add(RESERVE).min(highest);
    let soft = bytes.min(hard.saturating_sub(RESERVE));
    rlimit::setrlimit(rlimit::Resource::DATA, soft, hard)
        .map_err(|error| format!("memory cannot be limited to {} MiB: {error}", bytes >> 20))
}

#[cfg(not(unix))]
fn limit_data(_bytes: u64) -> Result<(), String> {
    Ok(())
}
