//! Hostile code, carried by hand: an OS thread enters a world and says what it runs. Where the
//! process dies, a test runs itself again in a process of its own.

use std::collections::HashMap;
use std::io::Read;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult};

use super::{Watched, enter, exempt, running, take_misuse};
use crate::record::Record;
use crate::world::{Failure, FailureKind};

const CHILD: &str = "LABRT_GUARD_TEST";
const STACK: usize = 256 * 1024;

fn record() -> Arc<Record> {
    Arc::new(Record::new("applier".into(), Some("S2".into()), None, 7))
}

fn watched(seed: u64) -> Arc<Watched> {
    let describe = |failure: &mut Failure| failure.elapsed = Duration::from_millis(1500);
    Arc::new(Watched::new("figure_8_2c".into(), seed, STACK, describe))
}

/// Runs `body` as the simulated thread S2/applier, on the stack of an OS thread.
fn carried<T: Send>(seed: u64, body: impl FnOnce() -> T + Send) -> (T, Option<Box<Failure>>) {
    let (world, record) = (watched(seed), record());
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        let carrier = builder.spawn_scoped(scope, || {
            let _entered = enter(world);
            // SAFETY: the record outlives the thread.
            unsafe { running(Some(&record), 0..0) };
            let value = body();
            // SAFETY: as above.
            unsafe { running(None, 0..0) };
            (value, take_misuse())
        });
        let carrier = carrier.expect("the OS gives a thread");
        carrier.join().expect("the body does not panic")
    })
}

/// Runs the test of this name in a process of its own; none if this is that process.
fn in_child(test: &str, variable: (&str, &str)) -> Option<Output> {
    if env::var_os(CHILD).is_some() {
        return None;
    }
    let this = env::current_exe().expect("a test has a path");
    let test = format!("sim::guard::tests::{test}");
    let mut command = Command::new(this);
    command.args([&test, "--exact", "--nocapture"]).env(CHILD, "1").env(variable.0, variable.1);
    Some(command.output().expect("a test can be run again"))
}

static ENDED: AtomicBool = AtomicBool::new(false);

