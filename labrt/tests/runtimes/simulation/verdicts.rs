//! Failures are reported at once, with the names of threads and servers and with source lines.

use std::sync::Arc;

use labrt::channel::{Select, bounded, unbounded};
use labrt::sim::{Backend, Schedule, simulate};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::{self, Failure, FailureKind, Options};

use crate::schedules::{BACKENDS, LIMIT, clean, failure};

/// A thread that would keep any world going.
fn tick() {
    drop(thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_millis(10));
        }
    }));
}

/// The line of the report that is about this thread.
fn line<'a>(failure: &'a Failure, thread: &str) -> &'a str {
    let found = failure.threads.lines().find(|line| line.trim_start().starts_with(thread));
    found.unwrap_or_else(|| panic!("no line for {thread} in\n{}", failure.threads))
}

#[test]
fn a_world_in_which_nobody_can_run_is_a_deadlock() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Deadlock, backend, || {
            let (_keep, receiver) = unbounded::<u8>();
            thread::sleep(Duration::from_secs(1));
            receiver.recv()
        });
        assert!(failure.message.starts_with("deadlock: no thread can run"), "{failure}");
        assert!(failure.elapsed < Duration::from_millis(1_001), "{failure}");
        assert!(line(&failure, "test").contains("receives from the channel of labrt/tests/"));
    }
}

#[test]
fn a_lost_wake_up_is_a_deadlock_as_soon_as_the_last_thread_waits() {
    let failure = failure(FailureKind::Deadlock, Backend::Coroutines, || {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        changed.notify_all();
        changed.wait(&mut lock.lock());
    });
    assert!(
        line(&failure, "test").contains("waits for a condvar, in labrt/tests/runtimes/simulation/")
    );
}

#[test]
fn a_ring_of_locks_is_found_at_once_though_others_run() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Deadlock, backend, || {
            tick();
            let locks: [_; 3] = std::array::from_fn(|_| Arc::new(Mutex::new(())));
            for index in 0..3 {
                let (first, second) = (locks[index].clone(), locks[(index + 1) % 3].clone());
                let thread = thread::Builder::new().name(format!("philosopher {index}"));
                drop(thread.server("S1").spawn(move || {
                    let _first = first.lock();
                    thread::sleep(Duration::from_secs(1));
                    drop(second.lock());
                }));
            }
            thread::park();
        });
        let message = &failure.message;
        assert!(
            message.starts_with("deadlock: 3 threads wait for each other's locks"),
            "{message}"
        );
        for index in 0..3 {
            let waits = format!("S1/philosopher {index} waits for the Mutex<()> that S1/phil");
            assert!(message.contains(&waits), "{message}");
            assert!(message.contains(&format!("philosopher {index} took at labrt/")), "{message}");
        }
        assert!(failure.elapsed < Duration::from_millis(1_001), "{failure}");
    }
}

#[test]
fn locking_twice_is_found_at_once() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Deadlock, backend, || {
            tick();
            let lock = Mutex::new(());
            let _once = lock.lock();
            drop(lock.lock());
        });
        assert!(failure.message.starts_with("deadlock: test locks what it already holds"));
        assert!(
            failure.message.contains("labrt/tests/runtimes/simulation/verdicts.rs:"),
            "{failure}"
        );
        assert_eq!(failure.elapsed, Duration::ZERO);
    }
}

#[test]
fn a_thread_that_goes_round_and_round_is_a_livelock() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Livelock, backend, || {
            tick();
            let spinner = thread::Builder::new().name("spinner").server("S2");
            let flag = AtomicBool::new(false);
            let spin = move || while !flag.load(Ordering::SeqCst) {};
            spinner.spawn(spin).unwrap().join()
        });
        assert!(failure.message.starts_with("livelock: 1000000 scheduling points"), "{failure}");
        assert_eq!((failure.server.as_deref(), failure.thread.as_str()), (Some("S2"), "spinner"));
        assert!(failure.threads.starts_with("  running: S2/spinner\n"), "{failure}");
        assert!(failure.place.is_some_and(|place| place.contains("verdicts.rs:")));
    }
}

#[test]
fn looking_at_a_channel_or_at_a_thread_again_and_again_is_one_too() {
    failure(FailureKind::Livelock, Backend::Coroutines, || {
        let (_sender, receiver) = unbounded::<u8>();
        while receiver.try_recv().is_err() {}
    });
    failure(FailureKind::Livelock, Backend::Coroutines, || {
        let (_sender, receiver) = unbounded::<u8>();
        while receiver.is_empty() {}
    });
    failure(FailureKind::Livelock, Backend::Coroutines, || {
        let sleeper = thread::spawn(thread::park);
        while !sleeper.is_finished() {}
    });
    failure(FailureKind::Livelock, Backend::Coroutines, || {
        let lock = Mutex::new(());
        let _held = lock.lock();
        while lock.try_lock().is_none() {}
    });
}

