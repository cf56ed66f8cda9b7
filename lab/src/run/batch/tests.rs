//! Each seed of a batch gets its result, however the process ended.

use super::{Batch, Settlement};
use crate::run::process_group::{Ended, Killed, Usage};
use crate::run::verdict::{Limits, RunVerdict};
use course::{Outcome, SeedLog, Seeds, Simulated, Verdict};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

const SEGV: i32 = 11;

fn ended(status: i32, killed: Option<Killed>) -> Ended {
    let usage = Usage { cpu: Duration::from_millis(600), peak_memory: 3 << 20 };
    let wall = Duration::from_secs(1);
    Ended { status: ExitStatus::from_raw(status), wall, usage, killed }
}

fn outcome(seed: u64, verdict: Verdict) -> Outcome {
    let failed = verdict == Verdict::Failed;
    Outcome {
        test: String::from("rejoin_2b"),
        verdict,
        passed_lines: Vec::new(),
        notes: Vec::new(),
        what: failed.then(|| String::from("lost entry 7")),
        report: failed.then(|| String::from("lost entry 7\nin full\n")),
        seed,
        wall_seconds: 0.01,
        lateness: None,
        simulated: Some(Simulated { virtual_seconds: Some(3.0), ..Simulated::default() }),
    }
}

/// Settles a process that was given 5..9, ended these seeds, and perhaps began one more.
fn settle(
    ended_seeds: &[(u64, Verdict)],
    open: Option<u64>,
    ended: &Ended,
    output: &str,
) -> Settlement {
    let outcomes = ended_seeds.iter().map(|(seed, verdict)| outcome(*seed, *verdict)).collect();
    settle_log(Ok(SeedLog { ended: outcomes, open }), ended, output)
}

fn settle_log(log: io::Result<SeedLog>, ended: &Ended, output: &str) -> Settlement {
    let seeds: Seeds = "5..9".parse().expect("these are seeds");
    let time = Duration::from_secs(120);
    let limits = Limits { time, grace: Duration::from_secs(15), memory_mib: 64 };
    Batch { seeds, log, ended, output, title: "Test (2B): rejoin", limits }.settle()
}

fn words(settlement: &Settlement) -> Vec<(u64, RunVerdict)> {
    settlement.results.iter().map(|result| (result.seed, result.verdict)).collect()
}

fn rest(settlement: &Settlement) -> Option<String> {
    settlement.rest.map(|seeds| seeds.to_string())
}

use Verdict::{Failed, Passed};

#[test]
fn seeds_that_all_ended_leave_nothing_to_do() {
    let told = [(5, Passed), (6, Failed), (7, Passed), (8, Passed)];
    let settlement = settle(&told, None, &ended(0, None), "");
    assert_eq!(
        words(&settlement),
        [
            (5, RunVerdict::Pass),
            (6, RunVerdict::Fail),
            (7, RunVerdict::Pass),
            (8, RunVerdict::Pass)
        ]
    );
    assert_eq!(settlement.rest, None);
    assert_eq!(settlement.results[1].report, "lost entry 7\nin full\n");
    assert_eq!(settlement.results[0].usage.cpu, Duration::from_millis(150));
}

#[test]
fn a_process_that_stops_for_the_time_leaves_the_rest() {
    let settlement = settle(&[(5, Passed), (6, Passed)], None, &ended(0, None), "");
    assert_eq!(rest(&settlement).as_deref(), Some("7..9"));
}

#[test]
fn a_seed_that_takes_its_process_down_costs_itself_alone() {
    let output = "Test (2B): rejoin ...\nfine\nTest (2B): rejoin ...\nabout to die\n";
    let settlement = settle(&[(5, Passed)], Some(6), &ended(SEGV, None), output);
    assert_eq!(words(&settlement), [(5, RunVerdict::Pass), (6, RunVerdict::Crash)]);
    assert_eq!(settlement.results[1].what.as_deref(), Some("ended by SIGSEGV"));
    let report = &settlement.results[1].report;
    assert!(report.contains("about to die") && !report.contains("fine"), "{report}");
    assert!(settlement.results[1].simulated.is_some());
    assert_eq!(rest(&settlement).as_deref(), Some("7..9"));
    assert_eq!(rest(&settle(&[], Some(8), &ended(SEGV, None), "")), None);
}

#[test]
fn a_process_that_dies_after_its_last_seed_spoils_that() {
    let settlement = settle(&[(5, Passed), (6, Passed)], None, &ended(SEGV, None), "");
    assert_eq!(words(&settlement), [(5, RunVerdict::Pass), (6, RunVerdict::Crash)]);
}

#[test]
fn what_a_stop_cuts_short_is_nobodys_failure() {
    let stopped = ended(1 << 8, Some(Killed::Stopped));
    let settlement = settle(&[(5, Passed)], Some(6), &stopped, "");
    assert_eq!(words(&settlement), [(5, RunVerdict::Pass), (6, RunVerdict::Stopped)]);
    assert_eq!(settlement.rest, None);
    assert_eq!(words(&settle(&[(5, Passed)], None, &stopped, "")), [(5, RunVerdict::Pass)]);
}

#[test]
fn a_process_that_begins_no_seed_is_not_tried_again() {
    let settlement = settle(&[], None, &ended(0, None), "running 0 tests\n");
    assert_eq!(words(&settlement), [(5, RunVerdict::Kit)]);
    assert_eq!(settlement.rest, None);
}

#[test]
fn what_cannot_be_read_is_the_kits_fault() {
    let settlement = settle_log(Err(io::ErrorKind::InvalidData.into()), &ended(0, None), "");
    assert_eq!(words(&settlement), [(5, RunVerdict::Kit)]);
    let strange = settle(&[(5, Passed), (77, Passed)], None, &ended(0, None), "");
    assert_eq!((words(&strange), strange.rest), (vec![(5, RunVerdict::Kit)], None));
}
