//! Many seeds in one process: each in a world of its own, each with its own outcome.
//!
//! Each of these starts itself again as the child that simulates, and reads what that leaves.

mod events;
mod memory;

use course::{
    Backend, CANNOT_WRITE, Mode, Outcome, Role, SeedLog, Seeds, Simulation, TestRequest, Verdict,
};
use harness::graded::outcome_of;
use harness::{Figures, Limits, ScenarioResult, Work, note};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Duration;
use labrt::world;
use std::env;
use std::fs;
use std::hint::{black_box, spin_loop};
use std::path::PathBuf;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::Arc;

const FIGURES: Figures = Figures {
    duration: Duration::from_millis(3060),
    servers: 3,
    rpcs: 58,
    work: Work::Agreement { bytes: 924, agreements: 0 },
};

const LIMITS: Limits = Limits { time: Duration::from_secs(20), memory_mib: 256 };

/// Set for a test that is started as one starts it by hand: it is the parent.
const STARTED_BY_HAND: &str = "STARTED_BY_HAND";

/// What a child left, and how it ended.
struct Left {
    ended: Vec<Outcome>,
    open: Option<u64>,
    status: ExitStatus,
    output: String,
}

/// Simulates these seeds of the scenario, in a child.
fn simulate<H: Into<ScenarioResult> + 'static>(
    name: &str,
    seeds: &str,
    scenario: fn() -> H,
) -> Left {
    simulate_as(name, &seeds_of(seeds), &[], scenario)
}

/// A request for seeds.
fn seeds_of(seeds: &str) -> TestRequest {
    TestRequest { seeds: Some(seeds.parse().unwrap()), ..TestRequest::default() }
}

/// The same as the request says, with more in the environment.
fn simulate_as<H: Into<ScenarioResult> + 'static>(
    name: &str,
    request: &TestRequest,
    variables: &[(&str, &str)],
    scenario: fn() -> H,
) -> Left {
    if is_child() {
        outcome_of(name, "Test (harness): simulated", LIMITS, scenario);
    }
    let file = env::temp_dir().join(format!("raftlab-{}-{name}.jsonl", process::id()));
    let result = request.result.clone().unwrap_or_else(|| file.clone());
    let (role, mode) = (Role::Child, Mode::Sim);
    let request = TestRequest { role, mode, result: Some(result), ..request.clone() };
    let mut command = Command::new(env::current_exe().unwrap());
    request.apply_to(&mut command);
    command.args(["--exact", name, "--nocapture"]).envs(variables.iter().copied());
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = wait_with_open_input(child);
    let SeedLog { ended, open } = SeedLog::read(&file).unwrap();
    let _ = fs::remove_file(&file);
    let text = [output.stdout, output.stderr].concat();
    Left { ended, open, status: output.status, output: String::from_utf8(text).unwrap() }
}

/// Whether this process is the child. A request that cannot be read is made for one of these tests.
fn is_child() -> bool {
    TestRequest::from_environment().map_or_else(|it| it.rest.role, |it| it.role) == Role::Child
}

/// `Child::wait_with_output` closes the child's input first, at which the child would end.
fn wait_with_open_input(mut child: process::Child) -> process::Output {
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    output
}

impl Left {
    fn seeds(&self, verdict: Verdict) -> Vec<u64> {
        let of_verdict = self.ended.iter().filter(|outcome| outcome.verdict == verdict);
        of_verdict.map(|outcome| outcome.seed).collect()
    }
}

#[test]
fn every_seed_has_its_line_and_a_failure_ends_nothing_but_itself() {
    let name = "every_seed_has_its_line_and_a_failure_ends_nothing_but_itself";
    let left = simulate(name, "5..9", || {
        assert!(world::seed() != 7, "seven is unlucky");
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5, 6, 8], "{}", left.output);
    assert_eq!(left.seeds(Verdict::Failed), [7]);
    assert_eq!((left.open, left.status.code()), (None, Some(0)));
    let failed = &left.ended[2];
    let what = failed.what.as_deref().unwrap();
    assert!(what.starts_with("panicked at ") && what.contains("simulated/main.rs:"), "{what}");
    assert!(what.ends_with(": seven is unlucky"), "{what}");
    let report = failed.report.as_deref().unwrap();
    assert!(report.contains("simulated/main.rs:") && report.contains("seed     7"), "{report}");
    let passed = &left.ended[0];
    assert_eq!(passed.passed_lines, [FIGURES.line("Test (harness): simulated")]);
    let simulated = passed.simulated.as_ref().unwrap();
    assert!(simulated.hash.is_some() && simulated.points.is_some());
}

