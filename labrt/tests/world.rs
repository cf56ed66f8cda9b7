//! How a world on the OS ends: with a value, or with the first failure in any of its threads.

use std::sync::Arc;

use labrt::channel::{bounded, unbounded};
use labrt::rand::random;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{Failure, FailureKind, Options, elapsed, fail, failed, run, seed, seed_for};

fn options(limit: Duration) -> Options {
    Options { name: "a_test".into(), seed: 7, time_limit: limit }
}

/// The failure of a test that should not get to its end, and must not take long to fail.
fn failure(body: impl FnOnce() + Send + 'static) -> Failure {
    let start = Instant::now();
    let failure = run(options(Duration::from_secs(60)), body).expect_err("the test must fail");
    assert!(start.elapsed() < Duration::from_secs(10), "it must fail at once");
    failure
}

/// Waits for ever.
fn hang() {
    loop {
        thread::park();
    }
}

#[test]
fn a_test_has_a_value() {
    let outcome = run(options(Duration::from_secs(60)), || {
        assert_eq!(thread::current().name(), "test");
        assert_eq!(seed(), 7);
        assert!(!failed());
        thread::sleep(Duration::from_millis(2));
        elapsed() >= Duration::from_millis(2)
    });
    assert!(outcome.unwrap());
}

#[test]
fn a_panic_in_any_thread_ends_the_test_with_its_name_message_and_place() {
    let failure = failure(|| {
        let thread = thread::Builder::new().name("ticker").server("S1");
        drop(thread.spawn(|| {
            let inner = thread::Builder::new().name("inner");
            inner.spawn(|| panic!("the {} sky fell", "blue")).unwrap()
        }));
        hang();
    });
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.message, "the blue sky fell");
    assert_eq!(failure.thread, "inner");
    assert_eq!(failure.server.as_deref(), Some("S1"), "a thread works for its spawner's server");
    let place = failure.place.clone().unwrap();
    assert!(place.contains("tests/world.rs:"), "{place}");
    assert!(failure.to_string().starts_with("thread S1/inner panicked: the blue sky fell\n"));
}

#[test]
fn a_panic_in_the_test_itself_is_one_too() {
    let failure = failure(|| assert_eq!(1 + 1, 3, "arithmetic"));
    assert_eq!((failure.kind, failure.thread.as_str()), (FailureKind::Panic, "test"));
    assert!(failure.message.contains("arithmetic"));
}

#[test]
fn a_panic_counts_though_it_is_caught() {
    let failure = failure(|| {
        let _ = thread::spawn(|| panic!("joined")).join();
        hang();
    });
    assert_eq!(failure.message, "joined");
}

#[test]
fn a_panic_that_passes_the_hook_by_counts_too() {
    fn resume() {
        std::panic::resume_unwind(Box::new("resumed"));
    }
    assert_eq!(failure(resume).message, "resumed");
    let failure = failure(move || {
        drop(thread::spawn(resume));
        hang();
    });
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "resumed"));
}

#[test]
fn so_does_one_in_a_scope() {
    let failure = failure(|| {
        thread::scope(|scope| {
            let thread = scope.spawn(|| std::panic::resume_unwind(Box::new("resumed")));
            let _ignored: thread::Result<()> = thread.join();
        });
        hang();
    });
    assert_eq!(failure.message, "resumed");
}

#[test]
fn the_first_failure_counts() {
    let failure = failure(|| {
        fail("first");
        assert!(failed());
        fail("second");
        panic!("third");
    });
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Violation, "first"));
}

#[test]
fn a_failure_that_comes_with_the_end_still_counts() {
    let outcome = run(options(Duration::from_secs(60)), || fail("at the end"));
    assert_eq!(outcome.unwrap_err().message, "at the end");
}

#[test]
fn a_limit_can_be_for_ever() {
    assert_eq!(run(options(Duration::MAX), || 1).unwrap(), 1);
}

#[test]
fn worlds_in_one_process_do_not_fail_each_other() {
    let other = thread::spawn(|| failure(|| fail("mine")));
    let outcome = run(options(Duration::from_secs(60)), || {
        thread::sleep(Duration::from_millis(20));
        failed()
    });
    assert!(!outcome.unwrap());
    other.join().unwrap();
}

