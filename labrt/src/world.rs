//! A world: the threads, the clock and the seed of one test, and how the test ends.
//!
//! [`run`] runs a test in a new world on the OS. Threads belong to the world of the thread that
//! spawned them. The first failure in the world ends the test at once: a panic in any thread, a
//! cycle of locks, a violation reported with [`fail`], or the time limit. Threads that are still
//! alive then cannot be ended on the OS; they end with the process, which is why each graded test
//! has a process of its own.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::reserve;
use crate::runtime::{current_sim, worlds};
use crate::sim::engine::Engine;
use crate::sim::options::Schedule;
use crate::thread::start;
use crate::thread_info::{Name, ThreadInfo};
use crate::wait::{file_line, largest_group, report, report_stuck};

mod failure;
mod hook;

pub use failure::{Failure, FailureKind};
use hook::install_hook;
pub(crate) use hook::report_panic;

/// How to run a test.
#[derive(Debug, Clone)]
pub struct Options {
    /// The test's name.
    pub name: String,
    /// Everything random in the world comes from this.
    pub seed: u64,
    /// The test fails when it takes longer than this.
    pub time_limit: Duration,
}

/// One test's world.
pub(crate) struct World {
    name: String,
    seed: u64,
    time_limit: Duration,
    kind: Kind,
    end: Mutex<End>,
    /// A condvar because `run` waits for the first of two things, the end and a failure.
    ended: Condvar,
}

enum Kind {
    Os { began: Instant },
    Simulated(Arc<Engine>),
}

#[derive(Default)]
struct End {
    /// Panics printed that came while another unwound.
    printed: usize,
    failure: Option<Failure>,
    finished: bool,
}

/// Runs `body` as the thread `test` of a new world and waits for the end: its value, or the first
/// failure in any thread of the world.
///
/// # Errors
/// The first failure. It comes at once; other threads of the world may still be running.
///
/// # Panics
/// If the OS refuses a thread.
#[expect(clippy::result_large_err, reason = "made once a test")]
pub fn run<T: Send + 'static>(
    options: Options,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    install_hook();
    assert!(current_sim().is_none(), "a world cannot be run within a simulated one");
    let world = Arc::new(World::new(options, Kind::Os { began: Instant::now() }));
    let value = Arc::new(Mutex::new(None));
    let info = world.first_thread();
    let body = {
        let (world, value) = (world.clone(), value.clone());
        move || {
            *value.lock() = Some(body());
            world.end.lock().finished = true;
            world.ended.notify_all();
        }
    };
    if let Err(error) = start(info, body, Location::caller()) {
        panic!("{error}");
    }
    match world.wait_for_end() {
        Some(failure) => Err(failure),
        None => Ok(value.lock().take().expect("a finished test has left its value")),
    }
}

impl World {
    fn new(options: Options, kind: Kind) -> World {
        let Options { name, seed, time_limit } = options;
        // A year stands for a limit beyond the clock's reach.
        let time_limit = time_limit.min(Duration::from_secs(365 * 24 * 3600));
        World { name, seed, time_limit, kind, end: Mutex::default(), ended: Condvar::new() }
    }

    /// A simulated world.
    pub(crate) fn simulated(options: Options, schedule: Schedule) -> Arc<World> {
        install_hook();
        Arc::new_cyclic(|world| {
            let engine = Engine::new(&options, schedule, world.clone());
            World::new(options, Kind::Simulated(Arc::new(engine)))
        })
    }

    /// Adds to a failure that was found from outside what the world knows of itself.
    pub(crate) fn describe(self: &Arc<World>, failure: &mut Failure) {
        failure.elapsed = self.elapsed();
        // Unless a thread is stuck in the scheduler itself.
        if self.engine().is_some_and(|engine| engine.is_free()) {
            failure.threads = report(Some(self));
        }
    }

    /// The world of the calling thread.
    pub(crate) fn current() -> Option<Arc<World>> {
        ThreadInfo::current().world.clone()
    }

    /// The name and seed of this world's first thread.
    pub(crate) fn first_thread(self: &Arc<World>) -> ThreadInfo {
        ThreadInfo::new(Name::given("test".into()), None, Some(self.clone()), self.seed)
    }

    /// What runs this world's threads, if it is a simulated one.
    pub(crate) fn engine(&self) -> Option<&Arc<Engine>> {
        match &self.kind {
            Kind::Os { .. } => None,
            Kind::Simulated(engine) => Some(engine),
        }
    }

    fn elapsed(&self) -> Duration {
        match &self.kind {
            Kind::Os { began } => began.elapsed(),
            Kind::Simulated(engine) => engine.elapsed(),
        }
    }

    /// The threads of this world, oldest first.
    pub(crate) fn threads(self: &Arc<World>) -> Vec<Arc<ThreadInfo>> {
        match &self.kind {
            Kind::Os { .. } => {
                let ours = |its: &Arc<ThreadInfo>| {
                    its.world.as_ref().is_some_and(|it| Arc::ptr_eq(it, self))
                };
                ThreadInfo::all().into_iter().filter(ours).collect()
            }
            Kind::Simulated(engine) => engine.thread_infos(),
        }
    }

    /// The threads of all worlds, oldest first.
    pub(crate) fn all_threads() -> Vec<Arc<ThreadInfo>> {
        let listed = ThreadInfo::all().into_iter().filter(|info| info.world.is_some());
        listed.chain(worlds().iter().flat_map(|engine| engine.thread_infos())).collect()
    }

