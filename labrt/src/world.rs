//! A world: one test's threads, clock and seed, and how the test ends.
//!
//! [`run`] runs a test in a world of its own. Threads belong to the world of the thread that
//! spawned them. The first thing that goes wrong anywhere in the world ends the test at once:
//! a panic in any thread, a cycle of locks, a violation told by [`fail`], or the time limit.
//! Threads that are still alive then cannot be torn down on the OS runtime; they end with the
//! process, which is why each graded test has a process of its own.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::{self, Write};
use std::panic::{Location, PanicHookInfo};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::record::Record;
use crate::thread::start;
use crate::wait::{place, report, report_stuck};

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

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A thread panicked.
    Panic,
    /// A property that must hold does not; see [`fail`].
    Violation,
    /// Threads wait for each other's locks and will for ever.
    Deadlock,
    /// The test did not end in time.
    TimeLimit,
    /// A simulated thread has run for seconds without reaching a scheduling point.
    Stuck,
    /// A simulated thread went past the simulation: to a real clock, a real lock, a real sleep.
    Misuse,
}

/// The first thing that went wrong in a world.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind of thing it was.
    pub kind: FailureKind,
    /// What it was.
    pub message: String,
    /// The thread in which it showed.
    pub thread: String,
    /// The server that thread works for.
    pub server: Option<String>,
    /// The source line (`file:line`), where there is one to blame.
    pub place: Option<String>,
    /// Time since the test began.
    pub elapsed: Duration,
    /// Who waits for what, one thread a line. With a violation, only those that have waited for a
    /// lock for half a second or more; nothing with a panic.
    pub threads: String,
    /// Of a panic, if `RUST_BACKTRACE` asks for it.
    pub backtrace: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.server.as_ref().map(|server| format!("{server}/")).unwrap_or_default();
        let thread = format!("{server}{}", self.thread);
        match self.kind {
            FailureKind::Panic => writeln!(f, "thread {thread} panicked: {}", self.message)?,
            _ => writeln!(f, "{}", self.message)?,
        }
        if let Some(place) = &self.place {
            writeln!(f, "  where    {place}")?;
        }
        writeln!(f, "  thread   {thread}")?;
        writeln!(f, "  after    {:.3} s", self.elapsed.as_secs_f64())?;
        if !self.threads.is_empty() {
            write!(f, "  threads at that time:\n{}", self.threads)?;
        }
        if let Some(backtrace) = &self.backtrace {
            write!(f, "{backtrace}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// One test's world.
pub(crate) struct World {
    seed: u64,
    began: Instant,
    end: Mutex<End>,
    /// A condvar because `run` waits for the first of two things, the end and a failure.
    ended: Condvar,
}

#[derive(Default)]
struct End {
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
    let world = Arc::new(World {
        seed: options.seed,
        began: Instant::now(),
        end: Mutex::new(End::default()),
        ended: Condvar::new(),
    });
    let value = Arc::new(Mutex::new(None));
    let record = Record::new("test".into(), None, Some(world.clone()), options.seed);
    let body = {
        let (world, value) = (world.clone(), value.clone());
        move || {
            *value.lock() = Some(body());
            world.end.lock().finished = true;
            world.ended.notify_all();
        }
    };
    start(record, body).expect("the OS gives a thread to the test");
    match world.wait_for_end(&options) {
        Some(failure) => Err(failure),
        None => Ok(value.lock().take().expect("a finished test has left its value")),
    }
}

impl World {
    fn wait_for_end(self: &Arc<World>, options: &Options) -> Option<Failure> {
        // A year stands for a limit beyond the clock's reach.
        let limit = options.time_limit.min(Duration::from_secs(365 * 24 * 3600));
        let deadline = self.began + limit;
        let mut end = self.end.lock();
        loop {
            if end.failure.is_some() || end.finished {
                return end.failure.clone();
            }
            if self.ended.wait_until(&mut end, deadline).timed_out() {
                drop(end);
                self.exceed(options);
                end = self.end.lock();
            }
        }
    }

    /// The time limit has passed.
    fn exceed(self: &Arc<World>, options: &Options) {
        self.fail(Failure {
            kind: FailureKind::TimeLimit,
            message: format!("{} took longer than {:?}", options.name, options.time_limit),
            thread: "test".into(),
            server: None,
            place: None,
            elapsed: self.began.elapsed(),
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
        let record = Record::current();
        let backtrace = (kind == FailureKind::Panic).then(Backtrace::capture);
        self.fail(Failure {
            kind,
            message,
            thread: record.name.to_string(),
            server: record.server.as_ref().map(ToString::to_string),
            place,
            elapsed: self.began.elapsed(),
            threads: match kind {
                FailureKind::Panic | FailureKind::Stuck | FailureKind::Misuse => String::new(),
                // What was expected may not have happened because somebody is stuck.
                FailureKind::Violation => report_stuck(self),
                FailureKind::Deadlock | FailureKind::TimeLimit => report(Some(self)),
            },
            backtrace: backtrace
                .filter(|backtrace| backtrace.status() == BacktraceStatus::Captured)
                .map(|backtrace| backtrace.to_string()),
        });
    }

    /// The first failure counts: those that follow are mostly its consequences.
    fn fail(&self, failure: Failure) {
        self.end.lock().failure.get_or_insert(failure);
        self.ended.notify_all();
    }
}

/// Ends the current world's test with a violation. Returns, so that the calling thread can go on
/// with what keeps others alive; only the first failure of a world counts.
///
/// # Panics
/// Outside a world.
#[track_caller]
pub fn fail(message: impl Into<String>) {
    let message = message.into();
    match &Record::current().world {
        Some(world) => {
            world.fail_here(FailureKind::Violation, message, Some(place(Location::caller())));
        }
        None => panic!("{message}"),
    }
}

/// Has anything gone wrong in the current world?
#[must_use]
pub fn failed() -> bool {
    Record::current().world.as_ref().is_some_and(|world| world.end.lock().failure.is_some())
}

/// The time since the current world began; zero outside a world.
#[must_use]
pub fn elapsed() -> Duration {
    Record::current().world.as_ref().map_or(Duration::ZERO, |world| world.began.elapsed())
}

/// The current world's seed; outside a world, the calling thread's.
#[must_use]
pub fn seed() -> u64 {
    let record = Record::current();
    record.world.as_ref().map_or(record.seed, |world| world.seed)
}

/// A seed for `stream`, made of the current world's seed: streams of different names are
/// unrelated, so that draws from one never reshuffle another.
#[must_use]
pub fn seed_for(stream: &str) -> u64 {
    stream.bytes().fold(seed(), |seed, byte| crate::rand::mix(seed, byte.into()))
}

/// Which threads of the current world run, and which wait: for what, since when and where. From
/// outside, the same of all worlds.
#[must_use]
pub fn threads_report() -> String {
    report(Record::current().world.as_ref())
}

/// Lets a panic in a thread of a world end its test; others are left to the hook there was.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match &Record::current().world {
            Some(world) => world.panicked(info),
            None => previous(info),
        }));
    });
}

impl World {
    fn panicked(self: &Arc<World>, info: &PanicHookInfo<'_>) {
        let (message, place) = (panic_message(info.payload()), info.location().map(place));
        let earlier = self.end.lock().failure.clone();
        if let Some(earlier) = earlier {
            // If this panic comes while another unwinds, the process aborts before anyone can
            // tell. So it is told here, at the risk of telling it twice.
            let who = Record::current();
            let at = place.as_deref().unwrap_or("an unknown place");
            // Not `eprintln`, which panics if nobody reads.
            let _ = writeln!(io::stderr(), "{earlier}then {who} panicked: {message}, at {at}");
        }
        self.fail_here(FailureKind::Panic, message, place);
    }
}

/// A thread has ended in a panic. The hook has told it, unless the panic passed it by (as
/// `resume_unwind` does).
pub(crate) fn report_panic(payload: &(dyn Any + Send)) {
    if let Some(world) = &Record::current().world {
        world.fail_here(FailureKind::Panic, panic_message(payload), None);
    }
}

fn panic_message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a panic whose payload is no text)".into())
}