#[test]
fn the_time_limit_tells_who_waits_for_what_and_who_holds_it() {
    let failure = run(options(Duration::from_secs(1)), || {
        let read_only = Arc::new(RwLock::new(0i32));
        let _reading = read_only.read();
        let lock = Arc::new(Mutex::new(0u8));
        let shelf = Arc::new(RwLock::new(0u16));
        let (sender, receiver) = unbounded::<()>();
        let (full, _keep) = bounded::<()>(0);
        let threads = [
            ("holder", 0),
            ("waiter", 1),
            ("receiver", 2),
            ("sender", 3),
            ("reader", 4),
            ("writer", 5),
        ];
        for (name, role) in threads {
            let (lock, receiver, full) = (lock.clone(), receiver.clone(), full.clone());
            let (shelf, read_only) = (shelf.clone(), read_only.clone());
            let shelf_too = shelf.clone();
            let thread = thread::Builder::new().name(name).server("S0");
            let body = move || match role {
                0 => {
                    let _held = (lock.lock(), shelf.write());
                    thread::sleep(Duration::from_secs(3600));
                }
                1 => drop(lock.lock()),
                2 => drop(receiver.recv()),
                3 => drop(full.send(())),
                5 => *read_only.write() = 1,
                _ => drop(shelf.read()),
            };
            drop(thread.spawn(body));
            // The holder, which comes first, has both locks before the others begin.
            while shelf_too.try_read().is_some() {
                thread::yield_now();
            }
        }
        let (condvar, mine) = (Condvar::new(), Mutex::new(()));
        condvar.wait(&mut mine.lock());
        drop(sender);
    })
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimeLimit);
    assert_eq!(failure.message, "a_test took longer than 1s");
    let line = |name: &str| {
        let found = failure.threads.lines().find(|line| line.trim_start().starts_with(name));
        found.unwrap_or_else(|| panic!("no line for {name} in\n{}", failure.threads))
    };
    assert!(line("S0/holder").contains("sleeps up to 3600.000 s, in labrt/tests/world.rs:"));
    assert!(line("S0/waiter").contains("for the Mutex<u8> that S0/holder took at labrt/tests"));
    assert!(line("S0/reader").contains("for the RwLock<u16> that S0/holder took at labrt/tests"));
    let last = "for the RwLock<i32> that test was the last to share at labrt/tests";
    assert!(line("S0/writer").contains(last), "{}", failure.threads);
    assert!(line("S0/receiver").contains("receives from the channel of labrt/tests/world.rs:"));
    assert!(line("S0/sender").contains("sends to the channel of labrt/tests/world.rs:"));
    assert!(line("test").contains("waits for a condvar, in labrt/tests/world.rs:"));
}

#[test]
fn a_hang_is_explained_by_the_threads_that_run_and_those_that_wait_for_locks() {
    let failure = run(options(Duration::from_secs(1)), || {
        let lock = Arc::new(Mutex::new(()));
        for name in ["spinner", "handler", "handler", "handler", "a sleeper"] {
            let lock = lock.clone();
            let lock_too = lock.clone();
            drop(thread::Builder::new().name(name).spawn(move || match name {
                "spinner" => {
                    let _held = lock.lock();
                    while !failed() {}
                }
                "handler" => drop(lock.lock()),
                _ => thread::sleep(Duration::from_secs(3600)),
            }));
            while lock_too.try_lock().is_some() {
                thread::yield_now();
            }
        }
        hang();
    })
    .unwrap_err();
    let lines: Vec<_> = failure.threads.lines().collect();
    assert_eq!(lines[0], "  running: spinner", "{}", failure.threads);
    assert!(lines[1].starts_with("  handler (x3) "), "{}", failure.threads);
    assert!(lines[1].contains("that spinner took at"), "{}", failure.threads);
    assert!(lines[2].starts_with("  a sleeper "), "{}", failure.threads);
}

