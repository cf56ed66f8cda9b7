//! Planted bugs: each should be caught, by the right name. Runs the tests on them as [`Plan`] says,
//! keeps what was found, and writes the page.

use super::firing::Firings;
use super::kills::Kills;
use super::page::{self, Row};
use super::patch::{self, Kind};
use super::plan::{Plan, Step, numbers, real_tests};
use super::record::{Record, Stage, Suite};
use super::run::{Keeper, Specimen, kept, run};
use super::{ZooArguments, share, today};
use crate::handout::tree::Tree;
use crate::handout::workspace;
use crate::problem::Problem;
use crate::work_tree::WorkTree;
use course::Course;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// How many bugs have their turn on a day: within three minutes on two cores.
const A_DAY: usize = 6;

/// A test on real threads that is stuck ends after so many seconds.
const REAL_LIMIT: &str = "60";

/// Runs the tests on the bugs that were asked for; on all of them, the page is written.
pub fn bugs(keeper: &Keeper, arguments: &ZooArguments) -> Result<String, Problem> {
    if arguments.today {
        return todays(keeper);
    }
    let specimens = keeper.chosen(Kind::Bug, &arguments.names)?;
    let is_whole = arguments.names.is_empty() && arguments.seeds.is_none();
    fs::create_dir_all(kept()).map_err(|error| format!("{}: {error}", kept().display()))?;
    println!("{}", page::heading());
    let mut rows = Vec::new();
    for specimen in specimens {
        let seeds = arguments.seeds.map(std::num::NonZeroU32::get);
        let row = match earlier(keeper, &specimen).filter(|_| arguments.kept) {
            Some(record) => Row { specimen, record, is_earlier: true },
            None => {
                let record = examine(keeper, &specimen, seeds);
                let record = record.map_err(|it| it.at(&name(&specimen)))?;
                Row { specimen, record, is_earlier: false }
            }
        };
        println!("{}", row.line());
        rows.push(row);
    }
    if is_whole {
        let reference = reference(keeper)?;
        let file = workspace().join(page::PAGE);
        let text = page::page(keeper.course, &rows, &reference);
        super::record::write_whole(&file, text.as_bytes())
            .map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{} is written", page::PAGE);
    }
    page::verdict(&rows)
}

/// The share of a day: each must be caught by the right name, with as many seeds as it takes.
fn todays(keeper: &Keeper) -> Result<String, Problem> {
    let mut specimens = keeper.chosen(Kind::Bug, &[])?;
    specimens.retain(|specimen| specimen.patch.survives.is_none());
    let specimens = share(specimens, A_DAY, today());
    let mut missed = Vec::new();
    for specimen in &specimens {
        let place = |problem: Problem| problem.at(&name(specimen));
        let tree = tree(keeper, specimen).map_err(place)?;
        let work_tree = keeper.planter.make(&tree)?;
        let plan = plan(specimen);
        let mut record = Record::default();
        while let Some(step) = plan.next_until_named(&record) {
            let stage = take(keeper.course, &work_tree, specimen, &step, &record).map_err(place)?;
            record.stages.push(stage);
        }
        let row = Row { specimen: *specimen, record, is_earlier: false };
        println!("{}", row.line());
        if !row.is_named() {
            missed.push(name(specimen));
        }
    }
    match missed.len() {
        0 => Ok(format!("{} planted bugs of today are caught by the right name", specimens.len())),
        _ => Err(Problem::Found(format!("not caught by the right name: {}", missed.join(", ")))),
    }
}

/// A bug and what it stands on, in words.
fn name(specimen: &Specimen) -> String {
    format!("{} on {}", specimen.patch.name, specimen.base.unwrap_or(patch::REFERENCE))
}

fn plan<'s>(specimen: &Specimen<'s>) -> Plan<'s> {
    let patch = specimen.patch;
    let is_first = patch.bases.first().is_some_and(|base| base.as_deref() == specimen.base);
    Plan { numbers: numbers(&patch.lab), rules: &patch.rules, on_real_threads: is_first }
}

fn tree(keeper: &Keeper, specimen: &Specimen) -> Result<Tree, Problem> {
    let patches = keeper.zoo.stack(specimen.patch, specimen.base);
    Ok(keeper.planter.tree(&patches, specimen.patch.kind)?)
}

/// Where the record of a bug is kept.
fn file(specimen: &Specimen) -> PathBuf {
    let base = specimen.base.unwrap_or(patch::REFERENCE);
    kept().join(format!("{}@{base}.json", specimen.patch.name))
}

