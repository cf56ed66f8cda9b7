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

use super::blame::{Blame, blame};
use super::last_words::say;
use super::{Watched, exempt};
use crate::record::Record;
use crate::world::{Failure, FailureKind};

/// How long telling a failure may take: finding source lines in a large binary takes a second.
const TELLING: Duration = Duration::from_secs(5);

/// What ends the process.
pub(super) struct Alarm {
    pub(super) world: Arc<Watched>,
    pub(super) kind: FailureKind,
    /// What the thread does.
    pub(super) what: What,
    pub(super) record: Option<Arc<Record>>,
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
    exempt(|| {
        // The loser's parts are not freed: the allocator may be locked.
        if let Err(second) = ALARM.set(alarm) {
            std::mem::forget(second);
        }
        if let Some(teller) = TELLER.get() {
            teller.unpark();
        }
        thread::sleep(TELLING);
        if let Some(Alarm { world, what, record, .. }) = ALARM.get() {
            let name = Name(record.as_deref());
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
            let Watched { name, seed, .. } = &*alarm.world;
            // Not `eprintln`, which a test's capture would keep to itself.
            let _ = writeln!(io::stderr(), "{failure}{name}, seed {seed}: {}", failure.message);
        }
    }
    process::abort()
}

impl Alarm {
    fn failure(&self) -> Failure {
        let record = self.record.as_deref();
        let message = format!("thread {} {}", Name(record), self.what);
        let blame = self.backtrace.as_ref().map(blame).unwrap_or_default();
        failure(&self.world, self.kind, message, record, blame)
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

/// A thread's name; without a record it is the engine that runs, or nobody knows.
struct Name<'a>(Option<&'a Record>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(record) => record.fmt(f),
            None => f.write_str("(unknown)"),
        }
    }
}

/// A failure in `record`'s thread of `world`.
pub(super) fn failure(
    world: &Watched,
    kind: FailureKind,
    message: String,
    record: Option<&Record>,
    blame: Blame,
) -> Failure {
    let name = record.map_or("(unknown)".into(), |record| record.name().to_string());
    let mut failure = Failure {
        kind,
        message,
        thread: name,
        server: record.and_then(|record| record.server.as_ref()).map(ToString::to_string),
        place: blame.place,
        elapsed: Duration::ZERO,
        threads: String::new(),
        backtrace: (!blame.backtrace.is_empty()).then_some(blame.backtrace),
    };
    (world.describe)(&mut failure);
    failure
}
