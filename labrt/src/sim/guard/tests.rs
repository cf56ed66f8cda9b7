//! Code that bypasses the simulation, on an OS thread that the test itself enters into a world.
//! (Linux, for the backtraces.) Where the process aborts, a test runs itself again in another
//! process.

#![expect(clippy::missing_spin_loop, reason = "a student's loop has none")]

use std::io::{Read, Write};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, thread};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult};

use super::{Monitor, enter, running, take_misuse};
use crate::thread_info::{Name, ThreadInfo};
use crate::world::{Failure, FailureKind};

const CHILD: &str = "LABRT_GUARD_TEST";
const STACK: usize = 256 * 1024;

fn info() -> Arc<ThreadInfo> {
    Arc::new(ThreadInfo::new(Name::given("applier".into()), Some("S2".into()), None, 7))
}

fn monitor(seed: u64) -> Arc<Monitor> {
    let describe = |failure: &mut Failure| failure.elapsed = Duration::from_millis(1500);
    Arc::new(Monitor::new("figure_8_2c".into(), seed, STACK, describe))
}

/// Runs `body` as the simulated thread S2/applier, on the stack of an OS thread.
pub(super) fn carried<T: Send>(
    seed: u64,
    body: impl FnOnce() -> T + Send,
) -> (T, Option<Box<Failure>>) {
    let (world, info) = (monitor(seed), info());
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        let host = builder.spawn_scoped(scope, || {
            let _entered = enter(world);
            // SAFETY: the `ThreadInfo` outlives the thread.
            unsafe { running(Some(&info), 0..0) };
            let value = body();
            // SAFETY: as above.
            unsafe { running(None, 0..0) };
            (value, take_misuse())
        });
        let host = host.expect("the OS gives a thread");
        host.join().expect("the body does not panic")
    })
}

/// Runs the test of this name in a process of its own; none if this is that process.
pub(super) fn in_child(module: &str, test: &str, variable: (&str, &str)) -> Option<Output> {
    if env::var_os(CHILD).is_some() {
        return None;
    }
    let this = env::current_exe().expect("a test has a path");
    let (_crate, module) = module.split_once("::").expect("a module of the crate");
    let test = format!("{module}::{test}");
    let mut command = Command::new(this);
    command.args([&test, "--exact", "--nocapture"]).env(CHILD, "1").env(variable.0, variable.1);
    Some(command.output().expect("a test can be run again"))
}

static ENDED: AtomicBool = AtomicBool::new(false);

