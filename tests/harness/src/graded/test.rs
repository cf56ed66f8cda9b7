//! A test as a child runs it: its name and titles, its limits, its scenario.

use super::scenario_result::ScenarioResult;
use course::{MEMORY_MIB, TestRequest, Titles};
use labrt::time::Duration;
use std::num::NonZeroU32;
use std::sync::Arc;

/// The course's limit for one test. Grading fails a test that takes longer.
pub const TIME_LIMIT: Duration = Duration::from_secs(course::TIME_LIMIT_SECONDS.get() as u64);

/// What a test may use. The request in the environment may have others.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time by the clock.
    pub time: Duration,
    /// Memory, in MiB.
    pub memory_mib: u64,
}

/// A scenario, for a world of its own, or for many one after the other.
pub(super) type Scenario = Arc<dyn Fn() -> ScenarioResult + Send + Sync>;

/// A test, as a child runs it.
pub(super) struct Test {
    /// The name of its `#[test]` function.
    pub(super) name: String,
    pub(super) titles: Titles,
    pub(super) limits: Limits,
    pub(super) scenario: Scenario,
}

/// The course's time, and several times the memory that the hungriest test needs.
impl Default for Limits {
    fn default() -> Limits {
        Limits { time: TIME_LIMIT, memory_mib: MEMORY_MIB.get().into() }
    }
}

impl Limits {
    /// These limits, unless the request has others.
    pub(super) fn or_those_of(self, request: &TestRequest) -> Limits {
        let seconds = |seconds: NonZeroU32| Duration::from_secs(seconds.get().into());
        let mebibytes = |count: NonZeroU32| u64::from(count.get());
        Limits {
            time: request.time_limit_seconds.map_or(self.time, seconds),
            memory_mib: request.memory_mib.map_or(self.memory_mib, mebibytes),
        }
    }
}
