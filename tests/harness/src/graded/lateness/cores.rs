//! What the cores have done, as Linux tells it: how much this process computed, how much others.

use std::fs;
use std::ops::{AddAssign, Sub};

/// Time on the cores that this process may run on, in the system's ticks, since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cores {
    /// All of it, idle time too.
    total: u64,
    /// Of any process, and taken from this machine by its host.
    busy: u64,
    /// Of this process.
    own: u64,
}

impl Cores {
    /// Up to now, where the system tells.
    pub(super) fn now() -> Option<Cores> {
        let read = |path| fs::read_to_string(path).ok();
        let [stat, status, own] = ["/proc/stat", "/proc/self/status", "/proc/self/stat"].map(read);
        Cores::of(&stat?, &status?, &own?)
    }

    #[cfg(test)]
    pub(super) fn for_test(total: u64, busy: u64, own: u64) -> Cores {
        Cores { total, busy, own }
    }

    fn of(stat: &str, status: &str, own: &str) -> Option<Cores> {
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        let mut cores = Cores { own: own_time(own)?, ..Cores::default() };
        for line in stat.lines() {
            let mut words = line.split_whitespace();
            let number = words.next().and_then(|name| name.strip_prefix("cpu")?.parse().ok());
            if number.is_some_and(|number| is_listed(allowed, number)) {
                // user, nice, system, idle, iowait, irq, softirq, steal; guests are among these.
                let times: Option<Vec<u64>> = words.take(8).map(|word| word.parse().ok()).collect();
                let times = times.filter(|times| times.len() == 8)?;
                let total: u64 = times.iter().sum();
                cores.total += total;
                cores.busy += total - times[3] - times[4];
            }
        }
        (cores.total > 0).then_some(cores)
    }

    /// The share of others than this process, from 0 to 1; of no time there is none.
    pub(super) fn others_share(&self) -> Option<f64> {
        let others = self.busy.saturating_sub(self.own);
        (self.total > 0).then(|| others as f64 / self.total as f64)
    }
}

/// User and system time, of all threads. The name before them may have spaces and brackets in it.
fn own_time(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11).map(|word| word.parse::<u64>().ok());
    Some(times.next()?? + times.next()??)
}

/// Whether a list such as `0-3,8` has this number.
fn is_listed(list: &str, number: u32) -> bool {
    list.trim().split(',').any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let [first, last] = [first, last].map(|bound| bound.parse().ok());
        first.zip(last).is_some_and(|(first, last): (u32, u32)| (first..=last).contains(&number))
    })
}

impl Sub for Cores {
    type Output = Cores;

    fn sub(self, earlier: Cores) -> Cores {
        // The system's counts of idle time may go back a little.
        Cores {
            total: self.total.saturating_sub(earlier.total),
            busy: self.busy.saturating_sub(earlier.busy),
            own: self.own.saturating_sub(earlier.own),
        }
    }
}

impl AddAssign for Cores {
    fn add_assign(&mut self, more: Cores) {
        self.total += more.total;
        self.busy += more.busy;
        self.own += more.own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  9 9 9 9 9 9 9 9 0 0\n\
                        cpu0 10 20 30 400 5 1 2 3 0 0\n\
                        cpu1 1000 0 0 1000 0 0 0 0 0 0\n\
                        intr 7\n";

    const OWN: &str = "42 (a ) b) S 1 1 1 0 -1 4194304 100 0 0 0 12 4 0 0 20 0 1 0";

    #[test]
    fn cores_that_the_process_may_not_use_do_not_count() {
        let one = Cores::of(STAT, "Name:\tx\nCpus_allowed_list:\t0\n", OWN).unwrap();
        assert_eq!(one, Cores { total: 471, busy: 66, own: 16 });
        assert_eq!(one.others_share(), Some(50.0 / 471.0));
        let both = Cores::of(STAT, "Cpus_allowed_list:\t0-1\n", OWN).unwrap();
        assert_eq!(both, Cores { total: 2471, busy: 1066, own: 16 });
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        assert_eq!(Cores::of("", "Cpus_allowed_list:\t0\n", OWN), None);
        assert_eq!(Cores::of(STAT, "", OWN), None);
        assert_eq!(Cores::of(STAT, "Cpus_allowed_list:\t0\n", "42 (x"), None);
        assert_eq!(Cores::default().others_share(), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_system_tells() {
        let cores = Cores::now().unwrap();
        assert!(cores.total >= cores.busy, "{cores:?}");
    }

    #[test]
    fn lists_of_cores_are_read() {
        assert!(is_listed("\t0-3,8\n", 2) && is_listed("0-3,8", 8) && is_listed("5", 5));
        assert!(!is_listed("0-3,8", 4) && !is_listed("", 0));
    }
}
