//! Condition variables.

use labrt::sync::{Condvar, Mutex};
use labrt::thread;
use labrt::time::{Duration, Instant};

use super::{LONG, SHORT, everywhere};

#[test]
fn one_or_all_are_woken() {
    everywhere(|| {
        let (tickets, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut tickets = tickets.lock();
                    changed.wait_while(&mut tickets, |tickets| *tickets == 0);
                    *tickets -= 1;
                });
            }
            *tickets.lock() += 1;
            changed.notify_one();
            *tickets.lock() += 2;
            changed.notify_all();
        });
        assert_eq!(*tickets.lock(), 0);
    });
}

#[test]
fn notifying_tells_whether_anyone_waits() {
    everywhere(|| {
        let (waiting, changed) = (Mutex::new(0), Condvar::new());
        assert!(!changed.notify_one());
        assert_eq!(changed.notify_all(), 0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut waiting = waiting.lock();
                    *waiting += 1;
                    changed.wait(&mut waiting);
                });
            }
            // Whoever has counted itself waits by the time the lock is free.
            let all = || loop {
                let waiting = waiting.lock();
                if *waiting == 3 {
                    break waiting;
                }
                drop(waiting);
                thread::yield_now();
            };
            drop(all());
            assert!(changed.notify_one());
            assert_eq!(changed.notify_all(), 2);
            assert_eq!(changed.notify_all(), 0);
        });
    });
}

/// A notification that comes while nobody waits is gone; one that comes after the lock was given
/// back never is.
#[test]
fn no_wake_up_is_lost() {
    everywhere(|| {
        let (turn, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for me in 0..3 {
                let (turn, changed) = (&turn, &changed);
                scope.spawn(move || {
                    for _ in 0..5 {
                        let mut turn = turn.lock();
                        changed.wait_while(&mut turn, |turn| *turn % 3 != me);
                        *turn += 1;
                        changed.notify_all();
                    }
                });
            }
        });
        assert_eq!(*turn.lock(), 15);
    });
}

#[test]
fn the_lock_is_free_while_one_waits_and_held_again_after() {
    everywhere(|| {
        let (value, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let mut value = value.lock();
                changed.wait_while(&mut value, |value| *value == 0);
                *value
            });
            thread::sleep(SHORT);
            let mut held = value.try_lock().expect("the waiter has given it back");
            *held = 1;
            changed.notify_one();
            thread::sleep(SHORT);
            assert!(!waiter.is_finished(), "it needs the lock to go on");
            *held = 2;
            drop(held);
            assert_eq!(waiter.join().unwrap(), 2);
        });
        let mut guard = value.lock();
        changed.wait_for(&mut guard, SHORT);
        assert!(value.try_lock().is_none(), "it holds the lock when it comes back");
    });
}

#[test]
fn timed_waits_end() {
    everywhere(|| {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let start = Instant::now();
        assert!(condvar.wait_for(&mut mutex.lock(), SHORT).timed_out());
        assert!(condvar.wait_until(&mut mutex.lock(), start).timed_out(), "a past deadline");
        assert!(condvar.wait_until(&mut mutex.lock(), Instant::now() + SHORT).timed_out());
        assert!(condvar.wait_while_for(&mut mutex.lock(), |()| true, SHORT).timed_out());
        assert!(!condvar.wait_while_for(&mut mutex.lock(), |()| false, SHORT).timed_out());
        assert!(start.elapsed() >= SHORT * 3);
        assert!(mutex.try_lock().is_some(), "every guard is gone");
    });
}

#[test]
fn timed_waits_end_early_when_notified() {
    everywhere(|| {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let start = Instant::now();
            let one = scope.spawn(|| {
                let mut ready = ready.lock();
                !*ready && changed.wait_for(&mut ready, LONG).timed_out()
            });
            let other = scope.spawn(|| {
                let mut ready = ready.lock();
                changed.wait_while_for(&mut ready, |ready| !*ready, LONG).timed_out()
            });
            *ready.lock() = true;
            changed.notify_all();
            assert!(!one.join().unwrap() && !other.join().unwrap());
            assert!(start.elapsed() < LONG);
        });
    });
}

/// A wait without an end that is told as a time.
#[test]
fn a_limit_can_be_for_ever() {
    everywhere(|| {
        let (mutex, condvar) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(SHORT);
                *mutex.lock() = 1;
                condvar.notify_all();
            });
            let mut number = mutex.lock();
            let waited = condvar.wait_while_for(&mut number, |number| *number == 0, Duration::MAX);
            assert!(!waited.timed_out());
        });
    });
}

/// Of a waiter whose time is over and a notifier, one wins: no notification is both told as
/// delivered and not seen.
#[test]
fn a_notification_at_the_time_limit_is_not_counted_twice() {
    everywhere(|| {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            let waiter = scope.spawn(|| !changed.wait_for(&mut lock.lock(), SHORT).timed_out());
            thread::sleep(SHORT);
            let told = changed.notify_one();
            assert_eq!(waiter.join().unwrap(), told);
        });
    });
}
