//! `staff handout`, run as a program on the real workspace: the tree it makes, and its errors.

use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};

/// A directory of the test's own, removed when it is dropped.
struct Bench(PathBuf);

impl Bench {
    fn new(name: &str) -> Bench {
        let bench = Bench(temp_dir().join(format!("raftlab-handout-{name}-{}", process::id())));
        fs::create_dir_all(&bench.0).expect("it is ours");
        bench
    }

    fn staff(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("staff runs")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut staff = Command::new(env!("CARGO_BIN_EXE_staff"));
        staff.arg("handout").args(arguments).current_dir(&self.0);
        staff
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("it is ours").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Asserts that nothing was made, and returns what was said.
    #[track_caller]
    fn refuses(&self, output: &Output, code: i32, left: &[&str]) -> String {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(self.names(), left, "{said}");
        said
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(directory).output();
    String::from_utf8(output.expect("git runs").stdout).expect("git speaks UTF-8")
}

#[test]
fn a_tree_is_made_and_is_a_repository_if_asked_for() {
    let bench = Bench::new("git");
    let made = bench.staff(&["my-raft", "--git"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8_lossy(&made.stdout);
    assert!(said.starts_with("my-raft: nothing filled in, "), "{said}");
    let tree = bench.0.join("my-raft");
    assert_eq!(git(&tree, &["log", "--format=%s"]), "The labs, as handed out\n");
    assert_eq!(git(&tree, &["status", "--short"]), "");
    let election = fs::read_to_string(tree.join("raft/src/election.rs")).expect("it is there");
    assert!(election.contains("\"2A: "), "{election}");
    let script = Command::new(tree.join("lab/tests/fake/test-binary")).output();
    assert!(script.is_ok(), "a script can be run: {script:?}");
    assert_eq!(bench.names(), ["my-raft"]);
}

#[test]
fn an_empty_directory_will_do_and_a_part_is_filled_in() {
    let bench = Bench::new("empty");
    fs::create_dir(bench.0.join("my-raft")).expect("it is ours");
    let made = bench.staff(&["my-raft", "--through", "2a"]);
    let said = String::from_utf8_lossy(&made.stdout);
    assert!(said.starts_with("my-raft: filled in through 2A, "), "{said}");
    let election = bench.0.join("my-raft/raft/src/election.rs");
    assert!(!fs::read_to_string(election).expect("it is there").contains("todo!"));
}

#[test]
fn a_directory_that_is_taken_is_left_alone() {
    let bench = Bench::new("taken");
    fs::create_dir(bench.0.join("my-raft")).expect("it is ours");
    fs::write(bench.0.join("my-raft/work.rs"), "mine").expect("it is ours");
    let said = bench.refuses(&bench.staff(&["my-raft"]), 64, &["my-raft"]);
    assert!(said.contains("my-raft is not empty, and nothing was written"), "{said}");
    assert_eq!(fs::read_to_string(bench.0.join("my-raft/work.rs")).expect("it is there"), "mine");
    fs::write(bench.0.join("file"), "mine").expect("it is ours");
    let said = bench.refuses(&bench.staff(&["file"]), 64, &["file", "my-raft"]);
    assert!(said.contains("cannot read file: "), "{said}");
}

#[test]
fn a_wrong_command_line_is_told() {
    let bench = Bench::new("words");
    let said = bench.refuses(&bench.staff(&[]), 64, &[]);
    assert!(said.contains("make handout DIR=../my-raft"), "{said}");
    let said = bench.refuses(&bench.staff(&["my-raft", "--through", "2E"]), 64, &[]);
    assert!(
        said.contains("there is no part \"2E\"; the parts are 2A, 2B, 2C, 2D, 3A, 3B"),
        "{said}"
    );
    bench.refuses(&bench.staff(&["my-raft", "again"]), 64, &[]);
    let said = bench.refuses(&bench.staff(&["my-raft/.."]), 64, &[]);
    assert!(said.contains("name a new directory"), "{said}");
}

#[test]
fn nothing_half_made_is_left_behind() {
    let bench = Bench::new("half");
    let made = bench.command(&["my-raft"]).env("CARGO", "/no/such/cargo").output();
    let said = bench.refuses(&made.expect("staff runs"), 4, &[]);
    assert!(said.contains("/no/such/cargo cannot be started"), "{said}");
}

#[test]
fn the_repository_is_the_handouts_whatever_git_is_told_outside() {
    let bench = Bench::new("outside");
    let made = bench.command(&["my-raft", "--git"]).env("GIT_DIR", "/dev/null/x").output();
    assert!(made.expect("staff runs").status.success());
    assert_eq!(git(&bench.0.join("my-raft"), &["status", "--short"]), "");
}

#[test]
fn a_place_in_the_workspace_is_refused_and_so_is_a_link() {
    let bench = Bench::new("inside");
    let inside = concat!(env!("CARGO_MANIFEST_DIR"), "/../raft/my-raft");
    let said = bench.refuses(&bench.staff(&[inside]), 64, &[]);
    assert!(said.contains("is inside this tree"), "{said}");
    assert!(!Path::new(inside).exists());
    fs::create_dir(bench.0.join("there")).expect("it is ours");
    std::os::unix::fs::symlink("there", bench.0.join("link")).expect("it is ours");
    let said = bench.refuses(&bench.staff(&["link"]), 64, &["link", "there"]);
    assert!(said.contains("link is a link"), "{said}");
}
