//! `staff zoo`: correct variations of the reference, which every test must pass, and planted bugs,
//! of which each should be caught.
//!
//! Each is a patch in `staff/zoo` ([`patch`]). A tree with it is made ([`plant`]) and the tests are
//! run there with make ([`run`](mod@run)), one patch after another in the same directory
//! ([`WorkTree`](crate::work_tree::WorkTree)), so that Cargo builds only what stands on the
//! students' crates again.

mod bugs;
mod claims;
mod correct;
pub mod firing;
mod kills;
mod page;
pub mod patch;
mod plan;
pub mod plant;
mod record;
mod run;
mod schedules;

use crate::exit::Exit;
use crate::handout::workspace;
use crate::problem::{Problem, say};
use crate::work_tree::target_directory;
use course::Course;
use patch::{Kind, Zoo};
use plant::Planter;
use run::Keeper;
use std::num::NonZeroU32;
use std::time::{Instant, SystemTime};

/// What `staff zoo` is asked for.
#[derive(Debug, PartialEq)]
pub struct ZooArguments {
    /// What is to be done.
    pub action: ZooAction,
    /// With how many seeds each test is simulated, if not the usual number.
    pub seeds: Option<NonZeroU32>,
    /// Only the share of this day, so that all have their turn.
    pub today: bool,
    /// What was found in an earlier state of the kit counts as well.
    pub kept: bool,
    /// Only these patches; none stands for all.
    pub names: Vec<String>,
}

/// What `staff zoo` does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ZooAction {
    /// Apply every patch, and build nothing.
    Check,
    /// Run every test on the correct variations.
    Correct,
    /// Run the tests on the bugs.
    Bugs,
    /// The same under each way to order threads and messages, to compare them.
    Schedules,
}

/// Does what is asked and prints the result.
pub fn zoo(course: &Course, arguments: &ZooArguments) -> Exit {
    let began = Instant::now();
    let seconds = |done: String| format!("{done}, {:.1} s", began.elapsed().as_secs_f64());
    say(act(course, arguments).map(seconds))
}

fn act(course: &Course, arguments: &ZooArguments) -> Result<String, Problem> {
    let zoo = Zoo::read(&workspace(), course)?;
    let planter = Planter::new(course, &workspace(), &target_directory())?;
    let keeper = Keeper { course, zoo: &zoo, planter: &planter };
    match arguments.action {
        ZooAction::Check => check(&keeper),
        ZooAction::Correct => correct::correct(&keeper, arguments),
        ZooAction::Bugs => bugs::bugs(&keeper, arguments),
        ZooAction::Schedules => schedules::schedules(&keeper, arguments),
    }
}

/// Every patch applies.
fn check(keeper: &Keeper) -> Result<String, Problem> {
    let kinds = [(Kind::Correct, "correct variations"), (Kind::Bug, "bugs")];
    let mut done = Vec::new();
    for (kind, what) in kinds {
        let specimens = keeper.chosen(kind, &[])?;
        for specimen in &specimens {
            keeper.planter.sources(&keeper.zoo.stack(specimen.patch, specimen.base))?;
        }
        done.push(format!("{} {what}", specimens.len()));
    }
    Ok(format!("every patch applies: {}", done.join(", ")))
}

/// Those whose turn it is on a day. Everything has its turn before anything has it again.
fn share<T>(mut all: Vec<T>, a_day: usize, day: usize) -> Vec<T> {
    let count = all.len().max(1);
    all.rotate_left(day % count * a_day % count);
    all.truncate(a_day);
    all
}

/// Days since 1970.
fn today() -> usize {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| (since.as_secs() / (24 * 60 * 60)) as usize)
}

#[cfg(test)]
mod tests;
