//! Each planted bug is caught by its right name, however the threads take turns, and a service
//! without one passes.

// The cluster of the graded tests is compiled once more: what it calls `kvraft` is the one with
// bugs.
extern crate planted_kvraft as kvraft;
#[path = "../../kvraft-tests/src/lib.rs"]
#[allow(dead_code, unused_imports, reason = "these scenarios use less of it than the graded ones")]
mod kvraft_tests;

use harness::ScenarioResult;
use kvraft::Bug;
use kvraft_tests::{NetworkMode, Scenario};
use labrt::sim::{Schedule, simulate};
use labrt::time::Duration;
use labrt::world::{Failure, FailureKind, Options};

/// How many schedules each scenario is simulated on.
const SCHEDULES: u32 = 20;

/// The names under which bugs are told: what should have held.
const LINEARIZABLE: &str = "operations are linearizable";
const LAST_WRITTEN: &str = "a client reads what was written last";
const EACH_APPEND_ONCE: &str = "every append is there once and in order";
const SHORT_LOG: &str = "snapshots keep the log short";

const SNAPSHOTS: Option<usize> = Some(1000);

/// Five clients, each with a key of its own, on a network that loses messages.
fn unreliable() -> ScenarioResult {
    let network_mode = NetworkMode::Unreliable;
    Scenario { clients: 5, network_mode, ..Scenario::default() }.play()
}

/// The same with snapshots and restarts.
fn unreliable_restarts_with_snapshots() -> ScenarioResult {
    let network_mode = NetworkMode::Unreliable;
    let restarts = Scenario { restarts: true, max_raft_state: SNAPSHOTS, ..Scenario::default() };
    Scenario { clients: 5, network_mode, ..restarts }.play()
}

/// Everything that can happen at once, and any client reads and writes any key.
fn random_keys() -> ScenarioResult {
    let network_mode = NetworkMode::Unreliable;
    let disturbed = Scenario { restarts: true, partitions: true, ..Scenario::default() };
    Scenario { clients: 15, servers: 7, network_mode, random_keys: true, ..disturbed }.play()
}

/// One client, and nothing happens.
fn one_client() -> ScenarioResult {
    Scenario { max_raft_state: SNAPSHOTS, ..Scenario::default() }.play()
}

fn run(seed: u64, scenario: fn() -> ScenarioResult) -> Result<ScenarioResult, Box<Failure>> {
    let time_limit = Duration::from_secs(120);
    let options = Options { name: "planted bug".to_owned(), seed, time_limit };
    simulate(options, Schedule::default(), scenario).result.map_err(Box::new)
}

/// The bug shows on at least `most` of the schedules, and whenever it does, as one of these.
fn caught(bug: Bug, scenario: fn() -> ScenarioResult, most: usize, names: &[&str]) {
    let results = (0..SCHEDULES).map(|variant| run(bug.seed(variant), scenario));
    let failures: Vec<Box<Failure>> = results.filter_map(Result::err).collect();
    println!("{bug:?}: caught on {} of {SCHEDULES} schedules", failures.len());
    for failure in &failures {
        assert_eq!(failure.kind, FailureKind::Violation, "{failure}");
        let is_told = names.iter().any(|name| failure.message.starts_with(name));
        assert!(is_told, "{bug:?} is told as: {failure}");
    }
    assert!(failures.len() >= most, "{bug:?} is caught on {} schedules only", failures.len());
}

#[test]
fn without_a_bug_the_scenarios_pass() {
    for scenario in [unreliable, unreliable_restarts_with_snapshots, random_keys, one_client] {
        for seed in 0..u64::from(SCHEDULES) / 2 {
            run(seed, scenario).unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
        }
    }
}

#[test]
fn a_repeated_request_that_is_carried_out_again_is_caught() {
    let names = [EACH_APPEND_ONCE, LAST_WRITTEN];
    caught(Bug::NoDuplicateDetection, unreliable, SCHEDULES as usize, &names);
}

#[test]
fn a_read_served_by_a_stale_leader_is_caught() {
    caught(Bug::StaleRead, random_keys, SCHEDULES as usize / 2, &[LINEARIZABLE]);
}

#[test]
fn a_duplicate_table_left_out_of_the_snapshot_is_caught() {
    let names = [EACH_APPEND_ONCE, LAST_WRITTEN];
    let scenario = unreliable_restarts_with_snapshots;
    caught(Bug::DuplicatesNotInSnapshot, scenario, SCHEDULES as usize / 2, &names);
}

#[test]
fn an_answer_before_the_request_is_applied_is_caught() {
    let scenario = one_client;
    caught(Bug::AnsweredBeforeApplied, scenario, SCHEDULES as usize, &[LAST_WRITTEN]);
}

#[test]
fn a_log_that_is_never_cut_is_caught() {
    caught(Bug::NoSnapshots, one_client, SCHEDULES as usize, &[SHORT_LOG]);
}
