//! The passed line is the course's to the blank; an outcome survives its file.

use super::*;
use std::env;

fn line() -> PassedLine {
    PassedLine {
        title: "Test (2A): initial election".to_string(),
        seconds: 3.06,
        servers: 3,
        rpcs: 58,
        bytes: 16278,
        agreements: 0,
    }
}

#[test]
fn the_passed_line_is_the_courses() {
    assert_eq!(PassedLine::heading(&line().title), "Test (2A): initial election ...");
    assert_eq!(line().to_string(), "  ... Passed --   3.1  3   58   16278    0");
}

#[test]
fn wide_figures_push_the_columns_apart() {
    let wide = PassedLine { seconds: 116.25, rpcs: 10700, bytes: 33695245, ..line() };
    assert_eq!(wide.to_string(), "  ... Passed --  116.2  3 10700 33695245    0");
}

#[test]
fn an_outcome_is_read_back_as_written() {
    let path = env::temp_dir().join(format!("outcome-{}.json", process::id()));
    let outcome = Outcome {
        test: "initial_election_2a".to_string(),
        verdict: Verdict::Passed,
        passed_lines: vec![line()],
        notes: vec!["odd".to_owned()],
        what: None,
        report: None,
        seed: u64::MAX,
        wall_seconds: 3.25,
        simulated: None,
    };
    outcome.write(&path).unwrap();
    let read = Outcome::read(&path);
    fs::remove_file(&path).unwrap();
    assert_eq!(read.unwrap(), outcome);
}

#[test]
fn half_an_outcome_is_an_error() {
    let path = env::temp_dir().join(format!("half-an-outcome-{}.json", process::id()));
    fs::write(&path, "{\"test\": \"initial").unwrap();
    let read = Outcome::read(&path);
    fs::remove_file(&path).unwrap();
    assert!(read.is_err());
}