    /// The failure there was, if any.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.end.lock().failure.clone()
    }

    fn wait_for_end(self: &Arc<World>) -> Option<Failure> {
        let Kind::Os { began } = self.kind else { unreachable!("a simulated world is driven") };
        let deadline = began + self.time_limit;
        let mut end = self.end.lock();
        loop {
            if end.failure.is_some() || end.finished {
                return end.failure.clone();
            }
            if self.ended.wait_until(&mut end, deadline).timed_out() {
                drop(end);
                self.exceed();
                end = self.end.lock();
            }
        }
    }

    /// The time limit has passed.
    pub(crate) fn exceed(self: &Arc<World>) {
        let message = format!("{} took longer than {:?}", self.name, self.time_limit);
        self.fail_whole(FailureKind::TimeLimit, message);
    }

    /// Records what went wrong with the world as a whole, in no particular thread.
    pub(crate) fn fail_whole(self: &Arc<World>, kind: FailureKind, message: String) {
        self.fail(Failure {
            kind,
            message,
            thread: "test".into(),
            server: None,
            place: None,
            elapsed: self.elapsed(),
            threads: report(Some(self)),
            backtrace: None,
        });
    }

    /// Records what went wrong in the calling thread.
    pub(crate) fn fail_here(
        self: &Arc<World>,
        kind: FailureKind,
        message: String,
        place: Option<String>,
    ) {
        let info = ThreadInfo::current();
        let symbolises = kind == FailureKind::Panic && !reserve::is_released();
        let backtrace = symbolises.then(Backtrace::capture);
        self.fail(Failure {
            kind,
            message,
            thread: info.name().to_string(),
            server: info.server.as_ref().map(ToString::to_string),
            place,
            elapsed: self.elapsed(),
            threads: match kind {
                FailureKind::Panic | FailureKind::Stuck | FailureKind::Misuse => String::new(),
                // What was expected may not have happened because a thread is stuck.
                FailureKind::Violation => report_stuck(self),
                _ => report(Some(self)),
            },
            backtrace: backtrace
                .filter(|backtrace| backtrace.status() == BacktraceStatus::Captured)
                .map(|backtrace| backtrace.to_string()),
        });
    }

    /// The first failure counts: those that follow are mostly its consequences.
    pub(crate) fn fail(&self, failure: Failure) {
        match &self.kind {
            Kind::Os { .. } => {
                self.end.lock().failure.get_or_insert(failure);
                self.ended.notify_all();
            }
            // What goes wrong while a world is taken down comes too late to count.
            Kind::Simulated(engine) if engine.is_ending() => {}
            Kind::Simulated(engine) => {
                self.end.lock().failure = Some(failure);
                engine.end();
            }
        }
    }
}

/// Ends the current world's test with a violation. Returns, so that the calling thread can go on
/// with what keeps others alive (under simulation: until its next operation, where it unwinds);
/// only the first failure of a world counts.
///
/// # Panics
/// Outside a world.
#[track_caller]
pub fn fail(message: impl Into<String>) {
    let message = message.into();
    match &ThreadInfo::current().world {
        Some(world) => {
            world.fail_here(FailureKind::Violation, message, Some(file_line(Location::caller())));
        }
        None => panic!("{message}"),
    }
}

/// Releases what is kept in reserve for reports: the soft limit on the process's memory
/// (`RLIMIT_DATA`) is raised to the hard one. To be called when memory was refused; labrt does so
/// itself when the OS refuses a thread. From then on a panic is reported without a backtrace: to
/// read debug information takes much memory.
pub fn release_reserve() {
    reserve::release();
}

/// Has anything gone wrong in the current world?
#[must_use]
pub fn failed() -> bool {
    ThreadInfo::current().world.as_ref().is_some_and(|world| world.end.lock().failure.is_some())
}

/// The time since the current world began; zero outside a world.
#[must_use]
pub fn elapsed() -> Duration {
    ThreadInfo::current().world.as_ref().map_or(Duration::ZERO, |world| world.elapsed())
}

/// Does the calling thread run in a simulated world?
#[must_use]
pub fn simulated() -> bool {
    current_sim().is_some()
}

/// The current world's seed; outside a world, the calling thread's.
#[must_use]
pub fn seed() -> u64 {
    let info = ThreadInfo::current();
    info.world.as_ref().map_or(info.seed, |world| world.seed)
}

/// A seed for `stream`, made of the current world's seed: streams of different names are
/// unrelated, so that draws from one never reshuffle another.
#[must_use]
pub fn seed_for(stream: &str) -> u64 {
    stream.bytes().fold(seed(), |seed, byte| crate::seed::mix(seed, byte.into()))
}

/// Which threads of the current world run, and which wait: for what, since when and where. From
/// outside, the same of all worlds.
#[must_use]
pub fn threads_report() -> String {
    report(ThreadInfo::current().world.as_ref())
}

/// The threads of the current world that work for a server, as `S1/ticker`, oldest first.
#[must_use]
pub fn server_threads() -> Vec<String> {
    let Some(world) = &ThreadInfo::current().world else { return Vec::new() };
    let threads = world.threads();
    threads.iter().filter(|it| it.server.is_some()).map(ToString::to_string).collect()
}

/// How many threads the current world has, and what most of them are at, in a line: "5815 of 5871
/// threads work for S2 and sleep, in raft/src/replication.rs:110". From outside, of all worlds.
#[must_use]
pub fn largest_group_of_threads() -> String {
    largest_group(ThreadInfo::current().world.as_ref())
}
