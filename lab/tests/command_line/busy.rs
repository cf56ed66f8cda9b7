//! Failures on a busy machine: each such run is followed by one other, alone.

use crate::bench::{Bench, names_in};
use serde_json::Value;

const LATE: &str = "threads woke up to 0.70 s late (31 times by more than 20 ms): the machine was \
                    busy (other processes took 83 % of it)";

/// A test's runs among the results for machines: verdict, and whether it follows another.
fn runs(results: &Value, test: usize) -> Vec<(&str, bool)> {
    let runs = results["tests"][test]["runs"].as_array().expect("a test has runs");
    let again = |run: &Value| run["again"].as_bool().unwrap_or(false);
    runs.iter().map(|run| (run["verdict"].as_str().expect("a word"), again(run))).collect()
}

#[test]
fn a_failure_on_a_busy_machine_is_run_again_and_both_runs_are_shown() {
    let bench = Bench::new("busy-once");
    let settings = [("FAKE_re_election_2a", "busy-once")];
    let arguments = ["test", "2A", "--json", "results.json", "--seed", "7"];
    let ran = bench.run(&arguments, &settings);
    ran.exits(0)
        .says("FAIL  re_election_2a  Test (2A): election after network failure\n")
        .says("  what   no agreement on 7 within 10 s\n")
        .says(&format!("  late   {LATE}\n"))
        .says(&format!("again, alone: re_election_2a failed, but {LATE}\n"))
        .says("BUSY  re_election_2a  failed on a busy machine, passed when run again\n")
        .says("3/3 tests  100/100 points\n")
        .says(
            "PASS  3 of 3 tests passed; 1 run failed on a busy machine and passed when run again\n",
        );
    assert_eq!(names_in(&bench.file("lab/re_election_2a")), ["run-1-seed-7"]);
    let results = bench.json("results.json");
    assert_eq!(runs(&results, 1), [("busy", false), ("pass", true)]);
    assert_eq!(runs(&results, 0), [("pass", false)]);
    let test = &results["tests"][1];
    assert_eq!((&test["verdict"], &test["points"]), (&"passed".into(), &35.into()));
    assert_eq!(test["runs"][0]["lateness"]["others_share"], 0.831);
    assert_eq!((&results["exit_code"], &results["ended"]), (&0.into(), &"passed".into()));
}

#[test]
fn what_fails_again_has_failed_and_is_not_run_a_third_time() {
    let bench = Bench::new("busy");
    let settings = [("FAKE_re_election_2a", "busy")];
    let ran = bench.run(&["test", "2A", "--json", "results.json"], &settings);
    ran.exits(1).says("2/3 tests   65/100 points\n").says("FAIL  2 of 3 tests passed, 1 failed\n");
    assert_eq!(ran.stdout.matches("again, alone: ").count(), 1, "{}", ran.stdout);
    assert_eq!(runs(&bench.json("results.json"), 1), [("fail", false), ("fail", true)]);
    assert_eq!(names_in(&bench.file("lab/re_election_2a")).len(), 2, "both keep their files");
}

#[test]
fn of_many_runs_each_that_failed_on_a_busy_machine_is_run_again() {
    let bench = Bench::new("busy-runs");
    let settings = [("FAKE_re_election_2a", "busy-once")];
    let arguments =
        ["test", "re_election_2a", "--runs", "3", "--jobs", "1", "--json", "results.json"];
    let ran = bench.run(&arguments, &settings);
    ran.exits(0)
        .says("again, alone: re_election_2a run 1 failed, but threads")
        .says("re_election_2a      3       0  ")
        .says("  (1 on a busy machine, passed when run again)\n")
        .says("BUSY  re_election_2a  run 1  no agreement on 7 within 10 s  lab/")
        .says("PASS  1 of 1 tests passed; 1 run failed on a busy machine and passed");
    assert_eq!(runs(&bench.json("results.json"), 0).len(), 4);
}

#[test]
fn a_solution_that_keeps_its_own_threads_waiting_is_not_run_again() {
    let bench = Bench::new("spins");
    let settings = [("FAKE_re_election_2a", "spins"), ("FAKE_many_elections_2a", "fail")];
    let ran = bench.run(&["test", "2A", "--json", "results.json"], &settings);
    ran.exits(1).says("by more than 20 ms); other processes took 7 % of the machine\n");
    assert!(!ran.stdout.contains("again, alone"), "{}", ran.stdout);
    let results = bench.json("results.json");
    assert_eq!(runs(&results, 1), [("fail", false)]);
    assert_eq!(runs(&results, 2), [("fail", false)], "nor one that was not late");
}