#[test]
fn a_violation_is_told_with_the_threads_that_are_stuck() {
    let failure = failure(|| {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock();
        let waiting = lock.clone();
        drop(thread::Builder::new().name("stuck").spawn(move || drop(waiting.lock())));
        thread::sleep(Duration::from_secs(1));
        fail("nothing happened");
        drop(held);
    });
    assert!(failure.threads.starts_with("  stuck "), "{}", failure.threads);
    assert!(failure.threads.contains("that test took at"), "{}", failure.threads);
    assert_eq!(failure.threads.lines().count(), 1, "the test itself is not: {}", failure.threads);
}

#[test]
fn a_ring_of_locks_is_told_at_once() {
    let failure = failure(|| {
        let locks: Vec<_> = (0..3).map(|_| Arc::new(Mutex::new(()))).collect();
        let seated = Arc::new(AtomicUsize::new(0));
        for index in 0..3 {
            let (first, second) = (locks[index].clone(), locks[(index + 1) % 3].clone());
            let seated = seated.clone();
            let thread = thread::Builder::new().name(format!("philosopher {index}"));
            drop(thread.spawn(move || {
                let _first = first.lock();
                seated.fetch_add(1, Ordering::SeqCst);
                while seated.load(Ordering::SeqCst) < 3 {
                    thread::yield_now();
                }
                drop(second.lock());
            }));
        }
        hang();
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let message = &failure.message;
    assert!(message.starts_with("deadlock: 3 threads wait for each other's locks"), "{message}");
    for index in 0..3 {
        let waits = format!("  philosopher {index} waits for the Mutex<()> that philosopher");
        assert!(message.contains(&waits), "{message}");
        assert!(message.contains(&format!("that philosopher {index} took at")), "{message}");
    }
    assert!(failure.threads.contains("test"), "the other threads are told as well");
}

#[test]
fn locking_twice_is_told_at_once() {
    let failure = failure(|| {
        let lock = Mutex::new(());
        let _once = lock.lock();
        drop(lock.lock());
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(failure.message.starts_with("deadlock: test locks what it already holds"));
}

#[test]
#[should_panic(expected = "locks what it already holds")]
fn outside_a_world_locking_twice_panics() {
    let lock = Mutex::new(());
    let _once = lock.lock();
    drop(lock.lock());
}

/// Many threads lock many pairs, always in order: full of waits, never in a ring.
#[test]
fn locks_in_order_are_no_deadlock() {
    let outcome = run(options(Duration::from_secs(60)), || {
        let locks: Vec<_> = (0..4).map(|_| Mutex::new(0)).collect();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5_000 {
                        let first = labrt::rand::random_range(0..3);
                        let second = labrt::rand::random_range(first + 1..4);
                        let mut one = locks[first].lock();
                        let mut two = locks[second].lock();
                        *one += 1;
                        *two += 1;
                    }
                });
            }
        });
        locks.iter().map(|lock| *lock.lock()).sum::<u32>()
    });
    assert_eq!(outcome.unwrap(), 8 * 5_000 * 2);
}

/// The draws of the test's thread, of its first child, and of its second.
fn draws(world_seed: u64) -> [u64; 3] {
    let options = Options { seed: world_seed, ..options(Duration::from_secs(60)) };
    run(options, || {
        let mine = random();
        let child = || thread::spawn(random::<u64>).join().unwrap();
        [mine, child(), child()]
    })
    .unwrap()
}

#[test]
fn a_seed_fixes_every_draw() {
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    let [mine, first, second] = draws(1);
    assert!(mine != first && first != second, "threads draw from generators of their own");
    assert_eq!(mine, FIRST_DRAW_OF_SEED_1, "a seed means the same on every machine");
}

/// ChaCha8 under the key that `SeedableRng::seed_from_u64` makes of 1.
const FIRST_DRAW_OF_SEED_1: u64 = 7_424_550_030_962_593_201;

#[test]
fn streams_of_a_seed_are_unrelated() {
    let streams = run(options(Duration::from_secs(60)), || {
        [seed_for("network"), seed_for("networl"), seed_for("schedule"), seed()]
    })
    .unwrap();
    let distinct: std::collections::BTreeSet<_> = streams.iter().collect();
    assert_eq!(distinct.len(), streams.len());
}
