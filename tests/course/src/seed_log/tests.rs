//! The lines are read as written; a line cut short does not count.

use super::{SeedEvent, SeedLog};
use crate::{Outcome, Reached, Simulated, Situation, Verdict};
use std::path::Path;

fn outcome(seed: u64) -> Outcome {
    let simulated = Simulated {
        virtual_seconds: Some(3.25),
        points: Some(1000),
        hash: Some(u64::MAX),
        policy: None,
        reached: Some(Reached::from_iter([Situation::Conflicts])),
    };
    Outcome {
        test: "initial_election_2a".to_string(),
        verdict: Verdict::Passed,
        passed_lines: Vec::new(),
        notes: vec!["two\nlines".to_string()],
        what: None,
        report: None,
        seed,
        wall_seconds: 0.01,
        lateness: None,
        simulated: Some(simulated),
    }
}

fn lines(events: &[SeedEvent]) -> Vec<u8> {
    let mut bytes = Vec::new();
    events.iter().for_each(|event| event.append(&mut bytes).unwrap());
    bytes
}

#[test]
fn an_event_is_a_line_and_is_read_back() {
    use SeedEvent::{Began, Ended};
    let bytes = lines(&[Began(5), Ended(outcome(5)), Began(6), Ended(outcome(6)), Began(7)]);
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 5);
    assert!(bytes.starts_with(b"{\"began\":5}\n"));
    let log = SeedLog::of(&bytes).unwrap();
    assert_eq!((log.ended, log.open), (vec![outcome(5), outcome(6)], Some(7)));
}

#[test]
fn the_hash_is_sixteen_digits() {
    let text = String::from_utf8(lines(&[SeedEvent::Ended(outcome(5))])).unwrap();
    assert!(text.contains("\"hash\":\"ffffffffffffffff\""), "{text}");
}

#[test]
fn a_line_cut_short_does_not_count() {
    let mut bytes = lines(&[SeedEvent::Began(5), SeedEvent::Ended(outcome(5))]);
    bytes.truncate(bytes.len() - 1);
    let log = SeedLog::of(&bytes).unwrap();
    assert_eq!((log.ended, log.open), (vec![], Some(5)));
}

#[test]
fn a_whole_line_that_is_no_event_is_an_error() {
    assert!(SeedLog::of(b"{\"began\":5}\nfive\n").is_err());
}

#[test]
fn no_file_is_no_seeds() {
    let log = SeedLog::read(Path::new("/no/such/file")).unwrap();
    assert!(log.ended.is_empty() && log.open.is_none());
}
