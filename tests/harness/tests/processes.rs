//! However a test ends, whoever started it hears of it, soon and in words.
//!
//! Each of these is a parent that starts itself again as the child, as the graded tests do.

use course::{Outcome, Role, TestRequest, Titles, Verdict};
use harness::graded::outcome_of;
use harness::{Figures, Held, Limits, Work};
use labrpc::{Network, Rpc, Server};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::{Duration, Instant};
use serde::{Deserialize, Serialize};
use std::env;
use std::hint::{black_box, spin_loop};
use std::process::{self, Command, Stdio};
use std::sync::Arc;

const FIGURES: Figures = Figures {
    duration: Duration::from_millis(3060),
    servers: 3,
    rpcs: 58,
    work: Work::Agreement { bytes: 924, agreements: 0 },
};

const SERVICE: Figures = Figures { work: Work::Service { operations: 7 }, ..FIGURES };

/// Enough for a test that does next to nothing.
const LIMITS: Limits = Limits { time: Duration::from_secs(20), memory_mib: 256 };

fn outcome(name: &str, limits: Limits, scenario: fn() -> Figures) -> Outcome {
    outcome_of(name, format!("Test (harness): {name}").as_str(), limits, scenario)
}

/// Runs the scenario, which must fail; returns in one line why it did, and the whole report.
fn failure(name: &str, limits: Limits, scenario: fn() -> Figures) -> (String, String) {
    let began = Instant::now();
    let outcome = outcome(name, limits, scenario);
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(began.elapsed() < Duration::from_secs(15), "it took {:?}", began.elapsed());
    (outcome.what.unwrap(), outcome.report.unwrap())
}

fn spin_for_ever() -> ! {
    loop {
        spin_loop();
    }
}

#[test]
fn a_test_that_passes_leaves_its_line() {
    let outcome = outcome("a_test_that_passes_leaves_its_line", LIMITS, || FIGURES);
    assert_eq!(outcome.verdict, Verdict::Passed);
    let title = "Test (harness): a_test_that_passes_leaves_its_line";
    assert_eq!(outcome.passed_lines, [FIGURES.line(title)]);
}

#[test]
fn a_test_may_have_several_lines_each_with_its_title() {
    let name = "a_test_may_have_several_lines_each_with_its_title";
    let lines = ["Test (harness): one", "Test (harness): other"];
    let titles = Titles { lines: lines.map(String::from).to_vec(), ..Titles::from("Test: both") };
    let outcome = outcome_of(name, titles, LIMITS, || vec![FIGURES, SERVICE]);
    assert_eq!(outcome.verdict, Verdict::Passed);
    assert_eq!(outcome.passed_lines, [FIGURES.line(lines[0]), SERVICE.line(lines[1])]);
}

#[test]
fn a_test_that_cannot_tell_is_neither_passed_nor_failed() {
    let name = "a_test_that_cannot_tell_is_neither_passed_nor_failed";
    let outcome = outcome_of(name, "Test (harness): undecided", LIMITS, || {
        Held::from(FIGURES).unless(Some("too much happened at once\nin all".to_owned()))
    });
    assert_eq!(outcome.verdict, Verdict::Undecided);
    assert_eq!(outcome.what.as_deref(), Some("too much happened at once"));
    assert!(outcome.report.is_some_and(|report| report.contains("in all\n  seed     ")));
    assert_eq!(outcome.passed_lines, []);
}

#[test]
fn a_panic_is_told_with_message_and_place() {
    let name = "a_panic_is_told_with_message_and_place";
    let (what, report) = failure(name, LIMITS, || panic!("the ballot is lost"));
    assert!(what.starts_with("panicked at ") && what.ends_with(": the ballot is lost"), "{what}");
    assert!(report.contains("thread test panicked"), "{report}");
    assert!(report.contains("processes.rs:"), "{report}");
}

#[derive(Serialize, Deserialize)]
struct Vote;

impl Rpc for Vote {
    const NAME: &'static str = "Raft.Vote";
    type Reply = ();
}

