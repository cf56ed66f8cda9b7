//! Limits on threads: the size of a stack, the number of threads, and the message when one is
//! refused.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use crate::thread_info::ThreadInfo;

/// The stack of a thread, in bytes, on real threads and simulated. Course solutions spawn a thread
/// for each message, and a call to a peer that is away lasts up to 7 s, so thousands of threads
/// are ordinary: with std's 2 MiB each they would exceed the limit on a test's memory, which counts
/// stacks in full, untouched pages too. A solution needs some 20 KiB in a debug build, and a
/// backtrace of a panic fits as well.
pub(crate) const STACK: usize = 256 * 1024;

/// So many OS threads are too many for a process: a leak, most likely. Each takes four memory maps
/// (its stack, the stack of its signal handlers, a guard page below either), and Linux gives a
/// process 65,530: beyond that, allocations fail as well, and nothing could be reported.
pub(crate) const MAX_OS_THREADS: usize = 12_000;

/// As [`MAX_OS_THREADS`]. A coroutine has no signal handlers of its own: two memory maps.
pub(crate) const MAX_COROUTINES: usize = 24_000;

/// What an OS thread takes beside its stack: the stack of its signal handlers, 8 to 16 KiB.
const SIGNAL_STACK: usize = 16 * 1024;

/// The stack of a real thread, in bytes: [`STACK`], or `RUST_MIN_STACK` if that is larger.
pub(crate) fn stack_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let asked = env::var("RUST_MIN_STACK").ok().and_then(|asked| asked.parse().ok());
        STACK.max(asked.unwrap_or(0))
    })
}

/// How many bytes of stack as many real threads may take as are ever started.
pub(crate) fn stacks_of_os_threads() -> u64 {
    // RUST_MIN_STACK may be any number.
    (MAX_OS_THREADS as u64).saturating_mul(stack_size().saturating_add(SIGNAL_STACK) as u64)
}

/// As [`stacks_of_os_threads`], for simulated threads on either back end.
pub(crate) fn stacks_of_simulated_threads() -> u64 {
    let os_threads = MAX_OS_THREADS * (stack_of_carrier() + SIGNAL_STACK);
    os_threads.max(MAX_COROUTINES * STACK) as u64
}

/// The stack of an OS thread that carries a simulated one: twice that of a coroutine, because a
/// debugger's calls and the OS's own frames come on top.
pub(crate) const fn stack_of_carrier() -> usize {
    2 * STACK
}

/// What to say when a thread is refused: why, and whose threads there are so many of.
#[cold]
pub(crate) fn refusal(why: impl Display, threads: &[Arc<ThreadInfo>]) -> String {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for info in threads {
        *names.entry(info.to_string()).or_default() += 1;
    }
    let most = names.into_iter().max_by_key(|(_, count)| *count);
    let most = most.map(|(name, count)| format!(": {count} of them are {name}"));
    format!("cannot spawn a thread: {why}{}", most.unwrap_or_default())
}
