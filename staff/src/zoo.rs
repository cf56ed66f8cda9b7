//! `staff zoo`: correct variations of the reference, which every test must pass, and planted bugs,
//! of which each should be caught.
//!
//! Each is a patch in `staff/zoo` ([`patch`]). A tree with it is made ([`plant`]) and the graded
//! tests are simulated there with make, one patch after another in the same directory
//! ([`WorkTree`]), so that Cargo builds only what stands on the students' crates again.

mod claims;
mod firing;
mod kills;
mod patch;
mod plant;
mod schedules;

use crate::exit::Exit;
use crate::handout::workspace;
use crate::problem::{Problem, say};
use crate::results::Results;
use crate::work_tree::{WorkTree, target_directory};
use course::{Course, Part};
use firing::Firings;
use kills::Kills;
use patch::{Kind, Patch, Zoo};
use plant::Planter;
use std::ffi::OsString;
use std::fs;
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
    /// Run the graded tests on the bugs.
    Bugs,
    /// The same under each way to order threads and messages, to compare them.
    Schedules,
}

/// Seeds for each test of Lab 2 of a correct variation, and of the part beyond the course.
const SEEDS_OF_CORRECT: u32 = 20;

/// Lab 3 takes ten times as long.
const LAB_3_SHARE: u32 = 4;

const SEEDS_OF_BUGS: u32 = 5;

/// How many bugs have their turn on a day, and how many variations.
const BUGS_A_DAY: usize = 3;
const CORRECT_A_DAY: usize = 1;

/// Does what is asked and prints the result.
pub fn zoo(course: &Course, arguments: &ZooArguments) -> Exit {
    let began = Instant::now();
    let seconds = |done: String| format!("{done}, {:.1} s", began.elapsed().as_secs_f64());
    say(act(course, arguments).map(seconds))
}

fn act(course: &Course, arguments: &ZooArguments) -> Result<String, Problem> {
    let zoo = Zoo::read(&workspace(), course)?;
    let planter = Planter::new(course, &workspace(), &target_directory())?;
    let run = Run { course, arguments, zoo: &zoo, planter: &planter };
    match arguments.action {
        ZooAction::Check => run.check(),
        ZooAction::Correct => run.correct(),
        ZooAction::Bugs => run.bugs(),
        ZooAction::Schedules => run.schedules(),
    }
}

/// A patch and what it is applied on: the name of another patch, or `None` for the reference.
struct Specimen<'z> {
    patch: &'z Patch,
    base: Option<&'z str>,
}

struct Run<'r> {
    course: &'r Course,
    arguments: &'r ZooArguments,
    zoo: &'r Zoo,
    planter: &'r Planter,
}

