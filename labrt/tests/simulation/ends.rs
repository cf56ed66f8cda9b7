//! Worlds end clean: every thread is unwound, wherever it waits, and all that it owns is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use labrt::channel::{Select, after, bounded, never, unbounded};
use labrt::sim::Backend;
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::sync::{Condvar, Mutex, RwLock};
use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::schedules::{BACKENDS, world};

/// Counts from outside of all worlds what is made, and the destructors that get to their end.
#[derive(Clone, Default)]
struct Count(Arc<(std::sync::atomic::AtomicUsize, std::sync::atomic::AtomicUsize)>);

impl Count {
    /// Does something when it is dropped.
    fn last<F: FnMut()>(&self, what: F) -> Last<F> {
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

struct Last<F: FnMut()>(Count, F);

impl<F: FnMut()> Drop for Last<F> {
    fn drop(&mut self) {
        (self.1)();
        self.0.0.1.fetch_add(1, Ordering::SeqCst);
    }
}

fn counts(count: &Count) -> Last<fn()> {
    count.last(|| ())
}

/// Over many schedules on both back ends, the world ends clean and all destructors run. Where every
/// thread has begun there are `most` of them.
fn ends_clean(most: usize, body: impl Fn(&Count) + Clone + Send + 'static) {
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

#[test]
fn destructors_may_use_everything() {
    ends_clean(10, |count| {
        let (sender, receiver) = unbounded::<u8>();
        let lock = Arc::new((Mutex::new(0), Condvar::new(), AtomicUsize::new(0)));
        let locked = lock.clone();
        let uses: Vec<Box<dyn FnMut() + Send>> = vec![
            // Sends, to one that is told to end as well.
            Box::new(move || sender.send(1).unwrap_or(())),
            // Takes a lock that another thread holds, which is told to end as well.
            Box::new(move || *locked.0.lock() += 1),
            Box::new(|| thread::sleep(Duration::from_secs(1))),
            Box::new(|| {
                let (lock, never) = (Mutex::new(()), Condvar::new());
                let limit = Duration::from_secs(1);
                assert!(never.wait_for(&mut lock.lock(), limit).timed_out());
                assert!(never.wait_while_for(&mut lock.lock(), |()| true, limit).timed_out());
            }),
            Box::new(|| {
                assert!(after(Duration::from_secs(1)).recv().is_ok());
                assert!(never::<u8>().recv_timeout(Duration::from_secs(1)).is_err());
                let alarm = after(Duration::from_secs(1));
                let mut select = Select::new();
                select.recv(&alarm);
                assert!(select.select().recv(&alarm).is_ok());
            }),
            // Starts a thread, which does not begin any more.
            Box::new(|| drop(thread::spawn(|| ()))),
            Box::new(|| {
                let number = Mutex::new(1);
                thread::scope(|scope| {
                    scope.spawn(|| *number.lock() = 2);
                });
            }),
            Box::new(|| thread::park_timeout(Duration::from_secs(1))),
            Box::new(|| {
                thread::yield_now();
                let _ = (Instant::now(), labrt::rand::random::<u64>());
                let (full, _end) = bounded(0);
                let _ = (full.try_send(1), full.send_timeout(1, Duration::from_secs(1)));
            }),
        ];
        for what in uses {
            let last = count.last(what);
            thread::spawn(move || {
                let _last = last;
                thread::park();
            });
        }
        let last = counts(count);
        thread::spawn(move || {
            let _last = last;
            let _held = lock.0.lock();
            let _ = receiver.iter().count();
        });
        thread::sleep(Duration::from_millis(5));
    });
}

/// Many join their threads in `drop`. A thread that was ended with its world has no value to give
/// them, and what they would do without one ends the process.
#[test]
fn a_destructor_may_unwrap_what_it_joins() {
    struct Owner(Option<thread::JoinHandle<u8>>);

    impl Drop for Owner {
        fn drop(&mut self) {
            assert_eq!(self.0.take().unwrap().join().unwrap(), 1);
        }
    }

    let never = || {
        thread::park();
        1
    };
    for backend in BACKENDS {
        let ended = world(1, backend, None, move || {
            let owner = Owner(Some(thread::spawn(never)));
            thread::spawn(move || {
                let _owner = owner;
                thread::park();
            });
            drop(Owner(Some(thread::spawn(|| 1))));
            thread::sleep(Duration::from_secs(1));
        });
        assert!(ended.result.is_ok());
        assert_eq!(ended.leaked.len(), 1, "it is told, and left where it is: {:?}", ended.leaked);
    }
}

/// A panic that passes the hook by is one all the same: destructors on its way may use anything.
#[test]
fn a_thread_may_unwind_unheard() {
    ends_clean(3, |count| {
        let lock = Arc::new(Mutex::new(0));
        let (last, parked) = (counts(count), counts(count));
        let uses = count.last({
            let lock = lock.clone();
            move || {
                *lock.lock() += 1;
                thread::sleep(Duration::from_millis(1));
                thread::yield_now();
            }
        });
        let unwinds = move || {
            let _owned = (last, uses);
            thread::sleep(Duration::from_millis(5));
            resume_unwind(Box::new(7));
        };
        thread::spawn(move || catch_unwind(AssertUnwindSafe(unwinds)));
        thread::spawn(move || {
            let _parked = parked;
            thread::park();
        });
        // Ends in the middle of that.
        thread::sleep(Duration::from_millis(5));
    });
}

/// A destructor that waits for another thread gets its turn again when that thread has had one.
#[test]
fn destructors_may_wait_for_each_other() {
    ends_clean(4, |count| {
        let (lock, changed) = (Arc::new(Mutex::new(0)), Arc::new(Condvar::new()));
        let flag = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = bounded::<u8>(0);
        // Waits, in turn, for a change, for a flag and for a message's receiver.
        let waiter = (lock.clone(), changed.clone(), flag.clone());
        let setter = (lock, changed, flag);
        let waits = move || {
            let (lock, changed, flag) = &waiter;
            changed.wait_while(&mut lock.lock(), |value| *value == 0);
            while flag.load(Ordering::SeqCst) == 0 {}
            while flag.load(Ordering::SeqCst) == 1 {
                thread::yield_now();
            }
            let _ = sender.send(1);
        };
        let sets = move || {
            let (lock, changed, flag) = &setter;
            *lock.lock() = 1;
            changed.notify_all();
            flag.store(1, Ordering::SeqCst);
            thread::sleep(Duration::from_secs(1));
            flag.store(2, Ordering::SeqCst);
        };
        let takes = move || {
            let _ = receiver.recv();
        };
        let lasts: [Box<dyn FnMut() + Send>; 3] =
            [Box::new(waits), Box::new(sets), Box::new(takes)];
        for last in lasts {
            let last = count.last(last);
            thread::spawn(move || {
                let _last = last;
                thread::park();
            });
        }
        let last = counts(count);
        thread::spawn(move || drop(last));
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