#[test]
fn a_thread_that_runs_on_and_on_ends_the_process() {
    let test = "a_thread_that_runs_on_and_on_ends_the_process";
    let Some(output) = in_child(test, ("LAB_WATCHDOG", "0.5")) else {
        carried(417, || {
            println!("line {}", line!() + 1);
            while !ENDED.load(Ordering::Relaxed) {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, "has run for 0.5 s without reaching a scheduling point");
}

/// The allocator's lock is held most of the time.
#[test]
fn a_thread_that_allocates_on_and_on_ends_the_process() {
    let test = "a_thread_that_allocates_on_and_on_ends_the_process";
    let Some(output) = in_child(test, ("LAB_WATCHDOG", "0.5")) else {
        carried(417, || {
            println!("line {}", line!() + 1);
            while std::hint::black_box(vec![1_u8; 200_000]).len() > 1 {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, "has run for 0.5 s without reaching a scheduling point");
}

/// A wait in the kernel, through none of the guarded functions.
#[test]
fn a_thread_that_waits_for_input_ends_the_process() {
    let test = "a_thread_that_waits_for_input_ends_the_process";
    let Some(output) = in_child(test, ("LAB_WATCHDOG", "0.5")) else {
        let (mut reader, _writer) = std::io::pipe().expect("a pipe");
        carried(417, || {
            println!("line {}", line!() + 1);
            let _ = reader.read(&mut [0]);
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, "has run for 0.5 s without reaching a scheduling point");
}

#[test]
fn a_world_that_idles_or_reaches_points_is_left_alone() {
    let test = "a_world_that_idles_or_reaches_points_is_left_alone";
    match in_child(test, ("LAB_WATCHDOG", "0.5")) {
        Some(output) => assert!(output.status.success(), "{output:?}"),
        None => {
            let world = watched(1);
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
fn in_coroutine<T: 'static>(
    seed: u64,
    body: impl FnOnce() -> T + 'static,
) -> (T, Option<Box<Failure>>) {
    let record = record();
    let _entered = enter(watched(seed));
    let stack = DefaultStack::new(STACK).expect("the OS gives a stack");
    let limit = stack.limit().get();
    let mut coroutine = Coroutine::<(), (), T, _>::with_stack(stack, |_, ()| body());
    // SAFETY: the record outlives the coroutine.
    unsafe { running(Some(&record), limit..limit + 4096) };
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
    match in_child("overflow_of_a_coroutine_s_stack", ("RUST_BACKTRACE", "0")) {
        None => panic!("{:?}", in_coroutine(417, || recurse(1))),
        Some(output) => assert_overflow_told(&output),
    }
}

#[test]
fn overflow_of_an_os_thread_s_stack() {
    match in_child("overflow_of_an_os_thread_s_stack", ("RUST_BACKTRACE", "0")) {
        None => panic!("{:?}", carried(417, || recurse(1))),
        Some(output) => assert_overflow_told(&output),
    }
}

/// Looking for source lines takes some stack.
#[test]
fn a_coroutine_s_stack_is_large_enough_to_blame() {
    let (line, misuse) = thread::spawn(|| {
        in_coroutine(1, || {
            thread::sleep(Duration::from_secs(3600));
            line!() - 1
        })
    })
    .join()
    .expect("the body does not panic");
    let message = "std::thread::sleep inside the simulation; use labrt::thread::sleep";
    assert_misuse(misuse, message, line);
}

#[test]
fn a_coroutine_that_runs_on_and_on_ends_the_process() {
    let test = "a_coroutine_that_runs_on_and_on_ends_the_process";
    let Some(output) = in_child(test, ("LAB_WATCHDOG", "0.5")) else {
        in_coroutine(417, || {
            println!("line {}", line!() + 1);
            while !ENDED.load(Ordering::Relaxed) {}
        });
        unreachable!("the watchdog ends the process");
    };
    assert_told(&output, "has run for 0.5 s without reaching a scheduling point");
    // Not how the coroutine came to run.
    assert!(!String::from_utf8_lossy(&output.stderr).contains("in_coroutine<"));
}

#[expect(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(depth + 1)) + depth
}

/// Beyond this file's line with the call, nothing: a place ends in its number.
fn assert_misuse(misuse: Option<Box<Failure>>, message: &str, line: u32) {
    let failure = misuse.expect("a misuse");
    let place = format!("labrt/src/sim/guard/tests.rs:{line}");
    assert_eq!(failure.kind, FailureKind::Misuse);
    assert_eq!((failure.message.as_str(), failure.place), (message, Some(place)));
    assert_eq!((failure.thread.as_str(), failure.server.as_deref()), ("applier", Some("S2")));
    assert_eq!(failure.elapsed, Duration::from_millis(1500));
}

#[test]
fn std_sleep_is_a_misuse_and_does_not_sleep() {
    let (line, misuse) = carried(1, || {
        thread::sleep(Duration::from_secs(3600));
        line!() - 1
    });
    let message = "std::thread::sleep inside the simulation; use labrt::thread::sleep";
    assert_misuse(misuse, message, line);
}

#[test]
fn std_clocks_are_a_misuse() {
    let (line, misuse) = carried(1, || {
        let _ = Instant::now();
        line!() - 1
    });
    let message = "std::time::Instant::now inside the simulation; use labrt::time::Instant::now";
    assert_misuse(misuse, message, line);
    let (line, misuse) = carried(1, || {
        let _ = SystemTime::now();
        line!() - 1
    });
    let message = "std::time::SystemTime::now inside the simulation; use labrt::time::Instant::now";
    assert_misuse(misuse, message, line);
}

#[test]
fn a_timed_wait_of_std_is_a_misuse() {
    let message = "a timed wait of std inside the simulation; use those of labrt";
    let (_sender, receiver) = mpsc::channel::<()>();
    let (line, misuse) = carried(1, move || {
        assert!(receiver.recv_timeout(Duration::from_millis(10)).is_err());
        line!() - 1
    });
    assert_misuse(misuse, message, line);
    let (line, misuse) = carried(1, || {
        thread::park_timeout(Duration::from_millis(10));
        line!() - 1
    });
    assert_misuse(misuse, message, line);
}

#[test]
fn what_labrt_itself_asks_of_std_is_no_misuse() {
    let (_, misuse) = carried(1, || {
        // Through the OS runtime, whose functions here are labrt's.
        let began = crate::time::Instant::now();
        crate::thread::sleep(Duration::from_millis(20));
        assert!(began.elapsed() >= Duration::from_millis(20));
    });
    assert!(misuse.is_none(), "{misuse:?}");
}

#[test]
fn exempt_code_and_other_threads_may_do_all_this() {
    let (_, misuse) = carried(1, || {
        exempt(|| {
            let began = Instant::now();
            thread::sleep(Duration::from_millis(20));
            assert!(began.elapsed() >= Duration::from_millis(20));
        });
        let other = exempt(|| thread::spawn(|| (Instant::now(), thread::sleep(Duration::ZERO))));
        exempt(|| other.join().unwrap());
    });
    assert!(misuse.is_none(), "{misuse:?}");
    let began = Instant::now();
    thread::sleep(Duration::from_millis(20));
    assert!(began.elapsed() >= Duration::from_millis(20));
}

#[test]
fn a_lock_of_std_that_another_thread_gives_back_soon_is_none() {
    let lock = Mutex::new(());
    let (locked, is_locked) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = lock.lock();
            locked.send(()).unwrap();
            thread::sleep(Duration::from_millis(300));
        });
        is_locked.recv().unwrap();
        let (_, misuse) = carried(1, || drop(lock.lock()));
        assert!(misuse.is_none(), "{misuse:?}");
    });
}

#[test]
fn a_lock_of_std_that_nobody_gives_back_ends_the_process() {
    let test = "a_lock_of_std_that_nobody_gives_back_ends_the_process";
    let Some(output) = in_child(test, ("LAB_WATCHDOG", "30")) else {
        let lock = Mutex::new(());
        let _guard = lock.lock();
        carried(417, || {
            println!("line {}", line!() + 1);
            drop(lock.lock());
        });
        unreachable!("the process has ended");
    };
    assert_told(&output, "blocks in a lock, channel or wait of std inside the simulation");
}

/// The first lines of a fatal failure, and its last one, which says what and where.
fn assert_told(output: &Output, what: &str) {
    let (told, printed) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    println!("{told}");
    assert!(!output.status.success());
    let (_, line) = printed.split_once("line ").expect("the line is printed");
    let line = line.lines().next().unwrap_or_default();
    let place = format!("  where    labrt/src/sim/guard/tests.rs:{line}\n");
    assert!(told.contains(&place), "{place} in {told}");
    let last = told.lines().last().unwrap_or_default();
    assert!(last.starts_with("figure_8_2c, seed 417: thread S2/applier"), "{last}");
    assert!(last.contains(what), "{last}");
}

#[test]
fn the_order_of_a_hash_map_is_the_seed_s() {
    let order = |seed| {
        let (order, misuse) = carried(seed, || {
            (0..40).map(|n| (n, ())).collect::<HashMap<_, _>>().into_keys().collect::<Vec<i32>>()
        });
        assert!(misuse.is_none());
        order
    };
    let orders = format!("{:?} {:?}", order(1), order(2));
    assert_ne!(order(1), order(2));
    assert_eq!(order(1), order(1));
    let test = "the_order_of_a_hash_map_is_the_seed_s";
    match in_child(test, ("RUST_BACKTRACE", "0")) {
        None => println!("{orders}"),
        Some(output) => assert!(String::from_utf8_lossy(&output.stdout).contains(&orders)),
    }
}
