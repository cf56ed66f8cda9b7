//! Programs that misuse the runtime on purpose, or meet it at its worst moment.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;

use labrt::channel::unbounded;
use labrt::sim::Backend;
use labrt::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use labrt::sync::{Mutex, RwLock};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::FailureKind;

use crate::schedules::{BACKENDS, POLICIES, clean, failure, world};

/// Std is caught even if nothing of the simulation's follows.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "they are what is caught")]
fn misuse_is_told_however_late() {
    let late: [fn(); 3] = [
        || std::thread::sleep(Duration::from_secs(3600)),
        || drop(thread::spawn(|| _ = std::time::Instant::now()).join()),
        || {
            let _ = std::time::Instant::now();
            thread::yield_now();
        },
    ];
    for backend in BACKENDS {
        for body in late {
            failure(FailureKind::Misuse, backend, body);
        }
    }
}

/// Printing a lock takes it as anyone would: who waits for it meanwhile is woken.
#[test]
fn printing_a_lock_loses_no_wake_up() {
    struct Loud(AtomicU64);

    impl fmt::Debug for Loud {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.load(Ordering::SeqCst).fmt(f)
        }
    }

    for seed in 0..200 {
        let ended = clean(seed, || {
            let mutex = Mutex::new(Loud(AtomicU64::new(7)));
            let rwlock = RwLock::new(Loud(AtomicU64::new(7)));
            thread::scope(|scope| {
                scope.spawn(|| drop(mutex.lock()));
                scope.spawn(|| drop(rwlock.write()));
                format!("{mutex:?} {rwlock:?}")
            })
        });
        let text = ended.result.unwrap();
        assert!(text.starts_with("Mutex { ") && text.contains("RwLock { "), "{text}");
    }
}

/// A time that has come already is over, though others can run all the time.
#[test]
fn no_time_at_all_is_soon_over() {
    for policy in POLICIES {
        let ended = world(1, Backend::Coroutines, Some(policy), || {
            let (done, (_keep, nothing)) = (AtomicBool::new(false), unbounded::<u8>());
            thread::scope(|scope| {
                scope.spawn(|| while !done.load(Ordering::SeqCst) {});
                thread::sleep(Duration::ZERO);
                assert!(nothing.recv_timeout(Duration::ZERO).is_err());
                done.store(true, Ordering::SeqCst);
            });
        });
        ended.result.unwrap();
    }
}

/// Two threads that pass the turn between them do not starve a third.
#[test]
fn nobody_starves_beside_busy_threads() {
    for policy in POLICIES {
        for seed in 0..30 {
            let ended = world(seed, Backend::Coroutines, Some(policy), || {
                let done = AtomicBool::new(false);
                let (ping, pings) = unbounded::<u8>();
                let (pong, pongs) = unbounded::<u8>();
                thread::scope(|scope| {
                    let done = &done;
                    scope.spawn(move || {
                        while !done.load(Ordering::SeqCst) && ping.send(1).is_ok() {
                            let _ = pongs.recv();
                        }
                    });
                    scope.spawn(move || {
                        while !done.load(Ordering::SeqCst) && pings.recv().is_ok() {
                            let _ = pong.send(1);
                        }
                    });
                    scope.spawn(|| done.store(true, Ordering::SeqCst));
                });
            });
            assert!(ended.result.is_ok(), "{policy:?}, seed {seed}");
        }
    }
}

/// A panic's message may take a free lock.
#[test]
fn a_panic_may_tell_what_is_behind_a_lock() {
    struct Handle(Arc<Mutex<u64>>);

    impl fmt::Debug for Handle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.lock().fmt(f)
        }
    }

    for backend in BACKENDS {
        let failure = failure(FailureKind::Panic, backend, || {
            let number = Arc::new(Mutex::new(6));
            for _ in 0..3 {
                let handle = Handle(number.clone());
                thread::spawn(move || {
                    *handle.0.lock() += 1;
                    assert_eq!(1, 2, "number {handle:?}");
                });
            }
            thread::sleep(Duration::from_secs(1));
        });
        assert!(failure.message.contains("number "), "{failure}");
    }
}

/// A thread that waited before another began to unwind unheard is not taken for that one.
#[test]
fn who_unwinds_unheard_is_not_mistaken() {
    struct Waits;

    impl Drop for Waits {
        fn drop(&mut self) {
            thread::sleep(Duration::from_secs(5));
        }
    }

    for backend in BACKENDS {
        let ended = world(1, backend, None, || {
            let (_keep, nothing) = unbounded::<u8>();
            thread::spawn(move || {
                loop {
                    let _ = nothing.recv_timeout(Duration::from_secs(9));
                }
            });
            thread::sleep(Duration::from_millis(1));
            thread::spawn(|| {
                let _waits = Waits;
                resume_unwind(Box::new(1));
            });
            thread::sleep(Duration::from_secs(1));
        });
        assert!(ended.result.is_ok() && ended.leaked.is_empty(), "{ended:?}");
    }
}