#[test]
fn a_thread_that_runs_on_and_on_ends_the_process() {
    let test = "a_thread_that_runs_on_and_on_ends_the_process";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        carried(417, || {
            println!("line {}", line!() + 1);
            while !ENDED.load(Ordering::Relaxed) {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, file!(), "has run for 0.5 s without reaching a scheduling point");
}

/// The allocator's lock is held most of the time.
#[test]
fn a_thread_that_allocates_on_and_on_ends_the_process() {
    let test = "a_thread_that_allocates_on_and_on_ends_the_process";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        carried(417, || {
            println!("line {}", line!() + 1);
            while std::hint::black_box(vec![1_u8; 200_000]).len() > 1 {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, file!(), "has run for 0.5 s without reaching a scheduling point");
}

/// A wait in the kernel, through none of the guarded functions.
#[test]
fn a_thread_that_waits_for_input_ends_the_process() {
    let test = "a_thread_that_waits_for_input_ends_the_process";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        let (mut reader, _writer) = std::io::pipe().expect("a pipe");
        carried(417, || {
            println!("line {}", line!() + 1);
            let _ = reader.read(&mut [0]);
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, file!(), "has run for 0.5 s without reaching a scheduling point");
}

#[test]
fn a_handler_is_told_before_the_process_ends() {
    let test = "a_handler_is_told_before_the_process_ends";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        super::on_fatal(|failure| {
            assert_eq!(failure.kind, FailureKind::Stuck);
            // Not `println`: this thread has inherited a test's capture.
            let _ = writeln!(std::io::stdout(), "told of {}", failure.thread);
        });
        carried(417, || while !ENDED.load(Ordering::Relaxed) {});
        unreachable!("the watchdog ends the process");
    };
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("told of applier\n"), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// Stderr is locked for good, so the failure cannot be told in full.
#[test]
fn a_thread_that_holds_stderr_ends_the_process() {
    let test = "a_thread_that_holds_stderr_ends_the_process";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        carried(417, || {
            let _locked = std::io::stderr().lock();
            while !ENDED.load(Ordering::Relaxed) {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert!(!output.status.success());
    let last = "figure_8_2c, seed 417: thread S2/applier has run for 0.5 s without reaching";
    assert!(String::from_utf8_lossy(&output.stderr).starts_with(last), "{output:?}");
}

#[test]
fn a_world_that_idles_or_reaches_points_is_left_alone() {
    let test = "a_world_that_idles_or_reaches_points_is_left_alone";
    match in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) {
        Some(output) => assert!(output.status.success(), "{output:?}"),
        None => {
            let world = monitor(1);
            let _entered = enter(world.clone());
            for _ in 0..15 {
                world.heartbeat.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(100));
            }
            world.idle.store(true, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(1500));
        }
    }
}

/// Runs `body` as the simulated thread S2/applier, on a coroutine's stack.
pub(super) fn in_coroutine<T: 'static>(
    seed: u64,
    body: impl FnOnce() -> T + 'static,
) -> (T, Option<Box<Failure>>) {
    let info = info();
    let _entered = enter(monitor(seed));
    let stack = DefaultStack::new(STACK).expect("the OS gives a stack");
    let limit = stack.limit().get();
    let mut coroutine = Coroutine::<(), (), T, _>::with_stack(stack, |_, ()| body());
    // SAFETY: the `ThreadInfo` outlives the coroutine.
    unsafe { running(Some(&info), limit..limit + 4096) };
    let CoroutineResult::Return(value) = coroutine.resume(()) else { unreachable!() };
    // SAFETY: as above.
    unsafe { running(None, 0..0) };
    (value, take_misuse())
}

fn assert_overflow_told(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    let last = "simulated thread S2/applier has overflowed its stack of 256 KiB (seed 417): \
                does a function call itself without end?\n";
    assert!(told.ends_with(last), "{told}");
}

#[test]
fn overflow_of_a_coroutine_s_stack() {
    match in_child(module_path!(), "overflow_of_a_coroutine_s_stack", ("RUST_BACKTRACE", "0")) {
        None => panic!("{:?}", in_coroutine(417, || recurse(1))),
        Some(output) => assert_overflow_told(&output),
    }
}

#[test]
fn overflow_of_an_os_thread_s_stack() {
    match in_child(module_path!(), "overflow_of_an_os_thread_s_stack", ("RUST_BACKTRACE", "0")) {
        None => panic!("{:?}", carried(417, || recurse(1))),
        Some(output) => assert_overflow_told(&output),
    }
}

#[test]
fn a_coroutine_that_runs_on_and_on_ends_the_process() {
    let test = "a_coroutine_that_runs_on_and_on_ends_the_process";
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "0.5")) else {
        in_coroutine(417, || {
            println!("line {}", line!() + 1);
            while !ENDED.load(Ordering::Relaxed) {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, file!(), "has run for 0.5 s without reaching a scheduling point");
    // Not how the coroutine came to run.
    assert!(!String::from_utf8_lossy(&output.stderr).contains("in_coroutine<"));
}

#[expect(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(depth + 1)) + depth
}

/// The first lines of a fatal failure, and its last one, which says what and where.
pub(super) fn assert_told(output: &Output, file: &str, what: &str) {
    let (told, printed) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    println!("{told}");
    assert!(!output.status.success());
    let (_, line) = printed.split_once("line ").expect("the line is printed");
    let line = line.lines().next().unwrap_or_default();
    let place = format!("  where    {file}:{line}\n");
    assert!(told.contains(&place), "{place} in {told}");
    let last = told.lines().last().unwrap_or_default();
    assert!(last.starts_with("figure_8_2c, seed 417: thread S2/applier"), "{last}");
    assert!(last.contains(what), "{last}");
}
