//! Measures how late the machine wakes threads while a test runs on real threads: a correct
//! solution may fail on a machine that is too busy with something else.
//!
//! A thread of the harness, which computes nothing, sleeps for 20 ms again and again. How late it
//! wakes, a student's threads wake, too. That alone does not blame the machine, for a solution that
//! spins keeps its own threads waiting. So each second with a late wake-up is judged by who had the
//! cores: this process or others.

mod cores;

use cores::Cores;
use course::{LATE, Lateness};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::{Duration, Instant};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How long the watching thread sleeps. Waking it 50 times a second costs 0.05 % of a core.
const SLEEP: Duration = Duration::from_millis(20);

/// How often the use of the cores is read: the system counts it in hundredths of a second.
const PERIOD: Duration = Duration::from_secs(1);

/// Has this test shown something that no lateness explains?
static PROVED: AtomicBool = AtomicBool::new(false);

/// Notes that the solution has been proved wrong: a promise is broken, or no order explains a
/// history. Then the test has failed, however late the machine was.
pub fn proved_wrong() {
    PROVED.store(true, Ordering::Relaxed);
}

/// A measurement under way.
#[derive(Clone, Default)]
pub(super) struct Watch {
    measured: Arc<Mutex<Measured>>,
}

/// What has been measured so far.
#[derive(Default)]
struct Measured {
    worst: Duration,
    late_wakeups: u64,
    /// When the present period began, and what the cores had done by then; `None` before the first.
    period: Option<(Instant, Option<Cores>)>,
    late_in_period: bool,
    /// What the cores did in the periods with late wake-ups.
    late_periods: Cores,
}

impl Watch {
    /// Measures from now on, until the process ends.
    pub(super) fn start() -> Result<Watch, String> {
        let watch = Watch::default();
        watch.measured.lock().end_period(Instant::now(), Cores::now());
        let measured = watch.measured.clone();
        let measure = move || {
            loop {
                let due = Instant::now() + SLEEP;
                thread::sleep(SLEEP);
                measured.lock().woke(Instant::now(), due, Cores::now);
            }
        };
        let started = thread::Builder::new().name("lateness").spawn(measure);
        started.map(|_| watch).map_err(|error| format!("lateness cannot be watched: {error}"))
    }

    /// The lateness up to now, if it matters, and may be why the test fails.
    pub(super) fn lateness(&self) -> Option<Lateness> {
        if PROVED.load(Ordering::Relaxed) {
            return None;
        }
        let mut measured = self.measured.lock();
        measured.end_period(Instant::now(), Cores::now());
        Some(measured.lateness()).filter(Lateness::matters)
    }
}

impl Measured {
    /// A wake-up that was due at `due`.
    fn woke(&mut self, now: Instant, due: Instant, cores: impl Fn() -> Option<Cores>) {
        let late = now.saturating_duration_since(due);
        self.worst = self.worst.max(late);
        if late > LATE {
            self.late_wakeups += 1;
            self.late_in_period = true;
        }
        match self.period {
            Some((began, _)) if now.duration_since(began) < PERIOD => {}
            _ => self.end_period(now, cores()),
        }
    }

    fn end_period(&mut self, now: Instant, cores: Option<Cores>) {
        if let (true, Some((_, Some(before))), Some(after)) =
            (self.late_in_period, self.period, cores)
        {
            self.late_periods += after - before;
        }
        self.late_in_period = false;
        self.period = Some((now, cores));
    }

    fn lateness(&self) -> Lateness {
        Lateness {
            worst_seconds: self.worst.as_secs_f64(),
            late_wakeups: self.late_wakeups,
            others_share: self.late_periods.others_share(),
        }
    }
}

#[cfg(test)]
mod tests;
