//! Slow services and slow disks, in some seeds of a simulation: there computing takes no time, so
//! that nothing would ever come while a service is busy with a message, or a disk with a save.
//!
//! Only a share of messages and saves is slow. With each of them slow a right solution falls behind
//! what the tests ask of it, and the course's limits are for machines that keep up.

use labrt::rand::{RngExt, random_range, seeded};
use labrt::thread;
use labrt::time::Duration;
use labrt::world;

/// The longest that a slow message keeps a service, and a slow save a disk.
const SERVICE: Duration = Duration::from_millis(60);
const DISK: Duration = Duration::from_millis(10);

/// What takes its time in a world, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slowness {
    /// A service with a message.
    pub service: Slow,
    /// A disk with a save.
    pub disk: Slow,
}

/// How often something is slow, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slow {
    /// One time in so many; 0 for never.
    pub one_in: u32,
    /// For up to so long.
    pub longest: Duration,
}

impl Slowness {
    /// As the seed of the calling thread's world says: each of the two in every other seed. On the
    /// OS nothing is slower than it is.
    #[must_use]
    pub fn of_world() -> Slowness {
        if !world::simulated() {
            return Slowness::default();
        }
        let mut dice = seeded(world::seed_for("slowness"));
        let mut slow = |one_in: std::ops::RangeInclusive<u32>, longest| {
            let (is_slow, one_in) = (dice.random_bool(0.5), dice.random_range(one_in));
            if is_slow { Slow { one_in, longest } } else { Slow::default() }
        };
        Slowness { service: slow(10..=50, SERVICE), disk: slow(20..=100, DISK) }
    }
}

impl Slow {
    /// Takes its time, perhaps.
    #[track_caller]
    pub fn pause(self) {
        if self.one_in > 0 && random_range(0..self.one_in) == 0 {
            thread::sleep(random_range(Duration::ZERO..=self.longest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labrt::sim::{Schedule, simulate};
    use labrt::time::Instant;
    use labrt::world::Options;

    fn simulated<T: Send + 'static>(seed: u64, body: impl FnOnce() -> T + Send + 'static) -> T {
        let time_limit = Duration::from_secs(3600);
        let options = Options { name: "slowness".to_owned(), seed, time_limit };
        simulate(options, Schedule::default(), body).result.expect("nothing fails")
    }

    #[test]
    fn each_is_slow_in_half_the_seeds_and_neither_on_the_os() {
        assert_eq!(Slowness::of_world(), Slowness::default());
        let drawn = (0..400).map(|seed| simulated(seed, Slowness::of_world));
        let (mut services, mut disks, mut both) = (0, 0, 0);
        for slowness in drawn {
            let (service, disk) = (slowness.service.one_in, slowness.disk.one_in);
            assert!(service == 0 || (10..=50).contains(&service));
            assert!(disk == 0 || (20..=100).contains(&disk));
            services += u32::from(service > 0);
            disks += u32::from(disk > 0);
            both += u32::from(service > 0 && disk > 0);
        }
        for (count, expected) in [(services, 200), (disks, 200), (both, 100)] {
            assert!(u32::abs_diff(count, expected) < 40, "{services}, {disks}, {both}");
        }
    }

    #[test]
    fn a_share_of_messages_is_slow() {
        let (count, longest) = simulated(1, || {
            let slow = Slow { one_in: 10, longest: SERVICE };
            let pauses = (0..10_000).map(|_| {
                let before = Instant::now();
                slow.pause();
                before.elapsed()
            });
            // To look at the clock takes some microseconds.
            let pauses: Vec<_> = pauses.filter(|pause| *pause > SERVICE / 1000).collect();
            (pauses.len(), pauses.into_iter().max().expect("some are slow"))
        });
        assert!((850..1150).contains(&count), "{count}");
        assert!(longest > SERVICE / 2 && longest < SERVICE * 11 / 10, "{longest:?}");
    }
}
