//! The command line, and what is printed of a history.

use super::*;
use std::ffi::OsString;

/// A read that misses a write which had returned before it was called.
const STALE: &str = r#"{"client":1,"call":0,"return":10,"op":"append","key":"k","value":"x"}
{"client":2,"call":20,"return":30,"op":"get","key":"k","value":""}
"#;

fn history(text: &str) -> AnyHistory {
    AnyHistory::read(text).unwrap_or_else(|error| panic!("{error}"))
}

fn parse(line: &str) -> Result<Request, String> {
    arguments::parse(line.split_whitespace().map(OsString::from))
}

fn arguments(line: &str) -> Arguments {
    match parse(line) {
        Ok(Request::Check(arguments)) => arguments,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn files_limits_and_a_format_are_read() {
    let checks = arguments("a.json histories --steps 5 --seconds 2");
    let files = ["a.json", "histories"].map(PathBuf::from).to_vec();
    let time = Some(Duration::from_secs(2));
    assert_eq!(checks, Arguments { files, steps: Some(5), time, format: None });
    assert_eq!(arguments("a.json --as porcupine").format, Some(Format::Porcupine));
    assert_eq!(parse("--help"), Ok(Request::Help));
}

#[test]
fn a_wrong_command_line_is_explained() {
    for (line, told) in [
        ("", "no file given"),
        ("a b --as json", "--as prints one history"),
        ("a --as xml", "json, porcupine or jepsen"),
        ("a --steps 0", "--steps is \"0\""),
        ("a --seconds", "--seconds"),
        ("a --fast", "--fast"),
    ] {
        let problem = parse(line).expect_err(line);
        assert!(problem.contains(told), "{line}: {problem}");
    }
}

#[test]
fn a_verdict_has_its_file_its_size_and_what_it_took() {
    let history = history(STALE.lines().next().unwrap());
    let checked = history.check(&Limits::default());
    let line = verdict_lines(Path::new("a.json"), 1, &checked, Duration::from_micros(1500));
    assert_eq!(line, format!("ok       a.json  1 operations, 1.5 ms, {} steps\n", checked.steps));
}

#[test]
fn a_history_that_is_not_linearizable_is_explained() {
    let checked = history(STALE).check(&Limits::default());
    let text = verdict_lines(Path::new("a.json"), 2, &checked, Duration::ZERO);
    assert!(text.starts_with("illegal  a.json  2 operations"), "{text}");
    assert!(text.contains("\n  not linearizable: key \"k\", 2 operations\n"), "{text}");
}

#[test]
fn what_could_not_be_decided_is_a_warning() {
    let checked = history(STALE).check(&Limits { steps: 0, ..Limits::default() });
    let text = verdict_lines(Path::new("a.json"), 2, &checked, Duration::ZERO);
    assert!(text.starts_with("unknown  a.json"), "{text}");
    assert!(text.contains("WARNING"), "{text}");
}

#[test]
fn the_worst_exit_decides() {
    let exits = [Exit::Linearizable, Exit::Undecided, Exit::Illegal, Exit::Usage];
    assert!(exits.is_sorted());
    assert_eq!(exits.map(Exit::code), [0, 2, 1, 64]);
}
