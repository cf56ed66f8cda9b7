//! How late a machine woke threads that slept: what tells a slow solution from a busy machine.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A thread woken later than this counts as late. A message and its reply take less than 1 ms
/// here, and a solution may well send again what was not answered within some tens: then a thread
/// this late already costs messages and bytes. On a quiet machine threads are woken within 2 ms.
pub const LATE: Duration = Duration::from_millis(20);

/// So many late wake-ups, of 200 a second, make a machine late. One alone changes next to nothing:
/// the course's limits on time are seconds.
pub const LATE_WAKEUPS: u64 = 3;

/// The share of the cores that other processes must have taken for the machine to be busy: less,
/// and the test's own threads are as likely the ones that kept each other waiting.
pub const OTHERS_SHARE: f64 = 0.5;

/// How late the threads of a test's process were woken, as its harness measured.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Lateness {
    /// The latest wake-up, in seconds after it was due.
    pub worst_seconds: f64,
    /// How many were later than [`LATE`].
    pub late_wakeups: u64,
    /// The share of the cores that other processes took in the seconds with late wake-ups, from 0
    /// to 1; unknown where the system does not tell.
    pub others_share: Option<f64>,
}

impl Lateness {
    /// Whether threads were late more than now and then.
    pub fn matters(&self) -> bool {
        self.late_wakeups >= LATE_WAKEUPS
    }

    /// Whether a test that failed meanwhile may have failed for it: threads were late, and mostly
    /// other processes had the cores.
    pub fn blames_the_machine(&self) -> bool {
        self.matters() && self.others_share.is_some_and(|share| share >= OTHERS_SHARE)
    }
}

/// `threads woke up to 0.70 s late (31 times by more than 20 ms): the machine was busy (other
/// processes took 83 % of it)`.
impl fmt::Display for Lateness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lateness { worst_seconds, late_wakeups, others_share } = self;
        let limit = LATE.as_millis();
        write!(
            f,
            "threads woke up to {worst_seconds:.2} s late ({late_wakeups} times by more than \
             {limit} ms)"
        )?;
        let percent = others_share.map(|share| (share * 100.0).round());
        match percent {
            Some(percent) if self.blames_the_machine() => {
                write!(f, ": the machine was busy (other processes took {percent} % of it)")
            }
            Some(percent) => write!(f, "; other processes took {percent} % of the machine"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lateness(late_wakeups: u64, others_share: Option<f64>) -> Lateness {
        Lateness { worst_seconds: 0.7, late_wakeups, others_share }
    }

    #[test]
    fn a_machine_is_blamed_if_threads_were_late_and_others_had_the_cores() {
        assert!(lateness(3, Some(0.5)).blames_the_machine());
        assert!(!lateness(2, Some(0.9)).blames_the_machine(), "late now and then");
        assert!(!lateness(300, Some(0.49)).blames_the_machine(), "the test itself was busy");
        assert!(!lateness(300, None).blames_the_machine(), "who had the cores is not known");
        assert!(!Lateness::default().blames_the_machine());
    }

    #[test]
    fn lateness_is_told_with_who_had_the_cores() {
        let late = "threads woke up to 0.70 s late (31 times by more than 20 ms)";
        let busy = ": the machine was busy (other processes took 83 % of it)";
        assert_eq!(lateness(31, Some(0.831)).to_string(), format!("{late}{busy}"));
        let itself = "; other processes took 7 % of the machine";
        assert_eq!(lateness(31, Some(0.07)).to_string(), format!("{late}{itself}"));
        assert_eq!(lateness(31, None).to_string(), late);
    }
}
