//! `linear` as a program: recorded histories in, verdicts and exit codes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const APPEND: &str = r#"{"client":1,"call":0,"return":5,"op":"append","key":"k","value":"x"}"#;

fn get(value: &str) -> String {
    format!(r#"{{"client":2,"call":10,"return":15,"op":"get","key":"k","value":"{value}"}}"#)
}

/// A directory with a good history, a bad one and a torn one.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("histories")).unwrap();
    fs::create_dir(directory.join("nothing")).unwrap();
    fs::write(directory.join("histories/good"), format!("{APPEND}\n{}\n", get("x"))).unwrap();
    fs::write(directory.join("bad"), format!("{APPEND}\n{}\n", get(""))).unwrap();
    fs::write(directory.join("torn"), format!("{APPEND}\n{}", &get("x")[..40])).unwrap();
    directory
}

/// Runs the program there: its exit code, standard output and standard error.
fn run(directory: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linear"));
    let output = command.args(arguments.split(' ')).current_dir(directory).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn each_history_has_its_verdict_and_the_worst_decides() {
    let directory = directory("verdicts");
    let (code, printed, _) = run(&directory, "histories");
    assert!(printed.contains("ok       histories/good  2 operations"), "{printed}");
    assert_eq!(code, Some(0));
    let (code, printed, _) = run(&directory, "bad histories");
    assert!(printed.contains("illegal  bad  2 operations"), "{printed}");
    assert!(printed.contains("ok       histories/good"), "{printed}");
    assert!(printed.contains(r#"  not linearizable: key "k", 2 operations"#), "{printed}");
    assert!(printed.contains(r#"append "x""#), "{printed}");
    assert_eq!(code, Some(1));
    let (code, printed, _) = run(&directory, "--steps 1 histories");
    assert!(printed.contains("unknown  histories/good"), "{printed}");
    assert_eq!(code, Some(2));
    assert_eq!(run(&directory, "--seconds 60 histories").0, Some(0));
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_judged() {
    let directory = directory("torn");
    let (code, printed, complaints) = run(&directory, "torn nowhere nothing bad");
    assert!(complaints.contains("error: torn: line 2: column "), "{complaints}");
    assert!(complaints.contains("error: nowhere: "), "{complaints}");
    let empty = "error: nothing: there is no file in this directory";
    assert!(complaints.contains(empty), "{complaints}");
    assert!(printed.contains("illegal  bad"), "{printed}");
    assert_eq!(code, Some(64));
}

#[test]
fn a_history_is_printed_in_another_format_and_read_back() {
    let directory = directory("formats");
    let (code, theirs, _) = run(&directory, "--as porcupine bad");
    let line = r#"{:process 1, :type :invoke, :f :append, :key "k", :value "x"}"#;
    assert!(theirs.contains(line), "{theirs}");
    assert_eq!(code, Some(0));
    fs::write(directory.join("theirs"), &theirs).unwrap();
    let (code, printed, _) = run(&directory, "theirs");
    assert!(printed.contains("line 3"), "{printed}");
    assert_eq!(code, Some(1));
    let (code, printed, _) = run(&directory, "--as json theirs");
    assert!(printed.contains(r#""op":"append""#), "{printed}");
    assert_eq!(code, Some(0));
    let (code, _, complaints) = run(&directory, "--as jepsen theirs");
    assert!(complaints.contains("a Jepsen log is about one register"), "{complaints}");
    assert_eq!(code, Some(64));
}
