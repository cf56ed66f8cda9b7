//! Small records, for the unit tests.

use super::{Failure, Record, Stage, Suite};
use std::ops::Range;

/// A run that failed.
pub fn failure(test: &str, seed: u64, claim: &str) -> Failure {
    Failure { test: test.to_owned(), seed, claim: claim.to_owned() }
}

/// A stage of one second of CPU in which the mistake fired once, with three runs.
pub fn stage(suite: Suite, seeds: Range<u32>, failures: Vec<Failure>) -> Stage {
    Stage { suite, seeds, runs: 3, failures, cpu_seconds: 1.0, fired: 1 }
}

/// A record with these stages.
pub fn record(stages: Vec<Stage>) -> Record {
    Record { fingerprint: "f".to_owned(), stages }
}
