//! The counter stands in the crate that calls it, and its calls can be taken out again.

use super::*;
use std::env::temp_dir;
use std::process;

const SOURCE: &str = "\
fn vote(&mut self) {
    crate::planted::fired(self.voted_for.is_some());
    self.voted_for = None;
    crate::planted::fired(
        self.term > 0
            && self.is_leader(),
    );
    self.reply();
}
";

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
}

#[test]
fn the_crate_that_calls_the_counter_has_it() {
    let files = [
        ("raft/src/lib.rs", "mod election;\n"),
        ("raft/src/election.rs", SOURCE),
        ("kvraft/src/lib.rs", "mod server;\n"),
    ];
    let mut sources = tree(&files);
    add_counter(&mut sources);
    assert_eq!(sources[Path::new("raft/src/lib.rs")], b"mod election;\n\nmod planted;\n");
    assert!(sources.contains_key(Path::new("raft/src/planted.rs")));
    assert_eq!(sources[Path::new("kvraft/src/lib.rs")], b"mod server;\n");
    assert_eq!(sources.len(), files.len() + 1);
}

#[test]
fn calls_are_taken_out_whole() {
    let expected = "fn vote(&mut self) {\n    self.voted_for = None;\n    self.reply();\n}\n";
    assert_eq!(without_calls(SOURCE), expected);
}

#[test]
fn a_patch_is_marked_if_it_adds_a_call() {
    assert!(is_marked("+++ b/raft/src/log.rs\n+        crate::planted::fired(true);\n"));
    assert!(!is_marked(" crate::planted::fired(true);\n+let x = 1;\n"));
}

#[test]
fn bytes_are_counted_from_zero() {
    let file = temp_dir().join(format!("raftlab-fired-{}", process::id()));
    fs::write(&file, "....").expect("the directory is writable");
    let firings = Firings::in_file(file.clone());
    assert_eq!(firings.count(), 0);
    fs::write(&file, "..").expect("the directory is writable");
    assert_eq!(firings.count(), 2);
    assert_eq!(firings.variable(), ("ZOO_FIRED", file.clone().into()));
    let _ = fs::remove_file(file);
}