#[test]
fn a_seed_that_cannot_tell_says_so_and_the_others_go_on() {
    let name = "a_seed_that_cannot_tell_says_so_and_the_others_go_on";
    let left = simulate(name, "5..8", || {
        let doubt = (world::seed() == 6).then(|| "too much happened at once".to_owned());
        ScenarioResult::from(FIGURES).unless(doubt)
    });
    assert_eq!(left.seeds(Verdict::Passed), [5, 7], "{}", left.output);
    assert_eq!(left.seeds(Verdict::Undecided), [6]);
    assert_eq!(left.ended[1].what.as_deref(), Some("too much happened at once"));
}

#[test]
fn a_seed_that_aborts_is_known_by_its_beginning() {
    let name = "a_seed_that_aborts_is_known_by_its_beginning";
    let left = simulate(name, "5..9", || {
        if world::seed() == 7 {
            process::abort();
        }
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5, 6], "{}", left.output);
    assert_eq!(left.open, Some(7));
    assert!(!left.status.success());
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_no_failure() {
    let name = "a_result_that_cannot_be_written_is_no_failure";
    let request = TestRequest { result: Some(PathBuf::from("/dev/full")), ..seeds_of("5..6") };
    let left = simulate_as(name, &request, &[], || FIGURES);
    assert_eq!(left.status.code(), Some(CANNOT_WRITE), "{}", left.output);
    assert!(left.output.contains("cannot write /dev/full: "), "{}", left.output);
}

#[test]
fn remarks_are_the_seeds_that_made_them() {
    let name = "remarks_are_the_seeds_that_made_them";
    let left = simulate(name, "5..8", || {
        if world::seed() == 6 {
            note("odd");
        }
        FIGURES
    });
    let notes: Vec<usize> = left.ended.iter().map(|outcome| outcome.notes.len()).collect();
    assert_eq!(notes, [0, 1, 0], "{}", left.output);
}

#[test]
fn one_seed_is_enough_and_nothing_of_it_is_printed_twice() {
    let name = "one_seed_is_enough_and_nothing_of_it_is_printed_twice";
    let left = simulate(name, "5..6", || FIGURES);
    assert_eq!(left.seeds(Verdict::Passed), [5]);
    let heading = "Test (harness): simulated ...\n";
    assert_eq!(left.output.matches(heading).count(), 1, "{}", left.output);
    assert_eq!(left.output.matches("... Passed --   3.1  3   58     924    0").count(), 1);
}

#[test]
fn settings_that_cannot_be_are_told_with_those_that_can() {
    let name = "settings_that_cannot_be_are_told_with_those_that_can";
    for (variable, value, complaint) in [
        ("LAB_TIME_LIMIT", "0", "LAB_TIME_LIMIT is \"0\", and must be a whole number from 1"),
        ("LATE", "x", "LATE is \"x\", and must be off, spawned, woken, relock, points or mixed"),
        ("PREEMPT", "30", "PREEMPT is \"30\", and must be a number from 0 to 1"),
        ("BACKEND", "fibers", "BACKEND is \"fibers\", and must be coroutines (fast) or threads"),
    ] {
        let left = simulate_as(name, &seeds_of("5..6"), &[(variable, value)], || FIGURES);
        let what = left.ended[0].what.as_deref().unwrap();
        assert!(what.starts_with(complaint), "{what}");
        assert_eq!(left.seeds(Verdict::Failed), [5], "{}", left.output);
    }
}

#[test]
fn a_parent_passes_the_mode_on() {
    let name = "a_parent_passes_the_mode_on";
    if is_child() || env::var_os(STARTED_BY_HAND).is_some() {
        let outcome = outcome_of(name, "Test (harness): simulated", LIMITS, || FIGURES);
        assert_eq!((outcome.verdict, outcome.seed), (Verdict::Passed, 11));
        assert!(outcome.simulated.is_some());
        return;
    }
    let by_hand =
        TestRequest { mode: Mode::Sim, seeds: Some(Seeds::one(11)), ..TestRequest::default() };
    let mut command = Command::new(env::current_exe().unwrap());
    by_hand.apply_to(&mut command);
    let status =
        command.args(["--exact", name]).env(STARTED_BY_HAND, "1").stdout(Stdio::null()).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_mode_that_does_not_exist_fails_the_test_with_those_that_do() {
    let name = "a_mode_that_does_not_exist_fails_the_test_with_those_that_do";
    if env::var_os(STARTED_BY_HAND).is_some() {
        let outcome = outcome_of(name, "Test (harness): simulated", LIMITS, || FIGURES);
        assert_eq!(
            outcome.what.as_deref().map(|what| what.starts_with("MODE is \"real\"")),
            Some(true)
        );
        return;
    }
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", name])
        .env(STARTED_BY_HAND, "1")
        .env("MODE", "real")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_seed_that_overflows_its_stack_is_known_by_its_beginning() {
    fn dive(depth: u64) -> u64 {
        if black_box(depth) == u64::MAX { 0 } else { 1 + dive(depth + 1) }
    }
    let name = "a_seed_that_overflows_its_stack_is_known_by_its_beginning";
    let left = simulate(name, "5..9", || {
        if world::seed() == 6 {
            black_box(dive(0));
        }
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5], "{}", left.output);
    assert!(!left.status.success());
    assert!(left.output.contains("overflowed its stack"), "{}", left.output);
}

#[test]
fn a_seed_that_never_reaches_a_scheduling_point_is_told_and_ends_the_process() {
    let name = "a_seed_that_never_reaches_a_scheduling_point_is_told_and_ends_the_process";
    let left = simulate(name, "5..9", || {
        while world::seed() == 6 {
            spin_loop();
        }
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5], "{}", left.output);
    assert_eq!(left.seeds(Verdict::Failed), [6], "{}", left.output);
    assert!(!left.status.success());
    let failed = &left.ended[1];
    let (what, report) = (failed.what.as_deref().unwrap(), failed.report.as_deref().unwrap());
    assert!(what.ends_with("without reaching a scheduling point"), "{what}");
    assert!(report.contains("simulated/main.rs:"), "{report}");
}

/// Three threads that log, sleep and lock.
fn busy_threads() -> Figures {
    let count = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let count = count.clone();
            thread::spawn(move || {
                for round in 0..10 {
                    log::info!("{number} in round {round}");
                    thread::sleep(Duration::from_millis(labrt::rand::random_range(0..5)));
                    *count.lock() += 1;
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(*count.lock(), 30);
    FIGURES
}

#[test]
fn logging_alone_or_among_others_a_seed_does_the_same() {
    let name = "logging_alone_or_among_others_a_seed_does_the_same";
    let simulate = |request: &TestRequest| simulate_as(name, request, &[], busy_threads);
    let hash = |outcome: &Outcome| outcome.simulated.as_ref().unwrap().hash.unwrap();
    let many = simulate(&seeds_of("5..9"));
    let hashes: Vec<u64> = many.ended.iter().map(hash).collect();
    assert!(hashes.len() == 4 && hashes.windows(2).all(|pair| pair[0] != pair[1]), "{hashes:?}");
    let alone = simulate(&seeds_of("8..9"));
    assert_eq!(hash(&alone.ended[0]), hashes[3], "alone");
    let logging = TestRequest {
        log_file: Some(PathBuf::from("/dev/null")),
        log_filter: Some("trace".parse().unwrap()),
        ..seeds_of("7..9")
    };
    assert_eq!(hash(&simulate(&logging).ended[1]), hashes[3], "logging");
    let simulation = Simulation { backend: Backend::Threads, ..Simulation::default() };
    let on_threads = simulate(&TestRequest { simulation, ..seeds_of("8..9") });
    assert_eq!(hash(&on_threads.ended[0]), hashes[3], "on threads");
}

#[test]
fn the_trace_is_the_last_seeds() {
    let name = "the_trace_is_the_last_seeds";
    let trace = |seeds: &str| {
        let file = env::temp_dir().join(format!("raftlab-{}-{name}.trace", process::id()));
        let request = TestRequest { trace: Some(file.clone()), ..seeds_of(seeds) };
        let left = simulate_as(name, &request, &[], busy_threads);
        assert!(left.seeds(Verdict::Failed).is_empty(), "{}", left.output);
        let text = fs::read_to_string(&file).unwrap();
        let _ = fs::remove_file(&file);
        text
    };
    let among_others = trace("5..9");
    assert!(among_others.lines().count() > 30, "{among_others}");
    assert_eq!(among_others, trace("8..9"));
    assert_ne!(among_others, trace("5..8"));
}
