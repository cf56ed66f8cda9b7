//! On which seeds a bug was caught, by which test first, and what the failure claimed.

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
            if kills.seeds.first().is_none_or(|&first| run.seed < first) {
                kills.first = Some(test.to_owned());
            }
            kills.seeds.insert(run.seed);
            *kills.claims.entry(without_numbers(claim)).or_default() += 1;
            kills.named_right += usize::from(rules.iter().any(|rule| claim == rule));
        }
        kills
    }

    /// On how many seeds some test failed.
    pub fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// The names of the columns.
    pub fn heading() -> String {
        row(["bug", "base", "killed", "first", "by", "named right", "as"].map(str::to_owned))
    }

    /// The row of a bug on a base.
    pub fn row(&self, bug: &str, base: &str) -> String {
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
            claims.join("; "),
        ])
    }
}

fn row([bug, base, killed, first, by, named, claims]: [String; 7]) -> String {
    let row = format!("{bug:32} {base:16} {killed:>10} {first:>5} {by:37} {named:>12}  {claims}");
    row.trim_end().to_owned()
}

/// The head of a failure: the property that does not hold, before the colon. (A part's name, as in
/// `2C: ..`, belongs to it.)
fn claim(what: &str) -> &str {
    let begin = what.find(": ").filter(|&colon| colon == 2).map_or(0, |colon| colon + 2);
    let end = what[begin..].find(": ").map_or(what.len(), |colon| begin + colon);
    &what[..end]
}

/// `no agreement on 17 within 10 s` and `.. on 18 ..` are the same claim. (A part's name is kept.)
fn without_numbers(claim: &str) -> String {
    let is_number = |word: &&str| word.parse::<u64>().is_ok();
    claim
        .split(' ')
        .map(|word| if is_number(&word) { "N" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;
