//! The passed line is the course's, character by character; an outcome is read as written.

use super::*;
use std::env;

fn line() -> PassedLine {
    PassedLine {
        title: "Test (2A): initial election".to_string(),
        seconds: 3.06,
        servers: 3,
        rpcs: 58,
        work: Work::Agreement { bytes: 16278, agreements: 0 },
    }
}

fn service_line() -> PassedLine {
    let title = "Test: one client (3A)".to_string();
    let work = Work::Service { operations: 903 };
    PassedLine { title, seconds: 15.54, servers: 5, rpcs: 4576, work }
}

#[test]
fn the_passed_line_is_the_courses() {
    assert_eq!(PassedLine::heading(&line().title), "Test (2A): initial election ...");
    assert_eq!(line().to_string(), "  ... Passed --   3.1  3   58   16278    0");
}

#[test]
fn wide_figures_push_the_columns_apart() {
    let work = Work::Agreement { bytes: 33695245, agreements: 0 };
    let wide = PassedLine { seconds: 116.25, rpcs: 10700, work, ..line() };
    assert_eq!(wide.to_string(), "  ... Passed --  116.2  3 10700 33695245    0");
}

#[test]
fn the_line_of_a_service_has_operations_for_bytes_and_agreements() {
    assert_eq!(service_line().to_string(), "  ... Passed --  15.5  5  4576  903");
    let wide = PassedLine { rpcs: 150_413, work: Work::Service { operations: 34_088 }, ..line() };
    assert_eq!(wide.to_string(), "  ... Passed --   3.1  3 150413 34088");
}

#[test]
fn figures_for_machines_say_what_they_count() {
    let json = |line: PassedLine| serde_json::to_value(line).unwrap();
    let (raft, service) = (json(line()), json(service_line()));
    assert_eq!((&raft["bytes"], &raft["agreements"]), (&16278.into(), &0.into()));
    assert!(raft.get("operations").is_none());
    assert_eq!(service["operations"], 903);
    assert!(service.get("bytes").is_none() && service.get("agreements").is_none());
    assert_eq!(serde_json::from_value::<PassedLine>(service).unwrap(), service_line());
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
        lateness: None,
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
