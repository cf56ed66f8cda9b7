//! The watchdog: finds a simulated thread that no longer reaches scheduling points.
//!
//! Time is counted in the watchdog's own checks, not by the clock: a process that was stopped, in a
//! debugger or because the machine slept, was not checked meanwhile.

use std::env;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

use super::Monitor;
use super::fatal::{self, Alarm, Fault, fatal};
use crate::world::FailureKind;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// How long a thread may run between two scheduling points, unless `LAB_WATCHDOG` says. A thousand
/// times what honest code takes, debug builds on a busy machine included.
const LIMIT: Duration = Duration::from_secs(5);

static MONITORS: Mutex<Vec<Arc<Monitor>>> = Mutex::new(Vec::new());

/// Starts the watchdog of all worlds of the process.
pub(super) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_os = "linux")]
        super::probe_linux::install();
        #[cfg(unix)]
        super::overflow::install();
        fatal::start();
        let Some(limit) = limit(env::var("LAB_WATCHDOG").ok()) else { return };
        let builder = thread::Builder::new().name("labrt-watchdog".into());
        builder.spawn(move || keep_looking(limit)).expect("cannot spawn the watchdog's thread");
    });
}

/// None if nothing is to be watched, as under a debugger.
fn limit(asked: Option<String>) -> Option<Duration> {
    let Some(asked) = asked else { return Some(LIMIT) };
    let limit = asked.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let limit = limit.unwrap_or_else(|| {
        panic!("LAB_WATCHDOG={asked}: expected a number of seconds (0: no watchdog)")
    });
    (limit != Duration::ZERO).then_some(limit)
}

pub(super) fn watch(world: &Arc<Monitor>) {
    let mut monitors = MONITORS.lock();
    if world.host_threads.fetch_add(1, Ordering::Relaxed) == 0 {
        monitors.push(world.clone());
    }
}

pub(super) fn unwatch(world: &Arc<Monitor>) {
    let mut monitors = MONITORS.lock();
    if world.host_threads.fetch_sub(1, Ordering::Relaxed) == 1 {
        monitors.retain(|other| !Arc::ptr_eq(world, other));
    }
}

fn keep_looking(limit: Duration) -> ! {
    loop {
        thread::sleep(LOOK);
        let late = MONITORS.lock().iter().find(|world| world.is_late(limit)).cloned();
        if let Some(world) = late {
            fatal(stuck(world, limit));
        }
    }
}

impl Monitor {
    /// Has the heart not beaten for so many looks?
    fn is_late(&self, limit: Duration) -> bool {
        // Relaxed throughout: a beat seen one look too late does no harm.
        let heartbeat = self.heartbeat.load(Ordering::Relaxed);
        if self.seen.swap(heartbeat, Ordering::Relaxed) != heartbeat
            || self.idle.load(Ordering::Relaxed)
        {
            self.looks.store(0, Ordering::Relaxed);
            return false;
        }
        let looks = self.looks.fetch_add(1, Ordering::Relaxed) + 1;
        LOOK * looks >= limit
    }
}

fn stuck(world: Arc<Monitor>, limit: Duration) -> Alarm {
    #[cfg(target_os = "linux")]
    let (info, backtrace) = super::probe_linux::probe(&world);
    // There is nothing here that would ask the thread itself, so it is known by its number alone.
    #[cfg(not(target_os = "linux"))]
    let (info, backtrace) =
        (crate::thread_info::ThreadInfo::find(world.thread.load(Ordering::Relaxed)), None);
    let what = Fault::Runs { seconds: limit.as_secs_f64() };
    Alarm { world, kind: FailureKind::Stuck, what, info, backtrace }
}
