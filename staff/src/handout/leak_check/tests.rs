//! A line of a solution that is still open is found in a tree, and no other line is.

use super::*;
use crate::handout::marks::Source;
use crate::handout::workspace;
use std::path::PathBuf;

const SOURCE: &str = "\
fn vote(&mut self) {
    let candidate = request.candidate_of_this_term;
    if asked {
        // FROM 2A: vote
        /// Nobody else gets the vote of this term.
        self.voted_for = Some(request.candidate);
        let candidate = request.candidate_of_this_term;

        self.given_to_every_student();
    }
    // FROM 2C: save it
    self.persist(&self.shared.persister_of_this_life);
}
";

fn left_in(path: &str, text: &str, open: &[&str]) -> Vec<String> {
    let mut reference = Reference::default();
    reference.add(SOURCE);
    let tree = Tree::from([(PathBuf::from(path), text.as_bytes().to_vec())]);
    let open: Vec<String> = open.iter().map(|part| (*part).to_owned()).collect();
    reference.leaks_in(&tree, &open)
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
fn what_is_given_elsewhere_or_says_little_is_no_leftover() {
    for line in [
        "let candidate = request.candidate_of_this_term;",
        "fn vote(&mut self) {",
        "}",
        "self.given_to_every_student();",
    ] {
        assert_eq!(left_in("raft/src/vote.rs", line, &["2A"]), [""; 0], "{line}");
    }
    assert_eq!(left_in("labrt/src/lib.rs", VOTED, &["2A"]), [""; 0], "the kit is no solution");
}

#[test]
fn a_short_line_gives_a_solution_away_in_the_code_but_not_in_the_guide() {
    let mut reference = Reference::default();
    reference.add("\n// FROM 2A: ask\nthread::spawn(ask);\nask();\n");
    let left_in = |path: &str, text: &str| {
        let tree = Tree::from([(PathBuf::from(path), text.as_bytes().to_vec())]);
        reference.leaks_in(&tree, &["2A".to_owned()])
    };
    let spawn = "    thread::spawn(ask);";
    assert_eq!(left_in("raft/src/raft.rs", spawn), ["raft/src/raft.rs:1: thread::spawn(ask);"]);
    assert_eq!(left_in("docs/the-kit.md", spawn), [""; 0]);
    assert_eq!(left_in("raft/src/raft.rs", "ask();"), [""; 0], "anybody may say so");
}

#[test]
fn a_mark_is_a_leftover() {
    for line in ["    // TASK 2A: vote", "// FROM 2B", "// BEGIN SOLUTION 2A", "    // END LATER"] {
        let expected = [format!("kvraft/src/lib.rs:1: {}", line.trim())];
        assert_eq!(left_in("kvraft/src/lib.rs", line, &[]), expected);
    }
    assert_eq!(left_in("raft/src/lib.rs", "// ENDS here", &[]), [""; 0]);
}

#[test]
fn what_a_task_says_is_no_leftover() {
    let mut reference = Reference::default();
    reference.add("fn a() {\n    // TASK 2A: say what is\n    //   to be done here\n    b();\n}\n");
    let text = b"fn a() {\n    // TODO 2A: say what is\n    // to be done here\n}\n";
    let tree = Tree::from([(PathBuf::from("raft/src/a.rs"), text.to_vec())]);
    assert_eq!(reference.leaks_in(&tree, &["2A".to_owned()]), [""; 0]);
}

/// What the filter takes out, line by line, is what indentation says, in the whole reference.
#[test]
fn both_readings_of_the_marks_agree() {
    let course = course::Course::load();
    let through = Through::nothing(&course);
    let mut lines = 0;
    for (path, text) in take_sources(&mut tree::files(&workspace()).expect("it can be read")) {
        let source = Source::read(&text, &through).expect("the marks are in order");
        let by_brackets = source.parts();
        let by_indentation = parts_by_indentation(&text);
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (brackets, indentation) = (by_brackets[at], by_indentation[at].as_deref());
            assert_eq!(brackets, indentation, "{}:{}: {line}", path.display(), at + 1);
            lines += usize::from(brackets.is_some());
        }
    }
    assert!(lines > 500, "{lines} lines of solutions");
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
