//! A line of a solution that is still to be found is found in a tree, and no other.

use super::*;
use std::path::PathBuf;

const SOURCE: &str = "\
fn vote(&mut self) {
    let candidate = request.candidate_of_this_term;
    // BEGIN SOLUTION 2A: vote
    /// Nobody else gets the vote of this term.
    self.voted_for = Some(request.candidate);
    let candidate = request.candidate_of_this_term;
    // END SOLUTION
    // BEGIN LATER 2C: save it
    self.persist(&self.shared.persister_of_this_life);
    // END LATER
}
// BEGIN REFERENCE
fn only_the_reference_has_such_a_function() {}
// END REFERENCE
";

fn left_in(path: &str, text: &str, open: &[&str]) -> Vec<String> {
    let mut reference = Reference::default();
    reference.add(SOURCE);
    let tree = Tree::from([(PathBuf::from(path), text.as_bytes().to_vec())]);
    let open: Vec<String> = open.iter().map(|part| (*part).to_owned()).collect();
    reference.left_in(&tree, &open)
}

const VOTED: &str = "self.voted_for = Some(request.candidate);";

#[test]
fn a_line_of_an_open_solution_is_told_with_its_place() {
    let text = format!("fn vote(&mut self) {{\n  {VOTED}\n}}\n");
    let expected = [format!("raft/src/vote.rs:2: {VOTED}")];
    assert_eq!(left_in("raft/src/vote.rs", &text, &["2A", "2C"]), expected);
    assert_eq!(left_in("docs/2a.md", VOTED, &["2A"]).len(), 1, "nor does the guide give it away");
    assert_eq!(left_in("notes.txt", VOTED, &["2A"]).len(), 1, "nor does a file left at the root");
}

#[test]
fn what_is_filled_in_may_be_there() {
    assert_eq!(left_in("raft/src/vote.rs", VOTED, &["2C"]), [""; 0]);
    let persist = "self.persist(&self.shared.persister_of_this_life);";
    assert_eq!(left_in("raft/src/vote.rs", persist, &["2C"]).len(), 1);
    assert_eq!(left_in("raft/src/vote.rs", persist, &[]), [""; 0]);
}

#[test]
fn what_is_for_the_reference_is_nowhere() {
    let function = "fn only_the_reference_has_such_a_function() {}";
    assert_eq!(left_in("raft/src/vote.rs", function, &[]).len(), 1);
}

#[test]
fn what_is_given_elsewhere_or_says_little_is_no_leftover() {
    for line in ["let candidate = request.candidate_of_this_term;", "fn vote(&mut self) {", "}"] {
        assert_eq!(left_in("raft/src/vote.rs", line, &["2A"]), [""; 0], "{line}");
    }
    assert_eq!(left_in("labrt/src/lib.rs", VOTED, &["2A"]), [""; 0], "the kit is no solution");
}

#[test]
fn a_short_line_gives_a_solution_away_in_the_code_but_not_in_the_guide() {
    let mut reference = Reference::default();
    reference.add("// BEGIN SOLUTION 2A: ask\nthread::spawn(ask);\nask();\n// END SOLUTION\n");
    let left_in = |path: &str, text: &str| {
        let tree = Tree::from([(PathBuf::from(path), text.as_bytes().to_vec())]);
        reference.left_in(&tree, &["2A".to_owned()])
    };
    let spawn = "    thread::spawn(ask);";
    assert_eq!(left_in("raft/src/raft.rs", spawn), ["raft/src/raft.rs:1: thread::spawn(ask);"]);
    assert_eq!(left_in("docs/the-kit.md", spawn), [""; 0]);
    assert_eq!(left_in("raft/src/raft.rs", "ask();"), [""; 0], "anybody may say so");
}

#[test]
fn a_marker_is_a_leftover_wherever_it_is() {
    for (path, line) in [
        ("kvraft/src/lib.rs", "    // BEGIN SOLUTION 2A: vote"),
        ("kvraft/src/lib.rs", "// HANDOUT: #![allow(unused)]"),
        ("labrt/src/lib.rs", "// BEGIN REFRENCE"),
        ("Cargo.toml", "    # END REFERENCE"),
        ("Makefile", "# BEGIN REFERENCE"),
        ("docs/SUMMARY.md", "<!-- BEGIN REFERENCE -->"),
    ] {
        assert_eq!(left_in(path, line, &[]), [format!("{path}:1: {}", line.trim())]);
    }
    assert_eq!(left_in("labrt/src/lib.rs", "// ENDS here: # BEGIN", &[]), [""; 0]);
}

#[test]
fn what_a_comment_says_gives_away_as_much() {
    for line in [
        "/// Nobody else gets the vote of this term.",
        "    // self.voted_for = Some(request.candidate);",
    ] {
        assert_eq!(left_in("raft/src/vote.rs", line, &["2A"]).len(), 1, "{line}");
        assert_eq!(left_in("raft/src/vote.rs", line, &[]), [""; 0], "{line}");
    }
}