impl Run<'_> {
    fn check(&self) -> Result<String, Problem> {
        let kinds = [(Kind::Correct, "correct variations"), (Kind::Bug, "bugs")];
        let mut done = Vec::new();
        for (kind, what) in kinds {
            let specimens = self.chosen(kind, usize::MAX)?;
            for specimen in &specimens {
                self.planter.sources(&self.zoo.stack(specimen.patch, specimen.base))?;
            }
            done.push(format!("{} {what}", specimens.len()));
        }
        Ok(format!("every patch applies: {}", done.join(", ")))
    }

    fn correct(&self) -> Result<String, Problem> {
        let seeds = self.arguments.seeds.map_or(SEEDS_OF_CORRECT, NonZeroU32::get);
        let specimens = self.chosen(Kind::Correct, CORRECT_A_DAY)?;
        let mut accused = Vec::new();
        for specimen in &specimens {
            let name = specimen.patch.name.as_str();
            if !self.passes(specimen, seeds).map_err(|problem| problem.at(name))? {
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
    fn passes(&self, specimen: &Specimen, seeds: u32) -> Result<bool, Problem> {
        let began = Instant::now();
        let name = &specimen.patch.name;
        let work_tree = self.plant(specimen)?;
        let (mut runs, mut failed) = (0, 0);
        for (lab, seeds) in [("2", seeds), ("3", seeds.div_ceil(LAB_3_SHARE))] {
            let parts = self.parts(|part| part.lab() == lab);
            let results = simulate(&work_tree, &parts, seeds, &[])?;
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

    fn bugs(&self) -> Result<String, Problem> {
        let seeds = self.arguments.seeds.map_or(SEEDS_OF_BUGS, NonZeroU32::get);
        let specimens = self.chosen(Kind::Bug, BUGS_A_DAY)?;
        let (mut killed, mut named) = (0, 0);
        let mut never_fired = Vec::new();
        println!("{}", Kills::heading());
        for specimen in &specimens {
            let patch = specimen.patch;
            let (kills, fired) =
                self.kills(specimen, seeds).map_err(|problem| problem.at(&patch.name))?;
            let fired = match fired {
                _ if !is_marked(patch)? => "not marked".to_owned(),
                0 => {
                    never_fired.push(patch.name.as_str());
                    "never".to_owned()
                }
                times => times.to_string(),
            };
            killed += usize::from(kills.seeds() > 0);
            named += usize::from(kills.named_right > 0);
            println!(
                "{}",
                kills.row(&patch.name, specimen.base.unwrap_or(patch::REFERENCE), &fired)
            );
        }
        if !never_fired.is_empty() {
            let names = never_fired.join(", ");
            return Err(Problem::Found(format!(
                "never fired: {names}: no run came to the mistake; mark where it takes effect, or \
                 use more seeds"
            )));
        }
        let all = specimens.len();
        Ok(format!("of {all} planted bugs {killed} were caught, {named} by the rule that names it"))
    }

    /// How a bug was caught, and how often it took effect.
    fn kills(&self, specimen: &Specimen, seeds: u32) -> Result<(Kills, u64), Problem> {
        let work_tree = self.plant(specimen)?;
        let patch = specimen.patch;
        let belongs = self.course.parts.iter().find(|part| part.name == patch.part);
        let lab = belongs.map_or("", Part::lab);
        let is_run = |part: &Part| part.is_graded() || part.name == patch.part;
        let parts = self.parts(|part| part.lab() == lab && is_run(part));
        let firings = Firings::in_file(work_tree.build().join("fired"));
        let results = simulate(&work_tree, &parts, seeds, &[firings.variable()])?;
        Ok((Kills::of(&results, &patch.rules, seeds), firings.count()))
    }

    fn parts(&self, which: impl Fn(&Part) -> bool) -> Vec<String> {
        let parts = self.course.parts.iter().filter(|part| which(part));
        parts.map(|part| part.name.clone()).collect()
    }

    fn plant(&self, specimen: &Specimen) -> Result<WorkTree, Problem> {
        Ok(self
            .planter
            .plant(&self.zoo.stack(specimen.patch, specimen.base), specimen.patch.kind)?)
    }

    /// The patches of a kind that were asked for, on each of their bases.
    fn chosen(&self, kind: Kind, a_day: usize) -> Result<Vec<Specimen<'_>>, Problem> {
        let names = &self.arguments.names;
        if let Some(name) = names.iter().find(|name| self.zoo.find(kind, name).is_none()) {
            let known: Vec<&str> = self.zoo.of(kind).map(|patch| patch.name.as_str()).collect();
            return Err(format!("there is no {name:?}; there are {}", known.join(", ")).into());
        }
        let patches = self.zoo.of(kind).filter(|it| names.is_empty() || names.contains(&it.name));
        let all: Vec<Specimen> = patches
            .flat_map(|patch| {
                patch.bases.iter().map(move |base| Specimen { patch, base: base.as_deref() })
            })
            .collect();
        Ok(if self.arguments.today { share(all, a_day, today()) } else { all })
    }
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

/// Whether a patch says where its mistake takes effect.
fn is_marked(patch: &Patch) -> Result<bool, String> {
    let text = fs::read_to_string(&patch.file);
    let text = text.map_err(|error| format!("{}: {error}", patch.file.display()))?;
    Ok(firing::is_marked(&text))
}

fn simulate(
    work_tree: &WorkTree,
    parts: &[String],
    seeds: u32,
    variables: &[(&str, OsString)],
) -> Result<Results, Problem> {
    let json = work_tree.make_target(&["sim", &format!("SEEDS={seeds}")], parts, variables)?;
    let results = Results::read(&json)?;
    match results.not_run() {
        None => Ok(results),
        Some(test) => Err(format!(
            "{test} was not run: does the tree compile, and is there room on the disk? See what \
             the runner printed above, and {}",
            work_tree.path().display()
        )
        .into()),
    }
}

#[cfg(test)]
mod tests;
