//! Destructors that run while their world ends.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use labrt::channel::{Select, after, bounded, never, unbounded};
use labrt::sync::atomic::{AtomicUsize, Ordering};
use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::schedules::{BACKENDS, world};

use super::ends::{counts, ends_clean};

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