#[test]
fn a_panic_in_any_thread_ends_the_world() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Panic, backend, || {
            tick();
            let thread = thread::Builder::new().name("ticker").server("S1");
            drop(thread.spawn(|| {
                thread::sleep(Duration::from_millis(1_234));
                panic!("the {} sky fell", "blue")
            }));
            thread::sleep(Duration::from_secs(2));
            panic!("too late");
        });
        assert_eq!(failure.message, "the blue sky fell");
        assert_eq!((failure.server.as_deref(), failure.thread.as_str()), (Some("S1"), "ticker"));
        assert!(failure.place.as_ref().unwrap().contains("tests/runtimes/simulation/verdicts.rs:"));
        assert_eq!(failure.elapsed, Duration::from_millis(1_234));
        assert!(failure.to_string().starts_with("thread S1/ticker panicked: the blue sky fell\n"));
    }
}

#[test]
fn of_several_panics_the_first_counts() {
    struct SecondThoughts;
    impl Drop for SecondThoughts {
        fn drop(&mut self) {
            let _ = std::panic::catch_unwind(|| panic!("second"));
        }
    }
    for seed in 0..20 {
        let ended = clean(seed, || {
            drop(thread::spawn(|| {
                let _second = SecondThoughts;
                thread::sleep(Duration::from_secs(1));
            }));
            thread::sleep(Duration::from_millis(1));
            panic!("first");
        });
        assert_eq!(ended.result.map(|(): ()| ()).unwrap_err().message, "first");
    }
}

#[test]
fn a_panic_that_is_caught_or_resumed_counts_too() {
    let caught = failure(FailureKind::Panic, Backend::Coroutines, || {
        let _ = std::panic::catch_unwind(|| panic!("caught"));
        thread::sleep(Duration::from_secs(1));
    });
    assert_eq!((caught.message.as_str(), caught.elapsed), ("caught", Duration::ZERO));
    let resumed = failure(FailureKind::Panic, Backend::Coroutines, || {
        tick();
        let resume = || std::panic::resume_unwind(Box::new("resumed"));
        thread::spawn(resume).join().map(|(): ()| ())
    });
    assert_eq!(resumed.message, "resumed");
}

#[test]
fn fail_tells_a_violation_with_the_threads_that_are_stuck() {
    let failure = failure(FailureKind::Violation, Backend::Coroutines, || {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock();
        let waiting = lock.clone();
        drop(thread::Builder::new().name("stuck").spawn(move || drop(waiting.lock())));
        thread::sleep(Duration::from_secs(1));
        world::fail("nothing happened");
        world::fail("nothing happened again");
        assert!(world::failed());
        drop(held);
    });
    assert_eq!(failure.message, "nothing happened");
    assert!(failure.place.as_ref().unwrap().contains("tests/runtimes/simulation/verdicts.rs:"));
    assert!(line(&failure, "stuck").contains("that test took at labrt/tests/"), "{failure}");
    assert_eq!(failure.threads.lines().count(), 1, "{failure}");
}

#[test]
fn a_failure_that_comes_with_the_end_still_counts() {
    let ended = clean(1, || world::fail("at the end"));
    assert_eq!(ended.result.unwrap_err().message, "at the end");
}

#[test]
fn the_time_limit_is_one_of_virtual_time() {
    let bodies: [fn(); 5] = [
        || loop {
            thread::sleep(Duration::from_millis(700));
        },
        || loop {
            thread::yield_now();
        },
        || while Instant::now().elapsed() < Duration::from_secs(1) {},
        || thread::sleep(Duration::MAX),
        || {
            let (lock, never) = (Mutex::new(()), Condvar::new());
            loop {
                never.wait_for(&mut lock.lock(), Duration::from_secs(17));
            }
        },
    ];
    for body in bodies {
        let options = Options { name: "slow".into(), seed: 1, time_limit: Duration::from_secs(5) };
        let ended = simulate(options, Schedule::default(), body);
        assert!(ended.leaked.is_empty());
        let failure = ended.result.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TimeLimit, "{failure}");
        assert_eq!(failure.message, "slow took longer than 5s");
        assert_eq!(failure.elapsed, Duration::from_secs(5), "no later than it can be told");
        assert_eq!(ended.elapsed, Duration::from_secs(5));
    }
}

