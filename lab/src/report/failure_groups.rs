//! Groups the failures of many seeds by what failed: a thousand failures are mostly of two or three
//! kinds.

use crate::run::failure_kind::kind;
use crate::run::result::RunResult;
use crate::run::results::TestResults;
use crate::run::verdict::RunVerdict;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Failures of one test that are alike.
#[derive(Debug)]
pub struct FailureGroup<'r> {
    /// The one of the lowest seed.
    pub first: &'r RunResult,
    /// How many there are.
    pub count: usize,
}

/// The failures of a test, grouped, the most frequent first.
pub fn failure_groups<'r>(test: &'r TestResults) -> Vec<FailureGroup<'r>> {
    let mut groups: BTreeMap<(RunVerdict, String), FailureGroup<'r>> = BTreeMap::new();
    for run in test
        .runs
        .iter()
        .filter(|run| !matches!(run.verdict, RunVerdict::Pass | RunVerdict::Stopped))
    {
        let kind = kind(run.what.as_deref().unwrap_or_default());
        let group =
            groups.entry((run.verdict, kind)).or_insert(FailureGroup { first: run, count: 0 });
        group.count += 1;
        if run.seed < group.first.seed {
            group.first = run;
        }
    }
    let mut groups: Vec<FailureGroup> = groups.into_values().collect();
    groups.sort_by_key(|group| (Reverse(group.count), group.first.seed));
    groups
}

#[cfg(test)]
mod tests;
