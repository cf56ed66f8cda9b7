//! Time as the threads of the lab see it. Mirrors `std::time`.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::panic::Location;
use std::sync::OnceLock;
pub use std::time::Duration;

use crate::runtime::Runtime;

/// A point in time of the runtime's clock, which never goes backwards.
///
/// Two instants may be equal although one was taken after the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

/// The instant at which the process first reads the clock, or at which the world begins: far from
/// zero, so that "an hour ago" can be computed even then.
const FIRST_LOOK: Duration = Duration::from_secs(1 << 32);

impl Instant {
    /// The time now. Under simulation, looking takes some microseconds.
    #[must_use]
    #[track_caller]
    pub fn now() -> Instant {
        match Runtime::current() {
            Runtime::Os => Instant::from_os(std::time::Instant::now()),
            Runtime::Sim(sim) => Instant::of_world(sim.read_clock(Location::caller())),
        }
    }

    /// So long after a simulated world began.
    pub(crate) fn of_world(elapsed: Duration) -> Instant {
        Instant(FIRST_LOOK + elapsed)
    }

    pub(crate) fn from_os(time: std::time::Instant) -> Instant {
        static START: OnceLock<std::time::Instant> = OnceLock::new();
        let start = *START.get_or_init(|| time);
        Instant(FIRST_LOOK + time.saturating_duration_since(start))
    }

    /// How long ago this was.
    #[must_use]
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is the later one.
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// As [`duration_since`](Instant::duration_since).
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// The time from `earlier` to this instant; none if `earlier` is the later one.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// This instant and `duration` more; none if the clock does not reach so far.
    #[must_use]
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Instant)
    }

    /// `duration` before this instant; none if that lies before the clock's start.
    #[must_use]
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    /// # Panics
    /// If the clock does not reach so far.
    fn add(self, duration: Duration) -> Instant {
        Instant(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;
    /// # Panics
    /// If the clock does not reach back so far.
    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({:?})", self.0)
    }
}
