//! Hostile code, carried by hand: an OS thread enters a world and says what it runs. Where the
//! process dies, a test runs itself again in a process of its own.

use std::collections::HashSet;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult};

use super::{Watched, enter, exempt, running, take_misuse};
use crate::record::Record;
use crate::world::{Failure, FailureKind};

const CHILD: &str = "LABRT_GUARD_TEST";

fn record() -> Arc<Record> {
    Arc::new(Record::new("applier".into(), Some("S2".into()), None, 7))
}

fn watched(seed: u64) -> Arc<Watched> {
    let describe = |failure: &mut Failure| failure.elapsed = Duration::from_millis(1500);
    Arc::new(Watched::new("figure_8_2c".into(), seed, 256 * 1024, describe))
}

/// Runs `body` as the simulated thread S2/applier, on the stack of an OS thread.
fn carried<T: Send>(seed: u64, body: impl FnOnce() -> T + Send) -> (T, Option<Box<Failure>>) {
    let (world, record) = (watched(seed), record());
    thread::scope(|scope| {
        let carrier = scope.spawn(|| {
            let _entered = enter(world);
            // SAFETY: the record outlives the thread.
            unsafe { running(Some(&record), 0..0) };
            let value = body();
            // SAFETY: as above.
            unsafe { running(None, 0..0) };
            (value, take_misuse())
        });
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

/// The line that the next line of source has.
macro_rules! next_line {
    () => {
        format!("labrt/src/sim/guard/tests.rs:{}", line!() + 1)
    };
}

fn assert_misuse(failure: Option<Box<Failure>>, message: &str, place: &str) {
    let failure = failure.expect("a misuse");
    assert_eq!(failure.kind, FailureKind::Misuse);
    assert_eq!((failure.message.as_str(), failure.place.as_deref()), (message, Some(place)));
    assert_eq!((failure.thread.as_str(), failure.server.as_deref()), ("applier", Some("S2")));
    assert_eq!(failure.elapsed, Duration::from_millis(1500));
}

#[test]
fn stuck() {
    let Some(output) = in_child("stuck", ("LAB_WATCHDOG", "0.5")) else {
        let (_, _) = carried(417, || spin());
        unreachable!("the watchdog ends the process");
    };
    let told = String::from_utf8_lossy(&output.stderr);
    print!("{told}");
    assert!(!output.status.success());
}

#[inline(never)]
fn spin() {
    let mut text = String::new();
    loop {
        text = std::hint::black_box(format!("{}", text.len()));
    }
}

#[test]
fn overflow_of_a_coroutine() {
    let Some(output) = in_child("overflow_of_a_coroutine", ("RUST_BACKTRACE", "0")) else {
        let record = record();
        let _entered = enter(watched(417));
        let stack = DefaultStack::new(256 * 1024).expect("a stack");
        let limit = stack.limit().get();
        let mut coroutine = Coroutine::<(), (), u64, _>::with_stack(stack, |_, ()| {
            std::hint::black_box(recurse(1))
        });
        // SAFETY: the record outlives the coroutine.
        unsafe { running(Some(&record), limit - 4096..limit) };
        let CoroutineResult::Return(_) = coroutine.resume(()) else { unreachable!() };
        unreachable!("the stack is not that large");
    };
    let told = String::from_utf8_lossy(&output.stderr);
    print!("{told}");
    assert!(told.ends_with(
        "simulated thread S2/applier has overflowed its stack of 256 KiB (seed 417): \
         does a function call itself without end?\n"
    ));
    assert!(!output.status.success());
}

#[expect(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(depth + 1)) + depth
}

#[test]
fn std_sleep_is_a_misuse_and_does_not_sleep() {
    let began = Instant::now();
    let place = next_line!();
    let (_, misuse) = carried(1, || thread::sleep(Duration::from_secs(3600)));
    assert!(began.elapsed() < Duration::from_secs(60));
    print!("{}", misuse.as_ref().unwrap());
    assert_misuse(
        misuse,
        "std::thread::sleep inside the simulation; use labrt::thread::sleep",
        &place,
    );
}