#[test]
fn a_panic_in_a_handler_is_told_with_its_name_and_server() {
    let name = "a_panic_in_a_handler_is_told_with_its_name_and_server";
    let (what, report) = failure(name, LIMITS, || {
        let network = Network::new();
        let mut server = Server::new();
        server.on(|_: Vote| panic!("the ballot is lost"));
        network.add_server("S2", server);
        let end = network.make_end("end");
        network.connect("end", "S2");
        network.enable("end", true);
        end.call(&Vote);
        FIGURES
    });
    assert!(what.starts_with("panicked at ") && what.ends_with(": the ballot is lost"), "{what}");
    assert!(report.contains("thread S2/Raft.Vote panicked"), "{report}");
    assert!(report.contains("processes.rs:"), "{report}");
}

#[test]
fn a_test_that_hangs_is_told_with_who_waits_for_what() {
    let name = "a_test_that_hangs_is_told_with_who_waits_for_what";
    let limits = Limits { time: Duration::from_secs(1), ..LIMITS };
    let (what, report) = failure(name, limits, || {
        let ballot = Arc::new(Mutex::new(()));
        let held = ballot.lock();
        let voter = thread::Builder::new().name("voter").server("S1");
        let waiting = ballot.clone();
        voter.spawn(move || drop(waiting.lock())).unwrap().join().unwrap();
        drop(held);
        FIGURES
    });
    assert_eq!(what, format!("{name} took longer than 1s"));
    assert!(report.contains("S1/voter"), "{report}");
}

#[test]
fn a_thread_that_spins_for_ever_holds_up_nobody() {
    let name = "a_thread_that_spins_for_ever_holds_up_nobody";
    let began = Instant::now();
    let outcome = outcome(name, LIMITS, || {
        thread::spawn(|| spin_for_ever());
        FIGURES
    });
    assert_eq!(outcome.verdict, Verdict::Passed);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn waiting_for_a_thread_that_spins_for_ever_ends_by_the_limit() {
    let name = "waiting_for_a_thread_that_spins_for_ever_ends_by_the_limit";
    let limits = Limits { time: Duration::from_secs(1), ..LIMITS };
    let (what, report) = failure(name, limits, || {
        thread::spawn(|| spin_for_ever()).join().unwrap();
        FIGURES
    });
    assert_eq!(what, format!("{name} took longer than 1s"));
    assert!(report.contains("processes.rs:"), "{report}");
}

#[test]
fn memory_used_without_end_is_told() {
    let (what, _) = failure("memory_used_without_end_is_told", LIMITS, || {
        let mut hoard = Vec::new();
        loop {
            hoard.push(vec![1_u8; 1 << 20]);
            black_box(&hoard);
        }
    });
    // Either wall may be the first: a machine under load looks late.
    assert!(
        what.starts_with("the test uses") || what.starts_with("out of memory"),
        "memory is to be blamed: {what}"
    );
}

#[test]
fn an_allocation_beyond_all_measure_is_told() {
    let (what, report) = failure("an_allocation_beyond_all_measure_is_told", LIMITS, || {
        black_box(vec![1_u8; 64 << 30]);
        FIGURES
    });
    assert!(what.starts_with("out of memory: memory allocation of 68719476736 bytes"), "{what}");
    assert!(report.contains("Test (harness)"), "what was printed is in the report: {report}");
}

#[test]
fn a_process_that_aborts_is_told() {
    let (what, _) = failure("a_process_that_aborts_is_told", LIMITS, || process::abort());
    assert!(what.starts_with("the test's process ended before the test did: signal: 6"), "{what}");
}

#[test]
fn a_stack_overflow_is_told() {
    fn dive(depth: u64) -> u64 {
        if black_box(depth) == u64::MAX { 0 } else { 1 + dive(depth + 1) }
    }
    let (what, report) = failure("a_stack_overflow_is_told", LIMITS, || {
        black_box(dive(0));
        FIGURES
    });
    assert!(what.starts_with("the test's process ended before the test did"), "{what}");
    assert!(report.contains("has overflowed its stack"), "{report}");
}

/// The pipe on the child's standard input is all that binds it to whoever started it.
#[test]
fn no_process_outlives_whoever_started_it() {
    let name = "no_process_outlives_whoever_started_it";
    if TestRequest::from_environment().unwrap().role == Role::Child {
        outcome(name, LIMITS, || spin_for_ever());
    }
    let mut command = Command::new(env::current_exe().unwrap());
    TestRequest { role: Role::Child, ..TestRequest::default() }.apply_to(&mut command);
    let mut child = command
        .args(["--exact", name, "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "the child runs as long as its parent does");
    let began = Instant::now();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}
