//! Which tests are run on a planted bug, and with how many seeds: few at first, more where they do
//! not find it, so that the whole zoo takes an hour on two cores.

use super::kills::Kills;
use super::record::{Record, Suite};
use course::{Course, Part};
use std::collections::BTreeMap;
use std::ops::Range;

/// How many seeds there are at first; if they do not name the bug on half of them; and then, as
/// long as they do not name it at all.
pub type Numbers = [u32; 4];

/// A seed of all graded tests of Lab 2 takes 0.3 s of CPU.
const LAB_2: Numbers = [5, 20, 100, 200];

/// One of Lab 3 takes seven times as long.
const LAB_3: Numbers = [4, 12, 24, 48];

/// How many graded tests are run on real threads, and how long each of them may usually take, in
/// seconds.
const REAL_TESTS: usize = 3;
const REAL_SECONDS: u64 = 12;

/// Tests to be run next.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// Which.
    pub suite: Suite,
    /// With which seeds.
    pub seeds: Range<u32>,
}

/// What there is to run on a bug.
#[derive(Debug)]
pub struct Plan<'p> {
    /// The numbers of its lab.
    pub numbers: Numbers,
    /// The claims that name it.
    pub rules: &'p [String],
    /// Whether it is run on real threads, too: on the first of its bases.
    pub on_real_threads: bool,
}

/// The numbers of seeds for a lab.
pub fn numbers(lab: &str) -> Numbers {
    if lab == "3" { LAB_3 } else { LAB_2 }
}

impl Plan<'_> {
    /// What is to be run after what the record has; nothing, if that is all.
    pub fn next(&self, record: &Record) -> Option<Step> {
        let graded = Kills::of(record, Suite::Graded, self.rules);
        let beyond = Kills::of(record, Suite::Beyond, self.rules);
        let is_found = !graded.named.is_empty();
        // The last seeds of the graded tests only if what lies beyond does not find it either.
        let is_last = |step: &Step| step.seeds.end == self.numbers[3];
        let is_found_beyond = !beyond.named.is_empty();
        self.more(Suite::Graded, &graded, false)
            .filter(|step| !is_last(step))
            .or_else(|| self.more(Suite::Beyond, &beyond, is_found))
            .or_else(|| self.more(Suite::Graded, &graded, is_found_beyond))
            .or_else(|| {
                let is_open = record.of(Suite::RealThreads).next().is_none();
                (is_open && self.on_real_threads)
                    .then_some(Step { suite: Suite::RealThreads, seeds: 0..1 })
            })
    }

    /// The same where one failure that names the bug is enough: the cheapest tests first.
    pub fn next_until_named(&self, record: &Record) -> Option<Step> {
        let graded = Kills::of(record, Suite::Graded, self.rules);
        let beyond = Kills::of(record, Suite::Beyond, self.rules);
        if !graded.named.is_empty() || !beyond.named.is_empty() {
            return None;
        }
        let next =
            [self.more(Suite::Graded, &graded, false), self.more(Suite::Beyond, &beyond, false)];
        next.into_iter().flatten().min_by_key(|step| step.seeds.end)
    }

    /// More seeds of some tests, if they are needed.
    fn more(&self, suite: Suite, kills: &Kills, is_found: bool) -> Option<Step> {
        let [few, more, ..] = self.numbers;
        let is_needed = match kills.of {
            of if of < few => true,
            _ if is_found => false,
            of if of < more => !kills.is_sure(),
            _ => kills.named.is_empty(),
        };
        let end = self.numbers.into_iter().find(|end| *end > kills.of).filter(|_| is_needed)?;
        Some(Step { suite, seeds: kills.of..end })
    }
}

/// The graded tests that are worth a run on real threads: those that failed most often when they
/// were simulated, the shortest first; of a bug that none has found, those of its part. None of
/// them takes long, unless all do.
pub fn real_tests(course: &Course, part: &Part, failures: &BTreeMap<String, usize>) -> Vec<String> {
    let is_of_lab = |it: &Part| it.is_graded() && it.lab() == part.lab();
    let of_lab = course.tests().filter(|(it, _)| is_of_lab(it));
    let mut tests: Vec<_> = of_lab.collect();
    let failures_of = |test: &str| failures.get(test).copied().unwrap_or(0);
    let has_failed = tests.iter().any(|(_, test)| failures_of(&test.name) > 0);
    tests.retain(|(it, test)| {
        if has_failed { failures_of(&test.name) > 0 } else { it.name == part.in_course() }
    });
    tests.sort_by_key(|(_, test)| (usize::MAX - failures_of(&test.name), test.seconds));
    let shortest = tests.iter().map(|(_, test)| test.seconds).min().unwrap_or(0);
    let limit = REAL_SECONDS.max(shortest);
    tests.retain(|(_, test)| test.seconds <= limit);
    tests.into_iter().take(REAL_TESTS).map(|(_, test)| test.name.clone()).collect()
}

#[cfg(test)]
mod tests;
