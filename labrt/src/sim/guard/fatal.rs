//! The end of the process, when a world leaves no other way: told once, and never in a hang.
//!
//! Whoever finds it out may stand in the middle of anything, the allocator included, or know of
//! another thread that does. So the telling is left to a thread kept for it, and the finder aborts
//! when that takes too long.

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

/// How long telling a failure may take: finding source lines in a large binary takes a second.
const TELLING: Duration = Duration::from_secs(5);

/// What ends the process.
pub(super) struct Alarm {
    pub(super) world: Arc<Monitor>,
    pub(super) kind: FailureKind,
    /// What the thread does.
    pub(super) what: What,
    pub(super) info: Option<Arc<ThreadInfo>>,
    pub(super) backtrace: Option<Backtrace>,
}

/// Without text, for it is made where allocating may not be safe.
pub(super) enum What {
    Runs {
        seconds: f64,
    },
    #[cfg_attr(not(std_guards), expect(dead_code, reason = "std's locks are not intercepted"))]
    Blocks,
}

type Handler = Box<dyn Fn(&Failure) + Send + Sync>;

static HANDLER: OnceLock<Handler> = OnceLock::new();
static ALARM: OnceLock<Alarm> = OnceLock::new();
static TELLER: OnceLock<Thread> = OnceLock::new();

/// Sets what is told before the process aborts; without it, the failure goes to stderr.
///
/// # Panics
/// If there is a handler already.
pub(in crate::sim) fn on_fatal(handler: impl Fn(&Failure) + Send + Sync + 'static) {
    assert!(HANDLER.set(Box::new(handler)).is_ok(), "a second handler of what is fatal");
}

/// Starts the thread that tells. Called once.
pub(super) fn start() {
    let builder = thread::Builder::new().name("labrt-fatal".into());
    let teller = builder.spawn(|| tell(wait_for_alarm())).expect("the OS gives a thread");
    TELLER.get_or_init(|| teller.thread().clone());
}

/// Has the failure told, then aborts the process. Of several, the first is told.
pub(super) fn fatal(alarm: Alarm) -> ! {
    bypass(|| {
        // The loser's parts are not freed: the allocator may be locked.
        if let Err(second) = ALARM.set(alarm) {
            std::mem::forget(second);
        }
        if let Some(teller) = TELLER.get() {
            teller.unpark();
        }
        thread::sleep(TELLING);
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

fn tell(alarm: &Alarm) -> ! {
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
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Runs { seconds } => {
                write!(f, "has run for {seconds} s without reaching a scheduling point")
            }
            What::Blocks => f.write_str(
                "blocks in a lock, channel or wait of std inside the simulation, where nobody can \
                 wake it; use those of labrt",
            ),
        }
    }
}

/// A thread's name; without a `ThreadInfo` it is the engine that runs, or nobody knows.
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