/// All that was to be run on a bug, if that was in another state of the kit than this.
fn earlier(keeper: &Keeper, specimen: &Specimen) -> Option<Record> {
    let record = Record::kept(&file(specimen))?;
    let is_of_now = record.fingerprint == fingerprint(&tree(keeper, specimen).ok()?);
    (!is_of_now && plan(specimen).next(&record).is_none()).then_some(record)
}

/// Runs the tests on a bug: with so many seeds, or as the plan says. What is kept of the same tree
/// is not run again.
fn examine(keeper: &Keeper, specimen: &Specimen, seeds: Option<u32>) -> Result<Record, Problem> {
    let tree = tree(keeper, specimen)?;
    if let Some(seeds) = seeds {
        return with_seeds(keeper, specimen, &tree, seeds);
    }
    let plan = plan(specimen);
    let file = file(specimen);
    let mut record = Record::read(&file, &fingerprint(&tree));
    let mut made = None;
    while let Some(step) = plan.next(&record) {
        let work_tree = match &made {
            Some(work_tree) => work_tree,
            None => made.insert(keeper.planter.make(&tree)?),
        };
        let stage = take(keeper.course, work_tree, specimen, &step, &record)?;
        record.stages.push(stage);
        record.write(&file)?;
    }
    Ok(record)
}

fn with_seeds(
    keeper: &Keeper,
    specimen: &Specimen,
    tree: &Tree,
    seeds: u32,
) -> Result<Record, Problem> {
    let work_tree = keeper.planter.make(tree)?;
    let mut record = Record::default();
    for suite in [Suite::Graded, Suite::Beyond] {
        let step = Step { suite, seeds: 0..seeds };
        let stage = take(keeper.course, &work_tree, specimen, &step, &record)?;
        record.stages.push(stage);
    }
    Ok(record)
}

/// Runs a step.
fn take(
    course: &Course,
    work_tree: &WorkTree,
    specimen: &Specimen,
    step: &Step,
    record: &Record,
) -> Result<Stage, Problem> {
    let firings = Firings::in_file(work_tree.build().join("fired"));
    let mut variables: Vec<(&str, OsString)> = vec![firings.variable()];
    let lab = &specimen.patch.lab;
    let seeds = format!("SEEDS={}..{}", step.seeds.start, step.seeds.end);
    let results = match step.suite {
        Suite::Graded | Suite::Beyond => {
            run(work_tree, &["sim", &seeds], &group(lab, step.suite), &variables)?
        }
        Suite::RealThreads => {
            let part = course.parts.iter().find(|part| part.name == specimen.patch.part);
            let part = part.expect("the header was checked");
            let kills = Kills::of(record, Suite::Graded, &specimen.patch.rules);
            variables.push(("LAB_TIME_LIMIT", REAL_LIMIT.into()));
            run(work_tree, &["test"], &real_tests(course, part, &kills.tests), &variables)?
        }
    };
    Ok(Stage::of(step.suite, step.seeds.clone(), &results, firings.count()))
}

/// What stands for some simulated tests of a lab: `2`, `beyond-2`.
fn group(lab: &str, suite: Suite) -> Vec<String> {
    vec![if suite == Suite::Beyond { format!("beyond-{lab}") } else { lab.to_owned() }]
}

/// What the tests take of a correct solution: the reference, in its own tree, by lab.
fn reference(keeper: &Keeper) -> Result<Vec<Record>, Problem> {
    let tree = keeper.planter.tree(&[], Kind::Correct)?;
    let mut made = None;
    let mut records = Vec::new();
    for lab in ["2", "3"] {
        let [few, ..] = numbers(lab);
        let file = kept().join(format!("{}-{lab}.json", patch::REFERENCE));
        let mut record = Record::read(&file, &fingerprint(&tree));
        let suites = [
            (Suite::Graded, 0..few, "sim"),
            (Suite::Beyond, 0..few, "sim"),
            (Suite::RealThreads, 0..1, "test"),
        ];
        for (suite, seeds, target) in suites {
            if record.of(suite).next().is_some() {
                continue;
            }
            let work_tree = match &made {
                Some(work_tree) => work_tree,
                None => made.insert(keeper.planter.make(&tree)?),
            };
            let end = format!("SEEDS={}", seeds.end);
            let arguments = if target == "sim" { vec![target, &end] } else { vec![target] };
            let results = run(work_tree, &arguments, &group(lab, suite), &[])?;
            record.stages.push(Stage::of(suite, seeds, &results, 0));
            record.write(&file)?;
        }
        records.push(record);
    }
    Ok(records)
}

/// A hash of all that decides what the tests find in a tree. (The rules that name the bug are
/// judged afterwards.)
fn fingerprint(tree: &Tree) -> String {
    let mut hasher = DefaultHasher::new();
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    for file in tree.iter().filter(|(path, _)| !is_page(path)) {
        file.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
