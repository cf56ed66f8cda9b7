//! The verdict on every way a run can end.

use super::{Evidence, Judgement, Limits, RunVerdict, judge};
use crate::run::process_group::{Ended, Killed, Usage};
use course::{Outcome, Verdict};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

const SEGV: i32 = 11;
const ABRT: i32 = 6;

const LIMITS: Limits =
    Limits { time: Duration::from_secs(120), grace: Duration::from_secs(15), memory_mib: 1024 };

fn exited(code: i32) -> ExitStatus {
    ExitStatus::from_raw(code << 8)
}

fn ended(status: ExitStatus) -> Ended {
    Ended { status, wall: Duration::from_secs(7), usage: Usage::default(), killed: None }
}

fn outcome(verdict: Verdict, seconds: f64) -> Outcome {
    Outcome {
        test: String::from("rejoin_2b"),
        verdict,
        passed_lines: Vec::new(),
        notes: Vec::new(),
        what: Some(String::from("lost entry 7")),
        report: None,
        seed: 1,
        wall_seconds: seconds,
        lateness: None,
        simulated: None,
    }
}

fn judged(outcome: Option<&Outcome>, ended: &Ended, output: &str) -> (RunVerdict, String) {
    let evidence = Evidence { ended, outcome: outcome.map(Ok), output, limits: LIMITS };
    let Judgement { verdict, what } = judge(&evidence);
    (verdict, what.unwrap_or_default())
}

#[test]
fn the_tests_own_word_counts() {
    let verdict = |verdict, seconds, code| {
        judged(Some(&outcome(verdict, seconds)), &ended(exited(code)), "").0
    };
    assert_eq!(verdict(Verdict::Passed, 3.0, 0), RunVerdict::Pass);
    assert_eq!(verdict(Verdict::Failed, 3.0, 1), RunVerdict::Fail);
    assert_eq!(verdict(Verdict::Failed, 120.0, 1), RunVerdict::Timeout);
    assert_eq!(verdict(Verdict::Undecided, 3.0, 2), RunVerdict::Undecided);
}

#[test]
fn a_failure_above_the_memory_cap_is_for_memory() {
    let with_peak = |mebibytes: u64| {
        let usage = Usage { peak_memory: mebibytes << 20, ..Usage::default() };
        let ended = Ended { usage, ..ended(exited(1)) };
        judged(Some(&outcome(Verdict::Failed, 3.0)), &ended, "").0
    };
    assert_eq!(with_peak(1023), RunVerdict::Fail);
    assert_eq!(with_peak(1025), RunVerdict::Memory);
}

#[test]
fn a_pass_counts_only_if_the_process_ends_in_order() {
    let passed = outcome(Verdict::Passed, 3.0);
    let (verdict, what) = judged(Some(&passed), &ended(ExitStatus::from_raw(SEGV)), "");
    assert_eq!((verdict, what.as_str()), (RunVerdict::Crash, "passed, but then: ended by SIGSEGV"));
    let (verdict, _) = judged(Some(&passed), &ended(exited(101)), "");
    assert_eq!(verdict, RunVerdict::Fail);
    let status = ExitStatus::from_raw(9);
    let overdue = Ended { killed: Some(Killed::Overdue), ..ended(status) };
    assert_eq!(judged(Some(&passed), &overdue, "").0, RunVerdict::Timeout);
}

#[test]
fn a_test_that_was_stopped_may_have_come_to_its_word() {
    let stopped = |status| Ended { killed: Some(Killed::Stopped), ..ended(status) };
    let killed = stopped(ExitStatus::from_raw(9));
    assert_eq!(judged(None, &killed, ""), (RunVerdict::Stopped, String::from("after 7.0 s")));
    let failed = outcome(Verdict::Failed, 3.0);
    assert_eq!(judged(Some(&failed), &killed, "").0, RunVerdict::Fail);
    let passed = outcome(Verdict::Passed, 3.0);
    assert_eq!(judged(Some(&passed), &killed, "").0, RunVerdict::Stopped);
    assert_eq!(judged(Some(&passed), &stopped(exited(0)), "").0, RunVerdict::Pass);
}

#[test]
fn a_process_that_says_nothing_is_judged_by_its_end() {
    let killed = |signal| ended(ExitStatus::from_raw(signal));
    let no_memory = "memory allocation of 4096 bytes failed\n";
    let refused = "memory allocation of 8 bytes refused: 162 MiB in use (cap 1024 MiB), 9 threads\n\
                   memory allocation of 8 bytes failed\n";
    let overflow = "\nthread 'S1' has overflowed its stack\nfatal runtime error\n";
    let simulated = "simulated thread S2/applier has overflowed its stack of 256 KiB (seed 7)\n";
    let real = "thread S2/applier has overflowed its stack of 256 KiB: does a function ..?\n";
    let panic = "thread 'main' (7) panicked at src/lib.rs:1:1:\nnot yet implemented: 2A\n";
    let overdue = Ended { killed: Some(Killed::Overdue), ..killed(9) };
    for (ended, output, verdict, what) in [
        (killed(SEGV), "", RunVerdict::Crash, "ended by SIGSEGV"),
        (killed(ABRT), "", RunVerdict::Crash, "ended by SIGABRT"),
        (killed(ABRT), overflow, RunVerdict::Crash, "ended by SIGABRT: stack overflow"),
        (killed(ABRT), simulated, RunVerdict::Crash, simulated.trim_end()),
        (killed(ABRT), real, RunVerdict::Crash, real.trim_end()),
        (
            killed(ABRT),
            no_memory,
            RunVerdict::Memory,
            "memory allocation of 4096 bytes failed (cap ",
        ),
        (
            killed(ABRT),
            refused,
            RunVerdict::Memory,
            "memory allocation of 8 bytes refused: 162 MiB in use",
        ),
        (exited_with(1), no_memory, RunVerdict::Fail, "exited with code 1 in mid-test"),
        (exited_with(0), "", RunVerdict::Fail, "exited with code 0 in mid-test"),
        (exited_with(101), panic, RunVerdict::Fail, "panicked before it could report: not yet"),
        (exited_with(0), "running 0 tests\n", RunVerdict::Kit, "the test binary has no test"),
        (
            exited_with(74),
            "test it ... cannot write a.json: full\nend\n",
            RunVerdict::Kit,
            "cannot write a.json: f",
        ),
        (
            overdue,
            "",
            RunVerdict::Timeout,
            "killed: did not end within 120 s, nor report in the 15 s",
        ),
    ] {
        let (found_word, found_what) = judged(None, &ended, output);
        assert_eq!(found_word, verdict, "{found_what}");
        assert!(found_what.starts_with(what), "{found_what}");
    }
}

fn exited_with(code: i32) -> Ended {
    ended(exited(code))
}

#[test]
fn an_unreadable_outcome_is_the_kits_fault() {
    let ended = exited_with(0);
    let problem = Some(Err(String::from("not JSON")));
    let evidence = Evidence { ended: &ended, outcome: problem, output: "", limits: LIMITS };
    assert_eq!(judge(&evidence).verdict, RunVerdict::Kit);
}
