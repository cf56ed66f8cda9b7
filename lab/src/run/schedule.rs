//! Decides which test runs when: several at a time, the longest first, every test once before any
//! twice. Simulated runs are short, so one process is given many seeds of a test.

use crate::select::SelectedTest;
use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the listener is called, even if nothing happens.
pub const TICK: Duration = Duration::from_millis(100);

/// Of simulated runs, so many scheduling points' worth go to one process: about a quarter of a
/// second, of which the start of the process (3 ms) is next to nothing.
const POINTS_A_CHUNK: u64 = 2_500_000;

/// In at least so many chunks a worker's share is cut, so that the workers end together.
const CHUNKS_A_WORKER: u64 = 8;

/// Runs to be done by one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Which of the selected tests.
    pub test: usize,
    /// The first of its runs, counted from 1.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// What happens while jobs are worked off.
#[derive(Debug)]
pub enum Event<R> {
    /// A job was begun.
    Started(Job),
    /// A job is done.
    Done(Job, R),
    /// Time went by.
    Tick,
}

/// All runs in the order they are started. The longest tests come first, so that none of them is
/// left to run alone at the end; with several runs each, every pass goes through all tests.
pub fn in_order(tests: &[SelectedTest], runs: u32) -> impl Iterator<Item = Job> + use<> {
    let mut longest_first: Vec<usize> = (0..tests.len()).collect();
    longest_first.sort_by_key(|test| Reverse(tests[*test].test.typical_time()));
    (1..=runs).flat_map(move |first| {
        longest_first.clone().into_iter().map(move |test| Job { test, first, count: 1 })
    })
}

/// All simulated runs in the order they are started, in chunks: the tests of most scheduling points
/// first, a chunk of every test before a further one of any.
pub fn in_chunks(
    tests: &[SelectedTest],
    runs: u32,
    workers: usize,
) -> impl Iterator<Item = Job> + use<> {
    let points = |test: usize| tests[test].test.scheduling_points.max(1);
    let mut heaviest_first: Vec<usize> = (0..tests.len()).collect();
    heaviest_first.sort_by_key(|test| Reverse(points(*test)));
    let each = heaviest_first.iter().map(|test| points(*test)).fold(0, u64::saturating_add);
    let all = each.saturating_mul(runs.into());
    let chunk = POINTS_A_CHUNK.min(all / (workers as u64 * CHUNKS_A_WORKER));
    let sized = move |test| (test, (chunk / points(test)).clamp(1, runs.into()) as u32);
    let sizes: Vec<(usize, u32)> = heaviest_first.into_iter().map(sized).collect();
    let rounds = sizes.iter().map(|(_, size)| runs.div_ceil(*size)).max().unwrap_or(0);
    (0..rounds).flat_map(move |round| {
        let sizes = sizes.clone().into_iter();
        sizes.filter_map(move |(test, size)| {
            let before = round.checked_mul(size).filter(|before| *before < runs)?;
            Some(Job { test, first: before + 1, count: size.min(runs - before) })
        })
    })
}

/// How many tests to run at a time by default: what the most demanding part allows.
pub fn default_jobs(tests: &[SelectedTest], cores: usize) -> NonZeroUsize {
    let per_core = tests.iter().map(|selected| selected.part.tests_per_core).min();
    NonZeroUsize::new(per_core.unwrap_or(1) * cores).unwrap_or(NonZeroUsize::MIN)
}

/// Runs `jobs`, as many at a time as there are workers, and calls `listen` for each event. Ends
/// when all are done, or when `work` returns nothing.
pub fn work_off<R: Send>(
    jobs: impl Iterator<Item = Job> + Send,
    workers: usize,
    work: impl Fn(Job) -> Option<R> + Sync,
    mut listen: impl FnMut(Event<R>),
) {
    let queue = Mutex::new(jobs);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let (sender, events) = channel();
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || work_until_none(next, work, &sender));
        }
        drop(sender);
        loop {
            match events.recv_timeout(TICK) {
                Ok(event) => listen(event),
                Err(RecvTimeoutError::Timeout) => listen(Event::Tick),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
}

fn work_until_none<R>(
    next: impl Fn() -> Option<Job>,
    work: impl Fn(Job) -> Option<R>,
    events: &Sender<Event<R>>,
) {
    while let Some(job) = next() {
        // The listener outlives the workers; it is gone only if it panicked.
        let _ = events.send(Event::Started(job));
        let Some(result) = work(job) else { return };
        let _ = events.send(Event::Done(job, result));
    }
}

#[cfg(test)]
mod tests;
