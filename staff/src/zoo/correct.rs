//! Correct variations of the reference: every test must pass.

use super::patch::Kind;
use super::run::{Keeper, Specimen, run};
use super::{ZooArguments, share, today};
use crate::problem::Problem;
use std::num::NonZeroU32;
use std::time::Instant;

/// Seeds for each test of Lab 2, and of what lies beyond it.
const SEEDS: u32 = 20;

/// Lab 3 takes ten times as long.
const LAB_3_SHARE: u32 = 4;

/// How many variations have their turn on a day.
const A_DAY: usize = 1;

/// Runs every test on the variations that were asked for.
pub fn correct(keeper: &Keeper, arguments: &ZooArguments) -> Result<String, Problem> {
    let seeds = arguments.seeds.map_or(SEEDS, NonZeroU32::get);
    let mut specimens = keeper.chosen(Kind::Correct, &arguments.names)?;
    if arguments.today {
        specimens = share(specimens, A_DAY, today());
    }
    let mut accused = Vec::new();
    for specimen in &specimens {
        let name = specimen.patch.name.as_str();
        if !passes(keeper, specimen, seeds).map_err(|problem| problem.at(name))? {
            accused.push(name);
        }
    }
    let all = specimens.len();
    if accused.is_empty() {
        return Ok(format!("{all} correct variations pass every test"));
    }
    let (some, names) = (accused.len(), accused.join(", "));
    Err(Problem::Found(format!("{some} of {all} correct variations do not pass: {names}")))
}

/// Whether a variation passes every test. Prints its failures.
fn passes(keeper: &Keeper, specimen: &Specimen, seeds: u32) -> Result<bool, Problem> {
    let began = Instant::now();
    let name = &specimen.patch.name;
    let work_tree = keeper.plant(specimen)?;
    let (mut runs, mut failed) = (0, 0);
    for (lab, seeds) in [("2", seeds), ("3", seeds.div_ceil(LAB_3_SHARE))] {
        let tests = [lab.to_owned(), format!("beyond-{lab}")];
        let results = run(&work_tree, &["sim", &format!("SEEDS={seeds}")], &tests, &[])?;
        for (test, run) in results.all() {
            runs += 1;
            if run.verdict != "pass" {
                failed += 1;
                println!("{name}: {test}: {}", run.summary());
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{name}: {} of {runs} runs pass, {seconds:.1} s", runs - failed);
    Ok(failed == 0)
}
