//! Aborts the process after one report, when a simulated world cannot be ended in any other way.
//!
//! The thread that finds the failure may be in the middle of anything, the allocator included, or
//! know that another thread is. So a thread kept for this purpose makes the report, and the finder
//! aborts the process if that takes too long.

use std::backtrace::Backtrace;
use std::fmt;
use std::io::{self, Write};
use std::process;
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use super::culprit_frame::{Culprit, culprit_frame};
use super::last_words::say;
use super::{Monitor, bypass};
use crate::thread_info::ThreadInfo;
use crate::world::{Failure, FailureKind};

/// How long the report of a failure may take: finding source lines in a large binary takes a
/// second.
const REPORT_TIME: Duration = Duration::from_secs(5);

/// What ends the process.
pub(super) struct Alarm {
    pub(super) world: Arc<Monitor>,
    pub(super) kind: FailureKind,
    /// What the thread does.
    pub(super) what: Fault,
    pub(super) info: Option<Arc<ThreadInfo>>,
    pub(super) backtrace: Option<Backtrace>,
}

/// Without text, for it is made where allocating may not be safe.
pub(super) enum Fault {
    Runs {
        seconds: f64,
    },
    #[cfg_attr(not(std_guards), expect(dead_code, reason = "std's locks are not intercepted"))]
    Blocks,
}

type Handler = Box<dyn Fn(&Failure) + Send + Sync>;

static HANDLER: OnceLock<Handler> = OnceLock::new();
static ALARM: OnceLock<Alarm> = OnceLock::new();
static REPORTER: OnceLock<Thread> = OnceLock::new();

/// Sets the handler that reports the failure before the process aborts; without it, the failure
/// goes to stderr.
///
/// # Panics
/// If it was called before.
pub(in crate::sim) fn on_fatal(handler: impl Fn(&Failure) + Send + Sync + 'static) {
    assert!(HANDLER.set(Box::new(handler)).is_ok(), "on_fatal was called twice");
}

/// Starts the thread that reports. Called once.
pub(super) fn start() {
    let builder = thread::Builder::new().name("labrt-fatal".into());
    let reporter = builder.spawn(|| report(wait_for_alarm()));
    let reporter = reporter.expect("cannot spawn the thread that reports fatal failures");
    REPORTER.get_or_init(|| reporter.thread().clone());
}

/// Has the failure reported, then aborts the process. Of several, the first is reported.
pub(super) fn fatal(alarm: Alarm) -> ! {
    bypass(|| {
        // The loser's parts are not freed: the allocator may be locked.
        if let Err(second) = ALARM.set(alarm) {
            std::mem::forget(second);
        }
        if let Some(reporter) = REPORTER.get() {
            reporter.unpark();
        }
        thread::sleep(REPORT_TIME);
        if let Some(Alarm { world, what, info, .. }) = ALARM.get() {
            let name = Name(info.as_deref());
            say(format_args!("{}, seed {}: thread {name} {what}\n", world.name, world.seed));
        }
        process::abort()
    })
}

fn wait_for_alarm() -> &'static Alarm {
    loop {
        match ALARM.get() {
            Some(alarm) => return alarm,
            None => thread::park(),
        }
    }
}

fn report(alarm: &Alarm) -> ! {
    let failure = alarm.failure();
    match HANDLER.get() {
        Some(handler) => handler(&failure),
        None => {
            let Monitor { name, seed, .. } = &*alarm.world;
            // Not `eprintln`, which a test's capture would keep to itself.
            let _ = writeln!(io::stderr(), "{failure}{name}, seed {seed}: {}", failure.message);
        }
    }
    process::abort()
}

impl Alarm {
    fn failure(&self) -> Failure {
        let info = self.info.as_deref();
        let message = format!("thread {} {}", Name(info), self.what);
        let culprit = self.backtrace.as_ref().map(culprit_frame).unwrap_or_default();
        failure(&self.world, self.kind, message, info, culprit)
    }
}

/// What the thread does, after its name.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Runs { seconds } => {
                write!(f, "has run for {seconds} s without reaching a scheduling point")
            }
            Fault::Blocks => f.write_str(
                "blocks in a lock, channel or wait of std inside the simulation, which \
                 stops all its threads; use those of labrt",
            ),
        }
    }
}

/// A thread's name; without a `ThreadInfo` it is the engine that runs, or it is not known.
struct Name<'a>(Option<&'a ThreadInfo>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(info) => info.fmt(f),
            None => f.write_str("(unknown)"),
        }
    }
}

/// A failure in `info`'s thread of `world`.
pub(super) fn failure(
    world: &Monitor,
    kind: FailureKind,
    message: String,
    info: Option<&ThreadInfo>,
    culprit: Culprit,
) -> Failure {
    let name = info.map_or("(unknown)".into(), |info| info.name().to_string());
    let mut failure = Failure {
        kind,
        message,
        thread: name,
        server: info.and_then(|info| info.server.as_ref()).map(ToString::to_string),
        place: culprit.place,
        elapsed: Duration::ZERO,
        threads: String::new(),
        backtrace: (!culprit.backtrace.is_empty()).then_some(culprit.backtrace),
    };
    (world.describe)(&mut failure);
    failure
}
