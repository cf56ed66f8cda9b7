//! A pool of OS threads: a spawn takes an idle one if there is one.
//!
//! A fresh OS thread costs 30 to 70 µs, waking an idle one a tenth of that, and the simulated
//! network gives every request a thread of its own. The last thread to become idle is the first to
//! work again, because its stack is in the cache and it may not be asleep yet.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Sender, bounded};
use parking_lot::Mutex;

use crate::limits::{MAX_OS_THREADS, refusal, stack_size};
use crate::reserve;
use crate::sim::guard;
use crate::thread_info::ThreadInfo;

pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Idle threads beyond this many end. A burst of calls leaves its threads behind, and each holds
/// on to its stack.
const MAX_IDLE: usize = 64;

static IDLE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// The pool's threads, idle ones included.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Runs `job` on an idle thread, or on a new one: never behind another job.
///
/// # Errors
/// If there are too many threads, or the OS refuses one. The error says how many there are.
pub(crate) fn execute(job: Job) -> io::Result<()> {
    let idle = IDLE.lock().pop();
    match idle {
        Some(worker) => {
            worker.send(job).expect("an idle worker waits for its next job");
            Ok(())
        }
        None => start_worker(job),
    }
}

fn start_worker(job: Job) -> io::Result<()> {
    let alive = THREADS.fetch_add(1, Ordering::Relaxed);
    // Dropped with the closure, if there is no thread to run it.
    let counted = Counted;
    let started = if alive < MAX_OS_THREADS { spawn(job, counted) } else { Err(Refused::Limit) };
    started.map_err(|refused| refused.explain(alive))
}

fn spawn(job: Job, counted: Counted) -> Result<(), Refused> {
    let builder = std::thread::Builder::new().name("labrt".into()).stack_size(stack_size());
    let life = move || {
        let _counted = counted;
        guard::enter_os();
        work(job);
    };
    builder.spawn(life).map(drop).map_err(Refused::ByOs)
}

/// One of the pool's threads, as long as it lives. It ends early if what a job leaves behind panics
/// when dropped.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        THREADS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why there is no thread.
enum Refused {
    /// There are as many as there may be.
    Limit,
    ByOs(io::Error),
}

impl Refused {
    #[cold]
    fn explain(self, alive: usize) -> io::Error {
        reserve::release();
        let (kind, why) = match self {
            Refused::Limit => {
                let limit = MAX_OS_THREADS;
                (io::ErrorKind::Other, format!("{alive} are alive (limit {limit})"))
            }
            Refused::ByOs(error) => (error.kind(), format!("{error}; {alive} are alive")),
        };
        io::Error::new(kind, refusal(why, &ThreadInfo::all()))
    }
}

/// Works until there are idle threads enough.
fn work(first: Job) {
    let (sender, jobs) = bounded(1);
    first();
    while offer(&sender) {
        let job: Job = jobs.recv().expect("this thread holds a sender itself");
        job();
    }
}

/// Lists the calling worker as idle, unless there are enough already.
fn offer(worker: &Sender<Job>) -> bool {
    let mut idle = IDLE.lock();
    let wanted = idle.len() < MAX_IDLE;
    if wanted {
        idle.push(worker.clone());
    }
    wanted
}
