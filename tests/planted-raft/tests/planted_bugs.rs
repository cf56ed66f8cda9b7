//! Each planted bug is caught at once and by its right name, and a Raft without one passes: on the
//! OS, and under simulation however the threads take turns.

// The cluster of the graded tests is compiled once more: what it calls `raft` is the one with bugs.
extern crate planted_raft as raft;
#[path = "../../raft-tests/src/lib.rs"]
#[allow(dead_code, unused_imports, reason = "these scenarios use less of it than the graded ones")]
mod raft_tests;

use harness::checks::Property;
use harness::{Figures, Work};
use labrt::sim::{Schedule, simulate};
use labrt::thread::sleep;
use labrt::time::Duration;
use labrt::world::{self, Failure, FailureKind, Options};
use raft::{Bug, Index};
use raft_tests::{Cluster, NetworkMode, Retry, Service, Setup, Value};

/// How many schedules each scenario is simulated on.
const SCHEDULES: u32 = 30;

/// A bug must show by then: a few elections' time.
const SOON: Duration = Duration::from_secs(10);

/// Ten commands at once, agreed on by all; then all servers restart and agree on one more.
fn agreement_and_restart() -> Figures {
    let cluster = Cluster::reliable(3);
    cluster.check_one_leader();
    give_ten_commands(&cluster);
    cluster.wait_for(Index(10), 3, None);
    cluster.servers().for_each(|server| cluster.crash(server));
    cluster.servers().for_each(|server| cluster.restart(server));
    cluster.agree_on(111, 3, Retry::Yes);
    cluster.finish()
}

/// A server misses what the others throw away, and catches up by a snapshot.
fn snapshot_for_one_left_behind() -> Figures {
    let (network_mode, service) = (NetworkMode::Reliable, Service::Snapshotting);
    let cluster = Cluster::new(Setup { servers: 3, network_mode, service });
    let left_behind = cluster.after(cluster.check_one_leader(), 1);
    cluster.disconnect(left_behind);
    give_ten_commands(&cluster);
    give_ten_commands(&cluster);
    cluster.wait_for(Index(20), 2, None);
    cluster.connect(left_behind);
    cluster.agree_on(111, 3, Retry::Yes);
    cluster.finish()
}

fn give_ten_commands(cluster: &Cluster) {
    for value in (101..=110).map(Value::from) {
        let is_taken = |server| cluster.start_command(server, &value).is_some();
        while !cluster.servers().any(is_taken) {
            sleep(Duration::from_millis(50));
        }
    }
}

/// Runs the scenario once on the OS and then simulated, each time with a seed of its own.
fn run(
    seed: impl Fn(u32) -> u64,
    scenario: fn() -> Figures,
) -> impl Iterator<Item = Result<Figures, Box<Failure>>> {
    (0..=SCHEDULES).map(move |variant| {
        let (name, time_limit) = ("planted bug".to_string(), Duration::from_secs(60));
        let options = Options { name, seed: seed(variant), time_limit };
        let result = match variant {
            0 => world::run(options, scenario),
            _ => simulate(options, Schedule::default(), scenario).result,
        };
        result.map_err(Box::new)
    })
}

/// Runs the scenario with the bug, which must be caught soon, every time.
fn caught(bug: Bug, scenario: fn() -> Figures) -> impl Iterator<Item = Box<Failure>> {
    run(move |variant| bug.seed(variant), scenario).map(move |result| {
        let failure = result.expect_err("a planted bug is caught");
        assert!(failure.elapsed < SOON, "{bug:?} took too long to show: {failure}");
        failure
    })
}

/// Runs the scenario with the bug, which must be caught as a violation of the property; `shown` is
/// part of what must be told.
fn violated(bug: Bug, scenario: fn() -> Figures, property: Property, shown: &str) {
    for failure in caught(bug, scenario) {
        assert_eq!(failure.kind, FailureKind::Violation, "{failure}");
        let what = failure.message.lines().next().unwrap_or_default();
        assert!(what.starts_with(property.claim()), "{bug:?} is told as: {what}");
        assert!(what.contains(shown), "{bug:?} is told as: {what}");
        assert!(what.ends_with(&format!("({})", property.paper())), "{bug:?} is told as: {what}");
        assert_eq!(failure.message.lines().count(), 4, "every server's state follows: {failure}");
    }
}

