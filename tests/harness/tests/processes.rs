//! However a test's process ends, the process that started it gets an outcome that says how.
//!
//! Each of these is a parent that starts itself again as the child, as the graded tests do.

use course::{Outcome, Role, TestRequest, Titles, Verdict};
use harness::graded::outcome_of;
use harness::{Figures, Limits, ScenarioResult, Work};
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
        ScenarioResult::from(FIGURES).unless(Some("too much happened at once\nin all".to_owned()))
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

/// A solution that spawns a thread for each message has so many, when calls to servers that are
/// away take up to 7 s.
#[test]
#[cfg(target_os = "linux")]
fn eight_thousand_threads_that_call_a_server_that_is_away_pass() {
    let name = "eight_thousand_threads_that_call_a_server_that_is_away_pass";
    let outcome = outcome(name, Limits::default(), || {
        let network = Network::new();
        network.set_long_delays(true);
        let end = Arc::new(network.make_end("end"));
        network.connect("end", "S2");
        network.enable("end", true);
        let calls: Vec<_> = (0..8_000)
            .map(|_| {
                let end = end.clone();
                thread::spawn(move || assert_eq!(end.call(&Vote), None))
            })
            .collect();
        calls.into_iter().for_each(|call| call.join().unwrap());
        FIGURES
    });
    assert_eq!(outcome.verdict, Verdict::Passed, "{outcome:?}");
}

/// Lowers the limit on this process's data to `room` bytes beyond what it has. Its threads' signal
/// stacks must have been made: a thread that is refused one aborts the process.
#[cfg(target_os = "linux")]
fn leave_room_for(room: u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
    let data: u64 = line.trim().trim_end_matches("kB").trim_end().parse().unwrap();
    let (_, hard) = rlimit::getrlimit(rlimit::Resource::DATA).unwrap();
    rlimit::setrlimit(rlimit::Resource::DATA, data * 1024 + room, hard).unwrap();
}

/// Starts threads that wait, and waits until they do.
#[cfg(target_os = "linux")]
fn start_idlers(count: usize) {
    let (tell, started) = labrt::channel::unbounded();
    for _ in 0..count {
        let tell = tell.clone();
        thread::spawn(move || {
            tell.send(()).unwrap();
            thread::park();
        });
    }
    assert_eq!(started.iter().take(count).count(), count);
}

/// Runs the test where panics have backtraces, if need be in another process: to look up source
/// lines takes memory, under a lock that std's handler for refused memory wants as well.
#[cfg(target_os = "linux")]
fn with_backtraces(name: &str, test: fn(&str)) {
    if env::var("RUST_BACKTRACE").is_ok_and(|asked| asked == "1") {
        return test(name);
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", name, "--nocapture"]).env("RUST_BACKTRACE", "1");
    assert!(again.status().unwrap().success());
}

/// A few tenths of a second on a quiet machine.
#[cfg(target_os = "linux")]
const AT_ONCE: Duration = Duration::from_secs(5);

/// With less room than reading debug information takes, and than a stack.
#[test]
#[cfg(target_os = "linux")]
fn a_refused_thread_is_told_at_once_with_whose_threads_there_are() {
    let name = "a_refused_thread_is_told_at_once_with_whose_threads_there_are";
    with_backtraces(name, refuse_a_thread);
}

#[cfg(target_os = "linux")]
fn refuse_a_thread(name: &str) {
    let began = Instant::now();
    let (what, report) = failure(name, LIMITS, || {
        start_idlers(500);
        leave_room_for(200 << 10);
        thread::spawn(|| {});
        FIGURES
    });
    assert!(began.elapsed() < AT_ONCE, "it took {:?}", began.elapsed());
    assert!(what.contains(": cannot spawn a thread: Resource temporarily unavailable"), "{what}");
    assert!(what.contains(" are alive: 500 of them are test/spawn@processes.rs:"), "{what}");
    assert!(report.contains("thread test panicked"), "{report}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_refused_allocation_is_told_at_once_with_what_is_in_use() {
    let name = "a_refused_allocation_is_told_at_once_with_what_is_in_use";
    with_backtraces(name, refuse_an_allocation);
}

#[cfg(target_os = "linux")]
fn refuse_an_allocation(name: &str) {
    let began = Instant::now();
    let (what, report) = failure(name, LIMITS, || {
        start_idlers(500);
        leave_room_for(200 << 10);
        let many: Vec<Vec<u8>> = (0..1000).map(|_| vec![1; 10_000]).collect();
        black_box(many);
        thread::park();
        FIGURES
    });
    assert!(began.elapsed() < AT_ONCE, "it took {:?}", began.elapsed());
    assert!(what.starts_with("out of memory: memory allocation of "), "{what}");
    assert!(
        what.contains(" bytes refused: ") && what.contains(" MiB in use (cap 256 MiB)"),
        "{what}"
    );
    assert!(report.contains("test/spawn@processes.rs:") && report.contains("(x500)"), "{report}");
}

#[test]
fn an_allocation_beyond_all_measure_is_told() {
    let (what, report) = failure("an_allocation_beyond_all_measure_is_told", LIMITS, || {
        black_box(vec![1_u8; 64 << 30]);
        FIGURES
    });
    assert!(
        what.starts_with("out of memory: memory allocation of 68719476736 bytes refused: "),
        "{what}"
    );
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
        let diver = thread::Builder::new().name("diver").server("S1");
        diver.spawn(|| black_box(dive(0))).unwrap().join().unwrap();
        FIGURES
    });
    assert!(what.starts_with("the test's process ended before the test did"), "{what}");
    assert!(report.contains("thread S1/diver has overflowed its stack of "), "{report}");
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
