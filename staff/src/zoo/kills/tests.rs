//! Failures are counted by seed and by claim.

use super::*;
use serde_json::{Value, json};

fn run(verdict: &str, what: Option<&str>, seed: u64) -> Value {
    json!({"verdict": verdict, "what": what, "seed": seed, "wall_seconds": 1.0})
}

fn results() -> Results {
    let tests = json!({"tests": [
        {"name": "rejoin_2b", "runs": [
            run("pass", None, 0),
            run("fail", Some("one vote a term: S1 voted twice (5.2: votedFor)"), 1),
            run("fail", Some("no agreement on 17 within 10 s"), 2),
            run("fail", Some("no agreement on 18 within 10 s"), 2),
        ]},
        {"name": "persist_2c", "runs": [
            run("timeout", None, 1),
            run("fail", Some("2C: what must survive a crash is saved: S1: nothing"), 2),
            run("pass", None, 3),
        ]},
    ]});
    Results::read(tests.to_string().as_bytes()).expect("it is JSON")
}

#[test]
fn failures_are_counted_by_seed_and_by_claim() {
    let rules = ["one vote a term".to_owned(), "2C: what must survive a crash is saved".to_owned()];
    let kills = Kills::of(&results(), &rules, 4);
    assert_eq!((kills.seeds(), kills.named_right), (2, 2));
    let row = kills.row("votes-twice", "naive", "7");
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        words[..11],
        ["votes-twice", "naive", "2", "of", "4", "1", "rejoin_2b", "2", "of", "5", "7"]
    );
    assert!(row.contains("no agreement on N within N s (2); "), "{row}");
    assert!(row.contains("one vote a term (1)") && row.contains("timeout (1)"), "{row}");
    assert!(row.contains("2C: what must survive a crash is saved (1)"), "{row}");
    assert_eq!(Kills::of(&results(), &["one vote".to_owned()], 4).named_right, 0);
}

#[test]
fn a_bug_that_survives_has_no_first_seed() {
    let none = Results::read(br#"{"tests": []}"#).expect("it is JSON");
    let row = Kills::of(&none, &[], 5).row("votes-twice", "reference", "never");
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>().join(" "),
        "votes-twice reference 0 of 5 0 of 0 never"
    );
}