/// Runs the scenario with nothing planted; it must hold, with so many commands agreed on.
fn holds(scenario: fn() -> Figures, agreements: u64) {
    for result in run(|variant| u64::from(variant) << 32, scenario) {
        let figures = result.unwrap_or_else(|failure| panic!("{failure}"));
        let Figures { servers, work, .. } = figures;
        assert!(matches!(work, Work::Agreement { agreements: found, .. } if found == agreements));
        assert_eq!(servers, 3);
    }
}

#[test]
fn without_a_bug_the_scenarios_pass() {
    holds(agreement_and_restart, 11);
    holds(snapshot_for_one_left_behind, 21);
}

#[test]
fn two_leaders_are_caught() {
    let property = Property::ElectionSafety;
    violated(Bug::TwoLeaders, agreement_and_restart, property, "both lead term");
}

#[test]
fn a_term_that_goes_back_is_caught() {
    let property = Property::MonotonicTerms;
    violated(Bug::TermGoesBack, agreement_and_restart, property, "went back to term");
}

#[test]
fn a_skipped_entry_is_caught() {
    let property = Property::AppliedOrder;
    let shown = "S1 applied index 3 after index 1";
    violated(Bug::SkippedEntry, agreement_and_restart, property, shown);
}

#[test]
fn a_lost_entry_is_caught() {
    let property = Property::StateMachineSafety;
    violated(Bug::LostEntry, agreement_and_restart, property, "at index 2 S");
}

#[test]
fn reordered_entries_are_caught() {
    let property = Property::AppliedOrder;
    let shown = "S1 applied index 3 after index 1";
    violated(Bug::ReorderedApply, agreement_and_restart, property, shown);
}

#[test]
fn a_different_command_is_caught() {
    let property = Property::StateMachineSafety;
    violated(Bug::DifferentCommand, agreement_and_restart, property, "at index 2 S");
}

#[test]
fn what_is_no_command_is_caught() {
    let property = Property::OnlyCommands;
    let shown = "S1 applied bytes at index 2 that are no command";
    violated(Bug::GarbledCommand, agreement_and_restart, property, shown);
}

#[test]
fn a_garbled_snapshot_is_caught() {
    let property = Property::SnapshotsIntact;
    violated(Bug::GarbledSnapshot, snapshot_for_one_left_behind, property, "that are no snapshot");
}

#[test]
fn a_forgotten_persist_is_caught() {
    let property = Property::Persistence;
    violated(Bug::ForgottenPersist, agreement_and_restart, property, "had saved nothing");
}

#[test]
fn a_forgotten_restore_is_caught() {
    let property = Property::MonotonicTerms;
    violated(Bug::ForgottenRestore, agreement_and_restart, property, "went back to term 0");
}

#[test]
fn a_log_lost_in_a_restart_is_caught() {
    // A new command goes where another was applied. That is told as soon as it is there; if by
    // then it has been applied, that is told.
    let told = [Property::NothingVanishes, Property::StateMachineSafety];
    for failure in caught(Bug::LostLog, agreement_and_restart) {
        let what = failure.message.lines().next().unwrap_or_default();
        assert!(told.iter().any(|property| what.starts_with(property.claim())), "{what}");
        assert!(what.contains("101"), "{what}");
    }
}

#[test]
fn what_is_not_written_yet_is_told() {
    let expected = "not yet implemented: 2A: the current term, and whether this server leads";
    for failure in caught(Bug::Unfinished, agreement_and_restart) {
        assert_eq!(failure.kind, FailureKind::Panic);
        assert_eq!(failure.message, expected);
        assert!(failure.elapsed < Duration::from_secs(1), "{failure}");
    }
}