#[test]
fn what_ends_within_the_limit_is_no_failure() {
    let ended = clean(1, || thread::sleep(LIMIT));
    assert!(ended.result.is_ok());
    assert_eq!(ended.elapsed, LIMIT);
}

#[test]
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "real time is meant")]
fn an_hour_asleep_costs_nothing() {
    let start = std::time::Instant::now();
    let options =
        Options { name: "long".into(), seed: 1, time_limit: Duration::from_secs(100 * 3600) };
    let ended = simulate(options, Schedule::default(), || {
        let start = Instant::now();
        for _ in 0..24 {
            thread::sleep(Duration::from_secs(3600));
        }
        start.elapsed()
    });
    let slept = ended.result.unwrap();
    assert!(slept >= Duration::from_secs(24 * 3600), "{slept:?}");
    assert!(slept < Duration::from_secs(24 * 3600 + 1), "{slept:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// Every kind of wait, with who holds what, since when and in which line.
#[test]
fn a_report_tells_what_each_thread_waits_for() {
    for backend in BACKENDS {
        let failure = failure(FailureKind::Deadlock, backend, || {
            let lock = Arc::new(Mutex::new(0u8));
            let shelf = Arc::new(RwLock::new(0u16));
            let (_keep, receiver) = unbounded::<()>();
            let (full, _keep_too) = bounded::<()>(0);
            let names = ["holder", "waiter", "receiver", "sender", "reader", "select", "joiner"];
            for (role, name) in names.into_iter().enumerate() {
                let (lock, receiver, full) = (lock.clone(), receiver.clone(), full.clone());
                let shelf = shelf.clone();
                let body = move || match role {
                    0 => {
                        let _held = (lock.lock(), shelf.write());
                        thread::park();
                    }
                    1 => drop(lock.lock()),
                    2 => assert!(receiver.recv().is_ok()),
                    3 => full.send(()).unwrap(),
                    4 => drop(shelf.read()),
                    5 => {
                        let mut select = Select::new();
                        select.recv(&receiver);
                        select.send(&full);
                        drop(select.select());
                    }
                    _ => thread::scope(|scope| {
                        scope.spawn(thread::park);
                    }),
                };
                drop(thread::Builder::new().name(name).server("S0").spawn(body));
                thread::sleep(Duration::from_secs(1));
            }
            let parked = thread::Builder::new().name("parked").spawn(thread::park).unwrap();
            parked.join().unwrap();
        });
        let expected = [
            ("S0/holder", "is parked, in ", "7"),
            ("S0/waiter", "waits for the Mutex<u8> that S0/holder took at labrt/", "6"),
            ("S0/receiver", "receives from the channel of labrt/tests/", "5"),
            ("S0/sender", "sends to the channel of labrt/tests/", "4"),
            ("S0/reader", "waits for the RwLock<u16> that S0/holder took at labrt/", "3"),
            ("S0/select", "selects among 2 channels, in labrt/", "2"),
            ("S0/joiner ", "waits for the threads of a scope to end, in labrt/", "1"),
            ("test", "waits for parked to end, in labrt/", "0"),
            ("parked", "is parked, in ", "0"),
        ];
        for (thread, what, seconds) in expected {
            let line = line(&failure, thread);
            assert!(line.contains(what), "{failure}");
            assert!(line.contains(", in "), "{failure}");
            assert!(line.contains(&format!(", for {seconds}.")), "{failure}");
        }
        assert!(failure.threads.contains("S0/joiner/spawn@verdicts.rs:"), "{failure}");
        let locks = failure.threads.lines().take(2).all(|line| line.contains("waits for the "));
        assert!(locks, "who waits for locks comes first:\n{failure}");
    }
}

#[test]
fn a_thread_can_see_the_report_itself() {
    let report = clean(3, || {
        let (lock, changed) = (Arc::new(Mutex::new(())), Condvar::new());
        let held = lock.lock();
        let waiting = lock.clone();
        drop(thread::Builder::new().name("waiter").spawn(move || drop(waiting.lock())));
        thread::sleep(Duration::from_millis(1));
        let report = world::threads_report();
        drop((held, changed));
        report
    });
    let report = report.result.unwrap();
    assert!(report.contains("  running: test\n"), "{report}");
    assert!(report.contains("waiter ") && report.contains("that test took at"), "{report}");
}
