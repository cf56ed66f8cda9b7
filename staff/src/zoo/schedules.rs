//! `staff zoo schedules`: how many of the planted bugs each way to order threads and messages
//! finds, and how soon. What the seeds of a simulation draw is chosen by this.
//!
//! Every way runs the graded tests of the bug's part with the same seeds, and what it finds counts
//! as far as the cheapest way's CPU time goes.

use super::ZooArguments;
use super::patch::Kind;
use super::run::{Keeper, Specimen, run};
use crate::problem::Problem;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::num::NonZeroU32;

/// A way to order threads and messages: its column, and what is set by hand; the rest is the
/// seed's.
struct Way {
    name: &'static str,
    set: &'static [(&'static str, &'static str)],
}

const WAYS: [Way; 7] = [
    Way { name: "seed's", set: &[] },
    Way { name: "random", set: &[("PREEMPT", "0.6")] },
    Way { name: "PCT", set: &[("PCT", "3")] },
    Way { name: "POS", set: &[("POS", "1")] },
    Way { name: "SURW", set: &[("SURW", "1")] },
    Way { name: "messages", set: &[("PREEMPT", "0.6"), ("REORDER", "messages")] },
    Way { name: "links", set: &[("PREEMPT", "0.6"), ("REORDER", "links")] },
];

const SEEDS: u32 = 40;

/// What a way found of a bug.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    /// The seeds on which some test failed.
    failed: BTreeSet<u64>,
    /// Seeds run, from 0.
    seeds: u32,
    cpu_seconds: f64,
}

impl Found {
    /// The same with so much CPU time at most.
    fn within(&self, cpu_seconds: f64) -> Found {
        let share = (cpu_seconds / self.cpu_seconds.max(f64::MIN_POSITIVE)).min(1.0);
        let seeds = (f64::from(self.seeds) * share).floor() as u32;
        let failed = self.failed.range(..u64::from(seeds)).copied().collect();
        Found { failed, seeds, cpu_seconds: self.cpu_seconds * share }
    }

    /// How many seeds it takes in half the tries until one fails, if each fails as likely as here.
    fn median_seeds(&self) -> Option<f64> {
        let failed = self.failed.len() as f64;
        let passes = 1.0 - failed / f64::from(self.seeds);
        (failed > 0.0).then(|| (0.5f64.ln() / passes.ln()).max(1.0))
    }

    fn cell(&self) -> String {
        match self.median_seeds() {
            Some(median) => format!("{median:.1}"),
            None => format!("> {}", self.seeds),
        }
    }
}

/// Prints a row for each bug that was asked for, and what becomes of them all.
pub fn schedules(keeper: &Keeper, arguments: &ZooArguments) -> Result<String, Problem> {
    let seeds = arguments.seeds.map_or(SEEDS, NonZeroU32::get);
    let specimens = keeper.chosen(Kind::Bug, &arguments.names)?;
    let mut all: Vec<Vec<Found>> = Vec::new();
    println!("{}", row("median seeds", WAYS.iter().map(|way| way.name.to_owned())));
    for specimen in specimens.iter().filter(|specimen| specimen.base.is_none()) {
        let name = &specimen.patch.name;
        let found = by_each_way(keeper, specimen, seeds).map_err(|problem| problem.at(name))?;
        println!("{}", row(name, found.iter().map(Found::cell)));
        all.push(found);
    }
    let of = |at: usize| all.iter().map(move |found| &found[at]);
    let columns = || 0..WAYS.len();
    let bugs = |at| of(at).filter(|found| !found.failed.is_empty()).count();
    println!("{}", row("bugs found", columns().map(|at| bugs(at).to_string())));
    let median = |at| middle(of(at).map(|it| it.median_seeds().unwrap_or(f64::INFINITY)));
    println!("{}", row("median of the medians", columns().map(|at| one_decimal(median(at)))));
    let seeds_run = |at| of(at).map(|found| found.seeds).sum::<u32>();
    println!(
        "{}",
        row("seeds in the same CPU time", columns().map(|at| seeds_run(at).to_string()))
    );
    Ok(format!("{} bugs, {} ways", all.len(), WAYS.len()))
}

/// What each way finds, within the CPU time of the cheapest.
fn by_each_way(keeper: &Keeper, specimen: &Specimen, seeds: u32) -> Result<Vec<Found>, Problem> {
    let work_tree = keeper.plant(specimen)?;
    let parts = [specimen.patch.part.clone()];
    let found: Result<Vec<Found>, Problem> = WAYS
        .iter()
        .map(|way| {
            let set = way.set.iter().map(|(name, value)| (*name, OsString::from(value)));
            let set: Vec<_> = set.collect();
            let results = run(&work_tree, &["sim", &format!("SEEDS={seeds}")], &parts, &set)?;
            let failed = results.all().filter(|(_, run)| run.verdict != "pass");
            let failed = failed.map(|(_, run)| run.seed).collect();
            Ok(Found { failed, seeds, cpu_seconds: results.cpu_seconds })
        })
        .collect();
    let found = found?;
    let least = found.iter().map(|found| found.cpu_seconds).fold(f64::INFINITY, f64::min);
    Ok(found.iter().map(|found| found.within(least)).collect())
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!("{cell:>10}")).collect();
    format!("{name:32}{cells}")
}

fn one_decimal(number: f64) -> String {
    if number.is_finite() { format!("{number:.1}") } else { "none".to_owned() }
}

/// The middle one; of an even number the lower.
fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests;
