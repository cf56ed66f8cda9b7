//! The line and the report for each verdict on a history.

use super::*;

/// A read that misses a write which had returned before it was called.
const STALE: &str = r#"{"client":1,"call":0,"return":10,"op":"append","key":"k","value":"x"}
{"client":2,"call":20,"return":30,"op":"get","key":"k","value":""}
"#;

fn history(text: &str) -> AnyHistory {
    AnyHistory::read(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_verdict_has_its_file_its_size_and_what_it_took() {
    let history = history(STALE.lines().next().unwrap());
    let checked = history.check(&Limits::default());
    let line = lines(Path::new("a.json"), 1, &checked, Duration::from_micros(1500));
    assert_eq!(line, format!("ok       a.json  1 operations, 1.5 ms, {} steps\n", checked.steps));
}

#[test]
fn a_history_that_is_not_linearizable_is_explained() {
    let checked = history(STALE).check(&Limits::default());
    let text = lines(Path::new("a.json"), 2, &checked, Duration::ZERO);
    assert!(text.starts_with("illegal  a.json  2 operations"), "{text}");
    assert!(text.contains("\n  not linearizable: key \"k\", 2 operations\n"), "{text}");
}

#[test]
fn what_could_not_be_decided_is_a_warning() {
    let checked = history(STALE).check(&Limits { steps: 0, ..Limits::default() });
    let text = lines(Path::new("a.json"), 2, &checked, Duration::ZERO);
    assert!(text.starts_with("unknown  a.json"), "{text}");
    assert!(text.contains("WARNING"), "{text}");
}
