//! The lines that name a file that is left out are removed, and no others.

use super::*;

fn without(path: &str, text: &str) -> String {
    without_left_out(Path::new(path), text)
}

#[test]
fn a_workspace_forgets_the_members_that_are_left_out() {
    let text = "[workspace]\nmembers = [\n    \"raft\",\n    \"staff\",\n    \"lab\",\n]\n";
    assert_eq!(
        without("Cargo.toml", text),
        "[workspace]\nmembers = [\n    \"raft\",\n    \"lab\",\n]\n"
    );
}

#[test]
fn a_makefile_does_not_include_what_is_left_out() {
    let text = "all:\n\ninclude other.mk\n-include staff/staff.mk\n";
    assert_eq!(without("Makefile", text), "all:\n\ninclude other.mk\n");
}

#[test]
fn a_summary_does_not_link_to_pages_that_are_left_out() {
    let text = "- [Start](start-here.md)\n- [For staff](for-staff.md)\nno link\n";
    assert_eq!(without("docs/SUMMARY.md", text), "- [Start](start-here.md)\nno link\n");
}

#[test]
fn a_students_crate_needs_nothing_for_tests() {
    let text = "[dependencies]\na = 1\n\n[dev-dependencies]\nb = 1\n\n[features]\nc = []\n";
    let expected = "[dependencies]\na = 1\n\n[features]\nc = []\n";
    assert_eq!(without("raft/Cargo.toml", text), expected);
    assert_eq!(without("labrt/Cargo.toml", text), text, "the kit keeps its tests");
}

#[test]
fn a_students_crate_allows_what_is_not_used_yet() {
    let text = without("kvraft/src/lib.rs", "//! A.\n//!\n//! B.\n\nmod c;\n");
    assert!(text.starts_with("//! A.\n//!\n//! B.\n\n#![allow(\n    unused,\n"), "{text}");
    assert!(text.ends_with("\n)]\n\nmod c;\n"), "{text}");
    assert_eq!(without("labrt/src/lib.rs", "mod c;\n"), "mod c;\n");
}

#[test]
fn an_example_in_a_students_crate_is_compiled_only() {
    let text =
        "//! A.\n//!\n//! ```\n//! a();\n//! ```\n//!\n//! ```\n//! b();\n//! ```\n\nmod c;\n";
    let expected =
        text.replace("```\n//! a", "```no_run\n//! a").replace("```\n//! b", "```no_run\n//! b");
    let text = without("raft/src/lib.rs", text);
    let (head, _) = expected.split_once("\n\n").expect("a head");
    assert!(text.starts_with(head), "{text}");
}

#[test]
fn a_module_has_a_file_and_modules_within() {
    let file = |source: &str| file_of_module(Path::new(source), "tests");
    assert_eq!(file("raft/src/lib.rs"), Path::new("raft/src/tests.rs"));
    assert_eq!(file("raft/src/log.rs"), Path::new("raft/src/log/tests.rs"));
    let belongs = |source: &str| belongs_to(Path::new(source), Path::new("raft/src/log.rs"));
    assert!(belongs("raft/src/log.rs") && belongs("raft/src/log/tests.rs"));
    assert!(!belongs("raft/src/logs.rs") && !belongs("raft/src/lib.rs"));
}
