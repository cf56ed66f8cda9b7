//! On which seeds a bug was caught, by which test first, and what the failure claimed.

use super::claims::claim;
use crate::results::Results;
use std::collections::{BTreeMap, BTreeSet};

/// How a bug was caught.
#[derive(Debug, PartialEq)]
pub struct Kills {
    seeds: BTreeSet<u64>,
    of: u32,
    /// The test that failed first on the lowest seed.
    first: Option<String>,
    /// How often each claim was made, whatever its numbers.
    claims: BTreeMap<String, usize>,
    /// How many of the failures begin with a rule that names the bug.
    pub named_right: usize,
}

impl Kills {
    /// What the results of this many seeds say, of a bug that these rules name.
    pub fn of(results: &Results, rules: &[String], seeds: u32) -> Kills {
        let mut kills = Kills {
            seeds: BTreeSet::new(),
            of: seeds,
            first: None,
            claims: BTreeMap::new(),
            named_right: 0,
        };
        for (test, run) in results.all().filter(|(_, run)| run.verdict != "pass") {
            let claim = claim(run.what.as_deref().unwrap_or(&run.verdict));
            kills.named_right += usize::from(rules.contains(&claim));
            if kills.seeds.first().is_none_or(|&first| run.seed < first) {
                kills.first = Some(test.to_owned());
            }
            kills.seeds.insert(run.seed);
            *kills.claims.entry(claim).or_default() += 1;
        }
        kills
    }

    /// On how many seeds some test failed.
    pub fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// The names of the columns.
    pub fn heading() -> String {
        let names = ["bug", "base", "killed", "first", "by", "named right", "fired", "as"];
        row(names.map(str::to_owned))
    }

    /// The row of a bug on a base, which took effect so often.
    pub fn row(&self, bug: &str, base: &str, fired: &str) -> String {
        let failures: usize = self.claims.values().sum();
        let mut claims: Vec<_> = self.claims.iter().collect();
        claims.sort_by_key(|(_, count)| usize::MAX - **count);
        let claims: Vec<String> =
            claims.iter().map(|(claim, count)| format!("{claim} ({count})")).collect();
        row([
            bug.to_owned(),
            base.to_owned(),
            format!("{} of {}", self.seeds(), self.of),
            self.seeds.first().map_or_else(String::new, u64::to_string),
            self.first.clone().unwrap_or_default(),
            format!("{} of {failures}", self.named_right),
            fired.to_owned(),
            claims.join("; "),
        ])
    }
}

fn row([bug, base, killed, first, by, named, fired, claims]: [String; 8]) -> String {
    let row = format!(
        "{bug:32} {base:16} {killed:>10} {first:>5} {by:37} {named:>12} {fired:>11}  {claims}"
    );
    row.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
