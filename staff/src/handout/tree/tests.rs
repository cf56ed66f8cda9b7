//! What goes into the tree, from a small workspace that has all that is looked for.

use super::*;
use crate::handout::workspace;
use crate::sample;
use std::env::temp_dir;
use std::process;

/// A workspace in a directory of its own, removed when it is dropped.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str, vote: &str) -> Workspace {
        let workspace = Workspace(temp_dir().join(format!("raftlab-{name}-{}", process::id())));
        workspace.add("labrt/given.txt", "");
        workspace.add(README, "the students' own");
        workspace.add("raft/src/vote.rs", vote);
        workspace
    }

    fn add(&self, path: impl AsRef<Path>, text: &str) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().expect("a file is in a directory")).expect("it is ours");
        fs::write(file, text).expect("it is ours");
    }

    fn tree(&self) -> Result<Tree, String> {
        tree(&self.0, &Through::nothing(&sample::course()))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MARKED: &str = "\
fn vote() {
    // BEGIN SOLUTION 2A: vote
    cast();
    // END SOLUTION
}
";

#[test]
fn the_tree_is_filtered_and_has_a_readme_of_its_own() {
    let tree = Workspace::new("filtered", MARKED).tree().expect("all is there");
    let text = |path: &str| String::from_utf8_lossy(&tree[Path::new(path)]).into_owned();
    assert_eq!(text("raft/src/vote.rs"), "fn vote() {\n    todo!(\"2A: vote\")\n}\n");
    assert_eq!(text("README.md"), "the students' own");
    assert!(tree.contains_key(Path::new("labrt/given.txt")), "{:?}", tree.keys());
}

#[test]
fn what_is_for_the_reference_or_a_leftover_is_not_in_it() {
    let workspace = Workspace::new("left-out", MARKED);
    let (out, given) = (
        [
            "docs/for-staff.md",
            "tests/planted-raft/src/lib.rs",
            "raft/src/vote/tests.rs",
            "raft/src/model.rs",
            ".github/workflows/check.yml",
            "staff/src/main.rs",
            "docs/.page.md.swp",
            "raft/src/vote.rs~",
            "raft/src/vote.rs.orig",
            "kvraft/target/debug/deps/raft.d",
        ],
        ["labrt/src/sim/tests.rs", "docs/page.md", ".gitignore", "LICENSE"],
    );
    out.iter().chain(&given).for_each(|path| workspace.add(path, "text"));
    let tree = workspace.tree().expect("all is there");
    let is_in = |path: &&str| tree.contains_key(Path::new(path));
    assert_eq!(out.iter().filter(|path| is_in(path)).count(), 0, "{:?}", tree.keys());
    assert!(given.iter().all(is_in), "{:?}", tree.keys());
}

#[test]
fn a_wrong_marker_is_told_with_its_place() {
    let marked = MARKED.replace("    // END SOLUTION\n", "");
    let told = Workspace::new("wrong", &marked).tree().expect_err("a region has no end");
    assert_eq!(told, "raft/src/vote.rs:2: SOLUTION has no end");
}

#[test]
fn a_tree_without_tasks_is_no_reference() {
    let told = Workspace::new("unmarked", "fn vote() {}\n").tree().expect_err("nothing to find");
    assert!(told.contains("is this a handout already?"), "{told}");
}

#[test]
fn what_is_left_out_exists() {
    let missing = |path: &&&str| !workspace().join(path).exists();
    // A page or a test that was renamed would be handed out.
    let left_out = LEFT_OUT.iter().filter(|path| path.contains('/'));
    let named = left_out.chain([&README]);
    let missing: Vec<_> = named.filter(missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
