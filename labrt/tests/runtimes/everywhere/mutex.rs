//! Locks, and atomics.

use std::sync::Arc;

use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use labrt::thread;

use super::{SHORT, everywhere};

#[test]
fn a_lock_excludes() {
    everywhere(|| {
        let (counter, inside) = (Mutex::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let mut counter = counter.lock();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two are inside");
                        *counter += 1;
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(counter.into_inner(), 100);
    });
}

#[test]
fn try_lock_does_not_wait() {
    everywhere(|| {
        let mut mutex = Mutex::new(1);
        let guard = mutex.lock();
        assert!(mutex.try_lock().is_none());
        thread::scope(|scope| assert!(scope.spawn(|| mutex.try_lock().is_none()).join().unwrap()));
        drop(guard);
        assert_eq!(mutex.try_lock().map(|guard| *guard), Some(1));
        *mutex.get_mut() = 2;
        assert_eq!(mutex.into_inner(), 2);
    });
}

#[test]
fn a_lock_that_is_held_for_long_goes_to_everyone_in_the_end() {
    everywhere(|| {
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let held = order.lock();
            for number in 0..5 {
                let order = &order;
                scope.spawn(move || order.lock().push(number));
            }
            thread::sleep(SHORT);
            assert!(held.is_empty());
            drop(held);
        });
        let mut order = order.into_inner();
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3, 4]);
    });
}

/// Stealing is allowed, starvation is not: whoever waits gets the lock though another thread takes
/// it again and again.
#[test]
fn a_greedy_thread_does_not_keep_the_lock_for_ever() {
    everywhere(|| {
        let (served, lock) = (AtomicBool::new(false), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !served.load(Ordering::SeqCst) {
                    *lock.lock() += 1;
                }
            });
            scope.spawn(|| {
                drop(lock.lock());
                served.store(true, Ordering::SeqCst);
            });
        });
    });
}

#[test]
fn a_thread_that_spins_lets_others_run() {
    everywhere(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let setter = thread::spawn({
            let flag = flag.clone();
            move || flag.store(true, Ordering::SeqCst)
        });
        while !flag.load(Ordering::SeqCst) {}
        setter.join().unwrap();
    });
}

#[test]
fn atomics_are_atomic() {
    everywhere(|| {
        let (sum, most, updates) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let (won, swapped) = (AtomicU64::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for number in 1..=4 {
                let (sum, most, updates) = (&sum, &most, &updates);
                let (won, swapped) = (&won, &swapped);
                scope.spawn(move || {
                    for _ in 0..10 {
                        sum.fetch_add(number, Ordering::Relaxed);
                        most.fetch_max(number, Ordering::Relaxed);
                        let add = |value| Some(value + 1);
                        updates.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add).unwrap();
                    }
                    if !swapped.swap(true, Ordering::SeqCst) {
                        won.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!((sum.into_inner(), most.into_inner(), updates.into_inner()), (100, 4, 40));
        assert_eq!(won.into_inner(), 1);
        let number = AtomicU64::new(1);
        let exchange =
            |from, to| number.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
        assert_eq!((exchange(1, 2), exchange(1, 3)), (Ok(1), Err(2)));
    });
}
