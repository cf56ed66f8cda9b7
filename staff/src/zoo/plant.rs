//! Makes a tree with patches applied. `git apply` does it, on a copy of the students' crates.

use super::firing;
use super::patch::{Kind, Patch};
use crate::handout::build;
use crate::handout::through::Through;
use crate::handout::tree::{self, Tree, in_student_crate};
use crate::work_tree::WorkTree;
use course::Course;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// The reference's own invariants and assertions would catch a bug before any test: they are off
/// where one is planted.
const WITHOUT_ASSERTIONS: &str = "
[profile.dev.package.raft]
debug-assertions = false

[profile.dev.package.kvraft]
debug-assertions = false
";

/// Makes trees, one after another in the same directory.
pub struct Planter {
    /// The whole reference, as a student's tree that is filled in.
    reference: Tree,
    /// The sources of the students' crates, with the marks that patches have around them.
    sources: Tree,
    /// Where patches are applied.
    scratch: PathBuf,
    target: PathBuf,
}

impl Planter {
    /// Reads the reference from a workspace; the trees are made in a target directory.
    pub fn new(course: &Course, workspace: &Path, target: &Path) -> Result<Planter, String> {
        let mut reference = tree::tree(workspace, &Through::nothing(course).everything())?;
        reference.retain(|path, _| !is_source(path));
        let mut sources = tree::files(workspace)?;
        sources.retain(|path, _| is_source(path));
        let scratch = target.join(format!("course/zoo-{}", process::id()));
        Ok(Planter { reference, sources, scratch, target: target.to_owned() })
    }

    /// The sources of the students' crates with these patches, applied one after the other.
    pub fn sources(&self, patches: &[&Patch]) -> Result<Tree, String> {
        let problem = |error: std::io::Error| format!("{}: {error}", self.scratch.display());
        if self.scratch.exists() {
            fs::remove_dir_all(&self.scratch).map_err(problem)?;
        }
        build::write(&self.scratch, &self.sources)?;
        patches.iter().try_for_each(|patch| self.apply(patch))?;
        tree::files(&self.scratch)
    }

    fn apply(&self, patch: &Patch) -> Result<(), String> {
        let mut git = Command::new("git");
        git.args(["apply", "--whitespace=nowarn"]).arg(&patch.file).current_dir(&self.scratch);
        // Paths are those of the scratch directory, not of the repository that it may lie in.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            git.env_remove(name);
        }
        git.env("GIT_CEILING_DIRECTORIES", self.target.join("course"));
        let output = git.output().map_err(|error| format!("git cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} does not apply:\n{}", patch.file.display(), said.trim_end()))
    }

    /// The tree with these patches, the last of which is of this kind.
    pub fn tree(&self, patches: &[&Patch], kind: Kind) -> Result<Tree, String> {
        let mut tree = self.reference.clone();
        let mut sources = self.sources(patches)?;
        firing::add_counter(&mut sources);
        tree.extend(sources);
        if kind == Kind::Bug {
            switch_assertions_off(&mut tree);
        }
        Ok(tree)
    }

    /// Makes a tree.
    pub fn make(&self, tree: &Tree) -> Result<WorkTree, String> {
        let work_tree = WorkTree::in_target(&self.target)?;
        work_tree.make(tree)?;
        Ok(work_tree)
    }
}

impl Drop for Planter {
    fn drop(&mut self) {
        // There is none if no patch was applied.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// Switches the assertions of the students' crates off.
pub fn switch_assertions_off(tree: &mut Tree) {
    let manifest = tree.get_mut(Path::new("Cargo.toml")).expect("it is a workspace");
    manifest.extend_from_slice(WITHOUT_ASSERTIONS.as_bytes());
}

/// Whether a patch may change the file.
fn is_source(path: &Path) -> bool {
    in_student_crate(path) && path.extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests;
