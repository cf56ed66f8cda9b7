//! What std does inside the simulation, and outside of it.

use std::collections::HashMap;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::sim::guard::bypass;
use crate::sim::guard::tests::{assert_told, carried, in_child, in_coroutine};
use crate::world::{Failure, FailureKind};

/// `line` is one of this file's.
fn assert_misuse(misuse: Option<Box<Failure>>, message: &str, line: u32) {
    let failure = misuse.expect("a misuse");
    let place = format!("{}:{line}", file!());
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
fn a_thread_of_std_is_a_misuse() {
    let (line, misuse) = carried(1, || {
        drop(thread::spawn(|| ()));
        line!() - 1
    });
    let message = "std::thread::spawn inside the simulation; use labrt::thread::spawn";
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
fn exempt_code_and_other_threads_may_do_all_this() {
    let (_, misuse) = carried(1, || {
        bypass(|| {
            let began = Instant::now();
            thread::sleep(Duration::from_millis(20));
            assert!(began.elapsed() >= Duration::from_millis(20));
        });
        let other = bypass(|| thread::spawn(|| (Instant::now(), thread::sleep(Duration::ZERO))));
        bypass(|| other.join().unwrap());
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
    let Some(output) = in_child(module_path!(), test, ("LAB_WATCHDOG", "30")) else {
        let lock = Mutex::new(());
        let _guard = lock.lock();
        carried(417, || {
            println!("line {}", line!() + 1);
            drop(lock.lock());
        });
        unreachable!("the process has ended");
    };
    assert_told(&output, file!(), "blocks in a lock, channel or wait of std inside the simulation");
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
    match in_child(module_path!(), test, ("RUST_BACKTRACE", "0")) {
        None => println!("{orders}"),
        Some(output) => assert!(String::from_utf8_lossy(&output.stdout).contains(&orders)),
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
