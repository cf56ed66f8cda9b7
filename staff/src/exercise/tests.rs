//! The tree of an exercise has the bug in it and nothing that says which.

use super::*;
use std::collections::BTreeMap;
use std::env::temp_dir;
use std::fs;
use std::path::Path;
use std::process;

/// A planter in a temporary directory, which is removed when this is dropped.
struct Temporary {
    planter: Planter,
    target: PathBuf,
}

impl Temporary {
    fn new(course: &Course) -> Temporary {
        let target = temp_dir().join(format!("raftlab-exercise-{}", process::id()));
        let planter = Planter::new(course, &workspace(), &target);
        Temporary { planter: planter.expect("the workspace can be read"), target }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.target);
    }
}

#[test]
fn every_exercise_has_its_bug_and_nothing_that_says_which() {
    let course = Course::load();
    let zoo = Zoo::read(&workspace(), &course).expect("all headers are whole");
    let temporary = Temporary::new(&course);
    let mut finished = BTreeMap::new();
    for bug in zoo.of(Kind::Bug) {
        let tree = exercise_tree(&course, &temporary.planter, &zoo, bug).expect("it can be made");
        let last = if bug.lab == "2" { "2D" } else { "3B" };
        let finished: &Tree = finished.entry(last).or_insert_with(|| {
            let through = Through::part(&course, last).expect("it is a part");
            tree::tree(&workspace(), &through).expect("it can be made")
        });
        let differs = |path: &&PathBuf| tree.get(*path) != finished.get(*path);
        let differing: BTreeSet<&Path> =
            tree.keys().chain(finished.keys()).filter(differs).map(PathBuf::as_path).collect();
        let patched = fs::read_to_string(&bug.file).expect("it is there");
        assert!(differing.contains(Path::new("Cargo.toml")));
        assert!(differing.len() > 1, "{}: it has no bug", bug.name);
        if bug.bases[0].is_none() {
            let is_patched = |path: &&&Path| patched.contains(&format!("+++ b/{}", path.display()));
            let others = differing.iter().filter(|path| !is_patched(path));
            assert_eq!(others.count(), 1, "{}: {differing:?}", bug.name);
        }
        for (path, text) in &tree {
            let text = String::from_utf8_lossy(text);
            let tells = ["crate::planted", &bug.name].into_iter().find(|hint| text.contains(hint));
            assert_eq!(tells, None, "{}: {}", bug.name, path.display());
        }
        assert!(!tree.contains_key(Path::new("docs/zoo.md")));
        assert!(!tree.keys().any(|path| path.ends_with("planted.rs") || path.starts_with("staff")));
    }
}

#[test]
fn the_manifest_does_not_say_why_assertions_are_off() {
    let mut tree = Tree::from([(PathBuf::from("Cargo.toml"), b"[workspace]\n".to_vec())]);
    plant::switch_assertions_off(&mut tree);
    let manifest = text_of(&tree[Path::new("Cargo.toml")]);
    assert!(manifest.contains("[profile.dev.package.raft]\ndebug-assertions = false\n"));
    assert!(!manifest.contains('#'), "{manifest}");
}

#[test]
fn comments_that_came_with_the_bug_are_taken_out_but_for_those_of_items() {
    let before = "// Old.\nfn vote() {\n    // Kept.\n    save();\n}\n";
    let text =
        "// Old.\n/// Votes.\nfn vote() {\n    // Not saved.\n    // Kept.\n    let x = 1;\n}\n";
    let expected = "// Old.\n/// Votes.\nfn vote() {\n    // Kept.\n    let x = 1;\n}\n";
    assert_eq!(without_hints(text, before), expected);
}

#[test]
fn an_unknown_number_lists_those_that_there_are() {
    let zoo = Zoo::read(&workspace(), &Course::load()).expect("all headers are whole");
    let problem = find(&zoo, 4_000_000).expect_err("nobody has that many");
    assert!(problem.starts_with("there is no bug 4000000; there are 1 to "), "{problem}");
    assert_eq!(find(&zoo, 1).map(|bug| bug.number), Ok(1));
}

#[test]
fn numbers_are_listed_in_ranges() {
    let numbers = BTreeSet::from([1, 2, 3, 7, 9, 10]);
    assert_eq!(ranges(&numbers), "1 to 3, 7, 9 to 10");
    assert_eq!(ranges(&BTreeSet::new()), "");
}
