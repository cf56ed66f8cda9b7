//! On which seeds a bug was caught, by which test first, and what the failure claimed.

use super::claims::begins;
use super::record::{Failure, Record, Suite};
use std::collections::{BTreeMap, BTreeSet};

/// How a bug was caught by some tests.
#[derive(Debug, Default, PartialEq)]
pub struct Kills {
    /// With how many seeds the tests were run.
    pub of: u32,
    /// The seeds on which a failure names the bug.
    pub named: BTreeSet<u64>,
    /// The seeds on which some test fails.
    pub any: BTreeSet<u64>,
    /// The first failure that names the bug; if none does, the first one.
    pub first: Option<Failure>,
    /// How many seeds each test fails on with a failure that names the bug; if none does, on any.
    pub tests: BTreeMap<String, usize>,
    /// How often each claim was made.
    pub claims: BTreeMap<String, usize>,
}

impl Kills {
    /// What a record says of some tests, of a bug that these claims name.
    pub fn of(record: &Record, suite: Suite, rules: &[String]) -> Kills {
        let of = record.of(suite).map(|stage| stage.seeds.end - stage.seeds.start).sum();
        let mut kills = Kills { of, ..Kills::default() };
        let failures: Vec<&Failure> = record.of(suite).flat_map(|stage| &stage.failures).collect();
        let names_it = |failure: &Failure| rules.iter().any(|rule| begins(&failure.claim, rule));
        let telling: Vec<&Failure> =
            failures.iter().copied().filter(|failure| names_it(failure)).collect();
        kills.named = telling.iter().map(|failure| failure.seed).collect();
        kills.any = failures.iter().map(|failure| failure.seed).collect();
        for failure in &failures {
            *kills.claims.entry(failure.claim.clone()).or_default() += 1;
        }
        let telling = if telling.is_empty() { failures } else { telling };
        // Of the lowest seed the test that comes first in the course.
        kills.first = telling.iter().min_by_key(|failure| failure.seed).copied().cloned();
        for failure in telling {
            *kills.tests.entry(failure.test.clone()).or_default() += 1;
        }
        kills
    }

    /// The share of the seeds on which a failure names the bug; 0 without seeds.
    pub fn rate(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.named.len() as f64 / f64::from(self.of) }
    }

    /// Whether at least half of the seeds name the bug.
    pub fn is_sure(&self) -> bool {
        self.named.len() * 2 >= self.of as usize
    }

    /// Whether one of the first seeds names the bug.
    pub fn is_named_within(&self, seeds: u32) -> bool {
        self.named.first().is_some_and(|first| *first < u64::from(seeds))
    }

    /// The claims, the most frequent first, with how often each was made.
    pub fn claims(&self) -> String {
        let mut claims: Vec<_> = self.claims.iter().collect();
        claims.sort_by_key(|(_, count)| usize::MAX - **count);
        let claims = claims.iter().map(|(claim, count)| format!("{claim} ({count})"));
        claims.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests;
