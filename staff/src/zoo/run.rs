//! Runs the tests of a tree with patches, as a student does, with make.

use super::patch::{Kind, Patch, Zoo};
use super::plant::Planter;
use crate::problem::Problem;
use crate::results::Results;
use crate::work_tree::{WorkTree, target_directory};
use course::Course;
use std::ffi::OsString;
use std::path::PathBuf;

/// How many names an unknown one is answered with.
const LIKE_IT: usize = 3;

/// A patch and what it is applied on: the name of another patch, or `None` for the reference.
#[derive(Clone, Copy)]
pub struct Specimen<'z> {
    /// What is looked at.
    pub patch: &'z Patch,
    /// What it stands on.
    pub base: Option<&'z str>,
}

/// The zoo, and what is needed to run the tests on it.
pub struct Keeper<'k> {
    /// Parts and tests.
    pub course: &'k Course,
    /// Every patch.
    pub zoo: &'k Zoo,
    /// Makes the trees.
    pub planter: &'k Planter,
}

impl<'k> Keeper<'k> {
    /// The patches of a kind with these names (all, if there are none), on each of their bases.
    pub fn chosen(&self, kind: Kind, names: &[String]) -> Result<Vec<Specimen<'k>>, Problem> {
        if let Some(name) = names.iter().find(|name| self.zoo.find(kind, name).is_none()) {
            let known = self.zoo.of(kind).map(|patch| patch.name.as_str());
            return Err(Problem::Usage(unknown(kind, name, known)));
        }
        let patches = self.zoo.of(kind).filter(|it| names.is_empty() || names.contains(&it.name));
        let on_each = |patch: &'k Patch| {
            patch.bases.iter().map(move |base| Specimen { patch, base: base.as_deref() })
        };
        let mut specimens: Vec<_> = patches.flat_map(on_each).collect();
        // A lab at a time: what a bug of the other has changed need not be built again.
        specimens.sort_by_key(|specimen| &specimen.patch.lab);
        Ok(specimens)
    }

    /// Makes the tree of a specimen.
    pub fn plant(&self, specimen: &Specimen) -> Result<WorkTree, Problem> {
        let patches = self.zoo.stack(specimen.patch, specimen.base);
        Ok(self.planter.make(&self.planter.tree(&patches, specimen.patch.kind)?)?)
    }
}

/// There is no patch of this name, but some like it.
pub(super) fn unknown<'n>(kind: Kind, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let mut known: Vec<&str> = known.collect();
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    known.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
    known.truncate(LIKE_IT);
    let (folder, known) = (kind.folder(), known.join(", "));
    format!("there is no {name:?} in {}; did you mean {known}?", folder.display())
}

/// Runs tests in a tree, each at least once.
pub fn run(
    work_tree: &WorkTree,
    arguments: &[&str],
    tests: &[String],
    variables: &[(&str, OsString)],
) -> Result<Results, Problem> {
    let (json, said) = work_tree.make_target(arguments, tests, variables)?;
    let results = Results::read(&json)?;
    match results.ended.as_str() {
        "not-built" => return Err(Problem::Found(format!("does not compile:\n{said}"))),
        "interrupted" | "kit-fault" => return Err(said.into()),
        _ => {}
    }
    match results.not_run() {
        None => Ok(results),
        Some(test) => Err(format!(
            "{test} was not run; is there room on the disk? In {}: {said}",
            work_tree.path().display()
        )
        .into()),
    }
}

/// Where what is known of the bugs is kept.
pub fn kept() -> PathBuf {
    target_directory().join("course/zoo")
}
