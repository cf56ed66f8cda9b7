//! The end of a world: every thread is unwound, wherever it waits, and all that it owns is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use labrt::channel::{Select, after, bounded, never};
use labrt::sim::Backend;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::schedules::{BACKENDS, world};

/// Counts from outside of all worlds what is made, and the destructors that get to their end.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<(std::sync::atomic::AtomicUsize, std::sync::atomic::AtomicUsize)>);

impl Count {
    /// Does something when it is dropped.
    pub(super) fn last<F: FnMut()>(&self, what: F) -> Last<F> {
        self.0.0.fetch_add(1, Ordering::SeqCst);
        Last(self.clone(), what)
    }

    fn made(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    fn dropped(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

pub(super) struct Last<F: FnMut()>(Count, F);

impl<F: FnMut()> Drop for Last<F> {
    fn drop(&mut self) {
        (self.1)();
        self.0.0.1.fetch_add(1, Ordering::SeqCst);
    }
}

pub(super) fn counts(count: &Count) -> Last<fn()> {
    count.last(|| ())
}

/// Over many schedules on both back ends, the world ends clean and all destructors run. Where every
/// thread has begun there are `most` of them.
pub(super) fn ends_clean(most: usize, body: impl Fn(&Count) + Clone + Send + 'static) {
    let mut seen = 0;
    for seed in 0..60 {
        for backend in BACKENDS {
            let (count, body) = (Count::default(), body.clone());
            let counted = count.clone();
            let ended = world(seed, backend, None, move || body(&counted));
            let run = format!("seed {seed}, {backend:?}");
            assert!(ended.result.is_ok(), "{run}: {}", ended.result.unwrap_err());
            assert!(ended.leaked.is_empty(), "{run} leaks {:?}", ended.leaked);
            assert_eq!(count.dropped(), count.made(), "{run}");
            seen = seen.max(count.dropped());
        }
    }
    assert_eq!(seen, most);
}

type Locks = (Mutex<()>, RwLock<()>, Condvar);

#[test]
fn wherever_a_thread_waits_its_destructors_run() {
    ends_clean(14, |count| {
        let lock = Arc::new((Mutex::new(()), RwLock::new(()), Condvar::new()));
        let held = (lock.0.lock(), lock.1.write());
        let (sender, receiver) = bounded::<u8>(0);
        let waits: [fn(&Locks); 10] = [
            |lock| drop(lock.0.lock()),
            |lock| drop(lock.1.read()),
            |lock| drop(lock.1.write()),
            |lock| lock.2.wait(&mut Mutex::new(()).lock()),
            |lock| {
                lock.2.wait_for(&mut Mutex::new(()).lock(), Duration::from_secs(60));
            },
            |_| thread::sleep(Duration::from_secs(60)),
            |_| thread::park(),
            |_| drop(thread::spawn(thread::park).join()),
            |_| thread::scope(|scope| drop(scope.spawn(thread::park))),
            |_| {
                let never = never::<u8>();
                let mut select = Select::new();
                select.recv(&never);
                drop(select.select());
            },
        ];
        for wait in waits {
            let (lock, last) = (lock.clone(), counts(count));
            thread::spawn(move || {
                let _last = last;
                wait(&lock);
            });
        }
        let (sender_too, last) = (sender.clone(), counts(count));
        thread::spawn(move || {
            let _last = last;
            let _ = after(Duration::from_secs(60)).recv();
            drop(sender_too);
        });
        let last = counts(count);
        let (full, _full_end) = bounded::<Last<fn()>>(0);
        // Two destructors: the thread's and the message's.
        let message = counts(count);
        thread::spawn(move || {
            let _last = last;
            drop(full.send(message));
        });
        let last = counts(count);
        thread::spawn(move || {
            let _last = last;
            let _ = receiver.recv();
        });
        thread::sleep(Duration::from_millis(5));
        drop(held);
    });
}

#[test]
fn so_they_do_when_a_thread_has_not_begun() {
    ends_clean(3, |count| {
        for _ in 0..3 {
            let last = counts(count);
            thread::spawn(move || {
                let _last = last;
                thread::park();
            });
        }
    });
}

#[test]
fn so_they_do_after_a_panic() {
    for backend in BACKENDS {
        for seed in 0..60 {
            let count = Count::default();
            let counted = count.clone();
            let ended = world(seed, backend, None, move || {
                let lock = Arc::new(Mutex::new(counts(&counted)));
                for _ in 0..3 {
                    let (lock, last) = (lock.clone(), counts(&counted));
                    thread::spawn(move || {
                        let _last = last;
                        drop(lock.lock());
                        thread::park();
                    });
                }
                let _held = lock.lock();
                thread::sleep(Duration::from_millis(1));
                panic!("on purpose");
            });
            assert_eq!(ended.result.map(|(): ()| ()).unwrap_err().message, "on purpose");
            assert!(ended.leaked.is_empty(), "{:?}", ended.leaked);
            assert_eq!(count.dropped(), 4);
        }
    }
}

/// A guard that a wait has given back is whole again when it is dropped.
#[test]
fn a_thread_that_waits_with_a_guard_takes_it_again_to_unwind() {
    ends_clean(3, |count| {
        let shared = Arc::new((Mutex::new(counts(count)), Condvar::new()));
        for _ in 0..2 {
            let (shared, last) = (shared.clone(), counts(count));
            thread::spawn(move || {
                let mut guard = shared.0.lock();
                let _last = last;
                shared.1.wait(&mut guard);
            });
        }
        thread::sleep(Duration::from_millis(1));
    });
}

/// What scoped threads have borrowed stays until the last of them has been unwound, begun or not.
#[test]
fn a_scope_outlives_its_threads() {
    struct Alive(bool);
    impl Drop for Alive {
        fn drop(&mut self) {
            self.0 = false;
        }
    }
    ends_clean(4, |count| {
        let outer = count.clone();
        let last = counts(count);
        thread::spawn(move || {
            let _last = last;
            let borrowed = (Mutex::new(Alive(true)), Condvar::new());
            thread::scope(|scope| {
                for _ in 0..3 {
                    let borrowed = &borrowed;
                    let last = outer.last(move || {
                        thread::sleep(Duration::from_secs(1));
                        assert!(borrowed.0.lock().0, "it was gone before");
                    });
                    scope.spawn(move || {
                        let _last = last;
                        borrowed.1.wait(&mut borrowed.0.lock());
                    });
                }
            });
        });
        thread::yield_now();
        // So many points that the world ends with any number of the threads begun.
        let atomic = AtomicUsize::new(0);
        for number in 0..labrt::rand::random_range(0..10) {
            atomic.store(number, Ordering::SeqCst);
        }
    });
}

#[test]
fn a_thread_that_will_not_end_is_told_and_left() {
    let stubborn: [fn(); 3] = [
        || thread::sleep(Duration::from_millis(1)),
        || thread::yield_now(),
        || drop((Instant::now(), Mutex::new(1).lock())),
    ];
    for backend in BACKENDS {
        for act in stubborn {
            let count = Count::default();
            let counted = count.clone();
            let ended = world(1, backend, None, move || {
                let thread = thread::Builder::new().name("stubborn").server("S1");
                let last = counts(&counted);
                let spawned = thread.spawn(move || {
                    let _last = last;
                    loop {
                        let _ = catch_unwind(AssertUnwindSafe(act));
                    }
                });
                drop(spawned);
                let last = counts(&counted);
                thread::spawn(move || {
                    let _last = last;
                    thread::park();
                });
                thread::sleep(Duration::from_millis(1));
                7
            });
            assert_eq!(ended.result.unwrap(), 7);
            assert_eq!(ended.leaked, ["S1/stubborn"]);
            assert_eq!(count.dropped(), 1, "the other has been ended");
        }
    }
    // The process goes on.
    world(1, Backend::Coroutines, None, || ()).result.unwrap();
}
