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

    fn whole_tree(&self) -> Tree {
        let everything = Through::nothing(&sample::course()).everything();
        tree(&self.0, &everything).expect("all is there")
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MARKED: &str = "\
fn vote() {
    // TASK 2A: vote
    cast();
}

#[cfg(test)]
mod tests;
";

fn text(tree: &Tree, path: &str) -> String {
    String::from_utf8_lossy(&tree[Path::new(path)]).into_owned()
}

#[test]
fn the_tree_is_filtered_and_has_a_readme_of_its_own() {
    let tree = Workspace::new("filtered", MARKED).tree().expect("all is there");
    assert_eq!(text(&tree, "raft/src/vote.rs"), "fn vote() {\n    todo!(\"2A: vote\")\n}\n");
    assert_eq!(text(&tree, "README.md"), "the students' own");
    assert!(tree.contains_key(Path::new("labrt/given.txt")), "{:?}", tree.keys());
}

#[test]
fn what_is_for_the_reference_or_a_leftover_is_not_in_it() {
    let workspace = Workspace::new("left-out", MARKED);
    let (out, given) = (
        [
            "docs/for-staff.md",
            "fuzz/Cargo.toml",
            "raft/src/vote/tests.rs",
            "raft/src/vote/tests/more.rs",
            "raft/tests/threads.rs",
            ".github/workflows/check.yml",
            "staff/src/main.rs",
            "docs/.page.md.swp",
            "raft/src/vote.rs~",
            "raft/src/vote.rs.orig",
            "kvraft/target/debug/deps/raft.d",
        ],
        ["labrt/src/sim/tests.rs", "labrt/tests/world.rs", "docs/page.md", ".gitignore", "LICENSE"],
    );
    out.iter().chain(&given).for_each(|path| workspace.add(path, "text"));
    let tree = workspace.tree().expect("all is there");
    let is_in = |path: &&str| tree.contains_key(Path::new(path));
    let there: Vec<_> = out.iter().filter(|path| is_in(path)).collect();
    assert!(there.is_empty(), "{there:?}");
    let missing: Vec<_> = given.iter().filter(|path| !is_in(path)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_file_of_a_later_part_comes_with_it_and_so_does_its_declaration() {
    let workspace = Workspace::new("whole-file", MARKED);
    let root = "//! Raft.\n\n/// For later.\nmod encoded;\nmod vote;\n";
    workspace.add("raft/src/lib.rs", root);
    workspace.add("raft/src/encoded.rs", "// FROM 2B\n//! Encoded.\n\nmod inner;\n");
    workspace.add("raft/src/encoded/inner.rs", "fn a() {}\n");
    let tree = workspace.tree().expect("all is there");
    assert!(!tree.contains_key(Path::new("raft/src/encoded.rs")));
    assert!(!tree.contains_key(Path::new("raft/src/encoded/inner.rs")));
    let left = text(&tree, "raft/src/lib.rs");
    assert!(
        left.starts_with("//! Raft.\n\n#![allow(\n") && left.ends_with("\n\nmod vote;\n"),
        "{left}"
    );
    let whole = workspace.whole_tree();
    assert_eq!(text(&whole, "raft/src/encoded.rs"), "//! Encoded.\n\nmod inner;\n");
    assert!(whole.contains_key(Path::new("raft/src/encoded/inner.rs")));
    assert!(text(&whole, "raft/src/lib.rs").ends_with("/// For later.\nmod encoded;\nmod vote;\n"));
}

#[test]
fn a_wrong_mark_is_told_with_its_place() {
    let marked = MARKED.replace("2A", "9Z");
    let told = Workspace::new("wrong", &marked).tree().expect_err("there is no such part");
    assert_eq!(told, "raft/src/vote.rs:2: there is no part \"9Z\"; the parts are 2A, 2B, 3A");
}

#[test]
fn a_mark_out_of_place_is_told_with_its_place() {
    let workspace = Workspace::new("out-of-place", MARKED);
    workspace.add("labrt/src/lib.rs", "//! The kit.\n\n// FROM 2A\nfn a() {}\n");
    let told = workspace.tree().expect_err("the kit has no marks");
    assert_eq!(told, "labrt/src/lib.rs:3: only the sources of raft and kvraft have marks");
}

#[test]
fn a_mark_in_what_is_no_source_is_told_with_its_place() {
    for (path, text) in [
        ("Makefile", "all:\n# FROM 2B: a target\n\ttrue\n"),
        ("raft/Cargo.toml", "[package]\n# FROM 2B\n"),
        ("docs/page.md", "# A page\n<!-- TASK 2A: read it -->\n"),
    ] {
        let workspace = Workspace::new("no-source", MARKED);
        workspace.add(path, text);
        let told = workspace.tree().expect_err(path);
        assert_eq!(told, format!("{path}:2: only the sources of raft and kvraft have marks"));
    }
    let workspace = Workspace::new("prose", MARKED);
    workspace.add("docs/page.md", "# FROM here on\n# TASKS of 2A\nFROM 2B on\n");
    workspace.tree().expect("prose is no mark");
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
    let missing: Vec<_> = left_out.chain([&README]).filter(missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
