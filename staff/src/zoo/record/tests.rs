//! Results become stages, and a record comes back from its file if the tree is the same.

use super::sample::{failure, record, stage};
use super::*;
use serde_json::json;
use std::env::temp_dir;
use std::process;

#[test]
fn a_stage_has_the_failures_with_their_claims() {
    let run = |verdict: &str, what: Option<&str>, seed: u64| {
        json!({"verdict": verdict, "what": what,
        "seed": seed, "wall_seconds": 1.0})
    };
    let results = json!({"ended": "failed", "cpu_seconds": 2.5, "tests": [
        {"name": "rejoin_2b", "runs": [
            run("pass", None, 0),
            run("busy", Some("no leader"), 1),
            run("fail", Some("one vote a term: S1 voted twice (5.2: votedFor)"), 2),
        ]},
        {"name": "persist_2c", "runs": [run("timeout", None, 1)]},
    ]});
    let results = Results::read(results.to_string().as_bytes()).expect("it is JSON");
    let stage = Stage::of(Suite::Graded, 0..3, &results, 7);
    assert_eq!((stage.runs, stage.fired, stage.cpu_seconds), (4, 7, 2.5));
    let expected =
        [failure("rejoin_2b", 2, "one vote a term"), failure("persist_2c", 1, "timeout")];
    assert_eq!(stage.failures, expected);
}

#[test]
fn a_record_is_kept_for_the_same_tree_only() {
    let file = temp_dir().join(format!("raftlab-record-{}.json", process::id()));
    let kept = record(vec![stage(Suite::Beyond, 0..10, vec![failure("a_2a", 1, "timeout")])]);
    kept.write(&file).expect("the directory is writable");
    assert_eq!(Record::read(&file, "f"), kept);
    let other = Record { fingerprint: "g".to_owned(), stages: Vec::new() };
    assert_eq!(Record::read(&file, "g"), other);
    assert_eq!(Record::kept(&file), Some(kept));
    fs::write(&file, "{\"fingerprint\": \"f\", \"sta").expect("the directory is writable");
    assert_eq!(Record::read(&file, "f").stages, []);
    let _ = fs::remove_file(file);
}

#[test]
fn firings_are_added_up() {
    let two = record(vec![
        stage(Suite::Graded, 0..1, Vec::new()),
        stage(Suite::RealThreads, 0..1, Vec::new()),
    ]);
    assert_eq!(two.fired(), 2);
    assert_eq!(two.of(Suite::RealThreads).count(), 1);
}
